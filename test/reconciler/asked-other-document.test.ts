import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { keyOf, operations, terminations } from './life.ts';
import { type Fields, fault, freezeOf, MINUTE, networkDoc } from './networks.ts';
import { type Wish, World } from './world.ts';

const seed = networks({ names: [], parameters: { Cidr: {} } });
const wish = (cidr = 'A', reconcile: Fields = {}): Wish =>
  networkDoc(
    'net-a',
    { Cidr: cidr },
    { reconcile: { onMissing: 'provision', onError: 'recreate', ...reconcile } },
  );

it.each([[false], [true]])(
  'a retry that waits for a freeze does not hold for another document (orderly restart in between: %s)',
  async (restarted) => {
    const world = await World.create({ seed }, [wish('A')]);
    fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'No more addresses.' }, 100);
    let trueup = await world.start();
    for (let i = 0; i < 4; i++) await trueup.converge();
    world.wish([wish('B')], 'r2');
    for (let i = 0; i < 4; i++) await trueup.converge();
    expect(terminations(world)).toBe(2);
    world.service.admin.clearCalls();
    // Both had their one recreation. A person asks for another one of B, and it is frozen.
    world.journal.freeze(freezeOf());
    await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    expect(operations(world)).toEqual([]);
    if (restarted) {
      await world.clock.until(trueup.reconciler.keepAsked());
      trueup.kill();
      world.wish([wish('A')], 'r3');
      trueup = await world.start();
      trueup.reconciler.setDesired(world.desired);
      for (const one of await world.journal.takeRequests())
        if (one.kind === 'retry')
          await world.clock.until(trueup.reconciler.retry(one.key, one.document));
    }
    // Somebody reverts the document to A, which had its own too; nobody asked for that one.
    world.wish([wish('A')], 'r3');
    await trueup.reconcile();
    world.journal.lift();
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(operations(world)).toEqual([]);
  },
);
