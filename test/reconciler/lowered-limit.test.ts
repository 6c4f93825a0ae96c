import { describe, expect, it } from 'vitest';
import type { ProductKind } from '../../src/local-catalog/model.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { type Fields, fault, HOUR, MINUTE, OWNER, truth } from './networks.ts';
import { type Wish, World } from './world.ts';

const TYPE = 'CONTROL_TOWER_ACCOUNT';
const ACCOUNTS = ['one', 'two', 'three', 'four'];

const product = (name: string, kind: ProductKind) => ({
  ...{ name, kind, paths: [{ portfolio: 'platform' }] },
  versions: ['v1', 'v2'].map((version) => ({ name: version, parameters: { Email: {} } })),
});
const provisioned = (name: string, of: string) => ({
  ...{ name, product: of, version: 'v1', parameters: { Email: 'a@example.com' } },
});
const seed: SeedInput = {
  timing: { accepted: '1s', running: '10m', properties: '10m' },
  products: [product('account', TYPE), product('network', 'CFN_STACK')],
  provisionedProducts: [
    ...ACCOUNTS.map((name) => provisioned(name, 'account')),
    provisioned('net', 'network'),
  ],
};
const wish = (name: string, productName = 'account', more: Fields = {}): Wish => ({
  name,
  spec: {
    ...{ productName, provisioningArtifactName: 'v2' },
    provisioningParameters: { Email: 'a@example.com' },
    ...more,
  },
});

/** Of the names, those in which an operation runs. */
const running = (world: World, names: readonly string[]) =>
  names.filter((name) => truth(world, name)?.product.status === 'UNDER_CHANGE');

/** A process is killed that has sent three requests, where three may run; the next one may run a single account. */
async function killedWithThree(beforeStart: (world: World) => void = () => undefined) {
  const lanes = new Map([[TYPE, 3]]);
  const wishes = [
    wish('one', 'account', { properties: { owner: OWNER } }),
    ...['two', 'three'].map((name) => wish(name)),
  ];
  const world = await World.create({ seed, maxInFlight: 3, maxInFlightByType: lanes }, wishes);
  beforeStart(world);
  const trueup = await world.start();
  await trueup.reconcile();
  await world.clock.pass(10_000);
  trueup.kill();
  expect(world.writes()).toHaveLength(3);
  lanes.set(TYPE, 1);
  world.service.admin.clearCalls();
  world.wish([...wishes, wish('four'), wish('net', 'network')], 'r3');
  const starts: (readonly [string, readonly string[]])[] = [];
  world.onRequest = ({ headers, body }) => {
    if (!/\.Update/.test(headers['x-amz-target'] ?? '')) return undefined;
    const id = (JSON.parse(body) as Fields).ProvisionedProductId;
    const name = [...ACCOUNTS, 'net'].find((one) => truth(world, one)?.product.id === id) ?? '';
    starts.push([name, running(world, [...ACCOUNTS, 'net'])]);
    return undefined;
  };
  return { world, starts };
}

describe('a limit of one type that was lowered while more than that run', () => {
  it('counts all that run, in the slots of all and in those of the type', async () => {
    const { world, starts } = await killedWithThree();
    expect(running(world, ACCOUNTS)).toEqual(['one', 'two', 'three']);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(starts.map(([name]) => name).sort()).toEqual(['four', 'net', 'one']);
    for (const [name, others] of starts) {
      expect(others.length).toBeLessThan(3);
      if (name !== 'net') expect(others.filter((one) => one !== 'net')).toEqual([]);
    }
    for (const name of [...ACCOUNTS, 'net']) expect(truth(world, name)?.versionName).toBe('v2');
    expect(world.clock.monotonic()).toBeLessThan(HOUR);
  });

  it('repeats what was lost only when there is room again', async () => {
    const { world, starts } = await killedWithThree((one) =>
      fault(one, 'UpdateProvisionedProduct', { kind: 'lostRequest' }),
    );
    expect(running(world, ACCOUNTS)).toHaveLength(2);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    for (const [name, others] of starts) {
      expect(others.length).toBeLessThan(3);
      if (name !== 'net') expect(others.filter((one) => one !== 'net')).toEqual([]);
    }
    expect(starts).toHaveLength(4);
    for (const name of [...ACCOUNTS, 'net']) expect(truth(world, name)?.versionName).toBe('v2');
    expect(world.clock.monotonic()).toBeLessThan(2 * HOUR + 10 * MINUTE);
  });
});
