import { expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { fault } from './networks.ts';
import { World } from './world.ts';

const seed: SeedInput = {
  timing: { accepted: '1s', running: '5s' },
  products: [
    {
      name: 'lake',
      kind: 'TERRAFORM_OPEN_SOURCE',
      paths: [{ portfolio: 'platform' }],
      versions: [{ name: 'one', parameters: { Size: { default: 'small' }, Zone: {} } }],
    },
  ],
  provisionedProducts: [],
};
const doc = (Size: unknown) => ({
  name: 'lake-a',
  spec: {
    productName: 'lake',
    provisioningArtifactName: 'one',
    provisioningParameters: { Size, Zone: 'y' },
    reconcile: { onMissing: 'provision', drift: 'correct' },
  },
});

async function inEffect() {
  const world = await World.create({ seed }, [doc('big')]);
  const trueup = await world.start();
  await trueup.converge();
  await world.clock.pass(600_000);
  await trueup.converge();
  expect(world.statusOf(trueup, 'lake-a')).toMatchObject({ reason: 'InSync', unverified: 0 });
  return { world, trueup };
}

/** Somebody else's update, which fails: nothing tells what of it the engine had applied by then. */
async function failsPastUs(world: World, n: number) {
  fault(
    world,
    'UpdateProvisionedProduct',
    { kind: 'recordFails', message: 'apply stopped half-way' },
    1,
  );
  await world.service.admin.callAs('UpdateProvisionedProduct', {
    ProvisionedProductId: world.service.admin.product('lake-a')?.product.id,
    ProvisioningParameters: [
      { Key: 'Size', Value: `other-${n}` },
      { Key: 'Zone', Value: 'y' },
    ],
    UpdateToken: `by-hand-${n}`,
  });
  await world.clock.pass(600_000);
}

it('what a failed update of somebody else left of an engine product is not told to be as declared', async () => {
  const { world, trueup } = await inEffect();
  await failsPastUs(world, 1);
  await trueup.converge();
  await world.clock.pass(600_000);
  await trueup.converge();
  await failsPastUs(world, 2);
  await trueup.converge();
  await world.clock.pass(600_000);
  await trueup.converge();
  const view = world.statusOf(trueup, 'lake-a');
  expect(view?.reason === 'InSync' && view.unverified === 0).toBe(false);
});

it('useDefault resets a value that trueup itself applied, where AWS returns no values', async () => {
  const { world, trueup } = await inEffect();
  expect(world.service.admin.product('lake-a')?.parameters).toMatchObject({ Size: 'big' });
  world.wish([doc({ useDefault: true })], 'r2');
  await trueup.converge();
  await world.clock.pass(600_000);
  await trueup.converge();
  expect(world.service.admin.product('lake-a')?.parameters).toMatchObject({ Size: 'small' });
});
