import { describe, expect, it } from 'vitest';
import { asTargetName } from '../../src/domain/ids.ts';
import type { ProductStatusView } from '../../src/domain/status.ts';
import { type Readiness, waitFor } from '../../src/reconciler/dependencies.ts';
import { aStatus } from '../diff/build.ts';
import { networks } from '../support/network.ts';
import { type Fields, fault, keyOf, killedAfter, networkDoc, story } from './networks.ts';
import { type Incarnation, TARGET, World } from './world.ts';

const seed = networks({ tagUpdate: 'allowed', names: ['a', 'b', 'c'], live: { Cidr: 'old' } });

const doc = (
  name: string,
  on: readonly string[] = [],
  parts: Fields = {},
  reconcile: Fields = {},
) => networkDoc(name, { Cidr: 'new' }, { ...parts, reconcile: { dependsOn: on, ...reconcile } });

const B_THEN_A = ['b accepted', 'b succeeded', 'a accepted', 'a succeeded'];

const same = { provisioningParameters: { Cidr: 'old' } };
const newer = { provisioningParameters: { Cidr: 'newer' } };
const looks = 'DescribeProvisionedProduct';
const slow = { kind: 'slow', ms: 20_000 } as const;

const statusOf = (world: World, trueup: Incarnation, name: string) => world.statusOf(trueup, name);

describe('dependsOn something that is only observed', () => {
  it.each([
    ['and does not exist', 'd', 'which does not exist, and trueup only observes it'],
    ['and is in ERROR', 'b', 'which is in ERROR, and trueup only observes it'],
  ])('%s waits', async (_, on, why) => {
    const life = { onMissing: 'provision', onError: 'recreate', mode: 'observe' };
    const world = await World.create({ seed }, [doc('a', [on]), doc(on, [], same, life)]);
    await world.service.admin.setStatus('b', 'ERROR', 'boom');
    const trueup = await world.start();
    for (let i = 0; i < 2; i++) await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(statusOf(world, trueup, 'a')).toMatchObject({
      reason: 'WaitsFor',
      message: expect.stringContaining(why),
    });
  });
});

