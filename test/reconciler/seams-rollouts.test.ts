import { describe, expect, it } from 'vitest';
import type { RolloutRule } from '../../src/domain/rollout.ts';
import type { FaultEffect } from '../../src/local-catalog/faults.ts';
import { networks } from '../support/network.ts';
import { later, MINUTE, operations } from './life.ts';
import { fault, keyOf, networkDoc, ROLE, story } from './networks.ts';
import { type Wish, World } from './world.ts';

const seed = networks({
  timing: { accepted: '1s', running: '5s', remediation: '1s' },
  tagUpdate: 'allowed',
  versions: ['v1', 'v2', 'v3'].map((name) => ({ name, parameters: { Cidr: {} } })),
  names: ['net-a', 'net-b', 'net-c'],
  live: { Cidr: 'x' },
});

const RULE: RolloutRule = {
  product: 'network',
  canary: { kind: 'count', count: 1 },
  maxFailures: 1,
  pauseOnFailure: true,
};

const doc = (name: string, version: string, reconcile: object = {}, cidr = 'x'): Wish =>
  networkDoc(name, { Cidr: cidr }, { provisioningArtifactName: version, reconcile });

const RECREATE = { onMissing: 'provision', onError: 'recreate' };

/** The canary has moved, and the one after it failed to; `next`: what becomes of its next update. */
async function secondFailed(names: readonly string[] = ['net-a', 'net-b', 'net-c']) {
  // One ticket in 20 seconds, so that net-c waits for its own when net-b fails.
  const world = await World.create(
    { seed, writesPerSecond: 0.05 },
    names.map((name) => doc(name, 'v2')),
  );
  const next = (effect: FaultEffect, product = 'net-b') =>
    world.service.admin.addFault({
      ...{ operation: 'UpdateProvisionedProduct', product, count: 1, effect },
    });
  next({ kind: 'recordFails', message: 'no more room' });
  const trueup = await world.start({ rolloutRules: [RULE] });
  await trueup.converge();
  return { world, trueup, next };
}

