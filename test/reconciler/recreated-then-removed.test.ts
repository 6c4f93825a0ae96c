import { describe, expect, it } from 'vitest';
import { MINUTE, operations } from './life.ts';
import { NAMES, seedWith, wish } from './networks.ts';
import { World } from './world.ts';

const pruned = wish('net-a', 'B', { reconcile: { onError: 'recreate', prune: 'terminate' } });
const other = wish('net-b', 'A');

describe('what was recreated, and whose document goes before it was looked at again', () => {
  it('is still known as ours, and goes with its document', async () => {
    const world = await World.create({ seed: seedWith({ statusAfterFailedUpdate: 'ERROR' }) }, [
      pruned,
      other,
    ]);
    const effect = { kind: 'recordFails', rollback: 'failed' } as const;
    world.service.admin.addFault({ operation: 'UpdateProvisionedProduct', count: 1, effect });
    const trueup = await world.start();
    await trueup.converge();
    const before = world.service.admin.product('net-a')?.product.id;
    await trueup.converge();
    const after = world.service.admin.product('net-a')?.product;
    expect(after).toMatchObject({ status: 'AVAILABLE' });
    expect(after?.id).not.toBe(before);
    world.wish([other], 'r2');
    await trueup.converge();
    await world.clock.pass(11 * MINUTE);
    await trueup.converge();
    expect(world.events('removal.notOurs')).toEqual([]);
    expect(operations(world).at(-1)).toBe('TerminateProvisionedProduct');
    expect(world.service.admin.product('net-a')).toBeNull();
    expect(NAMES.filter((name) => world.service.admin.product(name) !== null)).toHaveLength(3);
  });
});
