import { expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
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
  provisionedProducts: [
    { name: 'lake-a', product: 'lake', version: 'one', parameters: { Size: 'small', Zone: 'z' } },
  ],
};
const doc = (Size: unknown, Zone = 'y') => [
  {
    name: 'lake-a',
    spec: {
      productName: 'lake',
      provisioningArtifactName: 'one',
      provisioningParameters: { Size, Zone },
    },
  },
];

it('useDefault resets a value that trueup itself applied, where AWS returns no values', async () => {
  const world = await World.create({ seed: { ...seed, provisionedProducts: [] } }, [
    { name: 'lake-a', spec: { ...doc('big')[0]?.spec, reconcile: { onMissing: 'provision' } } },
  ]);
  const trueup = await world.start();
  await trueup.converge();
  await world.clock.pass(600_000);
  await trueup.converge();
  expect(world.statusOf(trueup, 'lake-a')).toMatchObject({ reason: 'InSync', unverified: 0 });
  expect(world.service.admin.product('lake-a')?.parameters).toMatchObject({ Size: 'big' });
  world.wish(doc({ useDefault: true }), 'r2');
  await trueup.converge();
  await world.clock.pass(600_000);
  await trueup.converge();
  expect(world.service.admin.product('lake-a')?.parameters).toMatchObject({ Size: 'small' });
});
