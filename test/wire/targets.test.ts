import { describe, expect, it } from 'vitest';
import type { AwsCatalog } from '../../src/aws/catalog.ts';
import { TrueupError } from '../../src/domain/errors/registry.ts';
import { asAccountId, asTargetName } from '../../src/domain/ids.ts';
import type { Shared } from '../../src/reconciler/shared.ts';
import { targetHandles } from '../../src/wire/targets.ts';

const ours = asAccountId('111122223333');

/** Opens one target; what the journal says to its account, and how often its clients were closed. */
async function open(account: string, bindAccount: () => Promise<void>) {
  const seen = { closed: 0 };
  const catalog: Partial<AwsCatalog> = {
    identity: async () => ({
      kind: 'ok',
      value: { accountId: asAccountId(account), region: 'eu-west-1', arn: 'arn:aws:iam::1:root' },
    }),
    calls: () => ({ total: 1, byOperation: {}, retries: 0 }) as never,
    close: () => {
      seen.closed += 1;
    },
  };
  const rates = { readsPerSecond: 5, readBurst: 5 };
  const target = { name: asTargetName('prod'), accountId: ours, region: null };
  const config = { ...rates, targets: [target] };
  const shared = { journal: { readOnly: null, account: async () => null, bindAccount } };
  const [handle] = targetHandles(
    config as never,
    shared as unknown as Shared,
    null,
    { env: {}, purpose: 'act' },
    () => catalog as AwsCatalog,
  );
  const opened = await handle?.open().catch((error: unknown) => error);
  return { opened, closed: seen.closed };
}

describe('the clients of a target that is not opened are closed', () => {
  it('where the account is another one', async () => {
    const { opened, closed } = await open('999999999999', async () => undefined);
    expect(opened).toMatchObject({ kind: 'failed' });
    expect(closed).toBe(1);
  });

  it.each(['journal/renamed-target', 'journal/unwritable'] as const)('for %s', async (code) => {
    const { opened, closed } = await open(ours, async () => {
      throw new TrueupError(code, 'no');
    });
    expect(opened).toMatchObject({ code });
    expect(closed).toBe(1);
  });
});
