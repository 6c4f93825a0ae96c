import { expect, it } from 'vitest';
import { fault, networkDoc, operations, start, truth } from './networks.ts';

it.each(['by its name, mine by its id', 'by its id, mine by its name'])(
  'a lost request is not repeated once another document means its product, %s',
  async (how) => {
    const world = await start([]);
    const id = truth(world, 'net-a')?.product.id ?? '';
    const byName = networkDoc('net-a', { Cidr: 'B' });
    const byId = networkDoc('label', { Cidr: 'B' }, { provisionedProductId: id });
    const [mine, rival] = how.startsWith('by its name') ? [byId, byName] : [byName, byId];
    world.wish([mine]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'lostRequest' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(20_000);
    expect(operations(world)).toHaveLength(1);
    world.wish([mine, rival], 'r3');
    // It is read; AWS's listing cannot be, for a while.
    fault(world, 'SearchProvisionedProducts', { kind: 'throttle' }, 100);
    trueup.reconciler.setDesired(world.desired);
    void trueup.reconciler.review();
    await world.clock.pass(150_000);
    expect(operations(world)).toHaveLength(1);
  },
);
