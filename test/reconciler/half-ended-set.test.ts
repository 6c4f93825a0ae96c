import { expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { fault, MINUTE, OWNER, operations } from './networks.ts';
import { guarding, setAt } from './one-stack-set.ts';
import { type Wish, World } from './world.ts';

const sets = guarding('111122223333', '444455556666');
const seed: SeedInput = {
  ...sets,
  products: [
    ...(sets.products ?? []),
    {
      name: 'network',
      paths: [{ portfolio: 'platform' }],
      versions: [{ name: 'one', parameters: { Cidr: {} } }],
    },
  ],
  provisionedProducts: [
    ...(sets.provisionedProducts ?? []),
    { name: 'net', product: 'network', version: 'one', parameters: { Cidr: 'A' } },
  ],
};

const set = (level: string) => setAt(level, { onError: 'recreate' });

const needing = (cidr: string): Wish => ({
  name: 'net',
  spec: {
    productName: 'network',
    provisioningArtifactName: 'one',
    provisioningParameters: { Cidr: cidr },
    reconcile: { dependsOn: ['set'] },
  },
});

/** Its termination, for a recreation, went half-way. */
async function halfEnded() {
  const world = await World.create({ seed }, [set('low'), needing('A')]);
  const trueup = await world.start();
  await trueup.converge();
  await world.service.admin.setStatus('set', 'ERROR', 'boom');
  fault(world, 'TerminateProvisionedProduct', { kind: 'recordFails', message: '1 of 2 went' });
  world.wish([set('low'), needing('B')], 'r2');
  for (let i = 0; i < 3; i++) {
    await trueup.reconcile();
    await world.clock.pass(10 * MINUTE);
  }
  expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  return { world, trueup };
}

it('a stack set of which the termination failed half-way does not count as in its desired state', async () => {
  const { world, trueup } = await halfEnded();
  expect(world.statusOf(trueup, 'set')).toMatchObject({
    condition: 'Stalled',
    message: expect.stringContaining("trueup's termination failed"),
  });
  // Another content is a new attempt, and ends that.
  world.wish([set('high'), needing('B')], 'r3');
  await trueup.converge();
  await world.clock.pass(10 * MINUTE);
  await trueup.converge();
  expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready' });
  expect(operations(world).slice(1)).toEqual([
    'UpdateProvisionedProduct',
    'UpdateProvisionedProduct',
  ]);
});

it('nor once it has got another owner since', async () => {
  const { world, trueup } = await halfEnded();
  const low = set('low');
  const owned = { ...low, spec: { ...low.spec, properties: { owner: OWNER } } };
  for (const revision of ['r3', 'r4']) {
    world.wish([owned, needing('B')], revision);
    await trueup.reconcile();
    await world.clock.pass(10 * MINUTE);
  }
  expect(operations(world).slice(1)).toEqual(['UpdateProvisionedProductProperties']);
  expect(world.statusOf(trueup, 'set')).toMatchObject({
    condition: 'Stalled',
    message: expect.stringContaining("trueup's termination failed"),
  });
});
