import { describe, expect, it } from 'vitest';
import { cidrOf, type Fields, fault, MINUTE, operations, start, wish } from './networks.ts';
import type { World } from './world.ts';

/** The next request of this operation is lost; returns once it was. */
async function lose(world: World, operation: string) {
  world.service.admin.clearCalls();
  fault(world, operation, { kind: 'lostRequest' });
  const trueup = await world.start();
  await trueup.reconcile();
  await world.clock.pass(5_000);
  expect(operations(world)).toEqual([operation]);
  return trueup;
}

describe('a request that was lost is not repeated by a later process', () => {
  it('that only observes; one that does not repeats it', async () => {
    const world = await start([wish('net-a', 'B')]);
    (await lose(world, 'UpdateProvisionedProduct')).kill();
    const watching = await world.start({ observeOnly: true });
    await watching.reconcile();
    await world.clock.pass(30 * MINUTE);
    watching.kill();
    expect(world.writes()).toHaveLength(1);
    await (await world.start()).converge();
    const tokens = world.writes().map(({ input }) => (input as Fields).UpdateToken);
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
    expect(cidrOf(world, 'net-a')).toBe('B');
  });
});
