import { expect, it } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import { withLeavingInstances } from '../../src/reconciler/leaving-instances.ts';

const change = {
  target: 'default',
  key: 'name:set',
  name: 'set',
  type: 'CFN_STACKSET',
  provisionedProductId: 'pp-1',
  base: 'rec-1',
  differences: [],
  verdict: { kind: 'terminate', steps: ['terminate'], retain: false, digest: 'sha256:x' },
} as unknown as Change;
const listing = (...accounts: string[]) => ({
  catalog: {
    stackInstances: async () => ({
      kind: 'ok',
      value: accounts.map((account) => ({ account, region: 'eu-west-1', status: 'CURRENT' })),
    }),
  } as never,
});

it('what is approved names the instances that go', async () => {
  const digestOf = async (...accounts: string[]) => {
    const { verdict } = await withLeavingInstances(listing(...accounts), change);
    return 'digest' in verdict ? verdict.digest : null;
  };
  expect(await digestOf('111122223333', '444455556666')).not.toBe(
    await digestOf('111122223333', '777788889999'),
  );
});
