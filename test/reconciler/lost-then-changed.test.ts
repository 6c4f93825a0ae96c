import { describe, expect, it } from 'vitest';
import { doc, look, only, removed, terminations } from './life.ts';
import { cidrOf, type Fields, fault, MINUTE, operations, start, wish } from './networks.ts';
import type { World } from './world.ts';

/** Long enough for a repeat, and too short for a new request in the place of what is given up. */
const MEANWHILE = 9 * MINUTE;

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

  it('that looks at a part of the documents, where it would end something', async () => {
    const { world, trueup } = await removed([doc('net-a'), doc('net-c')], [doc('net-c')]);
    await world.clock.pass(11 * MINUTE);
    fault(world, 'TerminateProvisionedProduct', { kind: 'lostRequest' });
    await trueup.reconcile();
    await world.clock.pass(5_000);
    trueup.kill();
    expect(terminations(world)).toBe(1);
    const other = await world.start();
    other.reconciler.resume();
    const looked = look(world, other, only('net-c'));
    await world.clock.pass(MEANWHILE);
    await looked;
    expect(terminations(world)).toBe(1);
  });
});
