import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { waiveFailures } from '../../src/reconciler/rollouts.ts';
import { type Fields, keyOf, MINUTE, ROLE, story, truth } from './networks.ts';
import { breaking, lookAt, RULE, selecting, withInvalid } from './rolling.ts';
import { type Wish, World } from './world.ts';

const seedOf = (states: Readonly<Record<string, string>>, more: Fields = {}): SeedInput => ({
  timing: { accepted: '1s', running: '5s', properties: '1s' },
  products: [breaking('network'), breaking('database')],
  provisionedProducts: Object.entries(states).map(([name, status]) => ({
    ...{ name, product: name === 'db' ? 'database' : 'network', version: 'v1' },
    ...{ parameters: { Cidr: 'bad' }, status: status as 'AVAILABLE' },
  })),
  ...more,
});
const doc = (name: string, Cidr: string, more: Fields = {}): Wish => ({
  name,
  spec: {
    ...{ productName: 'network', provisioningArtifactName: 'v2' },
    ...{ provisioningParameters: { Cidr }, ...more },
  },
});
const FAILED = ['p1 accepted', 'p1 succeeded', 'p2 accepted', 'p2 failed'];

describe('what waits for its turn at AWS is not sent once its rollout is paused', () => {
  it.each([
    ['a termination to make it anew', 'ERROR', { reconcile: { onError: 'recreate' } }],
    ['a launch role before the update', 'AVAILABLE', { properties: { launchRole: ROLE } }],
    ['an update', 'AVAILABLE', {}],
  ])('%s', async (_what, status, more) => {
    const seed = seedOf({ p1: 'AVAILABLE', p2: 'AVAILABLE', p3: status });
    const options = { seed, rollouts: [RULE], writesPerSecond: 0.05 };
    const wishes = [doc('p1', 'good'), doc('p2', 'bad'), doc('p3', 'bad', more)];
    const world = await World.create(options, wishes);
    const trueup = await world.start();
    await trueup.converge();
    expect(story(world)).toEqual(FAILED);
    expect(world.statusOf(trueup, 'p3')?.message).toMatch(/^its rollout is paused: p2 failed/);
  });

  it('a move that was throttled, which was certainly not carried out', async () => {
    const states = { p1: 'AVAILABLE', p2: 'AVAILABLE', p3: 'AVAILABLE' };
    const options = { seed: seedOf(states), rollouts: [RULE], writesPerSecond: 20 };
    const wishes = [doc('p1', 'good'), doc('p2', 'bad'), doc('p3', 'bad')];
    const world = await World.create(options, wishes);
    world.service.admin.addFault({
      ...{ operation: 'UpdateProvisionedProduct', product: 'p3', count: 6 },
      effect: { kind: 'throttle' },
    });
    const trueup = await world.start();
    await trueup.converge();
    expect(story(world)).toEqual(FAILED);
    expect(trueup.reconciler.context.entries.get(keyOf('p3')).intent).toBeNull();
  });
});

describe('what failed and was asked for again, but cannot be tried now, holds the others', () => {
  const names = ['p1', 'p2', 'p3'];
  const states = Object.fromEntries([...names, 'db'].map((name) => [name, 'AVAILABLE']));
  const database = (reconcile: Fields): Wish => ({
    name: 'db',
    spec: {
      ...{ productName: 'database', provisioningArtifactName: 'v1' },
      ...{ provisioningParameters: { Cidr: 'bad' }, reconcile },
    },
  });
  const docs = (p2: Fields, db: Fields) => [
    ...[doc('p1', 'good'), doc('p2', 'bad', { reconcile: { dependsOn: ['db'], ...p2 } })],
    ...[doc('p3', 'good'), database(db)],
  ];

  async function failed() {
    const limits = { maxInFlight: 1, rollouts: [RULE] };
    const world = await World.create({ seed: seedOf(states), ...limits }, docs({}, {}));
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(story(world)).toEqual(FAILED);
    return { world, trueup };
  }

  async function retried(how: 'suspended' | 'dependency' | 'invalid') {
    const { world, trueup } = await failed();
    if (how === 'suspended') world.wish(docs({ suspend: true }, {}), 'r2');
    if (how === 'dependency') world.wish(docs({}, { suspend: true }), 'r2');
    const key = keyOf('p2');
    const desired = how === 'invalid' ? withInvalid(world, 'p2') : world.desired;
    const look = () => lookAt(world, trueup, desired);
    await look();
    await world.clock.until(trueup.reconciler.retry(key));
    await look();
    return { world, trueup, look };
  }

  it.each([
    ['suspended', 'is suspended'],
    ['dependency', 'waits for db'],
    ['invalid', 'has an invalid document'],
  ] as const)('because of what is %s', async (how, why) => {
    const { world, trueup } = await retried(how);
    expect(story(world)).toEqual(FAILED);
    const message = world.statusOf(trueup, 'p3')?.message;
    expect(message).toContain('which failed to move to network v2 before, is to be tried again');
    expect(message).toContain(`and ${why}`);
    expect(world.statusOf(trueup, 'p3')?.next).toContain('trueup proceed default/network');
  });

  it('until a person says that they go on all the same', async () => {
    const { world, trueup, look } = await retried('suspended');
    expect(await world.clock.until(waiveFailures(trueup.reconciler.context, 'network'))).toBe(1);
    await look();
    expect(story(world)).toEqual([...FAILED, 'p3 accepted', 'p3 succeeded']);
  });
});

