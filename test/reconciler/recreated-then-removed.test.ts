import { describe, expect, it } from 'vitest';
import { MINUTE, operations } from './life.ts';
import { fault, NAMES, seedWith, wish } from './networks.ts';
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

describe('the termination of a recreation that is repeated because its document went', () => {
  it('is an end: a document of that name that comes later is owed nothing', async () => {
    const world = await World.create({ seed: seedWith({}) }, [pruned, other]);
    const first = await world.start();
    await first.converge();
    await world.service.admin.setStatus('net-a', 'ERROR');
    fault(world, 'TerminateProvisionedProduct', { kind: 'lostRequest' });
    await first.reconcile();
    await world.clock.pass(10_000);
    world.wish([other], 'r2');
    await first.reconcile();
    await world.clock.pass(5 * MINUTE);
    first.kill();
    const second = await world.start();
    await second.reconcile();
    await world.clock.pass(9 * MINUTE);
    expect(world.service.admin.product('net-a')).toBeNull();
    world.wish([pruned, other], 'r3');
    await second.converge();
    await second.converge();
    expect(operations(world)).toEqual([
      'UpdateProvisionedProduct',
      'TerminateProvisionedProduct',
      'TerminateProvisionedProduct',
    ]);
    expect(world.statusOf(second, 'net-a')).toMatchObject({
      condition: 'Stalled',
      health: 'Missing',
    });
  });
});
