import { expect, it } from 'vitest';
import { inEffect, MINUTE } from './life.ts';
import { networkDoc, truth } from './networks.ts';

const named = (Cidr: string, more = {}) =>
  networkDoc('net-a', { Cidr }, { reconcile: { prune: 'terminate' }, ...more });
const other = networkDoc('net-b', { Cidr: 'net-b' });

it.each([
  { prune: 'never' },
  { prune: 'retain' },
  { prune: 'terminate', deletionProtection: true },
])('the last document of a product, by its id, said %j, and that holds', async (reconcile) => {
  const { world, trueup } = await inEffect([named('A'), other]);
  const id = truth(world, 'net-a')?.product.id ?? '';
  world.service.admin.addFault({
    operation: 'UpdateProvisionedProduct',
    count: 1,
    effect: { kind: 'straggle', ms: 40 * MINUTE },
  });
  // An update that takes long is under way; its document goes over to the id, and is gone then.
  world.wish([named('B'), other], 'r2');
  await trueup.reconcile();
  await world.clock.pass(MINUTE);
  world.wish(
    [networkDoc('label', { Cidr: 'B' }, { provisionedProductId: id, reconcile }), other],
    'r3',
  );
  await trueup.reconcile();
  await world.clock.pass(MINUTE);
  await trueup.reconcile();
  world.wish([other], 'r4');
  for (let i = 0; i < 8; i += 1) {
    await trueup.reconcile();
    await world.clock.pass(11 * MINUTE);
  }
  await trueup.converge();
  const ends = world
    .writes()
    .filter(({ operation }) => operation === 'TerminateProvisionedProduct')
    .map(
      ({ input }) =>
        (input as { RetainPhysicalResources?: boolean }).RetainPhysicalResources ?? false,
    );
  expect(ends).toEqual(reconcile.prune === 'retain' ? [true] : []);
});