it.each(['suspended', 'invalid'] as const)(
  'a canary that failed, was asked for again and is %s holds nobody once a person says so',
  async (how) => {
    const names = ['p1', 'p2'];
    const seed = seedOf(Object.fromEntries(names.map((name) => [name, 'AVAILABLE'])));
    const world = await World.create({ seed, rollouts: [RULE] }, [
      doc('p1', 'bad'),
      doc('p2', 'good'),
    ]);
    const trueup = await world.start();
    await trueup.converge();
    expect(story(world)).toEqual(['p1 accepted', 'p1 failed']);
    world.wish([doc('p1', 'bad', { reconcile: { suspend: true } }), doc('p2', 'good')], 'r2');
    const key = keyOf('p1');
    const desired = how === 'invalid' ? withInvalid(world, 'p1') : world.desired;
    const look = () => lookAt(world, trueup, desired);
    await look();
    await world.clock.until(trueup.reconciler.retry(key));
    await look();
    expect(story(world)).toEqual(['p1 accepted', 'p1 failed']);
    await world.clock.until(waiveFailures(trueup.reconciler.context, 'network'));
    await look();
    expect(story(world)).toEqual(['p1 accepted', 'p1 failed', 'p2 accepted', 'p2 succeeded']);
  },
);

it('one that failed and was asked for again holds the others of a selection that leaves it out', async () => {
  const states = { p1: 'AVAILABLE', p2: 'AVAILABLE', p3: 'AVAILABLE' };
  const wishes = [doc('p1', 'good'), doc('p2', 'bad'), doc('p3', 'good')];
  const limits = { rollouts: [RULE], maxInFlight: 1 };
  const world = await World.create({ seed: seedOf(states), ...limits }, wishes);
  const first = await world.start();
  await first.converge();
  expect(story(world)).toEqual(FAILED);
  await world.clock.until(first.reconciler.retry(keyOf('p2')));
  first.kill();
  const second = await world.start();
  await lookAt(world, second, selecting(world, 'p3'));
  expect(story(world)).toEqual(FAILED);
  expect(world.statusOf(second, 'p3')?.message).toContain('p2, which failed to move to');
});

it('a canary that a selection leaves out does not count as running what it is on its way from', async () => {
  const timing = { accepted: '1s', running: '10m' };
  const seed = seedOf({ p1: 'AVAILABLE', p2: 'AVAILABLE' }, { timing });
  const at = (one: string, two: string) => [
    doc('p1', 'good', { provisioningArtifactName: one }),
    doc('p2', 'good', { provisioningArtifactName: two }),
  ];
  const world = await World.create({ seed, rollouts: [RULE] }, at('v2', 'v1'));
  const first = await world.start();
  await first.converge();
  world.wish(at('v1', 'v1'), 'r2');
  await first.reconcile();
  await world.clock.pass(MINUTE);
  expect(truth(world, 'p1')?.product.status).toBe('UNDER_CHANGE');
  first.kill();
  world.service.admin.clearCalls();
  world.wish(at('v2', 'v2'), 'r3');
  const second = await world.start();
  second.reconciler.resume();
  await lookAt(world, second, selecting(world, 'p2'));
  expect(world.statusOf(second, 'p2')?.message).toMatch(/^waits for canary p1, which is not part/);
  expect(world.writes()).toEqual([]);
});
