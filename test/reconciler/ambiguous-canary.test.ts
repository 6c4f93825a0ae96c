import { expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { fault, networkDoc } from './networks.ts';
import { breaking, RULE } from './rolling.ts';
import { World } from './world.ts';

const at = (name: string, product: string) => ({
  ...{ name, product, version: 'v1', parameters: { Cidr: 'A' } },
});

const seed: SeedInput = {
  timing: { accepted: '1s', running: '5s' },
  products: [breaking('network'), breaking('other')],
  provisionedProducts: [at('first', 'other'), at('p1', 'network'), at('p2', 'network')],
};

/** What is not of the rollout goes first, so that the canary waits for its ticket. */
const wishes = (Cidr: string, provisioningArtifactName: string) => [
  networkDoc('first', { Cidr: 'B' }, { productName: 'other' }),
  ...['p1', 'p2'].map((name) => networkDoc(name, { Cidr }, { provisioningArtifactName })),
];

it('a canary of which an earlier request cannot be told waits for a person, and so does its rollout', async () => {
  const options = { seed, rollouts: [RULE], writesPerSecond: 0.05, maxInFlight: 1 };
  const world = await World.create(options, wishes('B', 'v1'));
  const trueup = await world.start();
  await trueup.reconcile();
  await world.clock.pass(10_500);
  await world.service.admin.callAs('UpdateProvisionedProduct', {
    ...{ ProvisionedProductName: 'p1', ProductName: 'network', UpdateToken: 'by-hand' },
    ProvisioningArtifactName: 'v1',
    ProvisioningParameters: [{ Key: 'Cidr', Value: 'X' }],
  });
  fault(world, 'UpdateProvisionedProduct', { kind: 'lostReply' });
  await world.clock.pass(240_000);
  expect(world.statusOf(trueup, 'p1')?.reason).toBe('Ambiguous');
  world.wish(wishes('C', 'v2'), 'r2');
  await trueup.converge();
  expect(world.statusOf(trueup, 'p2')).toMatchObject({
    message: expect.stringMatching(/^waits for canary p1, which is stalled: records/),
    next: expect.stringContaining('trueup retry'),
  });
});
