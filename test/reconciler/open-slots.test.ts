import { describe, expect, it } from 'vitest';
import {
  type Fields,
  fault,
  freezeOf,
  MINUTE,
  NAMES,
  operations,
  seedWith,
  truth,
  wish,
} from './networks.ts';
import { World } from './world.ts';

const TYPE = 'CFN_STACK';

const UPDATE = 'UpdateProvisionedProduct';
const WISHES = [wish('net-a', 'B'), wish('net-b', 'B')];

/**
 * A process was killed with two requests open: that for net-a never arrived, and what that for net-b
 * began runs for five minutes. The next one has a single slot, of all or for their type.
 */
async function killedWithTwoOpen(single: 'slot' | 'lane') {
  const lanes = new Map([[TYPE, 2]]);
  const options = {
    seed: { ...seedWith({}), timing: { accepted: '1s', running: '5m' } },
    maxInFlight: 2,
    maxInFlightByType: lanes,
  };
  const world = await World.create(options, WISHES);
  fault(world, UPDATE, { kind: 'lostRequest' });
  const first = await world.start();
  await first.reconcile();
  await world.clock.pass(500);
  fault(world, UPDATE, { kind: 'slow', ms: 20_000 });
  await world.clock.pass(2_000);
  first.kill();
  expect(operations(world)).toEqual([UPDATE, UPDATE]);
  expect(truth(world, 'net-a')?.product.status).toBe('AVAILABLE');
  expect(truth(world, 'net-b')?.product.status).toBe('UNDER_CHANGE');
  if (single === 'slot') options.maxInFlight = 1;
  else lanes.set(TYPE, 1);
  return world;
}

const tokensOf = (world: World, name: string) =>
  world
    .writes()
    .filter(
      ({ input }) => (input as Fields).ProvisionedProductId === truth(world, name)?.product.id,
    )
    .map(({ input }) => (input as Fields).UpdateToken);

describe('what an earlier process has left open', () => {
  it.each(['slot', 'lane'] as const)(
    'is looked for before anything of another product is repeated: it may fill the only %s',
    async (single) => {
      const world = await killedWithTwoOpen(single);
      const second = await world.start();
      let others: string | undefined;
      world.onRequest = ({ headers }) => {
        if (headers['x-amz-target']?.endsWith(`.${UPDATE}`) === true)
          others = truth(world, 'net-b')?.product.status;
        return undefined;
      };
      await second.converge();
      expect(others).toBe('AVAILABLE');
      const [sent, repeated, ...more] = tokensOf(world, 'net-a');
      expect(repeated).toBe(sent);
      expect(more).toEqual([]);
      expect(tokensOf(world, 'net-b')).toHaveLength(1);
      for (const name of ['net-a', 'net-b']) {
        expect(truth(world, name)?.parameters.Cidr).toBe('B');
        expect(world.statusOf(second, name)?.condition).toBe('Ready');
      }
      expect(world.clock.monotonic()).toBeLessThan(15 * MINUTE);
    },
  );

  it('is repeated before anything new is begun', async () => {
    const world = await killedWithTwoOpen('slot');
    world.service.admin.clearCalls();
    world.wish([...WISHES, wish('net-c', 'B'), wish('net-d', 'B')], 'r2');
    await (await world.start()).converge();
    const names = world.writes().map(({ input }) => {
      const { ProvisionedProductId: id } = input as Fields;
      return NAMES.find((name) => truth(world, name)?.product.id === id);
    });
    expect(names).toEqual(['net-a', 'net-c', 'net-d']);
  });
});

it('requests that are open and frozen do not keep the slots from others', async () => {
  const names = ['net-a', 'net-b', 'net-c'];
  const options = { seed: seedWith({}), maxInFlight: 3 };
  const wishes = names.map((name) => wish(name, 'B'));
  const world = await World.create(options, wishes);
  fault(world, UPDATE, { kind: 'lostRequest' }, 3);
  const first = await world.start();
  await first.reconcile();
  await world.clock.pass(10_000);
  first.kill();
  expect(operations(world)).toHaveLength(3);
  for (const name of names) await world.journal.freeze(freezeOf({ name }));
  options.maxInFlight = 1;
  world.wish([...wishes, wish('net-d', 'B')], 'r2');
  const second = await world.start();
  await second.reconcile();
  await world.clock.pass(60 * MINUTE);
  expect(truth(world, 'net-d')?.parameters.Cidr).toBe('B');
  expect(operations(world)).toHaveLength(4);
});