describe('dependsOn', () => {
  it('begins a dependant when what it depends on is in its desired state, and not before', async () => {
    const world = await World.create({ seed }, [doc('a', ['b']), doc('b', ['c']), doc('c')]);
    const trueup = await world.start();
    const review = await trueup.converge();
    expect(story(world)).toEqual([
      'c accepted',
      'c succeeded',
      'b accepted',
      'b succeeded',
      'a accepted',
      'a succeeded',
    ]);
    expect(review.kind === 'ok' && review.evaluations.get(keyOf('a'))?.change).toMatchObject({
      after: ['b'],
      verdict: { kind: 'update' },
    });
  });

  it('makes no call for what waits', async () => {
    const world = await World.create({ seed }, [doc('a', ['c']), doc('b', ['c']), doc('c')]);
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      product: 'c',
      effect: { kind: 'straggle', ms: 3_600_000 },
    });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(60_000);
    expect(statusOf(world, trueup, 'a')).toMatchObject({
      condition: 'Reconciling',
      reason: 'WaitsFor',
      message: expect.stringContaining('waits for c'),
    });
    const described = () => world.service.admin.calls('DescribeProvisionedProduct').length;
    const before = described();
    await world.clock.pass(1_800_000);
    expect(described()).toBe(before);
    await trueup.converge();
    expect(
      story(world)
        .slice(-2)
        .every((line) => line.endsWith('succeeded')),
    ).toBe(true);
    expect(world.writes()).toHaveLength(3);
  });

  it('does not wait for what is in sync, or differs and is only reported', async () => {
    const inSync = doc('b', [], same);
    const reported = doc('c', [], {}, { mode: 'observe' });
    const world = await World.create({ seed }, [doc('a', ['b', 'c']), inSync, reported]);
    await (await world.start()).converge();
    expect(story(world)).toEqual(['a accepted', 'a succeeded']);
  });

  it.each([
    ['is refused', doc('b', [], { provisioningParameters: { Nope: 'x' } })],
    ['is suspended', doc('b', [], {}, { suspend: true })],
    ['does not exist', { ...doc('nowhere') }],
  ])(
    'waits for what %s, and says so; so does what depends on the dependant',
    async (_what, other) => {
      const world = await World.create({ seed }, [doc('a', [other.name]), doc('c', ['a']), other]);
      const trueup = await world.start();
      const review = await trueup.converge();
      expect(world.writes()).toEqual([]);
      for (const [name, on] of [
        ['a', other.name],
        ['c', 'a'],
      ] as const) {
        expect(
          review.kind === 'ok' && review.evaluations.get(keyOf(name))?.change.verdict.kind,
        ).toBe('waits');
        expect(statusOf(world, trueup, name)).toMatchObject({
          condition: 'Reconciling',
          reason: 'WaitsFor',
          message: expect.stringContaining(`waits for ${on}`),
        });
      }
    },
  );

  it('stays behind when what it depends on fails on the way, and goes on after a retry', async () => {
    const world = await World.create({ seed }, [doc('a', ['b']), doc('b')]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'no more room' });
    const trueup = await world.start();
    await trueup.converge();
    expect(story(world)).toEqual(['b accepted', 'b failed']);
    expect(statusOf(world, trueup, 'a')?.message).toContain('no more room');
    await trueup.reconciler.retry(keyOf('b'));
    await trueup.converge();
    expect(story(world).slice(2)).toEqual(B_THEN_A);
  });

  it('does not begin on the success of what a document said before', async () => {
    const lagging = { ...seed, behaviour: { describeLag: '10s' } };
    const world = await World.create({ seed: lagging }, [doc('a', ['b']), doc('b')]);
    const operation = 'UpdateProvisionedProduct';
    fault(world, operation, { kind: 'lostReply' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(2_000);
    world.wish([doc('a', ['b']), doc('b', [], newer)]);
    await trueup.reconcile();
    await world.clock.pass(60_000);
    await trueup.converge();
    expect(story(world)).toEqual(['b accepted', 'b succeeded', ...B_THEN_A]);
  });

  it('does not begin on what a revision said that went while it was looked at', async () => {
    const world = await World.create({ seed }, [doc('a', ['b']), doc('b', [], same)]);
    world.service.admin.addFault({ operation: looks, product: 'a', count: 1, effect: slow });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(17_000);
    world.wish([doc('a', ['b']), doc('b', [], newer)]);
    await trueup.reconcile();
    await world.clock.pass(60_000);
    await trueup.converge();
    expect(story(world)).toEqual(B_THEN_A);
  });

  it('does not begin on what has drifted while its request waited for its turn', async () => {
    const b = doc('b', [], same, { drift: 'correct' });
    const before = [doc('a', ['b'], same), b, doc('c', [], same)];
    const world = await World.create({ seed, writesPerSecond: 0.05 }, before);
    const trueup = await world.start();
    await trueup.converge();
    world.wish([doc('a', ['b'], newer), b, doc('c', [], newer)]);
    const late = { kind: 'slow', ms: 100 } as const;
    world.service.admin.addFault({ operation: looks, product: 'a', count: 1, effect: late });
    await trueup.reconcile();
    await world.clock.pass(10_000);
    expect(story(world)).toEqual(['c accepted', 'c succeeded']);
    await world.service.admin.editStack({ product: 'b', parameters: { Cidr: 'by hand' } });
    await trueup.reconcile();
    await world.clock.pass(120_000);
    expect(story(world).slice(2)).toEqual(B_THEN_A);
  });

  it('does not begin on a look that was meant for what a document said before', async () => {
    const world = await World.create({ seed }, [doc('a', ['b']), doc('b')]);
    await killedAfter(world, 2_000);
    const trueup = await world.start();
    world.service.admin.addFault({ operation: looks, product: 'b', count: 1, effect: slow });
    await trueup.reconcile();
    await world.clock.pass(15_000);
    expect(story(world)).toEqual(['b accepted', 'b succeeded']);
    world.wish([doc('a', ['b']), doc('b', [], newer)]);
    await trueup.reconcile();
    await world.clock.pass(60_000);
    await trueup.converge();
    expect(story(world).slice(2)).toEqual(B_THEN_A);
  });

  it('does not repeat an open request while what it needs is not as declared', async () => {
    const world = await World.create({ seed }, [doc('a', ['b']), doc('b', [], same)]);
    const operation = 'UpdateProvisionedProduct';
    fault(world, operation, { kind: 'lostRequest' });
    await killedAfter(world, 2_000);
    fault(world, operation, { kind: 'recordFails' });
    world.wish([doc('a', ['b']), doc('b', [], newer)]);
    const second = await world.start();
    await second.reconcile();
    await world.clock.pass(9 * 60_000);
    expect(story(world)).toEqual(['b accepted', 'b failed']);
    await second.reconciler.retry(keyOf('b'));
    await second.converge();
    expect(story(world).slice(2)).toEqual(['b accepted', 'b succeeded', 'a succeeded']);
  });

  it('provisions in order too', async () => {
    const fresh = (name: string, on: readonly string[]) =>
      doc(name, on, {}, { onMissing: 'provision' });
    const world = await World.create({ seed }, [fresh('x', ['y']), fresh('y', [])]);
    await (await world.start()).converge();
    expect(story(world)).toEqual(['y accepted', 'y succeeded', 'x accepted', 'x succeeded']);
  });

  it('waits for a document of another target, and goes on as soon as that is ready', async () => {
    const world = await World.create({ seed }, [doc('a')]);
    const trueup = await world.start();
    const far = { target: asTargetName('other'), key: keyOf('x'), name: 'x' };
    const spec = world.desired.specs.get(keyOf('a'));
    if (spec === undefined) throw new Error('no document');
    const linked = new Map([[spec.key, { ...spec, dependsOn: [far] }]]);
    trueup.reconciler.setDesired({ ...world.desired, specs: linked });
    const review = await world.clock.until(trueup.reconciler.review());
    trueup.reconciler.release(review, 1);
    await world.clock.pass(600_000);
    expect(world.writes()).toEqual([]);
    const mine = statusOf(world, trueup, 'a');
    expect(mine?.message).toBe('waits for other/x, which was not looked at yet');
    if (mine === undefined) throw new Error('no status');
    const theirs = { ...mine, ...far, revision: 'r1' };
    trueup.board.set({ ...theirs, condition: 'Ready', sync: 'Synced', revision: 'r0' });
    await world.clock.pass(60_000);
    expect(world.writes()).toEqual([]);
    trueup.board.set({ ...theirs, condition: 'Stalled', message: 'broken', next: 'mend it' });
    expect(statusOf(world, trueup, 'a')).toMatchObject({
      message: 'waits for other/x, which is stalled: broken',
      next: 'mend it',
    });
    trueup.board.set({ ...theirs, condition: 'Ready', sync: 'Synced' });
    await world.clock.pass(60_000);
    expect(story(world)).toEqual(['a accepted', 'a succeeded']);
  });

  it('does not begin on what an earlier process saw of another target', async () => {
    const world = await World.create({ seed }, [doc('a', [], same)]);
    const first = await world.start();
    await first.converge();
    first.kill();
    const mine = statusOf(world, first, 'a');
    if (mine?.condition !== 'Ready') throw new Error('it is not ready');
    const far = { target: asTargetName('other'), key: keyOf('x'), name: 'x' };
    const theirs = { ...mine, ...far };
    await world.journal.putStatus([theirs]);
    const trueup = await world.start();
    await trueup.board.load();
    world.wish([doc('a')], mine.revision);
    const linked = new Map(
      [...world.desired.specs].map(([key, spec]) => [key, { ...spec, dependsOn: [far] }]),
    );
    trueup.reconciler.setDesired({ ...world.desired, specs: linked });
    const review = await world.clock.until(trueup.reconciler.review());
    trueup.reconciler.release(review, 1);
    await world.clock.pass(600_000);
    expect(world.writes()).toEqual([]);
    expect(statusOf(world, trueup, 'a')?.message).toBe(
      'waits for other/x, which was not looked at yet',
    );
    // Now it is looked at, and is as it was.
    trueup.board.set(theirs);
    await world.clock.pass(60_000);
    expect(story(world)).toEqual(['a accepted', 'a succeeded']);
  });

  it('waits for what a selection leaves out, unless it was last seen ready', async () => {
    const world = await World.create({ seed }, [doc('a', ['b']), doc('b')]);
    const trueup = await world.start({ isInRun: ({ name }) => name === 'a' });
    const only = (key: string) => new Map([...world.desired.specs].filter(([one]) => one === key));
    trueup.reconciler.setDesired({ ...world.desired, specs: only('name:a') });
    const go = async () => {
      const review = await world.clock.until(trueup.reconciler.review());
      trueup.reconciler.release(review, 1);
      await world.clock.pass(60_000);
    };
    await go();
    expect(world.writes()).toEqual([]);
    expect(statusOf(world, trueup, 'a')?.message).toBe(
      'waits for b, which is not part of this run',
    );
    const mine = statusOf(world, trueup, 'a');
    if (mine === undefined) throw new Error('no status');
    trueup.board.set({
      ...mine,
      key: keyOf('b'),
      name: 'b',
      condition: 'Ready',
      sync: 'Synced',
      revision: 'r0',
    });
    await go();
    expect(story(world)).toEqual(['a accepted', 'a succeeded']);
  });

  it('waits for what a selection leaves out where its document changed since it was ready', async () => {
    const world = await World.create({ seed }, [doc('a', ['b'], same), doc('b')]);
    await (await world.start()).converge();
    world.wish([doc('a', ['b']), doc('b', [], newer)]);
    const trueup = await world.start({ isInRun: ({ name }) => name === 'a' });
    await trueup.reconciler.context.board.load();
    const [a, b] = ['a', 'b'].map((name) => world.desired.specs.get(keyOf(name)));
    if (a === undefined || b === undefined) throw new Error('no document');
    const go = async () => {
      trueup.reconciler.setDesired({
        ...world.desired,
        isSelection: true,
        specs: new Map([[a.key, a]]),
        leftOut: new Map([[b.key, b]]),
      });
      const review = await world.clock.until(trueup.reconciler.review());
      trueup.reconciler.release(review, 1);
      await world.clock.pass(60_000);
    };
    await go();
    expect(story(world)).toEqual(['b accepted', 'b succeeded']);
    expect(statusOf(world, trueup, 'a')).toMatchObject({
      message: 'waits for b, whose document changed and which is not part of this run',
      next: 'select b too, or run without a selection',
    });
  });

  it.each([
    ['as the journal saw it', true],
    ['which the journal never saw', false],
  ])('ends nothing that a document still depends on, %s', async (_, isKnown) => {
    const a = doc('a', [], {}, { prune: 'terminate' });
    const b = doc('b', ['a'], same);
    const world = await World.create({ seed }, isKnown ? [a, b] : [a]);
    const trueup = await world.start();
    await trueup.converge();
    world.service.admin.clearCalls();
    // The dependant's document is invalid now (its dependency is gone), and so it is left alone.
    world.wish([]);
    const desired = world.desired;
    const key = keyOf('b');
    const at = { file: 'b.yaml', line: 1, column: 1 };
    const problem = {
      code: 'document/unknown-dependency',
      severity: 'error',
      at,
      field: '',
      message: 'm',
      next: 'n',
    } as const;
    trueup.reconciler.setDesired({
      ...desired,
      declared: new Set([key]),
      invalid: new Map([[key, { name: 'b', at, problem, needs: isKnown ? [] : [`${TARGET}/a`] }]]),
    });
    for (let i = 0; i < 3; i++) {
      const review = await world.clock.until(trueup.reconciler.review());
      trueup.reconciler.release(review, 0);
      await world.clock.pass(11 * 60_000);
    }
    expect(world.writes()).toEqual([]);
    expect(statusOf(world, trueup, 'a')?.message).toContain('documents depend on it: b');
  });
});

