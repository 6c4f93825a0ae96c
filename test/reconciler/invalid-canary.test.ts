import { describe, expect, it } from 'vitest';
import type { RolloutRule } from '../../src/domain/rollout.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { type Fields, keyOf, MINUTE, story, truth } from './networks.ts';
import { breaking, lookAt, RULE, withInvalid } from './rolling.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const LABELLED: RolloutRule = {
  ...RULE,
  canary: { kind: 'labels', labels: { stage: 'canary' } },
};

const old = {
  ...{ name: 'old', paths: [{ portfolio: 'platform' }] },
  versions: [{ name: 'v1', parameters: { Cidr: {} } }],
};

const seedOf = (
  names: readonly string[],
  {
    running = '5s',
    product = 'network',
    ...behaviour
  }: SeedInput['behaviour'] & {
    readonly running?: string;
    readonly product?: string;
  } = {},
): SeedInput => ({
  ...{ timing: { accepted: '1s', running }, behaviour, products: [breaking('network'), old] },
  provisionedProducts: names.map((name) => ({
    ...{ name, product, version: 'v1', parameters: { Cidr: 'bad' } },
  })),
});

const doc = (name: string, more: { cidr?: string; reconcile?: Fields; canary?: boolean } = {}) =>
  ({
    ...{ name, labels: more.canary === true ? { stage: 'canary' } : {} },
    spec: {
      ...{ productName: 'network', provisioningArtifactName: 'v2' },
      provisioningParameters: { Cidr: more.cidr ?? 'bad' },
      ...(more.reconcile === undefined ? {} : { reconcile: more.reconcile }),
    },
  }) satisfies Wish;

/** The document of p1 cannot be read any more; two looks at that. */
async function spoil(world: World, trueup: Incarnation): Promise<void> {
  const desired = withInvalid(world, 'p1');
  for (let look = 0; look < 2; look++) await lookAt(world, trueup, desired);
}

describe('a canary that failed, and whose document is invalid since, pauses its rollout', () => {
  async function isPaused(world: World, looks: number, isAsked = false): Promise<void> {
    const trueup = await world.start();
    for (let look = 0; look < looks; look++) await trueup.converge();
    expect(story(world)).toEqual(['p1 accepted', 'p1 failed']);
    await spoil(world, trueup);
    expect(story(world)).toEqual(['p1 accepted', 'p1 failed']);
    expect(world.statusOf(trueup, 'p2')?.message).toMatch(/^its rollout is paused: p1 failed/);
    if (!isAsked) return;
    await world.clock.until(trueup.reconciler.retry(keyOf('p1')));
    await spoil(world, trueup);
    expect(story(world)).toEqual(['p1 accepted', 'p1 failed']);
    expect(world.statusOf(trueup, 'p2')?.message).toContain('p1, which failed to move to');
  }

  // After a failed update the listing may show what was attempted (an open point).
  it.each([
    ['TAINTED', 'attempted'],
    ['AVAILABLE', 'attempted'],
    ['TAINTED', 'previous'],
  ] as const)('%s, the listing shows the %s version', async (status, shown) => {
    const behaviour = { statusAfterFailedUpdate: status, versionAfterFailedUpdate: shown };
    const seed = seedOf(['p1', 'p2'], behaviour);
    await isPaused(await World.create({ seed, rollouts: [RULE] }, [doc('p1'), doc('p2')]), 2);
  });

  it.each(['attempted', 'previous'] as const)(
    'while it was to leave another product, and the listing shows the %s one',
    async (versionAfterFailedUpdate) => {
      const seed = seedOf(['p1', 'p2'], { versionAfterFailedUpdate, product: 'old' });
      const wishes = [doc('p1'), doc('p2')];
      await isPaused(await World.create({ seed, rollouts: [RULE] }, wishes), 2, true);
    },
  );

  it.each([1, 2])('where it was to be new, seen %i times', async (looks) => {
    const wishes = [doc('p1', { reconcile: { onMissing: 'provision' } }), doc('p2')];
    await isPaused(await World.create({ seed: seedOf(['p2']), rollouts: [RULE] }, wishes), looks);
  });

  it('where it was to be new, was ended by hand and is asked for again', async () => {
    const wishes = [doc('p1', { reconcile: { onMissing: 'provision' } }), doc('p2')];
    const world = await World.create({ seed: seedOf(['p2']), rollouts: [RULE] }, wishes);
    const trueup = await world.start();
    await trueup.converge();
    await spoil(world, trueup);
    const id = truth(world, 'p1')?.product.id;
    const call = { ProvisionedProductId: id, TerminateToken: 'by-hand' };
    await world.service.admin.callAs('TerminateProvisionedProduct', call);
    await world.clock.pass(MINUTE);
    await world.clock.until(trueup.reconciler.retry(keyOf('p1')));
    await spoil(world, trueup);
    expect(story(world)).toEqual(['p1 accepted', 'p1 failed']);
  });
});

it('a new canary that is in flight keeps the others waiting although its document is invalid', async () => {
  const seed = seedOf(['p2'], { running: '10m' });
  const wishes = [doc('p1', { reconcile: { onMissing: 'provision' } }), doc('p2')];
  const world = await World.create({ seed, rollouts: [RULE] }, wishes);
  const trueup = await world.start();
  await trueup.reconcile();
  await world.clock.pass(MINUTE);
  await spoil(world, trueup);
  expect(truth(world, 'p1')?.product.status).toBe('UNDER_CHANGE');
  expect(story(world)).toEqual(['p1 accepted']);
});

describe('a canary by its labels keeps the others waiting while its document is invalid', () => {
  const names = ['p1', 'p2', 'p3'];
  const canaries = [doc('p1', { canary: true }), doc('p2', { canary: true, cidr: 'y' })];

  it('before it has moved', async () => {
    const at = (version: string) =>
      [...canaries, doc('p3')].map(({ spec, ...rest }) => ({
        ...rest,
        spec: { ...spec, provisioningArtifactName: version },
      }));
    const seed = seedOf(names);
    const world = await World.create({ seed, rollouts: [LABELLED] }, at('v1'));
    const trueup = await world.start();
    await trueup.converge();
    const before = story(world).length;
    world.wish(at('v2'));
    await spoil(world, trueup);
    expect(story(world).slice(before)).toEqual(['p2 accepted', 'p2 succeeded']);
    expect(world.statusOf(trueup, 'p3')?.message).toMatch(/^waits for canary p1, which has an/);
  });

  it('after it has failed, where more may fail', async () => {
    const rollouts = [{ ...LABELLED, maxFailures: 2 }];
    const world = await World.create({ seed: seedOf(names), rollouts }, [...canaries, doc('p3')]);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    const before = story(world);
    expect(before).not.toContain('p3 accepted');
    await spoil(world, trueup);
    expect(story(world)).toEqual(before);
    expect(world.statusOf(trueup, 'p3')?.message).toMatch(/^waits for canary p1, which failed/);
  });
});
