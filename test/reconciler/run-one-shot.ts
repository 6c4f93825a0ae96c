import { asAccountId } from '../../src/domain/ids.ts';
import { OneShot } from '../../src/reconciler/one-shot.ts';
import type { Shared } from '../../src/reconciler/shared.ts';
import { TARGET, type World } from './world.ts';

/** `plan` and `apply` on the only target of the world, but for their words. */
export async function openOneShot(
  world: World,
  overrides: Partial<Shared> = {},
  desired = world.desired,
): Promise<OneShot> {
  const trueup = await world.start(overrides);
  await trueup.board.load();
  const oneShot = new OneShot({
    shared: trueup.shared,
    revision: {
      revision: 'r1',
      digest: '',
      targets: new Map([[TARGET, desired]]),
      documents: desired.specs.size,
      invalid: 0,
      problems: [],
    },
    programVersion: '0',
    directory: 'desired',
  });
  const open = async () => ({ kind: 'ok', reconciler: trueup.reconciler }) as const;
  const handle = {
    name: TARGET,
    accountId: asAccountId('111122223333'),
    region: 'eu-west-1',
    open,
  };
  await oneShot.open([handle]);
  return oneShot;
}
