import { describe, expect, it } from 'vitest';
import type { ProductKind } from '../../src/local-catalog/model.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { type Fields, fault, keyOf, operations, truth } from './networks.ts';
import { type Wish, World } from './world.ts';

const TYPE = 'CONTROL_TOWER_ACCOUNT';
const parameters = { Email: 'a@example.com' };

const product = (name: string, kind: ProductKind) => ({
  ...{ name, kind, paths: [{ portfolio: 'platform' }] },
  versions: ['v1', 'v2'].map((version) => ({ name: version, parameters: { Email: {} } })),
});
const there = (name: string) => ({ name, product: 'account', version: 'v1', parameters });
const wish = (name: string, productName: string, reconcile: Fields = {}): Wish => ({
  name,
  spec: {
    ...{ productName, provisioningArtifactName: 'v2', provisioningParameters: parameters },
    reconcile: { onMissing: 'provision', ...reconcile },
  },
});

async function worldOf(limit: number, seed: SeedInput, wishes: readonly Wish[]): Promise<World> {
  const limits = { maxInFlight: 10, maxInFlightByType: new Map([[TYPE, limit]]) };
  const timing = { accepted: '1s', running: '10m' };
  return World.create({ seed: { timing, ...seed }, ...limits }, wishes);
}

/** The most of these that were under change at one time. */
async function mostAtOnce(world: World, names: readonly string[], looks: number): Promise<number> {
  let most = 0;
  for (let look = 0; look < looks; look++) {
    await world.clock.pass(5_000);
    const now = names.filter((name) => truth(world, name)?.product.status === 'UNDER_CHANGE');
    most = Math.max(most, now.length);
  }
  return most;
}

describe('the limit of a type holds', () => {
  it.each([1, 2])('for the first of several products, beside others of it: %i', async (limit) => {
    const names = ['one', 'two', 'new-b', 'new-c', 'new-d'];
    const products = ['account', 'b', 'c', 'd'].map((name) => product(name, TYPE));
    const wishes = names.map((name) => wish(name, name.split('-')[1] ?? 'account'));
    const provisionedProducts = ['one', 'two'].map(there);
    const world = await worldOf(limit, { products, provisionedProducts }, wishes);
    const trueup = await world.start();
    await trueup.reconcile();
    expect(await mostAtOnce(world, names, 720)).toBe(limit);
    expect(world.writes()).toHaveLength(5);
  });

  it.each([
    ['known', 'account'],
    ['not known yet', 'vault'],
  ])('for what is terminated and made anew as another type, which is %s', async (_type, to) => {
    const names = ['net', 'one', 'two', 'three'];
    const types = { account: TYPE, vault: TYPE, network: 'CFN_STACK' } as const;
    const products = Object.entries(types).map(([name, type]) => product(name, type));
    const provisionedProducts = ['one', 'two', 'three'].map(there);
    const seed = { products, provisionedProducts };
    const world = await worldOf(1, seed, [wish('net', 'network')]);
    fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'No more addresses.' });
    const trueup = await world.start();
    await trueup.converge();
    expect(truth(world, 'net')?.product.status).toBe('ERROR');
    world.service.admin.clearCalls();
    const accounts = ['one', 'two', 'three'].map((name) => wish(name, 'account'));
    world.wish([wish('net', to, { onError: 'recreate' }), ...accounts], 'r2');
    await trueup.reconcile();
    expect(await mostAtOnce(world, names, 720)).toBe(1);
    expect(operations(world).toSorted()).toEqual([
      'ProvisionProduct',
      'TerminateProvisionedProduct',
      ...accounts.map(() => 'UpdateProvisionedProduct'),
    ]);
    // It is not terminated before there is room to make it anew.
    const sends = trueup.reconciler.context.entries.get(keyOf('net')).charges;
    expect(sends.length).toBeLessThanOrEqual(3);
  });
});
