import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { endByHand, keyOf, MINUTE, operations } from './life.ts';
import { ROLE } from './networks.ts';
import { type Wish, World } from './world.ts';

const product = (name: string) => ({
  name,
  paths: [{ portfolio: 'platform', tagUpdate: 'allowed' as const }],
  versions: [{ name: 'v1', parameters: { Cidr: {} } }],
});

const seed: SeedInput = {
  timing: { accepted: '1s', running: '5s' },
  products: [product('network'), product('database')],
  provisionedProducts: [
    { name: 'net-a', product: 'network', version: 'v1', parameters: { Cidr: 'x' } },
  ],
};

const doc = (productName: string, more: object = {}): Wish => ({
  name: 'net-a',
  spec: {
    productName,
    provisioningArtifactName: 'v1',
    provisioningParameters: { Cidr: 'y' },
    ...more,
  },
});

const DATABASE = {
  ProductName: 'database',
  ProvisioningArtifactName: 'v1',
  ProvisionedProductName: 'net-a',
  ProvisioningParameters: [{ Key: 'Cidr', Value: 'theirs' }],
};

const ways: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  'made one of another product': (world) =>
    world.service.admin.callAs('UpdateProvisionedProduct', { ...DATABASE, UpdateToken: 'by-hand' }),
  'ended and made anew': async (world) => {
    await endByHand(world, 'net-a');
    await world.service.admin.callAs('ProvisionProduct', {
      ...DATABASE,
      ProvisionToken: 'by-hand',
    });
  },
};

describe('what somebody has put under the name since the plan was made', () => {
  it.each(Object.entries(ways))('is not replaced by it: %s', async (_how, past) => {
    const world = await World.create({ seed, maxTerminations: 0 }, [doc('network')]);
    const trueup = await world.start();
    trueup.reconciler.setDesired(world.desired);
    const review = await world.clock.until(trueup.reconciler.review());
    await past(world);
    await world.clock.pass(10 * MINUTE);
    world.service.admin.clearCalls();
    trueup.reconciler.release(review, 1);
    await world.clock.pass(MINUTE);
    expect(operations(world)).toEqual([]);
    // The next plan tells what it would replace, and that is too much here.
    const next = await trueup.converge();
    if (next.kind === 'failed') throw new Error(next.why);
    const labels = next.evaluations.get(keyOf('net-a'))?.change.differences.map((d) => d.label);
    expect(labels).toEqual(['product', 'Cidr']);
    expect(next.guards).toMatchObject([{ guard: 'terminations', planned: 1 }]);
    expect(operations(world)).toEqual([]);
  });

  it('is not what our own steps have made of it', async () => {
    const properties = { owner: ROLE, launchRole: ROLE };
    const world = await World.create({ seed }, [doc('database', { properties })]);
    const trueup = await world.start();
    await trueup.converge();
    expect(operations(world)).toEqual([
      'UpdateProvisionedProductProperties',
      'UpdateProvisionedProduct',
      'UpdateProvisionedProductProperties',
    ]);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
  });
});
