import { expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { type Fields, keyOf, operations, story } from './networks.ts';
import { breaking, RULE } from './rolling.ts';
import { type Wish, World } from './world.ts';

const seed: SeedInput = {
  timing: { accepted: '1s', running: '5s' },
  products: [breaking('network')],
  provisionedProducts: [
    { name: 'a', product: 'network', version: 'v2', parameters: { Cidr: 'good' } },
    { name: 'b', product: 'network', version: 'v1', parameters: { Cidr: 'good' } },
    { name: 'z', product: 'network', version: 'v1', parameters: { Cidr: 'good' } },
    { name: 'c', product: 'network', version: 'v1', parameters: { Cidr: 'good' } },
  ],
};

const doc = (name: string, Cidr: string, reconcile: Fields = {}): Wish => ({
  name,
  spec: {
    ...{ productName: 'network', provisioningArtifactName: 'v2' },
    ...{ provisioningParameters: { Cidr }, reconcile: { onError: 'recreate', ...reconcile } },
  },
});

it('a canary at its version that was made anew in vain pauses the others at once', async () => {
  const wishes = [doc('a', 'bad'), doc('b', 'good'), doc('c', 'good')];
  const world = await World.create({ seed, rollouts: [RULE], maxInFlight: 1 }, wishes);
  await world.service.admin.setStatus('a', 'ERROR', 'boom');
  const trueup = await world.start();
  await trueup.converge();
  expect(story(world)).toEqual(['a accepted', 'a succeeded', 'a accepted', 'a failed']);
  expect(operations(world)).toEqual(['TerminateProvisionedProduct', 'ProvisionProduct']);
  for (const name of ['b', 'c'])
    expect(world.statusOf(trueup, name)).toMatchObject({ reason: 'RolloutPaused' });
});

it('a canary that is made anew after its failure has no other canary beside it', async () => {
  const fresh = doc('new', 'bad', { onMissing: 'provision' });
  const two = { ...RULE, canary: { kind: 'count', count: 2 } } as const;
  const world = await World.create({ seed, rollouts: [two], maxInFlight: 1 }, [
    fresh,
    doc('z', 'good'),
  ]);
  const trueup = await world.start();
  for (let i = 0; i < 3; i++) await trueup.converge();
  const ends = ['new failed', 'new succeeded', 'new failed'];
  expect(story(world)).toEqual(ends.flatMap((end) => ['new accepted', end]));
  expect(world.statusOf(trueup, 'z')).toMatchObject({ reason: 'RolloutPaused' });
});

it.each([
  ['a canary', 3],
  ['one of the rest', 1],
])('nothing begins beside %s between its end and its new beginning either', async (_, count) => {
  const rule = { ...RULE, canary: { kind: 'count', count } } as const;
  const fresh = doc('new', 'bad', { onMissing: 'provision' });
  const runs = { ...doc('a', 'good'), name: 'a' };
  const options = { seed, rollouts: [rule], maxInFlight: 3 };
  const world = await World.create(options, [runs, fresh]);
  const trueup = await world.start();
  await trueup.reconcile();
  await world.clock.pass(10_000);
  expect(story(world)).toEqual(['new accepted', 'new failed']);
  world.wish([runs, fresh, doc('z', 'good')], 'r2');
  const turns = new Set<string>();
  for (let i = 0; i < 40; i++) {
    const review = await trueup.reconcile();
    const change = review.kind === 'ok' ? review.evaluations.get(keyOf('z'))?.change : undefined;
    turns.add(JSON.stringify(change?.rollout?.after));
    await world.clock.pass(1_000);
  }
  // It goes after that one; then the rollout is paused.
  expect([...turns]).toEqual(['["new"]', '[]']);
  const ends = ['new failed', 'new succeeded', 'new failed'];
  expect(story(world)).toEqual(ends.flatMap((end) => ['new accepted', end]));
});