describe('rollouts and the life cycle', () => {
  it('a recreation whose termination is done is finished, whatever pauses its rollout', async () => {
    const world = await World.create({ seed, writesPerSecond: 20 }, [
      doc('net-a', 'v1'),
      doc('net-b', 'v1'),
      doc('net-z', 'v1', { onMissing: 'provision' }),
    ]);
    fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'No more addresses.' });
    const first = await world.start();
    await first.converge();
    expect(world.service.admin.product('net-z')?.product.status).toBe('ERROR');
    world.wish([doc('net-a', 'v2'), doc('net-b', 'v2'), doc('net-z', 'v2', RECREATE)]);
    first.kill();
    const second = await world.start({ rolloutRules: [RULE] });
    // net-a is the canary; then net-b fails while net-z is terminated.
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      product: 'net-b',
      effect: { kind: 'recordFails', message: 'no more room' },
    });
    await second.reconcile();
    for (let i = 0; i < 600 && !world.lines.some((l) => l.event === 'terminate.accepted'); i++)
      await world.clock.pass(100);
    await world.clock.pass(3_000);
    second.kill();
    await world.clock.pass(MINUTE);
    const third = await world.start({ rolloutRules: [RULE] });
    // The first look finds the termination open, and the second that it is done.
    await third.converge();
    await third.converge();
    expect(operations(world).toSorted()).toEqual([
      'ProvisionProduct',
      'ProvisionProduct',
      'TerminateProvisionedProduct',
      'UpdateProvisionedProduct',
      'UpdateProvisionedProduct',
    ]);
    expect(world.statusOf(third, 'net-b')).toMatchObject({ condition: 'Stalled' });
    expect(world.service.admin.product('net-z')?.product.status).toBe('AVAILABLE');
  });

  it('what was pruned once and comes back waits for the canaries like any other', async () => {
    const prune = { prune: 'terminate', onMissing: 'provision' };
    const world = await World.create({ seed, writesPerSecond: 20 }, [
      doc('net-a', 'v1'),
      doc('net-c', 'v1', prune, 'y'),
    ]);
    const trueup = await world.start({ rolloutRules: [RULE] });
    await trueup.converge();
    world.wish([doc('net-a', 'v1')], 'r2');
    await trueup.converge();
    await later(world, trueup);
    await later(world, trueup);
    expect(operations(world)).toEqual(['UpdateProvisionedProduct', 'TerminateProvisionedProduct']);
    world.wish([doc('net-a', 'v2'), doc('net-c', 'v2', prune)], 'r3');
    await trueup.reconcile();
    await world.clock.pass(1_500);
    // The canary has not ended.
    expect(operations(world).slice(2)).toEqual(['UpdateProvisionedProduct']);
    await trueup.converge();
    expect(operations(world).slice(2)).toEqual(['UpdateProvisionedProduct', 'ProvisionProduct']);
  });

  it.each(['paused', 'at its canary'])(
    'what runs the version already is changed while its rollout is %s',
    async (state) => {
      const world = await World.create({ seed, writesPerSecond: 20 }, [
        doc('net-a', 'v1'),
        doc('net-b', 'v2'),
        doc('net-c', 'v1'),
      ]);
      const first = await world.start();
      await first.converge();
      first.kill();
      world.service.admin.addFault({
        operation: 'UpdateProvisionedProduct',
        product: 'net-a',
        effect:
          state === 'paused'
            ? { kind: 'recordFails', message: 'no more room' }
            : { kind: 'straggle', ms: 60 * MINUTE },
      });
      const labels = { labels: { stage: 'first' } };
      const moving = (cidr: string) => [
        { ...doc('net-a', 'v2'), ...labels },
        doc('net-b', 'v2', {}, cidr),
        doc('net-c', 'v2'),
      ];
      const rule: RolloutRule = { ...RULE, canary: { kind: 'labels', ...labels } };
      world.wish(moving('x'), 'r2');
      const trueup = await world.start({ rolloutRules: [rule] });
      await trueup.reconcile();
      await world.clock.pass(MINUTE);
      expect(operations(world)).toHaveLength(2);
      world.wish(moving('y'), 'r3');
      await trueup.reconcile();
      await world.clock.pass(MINUTE);
      expect(world.service.admin.product('net-b')?.parameters.Cidr).toBe('y');
      expect(world.statusOf(trueup, 'net-b')).toMatchObject({ condition: 'Ready' });
      expect(operations(world)).toHaveLength(3);
    },
  );

  it('what somebody moved back since it was looked at waits for a new look', async () => {
    const world = await World.create({ seed, writesPerSecond: 20 }, [
      doc('net-a', 'v1'),
      doc('net-b', 'v2'),
    ]);
    const first = await world.start();
    await first.converge();
    first.kill();
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      product: 'net-a',
      effect: { kind: 'recordFails', message: 'no more room' },
    });
    world.wish([doc('net-a', 'v2'), doc('net-b', 'v2')], 'r2');
    const trueup = await world.start({ rolloutRules: [RULE] });
    await trueup.converge();
    world.wish([doc('net-a', 'v2'), doc('net-b', 'v2', {}, 'y')], 'r3');
    trueup.reconciler.setDesired(world.desired);
    const review = await world.clock.until(trueup.reconciler.review());
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-b',
      ProvisioningArtifactName: 'v1',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'x' }],
      UpdateToken: 'by-hand',
    });
    await world.clock.pass(MINUTE);
    const before = operations(world).length;
    trueup.reconciler.release(review, 0);
    await world.clock.pass(MINUTE);
    expect(operations(world)).toHaveLength(before);
    await trueup.converge();
    expect(operations(world)).toHaveLength(before);
    expect(world.statusOf(trueup, 'net-b')).toMatchObject({ reason: 'RolloutPaused' });
  });

  it('a canary that somebody moved back goes the whole way before the others, its role first', async () => {
    const names = ['net-a', 'net-b'];
    const world = await World.create(
      { seed, writesPerSecond: 20 },
      names.map((name) => doc(name, 'v2')),
    );
    const trueup = await world.start({ rolloutRules: [RULE] });
    await trueup.converge();
    await trueup.converge();
    for (const name of names)
      await world.service.admin.callAs('UpdateProvisionedProduct', {
        ProvisionedProductName: name,
        ProvisioningArtifactName: 'v1',
        ProvisioningParameters: [{ Key: 'Cidr', Value: 'x' }],
        UpdateToken: `by-hand-${name}`,
      });
    await world.clock.pass(10 * MINUTE);
    const before = story(world).length;
    const provisioningArtifactName = 'v2';
    const properties = { launchRole: ROLE };
    world.wish(
      names.map((name) =>
        networkDoc(name, { Cidr: 'x' }, { provisioningArtifactName, properties }),
      ),
      'r3',
    );
    await trueup.converge();
    // Of each the role, and then the version.
    const steps = ['accepted', 'succeeded', 'accepted', 'succeeded'];
    expect(story(world).slice(before)).toEqual(
      names.flatMap((name) => steps.map((step) => `${name} ${step}`)),
    );
    expect(names.map((name) => world.service.admin.product(name)?.versionName)).toEqual([
      'v2',
      'v2',
    ]);
  });

  it('one that is tried again goes before the others also where a look comes while it is on its way', async () => {
    const { world, trueup, next } = await secondFailed();
    next({ kind: 'straggle', ms: 30 * MINUTE });
    await trueup.reconciler.retry(keyOf('net-b'));
    for (let look = 0; look < 3; look++) {
      await trueup.reconcile();
      await world.clock.pass(5 * MINUTE);
    }
    expect(story(world)).toEqual([
      ...['net-a accepted', 'net-a succeeded', 'net-b accepted', 'net-b failed'],
      'net-b accepted',
    ]);
    expect(world.statusOf(trueup, 'net-c')?.message).toBe(
      'waits for net-b, which is on its way to network v2',
    );
    await trueup.converge();
    expect(story(world).slice(5)).toEqual(['net-b succeeded', 'net-c accepted', 'net-c succeeded']);
  });

  it('stays paused where AWS refuses the further attempt', async () => {
    const { world, trueup, next } = await secondFailed();
    next({ kind: 'error', code: 'InvalidParametersException', message: 'no' });
    await trueup.reconciler.retry(keyOf('net-b'));
    for (let look = 0; look < 3; look++) {
      await trueup.converge();
      await world.clock.pass(5 * MINUTE);
    }
    expect(world.statusOf(trueup, 'net-b')).toMatchObject({ condition: 'Stalled' });
    expect(story(world).slice(4)).toEqual([]);
    expect(world.statusOf(trueup, 'net-c')).toMatchObject({ reason: 'RolloutPaused' });
    await trueup.reconciler.retry(keyOf('net-b'));
    await trueup.converge();
    expect(story(world).slice(4)).toEqual([
      ...['net-b accepted', 'net-b succeeded'],
      ...['net-c accepted', 'net-c succeeded'],
    ]);
  });

  it('one that failed is shown as Stalled, and not as waiting for its own failure', async () => {
    const names = ['net-a', 'net-b', 'net-c'];
    const world = await World.create(
      { seed, writesPerSecond: 0.05 },
      names.map((name) => doc(name, 'v2')),
    );
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      product: 'net-b',
      effect: { kind: 'recordFails', message: 'no more room' },
    });
    const trueup = await world.start({ rolloutRules: [RULE] });
    await trueup.converge();
    await trueup.reconciler.retry(keyOf('net-b'));
    // The second look queues it once more while its request waits for a ticket.
    await trueup.reconcile();
    await world.clock.pass(1_000);
    await trueup.converge();
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-b')).toMatchObject({
      condition: 'Stalled',
      reason: 'RecordFailed',
    });
    expect(world.statusOf(trueup, 'net-c')).toMatchObject({ reason: 'RolloutPaused' });
  });

  it('one that is to be tried again holds the others also while it is busy', async () => {
    const names = ['net-a', 'net-b', 'net-c'];
    const world = await World.create(
      { seed, writesPerSecond: 0.05 },
      names.map((name) => doc(name, 'v2')),
    );
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      product: 'net-b',
      count: 1,
      effect: { kind: 'recordFails', message: 'no more room' },
    });
    const first = await world.start({ rolloutRules: [RULE] });
    await first.converge();
    await first.reconciler.retry(keyOf('net-b'));
    first.kill();
    // Somebody else works on it.
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      product: 'net-b',
      count: 1,
      effect: { kind: 'straggle', ms: 10 * MINUTE },
    });
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-b',
      ProvisioningArtifactName: 'v1',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'x' }],
      UpdateToken: 'by-hand',
    });
    const second = await world.start({ rolloutRules: [RULE] });
    await second.reconcile();
    await world.clock.pass(5 * MINUTE);
    expect(story(world)).toHaveLength(4);
    expect(world.statusOf(second, 'net-c')?.message).toMatch(/^waits for net-b, which is busy/);
    await world.clock.pass(10 * MINUTE);
    await second.converge();
    expect(story(world).slice(4)).toEqual([
      ...['net-b accepted', 'net-b succeeded'],
      ...['net-c accepted', 'net-c succeeded'],
    ]);
  });

  it('one that is tried again goes before the others also where its launch role goes first', async () => {
    const { world, trueup, next } = await secondFailed();
    const properties = { launchRole: ROLE };
    const again = networkDoc(
      'net-b',
      { Cidr: 'x' },
      { provisioningArtifactName: 'v2', properties },
    );
    const mended = [doc('net-a', 'v2'), again, doc('net-c', 'v2')];
    world.wish(mended, 'r2');
    await trueup.reconcile();
    // Another revision comes between its two steps.
    for (let i = 0; i < 600 && story(world).length < 6; i++) await world.clock.pass(100);
    expect(story(world).slice(4)).toEqual(['net-b accepted', 'net-b succeeded']);
    next({ kind: 'straggle', ms: 5 * MINUTE });
    world.wish(mended, 'r3');
    await trueup.converge();
    expect(story(world).slice(6)).toEqual([
      ...['net-b accepted', 'net-b succeeded'],
      ...['net-c accepted', 'net-c succeeded'],
    ]);
  });

  it('one whose update failed long ago and was mended by hand goes no further ahead for that', async () => {
    const world = await World.create({ seed }, [doc('net-a', 'v1'), doc('net-b', 'v1', {}, 'y')]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'no more room' });
    const trueup = await world.start({ rolloutRules: [RULE] });
    await trueup.converge();
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-b',
      ProvisioningArtifactName: 'v1',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'y' }],
      UpdateToken: 'by-hand',
    });
    await world.clock.pass(10 * MINUTE);
    await trueup.converge();
    const owned = (version: string) => {
      const more = { provisioningArtifactName: version, properties: { owner: ROLE } };
      return networkDoc('net-b', { Cidr: 'y' }, more);
    };
    world.wish([doc('net-a', 'v1'), owned('v1')], 'r2');
    await trueup.converge();
    await trueup.converge();
    const before = story(world).length;
    world.wish([doc('net-a', 'v2'), owned('v2')], 'r3');
    await trueup.converge();
    expect(story(world).slice(before)).toEqual([
      ...['net-a accepted', 'net-a succeeded'],
      ...['net-b accepted', 'net-b succeeded'],
    ]);
  });

  it('one that failed at an earlier version waits for the canary of the next, whatever was set between', async () => {
    const { world, trueup, next } = await secondFailed(['net-a', 'net-b']);
    const withRole = (version: string) => {
      const more = { provisioningArtifactName: version, properties: { launchRole: ROLE } };
      return networkDoc('net-b', { Cidr: 'x' }, more);
    };
    world.wish([doc('net-a', 'v2'), withRole('v2')], 'r2');
    await trueup.reconcile();
    for (let i = 0; i < 600 && story(world).length < 6; i++) await world.clock.pass(100);
    expect(story(world).slice(2)).toEqual([
      ...['net-b accepted', 'net-b failed'],
      ...['net-b accepted', 'net-b succeeded'],
    ]);
    next({ kind: 'straggle', ms: 5 * MINUTE }, 'net-a');
    world.wish([doc('net-a', 'v3'), withRole('v3')], 'r3');
    await trueup.converge();
    expect(story(world).slice(6)).toEqual([
      ...['net-a accepted', 'net-a succeeded'],
      ...['net-b accepted', 'net-b succeeded'],
    ]);
  });
});
