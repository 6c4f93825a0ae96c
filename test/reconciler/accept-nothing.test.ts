import { expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { acceptProduct } from '../../src/reconciler/accept.ts';
import { keyOf, MINUTE, truth } from './networks.ts';
import { World } from './world.ts';

const seed: SeedInput = {
  timing: { accepted: '1s', running: '60s' },
  behaviour: { statusAfterFailedUpdate: 'TAINTED' },
  products: [
    {
      name: 'thing',
      kind: 'CONTROL_TOWER_ACCOUNT',
      versions: [
        {
          name: 'one',
          parameters: { OrgUnit: {} },
          failsWhen: [{ parameter: 'OrgUnit', value: 'broken', message: 'it broke' }],
        },
      ],
      paths: [{ portfolio: 'platform', launchRole: 'arn:aws:iam::111122223333:role/launch' }],
    },
  ],
};

it('accept says so where nothing can be accepted', async () => {
  const world = await World.create({ seed }, []);
  const { admin } = world.service;
  const request = (value: string) => ({
    ProductName: 'thing',
    ProvisioningArtifactName: 'one',
    ProvisioningParameters: [{ Key: 'OrgUnit', Value: value }],
  });
  await admin.callAs('ProvisionProduct', {
    ...request('broken'),
    ProvisionedProductName: 'thing-0',
    ProvisionToken: 'first',
  });
  await world.clock.pass(10 * MINUTE);
  await admin.callAs('UpdateProvisionedProduct', {
    ...request('broken'),
    ProvisionedProductId: truth(world, 'thing-0')?.product.id,
    UpdateToken: 'second',
  });
  await world.clock.pass(10 * MINUTE);
  admin.clearCalls();
  world.wish([
    {
      name: 'thing-0',
      spec: {
        productName: 'thing',
        provisioningArtifactName: 'one',
        provisioningParameters: { OrgUnit: 'good' },
        reconcile: { drift: 'report' },
      },
    },
  ]);
  const trueup = await world.start();
  await trueup.converge();
  await world.clock.until(acceptProduct(trueup.reconciler.context, keyOf('thing-0')));
  await trueup.converge();
  expect(world.events('product.accepted')).toHaveLength(0);
  expect(world.events('product.notAccepted')).toHaveLength(1);
});
