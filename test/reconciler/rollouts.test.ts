import { describe, expect, it } from 'vitest';
import { asRecordId } from '../../src/domain/ids.ts';
import type { Problem } from '../../src/domain/problem.ts';
import type { RolloutRule } from '../../src/domain/rollout.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { waiveFailures } from '../../src/reconciler/rollouts.ts';
import { fault, keyOf, story } from './networks.ts';
import { type Incarnation, type Wish, World, type WorldOptions } from './world.ts';

const names = (count: number, prefix = 'p') =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i + 1).padStart(2, '0')}`);

const product = (name: string, bad: string | null) => ({
  name,
  paths: [{ portfolio: 'platform', tagUpdate: 'allowed' as const }],
  versions: ['v1', 'v2', 'v3'].map((version) => ({
    name: version,
    parameters: { Cidr: {} },
    ...(version === bad
      ? { failsWhen: [{ parameter: 'Cidr', value: 'x', message: 'the template is broken' }] }
      : {}),
  })),
});

const seedOf = (members: readonly string[], bad: string | null = null): SeedInput => ({
  timing: { accepted: '1s', running: '5s' },
  products: [product('network', bad), product('database', null)],
  provisionedProducts: [...members, ...names(3, 'db')].map((name) => ({
    name,
    product: name.startsWith('db') ? 'database' : 'network',
    version: 'v1',
    parameters: { Cidr: 'x' },
  })),
});

const RULE: RolloutRule = {
  product: 'network',
  canary: { kind: 'count', count: 1 },
  maxFailures: 1,
  pauseOnFailure: true,
};

type Parts = { readonly labels?: Record<string, string>; readonly reconcile?: object };

const doc = (
  name: string,
  version = 'v2',
  { labels = {}, reconcile = {} }: Parts = {},
  cidr = 'x',
): Wish => ({
  name,
  labels,
  spec: {
    productName: name.startsWith('db') ? 'database' : 'network',
    provisioningArtifactName: version,
    provisioningParameters: { Cidr: cidr },
    reconcile,
  },
});

/** A rule finds its version. */
const ruled = (name: string, reconcile: object = {}, rule: object = { latest: true }): Wish => {
  const { provisioningArtifactName: _name, ...rest } = doc(name).spec;
  const policy = { onNewVersion: 'update', ...reconcile };
  return { name, spec: { ...rest, provisioningArtifact: rule, reconcile: policy } };
};

const all = (members: readonly string[], version = 'v2') =>
  members.map((name) => doc(name, version));

const create = (
  members: readonly string[],
  wishes: readonly Wish[],
  options: Partial<WorldOptions> & { readonly bad?: string } = {},
) =>
  World.create(
    {
      seed: seedOf(members, options.bad ?? null),
      rollouts: [RULE],
      writesPerSecond: 20,
      ...options,
    },
    wishes,
  );

const begun = (world: World) =>
  story(world).flatMap((line) => (line.endsWith(' accepted') ? [line.split(' ')[0]] : []));

const change = (review: Awaited<ReturnType<Incarnation['converge']>>, name: string) => {
  if (review.kind === 'failed') throw new Error(review.why);
  const found = review.evaluations.get(keyOf(name))?.change;
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

/** The next moves fail, whatever they are. */
function failNext(world: World, count: number): void {
  fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'no more room' }, count);
}

describe('a rollout', () => {
  it('sends exactly one update of a bad version, with one canary', async () => {
    const members = names(20);
    const world = await create(members, all(members), { bad: 'v2' });
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(begun(world)).toEqual(['p01']);
    expect(world.statusOf(trueup, 'p01')).toMatchObject({ condition: 'Stalled' });
    expect(world.statusOf(trueup, 'p02')).toMatchObject({
      condition: 'Reconciling',
      reason: 'RolloutPaused',
      message: expect.stringContaining('p01 failed to move to network v2: record rec-'),
      next: expect.stringContaining('trueup retry default/p01'),
    });
    // The next looks send nothing either, and neither does another process.
    const review = await trueup.converge();
    expect(change(review, 'p20').verdict).toMatchObject({ kind: 'waits' });
    await trueup.converge();
    expect(world.events('rollout.paused').map(({ level, fields }) => [level, fields])).toEqual([
      ['error', expect.objectContaining({ product: 'network', version: 'v2', failures: 1 })],
    ]);
    trueup.kill();
    const again = await world.start();
    await again.board.load();
    await again.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.events('rollout.paused')).toHaveLength(1);
  });

  it('sends the rest when the canaries have succeeded, and not before', async () => {
    const members = names(6);
    const world = await create(members, all(members), {
      rollouts: [{ ...RULE, canary: { kind: 'count', count: 2 } }],
    });
    await (await world.start()).converge();
    const lines = story(world);
    expect(lines.slice(0, 4).toSorted()).toEqual([
      'p01 accepted',
      'p01 succeeded',
      'p02 accepted',
      'p02 succeeded',
    ]);
    expect(begun(world).toSorted()).toEqual(members);
    expect(lines.filter((line) => line.endsWith('succeeded'))).toHaveLength(6);
  });

  it('takes the labelled ones for canaries', async () => {
    const members = names(4);
    const wishes = members.map((name) =>
      doc(name, 'v2', name === 'p03' ? { labels: { stage: 'canary' } } : {}),
    );
    const world = await create(members, wishes, {
      rollouts: [{ ...RULE, canary: { kind: 'labels', labels: { stage: 'canary' } } }],
    });
    const review = await (await world.start()).converge();
    expect(story(world).slice(0, 2)).toEqual(['p03 accepted', 'p03 succeeded']);
    expect(begun(world)).toHaveLength(4);
    expect(change(review, 'p03').rollout).toMatchObject({ stage: 'canary', after: [] });
    expect(change(review, 'p01').rollout).toMatchObject({ stage: 'rest', after: ['p03'] });
  });

  it('goes on by a new version, with the canary first, and by a revert', async () => {
    const members = names(5);
    const world = await create(members, all(members), { bad: 'v2' });
    const trueup = await world.start();
    await trueup.converge();
    expect(begun(world)).toEqual(['p01']);
    world.wish(all(members, 'v3'), 'r3');
    await trueup.converge();
    expect(begun(world).slice(0, 2)).toEqual(['p01', 'p01']);
    expect(begun(world)).toHaveLength(6);
    expect(world.statusOf(trueup, 'p05')).toMatchObject({ condition: 'Ready' });
    // Back to the bad one: it is a rollout like the first, and stops like the first.
    world.wish(all(members), 'r4');
    await trueup.converge();
    expect(begun(world).slice(6)).toEqual(['p01']);
    // And a revert to what runs needs nothing but the one that was touched.
    world.wish(all(members, 'v3'), 'r5');
    const review = await trueup.converge();
    expect(change(review, 'p02').verdict.kind).toBe('inSync');
  });

  it('replaced midway by another version, starts afresh with its canary', async () => {
    const members = names(8);
    const world = await create(members, all(members), { maxInFlight: 2 });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(20_000);
    const before = begun(world).length;
    expect(before).toBeGreaterThan(1);
    expect(before).toBeLessThan(8);
    world.wish(all(members, 'v3'), 'r3');
    await trueup.converge();
    // What was in flight to the other version was busy at that look.
    await trueup.converge();
    const third = world.lines
      .filter(({ event }) => event === 'update.accepted')
      .filter(({ fields }) => fields.revision === 'r3')
      .map(({ fields }) => fields.provisionedProduct);
    expect(third[0]).toBe('p01');
    expect(new Set(third)).toEqual(new Set(members));
    expect(begun(world).length).toBeLessThanOrEqual(before + 8);
  });

  it('starts no more than max-in-flight after the canaries when these were lucky', async () => {
    const members = names(20);
    const wishes = members.map((name) => doc(name, 'v2', {}, name === 'p01' ? 'y' : 'x'));
    const world = await create(members, wishes, { bad: 'v2', maxInFlight: 4 });
    const trueup = await world.start();
    await trueup.converge();
    // One canary that succeeds, then at most four at one time, of which the first failure stops.
    expect(begun(world)[0]).toBe('p01');
    expect(begun(world).length).toBeLessThanOrEqual(1 + 4);
    const failed = story(world).filter((line) => line.endsWith(' failed'));
    expect(failed).toHaveLength(begun(world).length - 1);
    await trueup.converge();
    expect(begun(world).length).toBeLessThanOrEqual(1 + 4);
  });

  /** Four, of which the first has failed. */
  async function paused() {
    const members = names(4);
    const world = await create(members, all(members));
    failNext(world, 1);
    const trueup = await world.start();
    await trueup.converge();
    return { world, trueup };
  }

  it('goes on when the failed one is tried again and succeeds', async () => {
    const { world, trueup } = await paused();
    expect(story(world)).toEqual(['p01 accepted', 'p01 failed']);
    await trueup.converge();
    await trueup.reconciler.retry(keyOf('p01'));
    await trueup.converge();
    expect(story(world).slice(2, 4)).toEqual(['p01 accepted', 'p01 succeeded']);
    expect(world.events('rollout.resumed')).toHaveLength(1);
    expect(begun(world)).toHaveLength(5);
  });

  it('stays paused when the failed one is tried again and fails again', async () => {
    const members = names(4);
    const world = await create(members, all(members), { bad: 'v2' });
    const trueup = await world.start();
    await trueup.converge();
    await trueup.reconciler.retry(keyOf('p01'));
    await trueup.converge();
    expect(begun(world)).toEqual(['p01', 'p01']);
    expect(world.statusOf(trueup, 'p03')?.reason).toBe('RolloutPaused');
  });

  it('goes on in spite of a failure when a person says so, also after a restart', async () => {
    const { world, trueup } = await paused();
    expect(await waiveFailures(trueup.reconciler.context, 'database')).toBe(0);
    expect(await waiveFailures(trueup.reconciler.context, 'network')).toBe(1);
    trueup.kill();
    const again = await world.start();
    await again.converge();
    expect(begun(world)[0]).toBe('p01');
    expect(begun(world).slice(1).toSorted()).toEqual(['p02', 'p03', 'p04']);
    expect(world.statusOf(again, 'p01')).toMatchObject({ condition: 'Stalled' });
    // A failure after it counts anew.
    expect(world.events('rollout.proceeds')).toHaveLength(1);
  });

  it('goes on only in spite of the failures that the person saw', async () => {
    const { world, trueup } = await paused();
    const seen = asRecordId('rec-of-another');
    expect(await waiveFailures(trueup.reconciler.context, 'network', [seen])).toBe(0);
    await trueup.converge();
    expect(begun(world)).toEqual(['p01']);
    const { lastResult } = trueup.reconciler.context.entries.get(keyOf('p01'));
    if (lastResult === null) throw new Error('nothing failed');
    expect(
      await waiveFailures(trueup.reconciler.context, 'network', [seen, lastResult.recordId]),
    ).toBe(1);
  });

  it('does not count what passes by itself', async () => {
    const members = names(3);
    const world = await create(members, all(members));
    fault(world, 'UpdateProvisionedProduct', {
      kind: 'recordFails',
      message: 'Rate exceeded (ThrottlingException)',
    });
    const trueup = await world.start();
    await trueup.converge();
    expect(story(world).slice(0, 4)).toEqual([
      'p01 accepted',
      'p01 failed',
      'p01 accepted',
      'p01 succeeded',
    ]);
    expect(begun(world)).toHaveLength(4);
  });

  it('holds after a restart in the middle, with the canary in flight', async () => {
    const members = names(6);
    const world = await create(members, all(members), { bad: 'v2' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(2_000);
    expect(begun(world)).toEqual(['p01']);
    trueup.kill();
    await (await world.start()).converge();
    expect(world.writes()).toHaveLength(1);
  });

  it('leaves alone what keeps its version, and other products', async () => {
    const members = names(3);
    const wishes = [
      doc('p01'),
      doc('p02'),
      doc('p03', 'v1', {}, 'changed'),
      ...all(names(3, 'db')),
    ];
    const world = await create(members, wishes, { bad: 'v2' });
    await (await world.start()).converge();
    expect(begun(world).toSorted()).toEqual(['db01', 'db02', 'db03', 'p01', 'p03']);
  });

  it('keeps several rollouts apart', async () => {
    const members = names(4);
    const world = await create(members, [...all(members), ...all(names(3, 'db'))], {
      bad: 'v2',
      rollouts: [{ ...RULE, product: '*' }],
    });
    const trueup = await world.start();
    await trueup.converge();
    expect(begun(world).filter((name) => name?.startsWith('p'))).toEqual(['p01']);
    expect(begun(world).filter((name) => name?.startsWith('db'))).toEqual(['db01', 'db02', 'db03']);
  });

  it('makes no call for those that wait', async () => {
    const members = names(10);
    const world = await create(members, all(members));
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      product: 'p01',
      effect: { kind: 'straggle', ms: 3_600_000 },
    });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(60_000);
    expect(world.statusOf(trueup, 'p02')).toMatchObject({
      reason: 'WaitsFor',
      message: 'waits for canary p01, which is on its way to network v2',
    });
    const described = () => world.service.admin.calls('DescribeProvisionedProduct').length;
    const before = described();
    await world.clock.pass(1_800_000);
    expect(described()).toBe(before);
    await trueup.converge();
    expect(begun(world)).toHaveLength(10);
  });

  it.each([
    ['is suspended', { reconcile: { suspend: true } }, 'v2'],
    ['is refused', {}, 'v9'],
    ['is only reported', { reconcile: { mode: 'observe' } }, 'v2'],
  ])('waits for a canary that %s, and says so', async (what, parts, version) => {
    const members = names(3);
    const label = { labels: { stage: 'canary' } };
    // A version that does not exist is no part of this rollout, so a dependency stands for it.
    const canary =
      version === 'v9'
        ? doc('p01', 'v2', { ...label, reconcile: { dependsOn: ['db01'] } })
        : doc('p01', version, { ...label, ...parts });
    const world = await create(
      members,
      [canary, doc('p02'), doc('p03'), ...(version === 'v9' ? [doc('db01', 'v9')] : [])],
      { rollouts: [{ ...RULE, canary: { kind: 'labels', labels: { stage: 'canary' } } }] },
    );
    const trueup = await world.start();
    const review = await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(change(review, 'p02').verdict).toMatchObject({
      kind: 'waits',
      why: expect.stringContaining('waits for canary p01'),
    });
    expect(world.statusOf(trueup, 'p02')?.message).toContain(what);
  });

  it('lets what a canary depends on go before it', async () => {
    const members = names(4);
    const wishes = [
      doc('p01', 'v2', { reconcile: { dependsOn: ['p03'] } }),
      doc('p02'),
      doc('p03'),
      doc('p04'),
    ];
    const world = await create(members, wishes);
    const review = await (await world.start()).converge();
    expect(begun(world).slice(0, 2)).toEqual(['p03', 'p01']);
    expect(begun(world)).toHaveLength(4);
    expect(change(review, 'p03').rollout?.stage).toBe('needed');
  });

  it('goes on where a canary runs the version already', async () => {
    const members = names(3);
    const world = await create(members, all(['p02']));
    const trueup = await world.start();
    await trueup.converge();
    world.wish(all(members), 'r3');
    const review = await trueup.converge();
    expect(change(review, 'p01').rollout).toMatchObject({ stage: 'rest', after: [] });
    expect(begun(world).toSorted()).toEqual(['p01', 'p02', 'p03']);
  });

  it('does not let a selection go past the canaries', async () => {
    const members = names(3);
    const world = await create(members, all(members));
    const [canary, ...others] = [...world.desired.specs];
    if (canary === undefined) throw new Error('no canary');
    const trueup = await world.start();
    const selected = { ...world.desired, isSelection: true, specs: new Map(others) };
    trueup.reconciler.setDesired({ ...selected, leftOut: new Map([canary]) });
    const review = await world.clock.until(trueup.reconciler.review());
    expect(change(review, 'p02').verdict).toMatchObject({
      kind: 'waits',
      why: 'waits for canary p01, which is not part of this run',
    });
    // Once the canary was carried out, the journal tells it.
    world.wish(all(['p01']));
    await trueup.converge();
    trueup.reconciler.setDesired({ ...selected, leftOut: new Map([canary]) });
    const after = await world.clock.until(trueup.reconciler.review());
    expect(change(after, 'p02').verdict.kind).toBe('update');
  });

  it('with pauseOnFailure: false only goes through the canaries first', async () => {
    const members = names(4);
    const world = await create(members, all(members), {
      bad: 'v2',
      rollouts: [{ ...RULE, pauseOnFailure: false }],
    });
    await (await world.start()).converge();
    expect(story(world).slice(0, 2)).toEqual(['p01 accepted', 'p01 failed']);
    expect(begun(world)).toHaveLength(4);
  });

  it('stops what waits for its write ticket when another one fails', async () => {
    const members = names(6);
    const wishes = members.map((name) => doc(name, 'v2', {}, name === 'p01' ? 'y' : 'x'));
    const world = await create(members, wishes, { bad: 'v2', writesPerSecond: 0.05 });
    await (await world.start()).converge();
    expect(begun(world)).toEqual(['p01', 'p02']);
  });

  it('begins no move that no review has judged', async () => {
    const members = names(3);
    const wishes = [
      doc('p01', 'v1', {}, 'y'),
      doc('p02', 'v1', { reconcile: { dependsOn: ['p01'] } }, 'y'),
    ];
    const world = await create(members, wishes);
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      product: 'p01',
      effect: { kind: 'straggle', ms: 600_000 },
    });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(30_000);
    // What was to get a new parameter gets another version by hand meanwhile.
    const moved = await world.clock.until(
      world.service.admin.callAs('UpdateProvisionedProduct', {
        ProvisionedProductName: 'p02',
        ProductName: 'network',
        ProvisioningArtifactName: 'v3',
        ProvisioningParameters: [{ Key: 'Cidr', Value: 'x' }],
        UpdateToken: 'by-hand',
      }),
    );
    expect(moved).toBeDefined();
    await world.clock.pass(1_200_000);
    expect(begun(world)).toEqual(['p01']);
    await trueup.converge();
    expect(begun(world)).toEqual(['p01', 'p02']);
  });

  it('counts what a rule for the version finds', async () => {
    const members = names(3);
    const wishes = members.map((name) => ruled(name));
    const world = await create(members, wishes, { bad: 'v3' });
    const trueup = await world.start();
    await trueup.converge();
    expect(begun(world)).toEqual(['p01']);
    await trueup.converge();
    expect(begun(world)).toEqual(['p01']);
    expect(world.statusOf(trueup, 'p02')?.message).toContain('network v3');
  });

  it.each([
    ['the newest', { latest: true }, []],
    ['a range that has it', { semver: '>=3' }, []],
    ['a range that has it not', { semver: '<3' }, ['p02', 'p03']],
  ])('waits for a suspended canary whose rule is %s', async (_what, rule, expected) => {
    const members = names(3);
    const others = ['p02', 'p03'].map((name) => ruled(name));
    const world = await create(members, [ruled('p01', { suspend: true }, rule), ...others]);
    const trueup = await world.start();
    await trueup.converge();
    expect(begun(world)).toEqual(expected);
    if (expected.length === 0)
      expect(world.statusOf(trueup, 'p02')?.message).toBe(
        'waits for canary p01, which is suspended',
      );
  });

  it('waits for a suspended canary by a rule also where it differs in something else', async () => {
    const canary = ruled('p01', { suspend: true });
    const spec = { ...canary.spec, provisioningParameters: { Cidr: 'y' } };
    const others = ['p02', 'p03'].map((name) => ruled(name));
    const world = await create(names(3), [{ ...canary, spec }, ...others]);
    const trueup = await world.start();
    await trueup.converge();
    expect(begun(world)).toEqual([]);
    expect(world.statusOf(trueup, 'p02')?.message).toBe('waits for canary p01, which is suspended');
  });

  it('does not wait for a suspended one that would only report the version', async () => {
    const world = await create(names(3), [ruled('p01', { onNewVersion: 'report' })]);
    world.unpublished.add('v3');
    const trueup = await world.start();
    await trueup.converge();
    world.unpublished.clear();
    const suspended = ruled('p01', { onNewVersion: 'report', suspend: true });
    world.wish([suspended, ruled('p02'), ruled('p03')], 'r3');
    await trueup.converge();
    expect(begun(world)).toEqual(['p01', 'p02', 'p03']);
  });

  it('begins no second canary where the first, in flight, could not be read', async () => {
    const members = names(3);
    const wishes = members.map((name) => ruled(name));
    const seed = { ...seedOf(members), behaviour: { searchLag: '300s' } };
    const world = await create(members, wishes, { seed });
    const trueup = await world.start();
    fault(world, 'UpdateProvisionedProduct', { kind: 'straggle', ms: 600_000 });
    await trueup.reconcile();
    await world.clock.pass(5_000);
    expect(begun(world)).toEqual(['p01']);
    // The listing does not have the new record yet, so it has to be confirmed.
    fault(world, 'DescribeProvisionedProduct', { kind: 'accessDenied' });
    const review = await trueup.reconcile();
    await world.clock.pass(30_000);
    expect(change(review, 'p01').verdict.kind).toBe('unreadable');
    expect(change(review, 'p02').rollout).toMatchObject({ stage: 'rest', after: ['p01'] });
    expect(begun(world)).toEqual(['p01']);
  });

  it('holds what is provisioned at a bad version as well', async () => {
    const fresh = names(3, 'q').map((name) =>
      doc(name, 'v2', { reconcile: { onMissing: 'provision' } }),
    );
    const world = await create(names(1), [doc('p01', 'v1'), ...fresh], { bad: 'v2' });
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(begun(world)).toEqual(['q01']);
    expect(world.statusOf(trueup, 'q03')).toMatchObject({ reason: 'RolloutPaused' });
  });

  it('does not terminate what it may not provision again', async () => {
    const members = names(3);
    const broken = seedOf(members);
    const seed: SeedInput = {
      ...broken,
      products: [product('network', 'v2'), product('database', null)],
      provisionedProducts: members.map((name) => ({
        name,
        product: 'network',
        version: 'v1',
        status: 'ERROR',
        parameters: { Cidr: 'x' },
      })),
    };
    const wishes = members.map((name) => doc(name, 'v2', { reconcile: { onError: 'recreate' } }));
    const world = await create(members, wishes, { seed });
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(world.writes().map(({ operation }) => operation)).toEqual([
      'TerminateProvisionedProduct',
      'ProvisionProduct',
    ]);
    expect(world.service.admin.product('p02')).toBeDefined();
  });

  it('waits for a canary whose document is invalid now, where the journal knows it', async () => {
    const members = names(3);
    const world = await create(members, all(members, 'v1'));
    const trueup = await world.start();
    await trueup.converge();
    world.wish(all(members), 'r3');
    const { specs } = world.desired;
    const spec = specs.get(keyOf('p01'));
    if (spec === undefined) throw new Error('no p01');
    const problem: Problem = {
      code: 'document/bad-value',
      severity: 'error',
      at: spec.origin.at,
      field: 'spec',
      message: 'is not what it should be',
      next: 'mend it',
    };
    trueup.reconciler.setDesired({
      ...world.desired,
      specs: new Map([...specs].filter(([one]) => one !== spec.key)),
      invalid: new Map([[spec.key, { name: 'p01', at: spec.origin.at, problem }]]),
    });
    const review = await world.clock.until(trueup.reconciler.review());
    expect(change(review, 'p02').verdict).toMatchObject({
      kind: 'waits',
      why: 'waits for canary p01, which has an invalid document: is not what it should be',
      next: 'mend it',
    });
  });

  it('waits for a canary that is busy, and goes on by itself', async () => {
    const members = names(3);
    const world = await create(members, all(members));
    await world.clock.until(
      world.service.admin.callAs('UpdateProvisionedProduct', {
        ProvisionedProductName: 'p01',
        ProductName: 'network',
        ProvisioningArtifactName: 'v1',
        ProvisioningParameters: [{ Key: 'Cidr', Value: 'z' }],
        UpdateToken: 'by-hand',
      }),
    );
    const trueup = await world.start();
    const review = await trueup.converge();
    expect(change(review, 'p01').verdict.kind).toBe('busy');
    expect(change(review, 'p02').rollout).toMatchObject({ stage: 'rest', after: ['p01'] });
    expect(begun(world)).toEqual([]);
    await world.clock.pass(60_000);
    await trueup.converge();
    expect(begun(world)[0]).toBe('p01');
    expect(begun(world)).toHaveLength(3);
  });

  it('counts a failed one that is suspended since', async () => {
    const members = names(3);
    const world = await create(members, all(members), { bad: 'v2' });
    const trueup = await world.start();
    await trueup.converge();
    world.wish([doc('p01', 'v2', { reconcile: { suspend: true } }), doc('p02'), doc('p03')], 'r3');
    await trueup.converge();
    expect(begun(world)).toEqual(['p01']);
    expect(world.statusOf(trueup, 'p02')?.reason).toBe('RolloutPaused');
  });

  it('counts a failed one whose document names it by its id since', async () => {
    const members = names(4);
    const [canary, failed, ...rest] = all(members);
    if (canary === undefined || failed === undefined) throw new Error('no documents');
    const world = await create(members, [canary], { maxInFlight: 1 });
    const trueup = await world.start();
    await trueup.converge();
    failNext(world, 1);
    world.wish([canary, failed, ...rest]);
    await trueup.converge();
    expect(begun(world)).toEqual(['p01', 'p02']);
    const provisionedProductId = world.service.admin.product('p02')?.product.id;
    const byId = { ...failed, spec: { ...failed.spec, provisionedProductId } };
    world.wish([canary, byId, ...rest], 'r3');
    for (const process of [trueup, await world.start()]) {
      await process.converge();
      await process.converge();
      expect(begun(world)).toEqual(['p01', 'p02']);
      expect(world.statusOf(process, 'p04')).toMatchObject({ reason: 'RolloutPaused' });
    }
    const again = await world.start();
    const key = [...world.desired.specs.keys()].find((one) => one.startsWith('id:'));
    if (key === undefined) throw new Error('no document by its id');
    await world.clock.until(again.reconciler.retry(key));
    await again.converge();
    await again.converge();
    expect(begun(world)).toEqual(['p01', 'p02', 'p02', 'p03', 'p04']);
  });

  it('tries a failed one with new content first, and the others after it', async () => {
    const members = names(4);
    const world = await create(members, all(members), { bad: 'v2' });
    const trueup = await world.start();
    await trueup.converge();
    world.wish(
      members.map((name) => doc(name, 'v2', {}, 'y')),
      'r3',
    );
    const review = await trueup.converge();
    expect(change(review, 'p01').rollout?.stage).toBe('again');
    expect(story(world).slice(2, 4)).toEqual(['p01 accepted', 'p01 succeeded']);
    expect(begun(world)).toHaveLength(5);
  });

  it('goes on after a canary of several steps, without another look', async () => {
    const members = names(3);
    const owner = 'arn:aws:iam::111122223333:role/network';
    const canary = doc('p01');
    const wishes = [
      { ...canary, spec: { ...canary.spec, properties: { owner } } },
      doc('p02'),
      doc('p03'),
    ];
    const world = await create(members, wishes, { maxInFlight: 1 });
    const trueup = await world.start();
    await trueup.converge();
    expect(begun(world)).toEqual(['p01', 'p01', 'p02', 'p03']);
    expect(world.statusOf(trueup, 'p03')).toMatchObject({ condition: 'Ready' });
  });
});