/** What was seen of the one dependency, at revision r2. */
function readinessOf(parts: Partial<ProductStatusView>, isInRun = true): Readiness {
  const view = aStatus('b', { revision: 'r2', ...parts });
  return {
    target: TARGET,
    revision: 'r2',
    statusOf: () => view,
    isSeen: () => true,
    isInRun: () => isInRun,
    hasChanged: () => false,
  };
}

describe.each([
  ['in this run', true],
  ['left out by the selection', false],
])('a dependency %s', (_, isInRun) => {
  it.each<[string, Partial<ProductStatusView>, boolean]>([
    ['in its desired state', {}, true],
    ['different and only reported', { sync: 'OutOfSync', reason: 'Reported' }, true],
    ['left alone', { sync: 'Unknown', reason: 'Reported' }, false],
    ['not there and only reported', { sync: 'OutOfSync', health: 'Missing' }, false],
    ['not in its desired state yet', { condition: 'Reconciling' }, false],
    ['stalled', { condition: 'Stalled' }, false],
  ])('that is %s', (_what, parts, may) => {
    for (const target of [TARGET, asTargetName('other')]) {
      const wait = waitFor(readinessOf(parts, isInRun), [{ target, key: keyOf('b'), name: 'b' }]);
      expect([target, wait === null]).toEqual([target, may]);
    }
  });
});

it('says that what it waits for is stalled also where a request of an older revision is', () => {
  const ambiguous = {
    condition: 'Stalled',
    reason: 'Ambiguous',
    message: 'two records',
    next: 'look',
  } as const;
  const readiness = readinessOf({ ...ambiguous, revision: 'r1' });
  expect(waitFor(readiness, [{ target: TARGET, key: keyOf('b'), name: 'b' }])).toEqual({
    why: 'waits for b, which is stalled: two records',
    next: 'look',
    isBlocked: true,
  });
});
