import { expect, it } from 'vitest';
import { inEffect, later, terminations } from './life.ts';
import { networkDoc, truth } from './networks.ts';

const named = (Cidr: string, more = {}) =>
  networkDoc('net-a', { Cidr }, { reconcile: { prune: 'terminate' }, ...more });
const other = networkDoc('net-b', { Cidr: 'net-b' });

it.each([
  [
    'by its name',
    (id: string, reconcile: object) =>
      networkDoc('net-a', { Cidr: 'A' }, { reconcile, ...(id === '' ? {} : {}) }),
  ],
  [
    'by its id',
    (id: string, reconcile: object) =>
      networkDoc('label', { Cidr: 'A' }, { provisionedProductId: id, reconcile }),
  ],
])('stays protected by a revision that was read and never reviewed, %s', async (_, doc) => {
  const { world, trueup } = await inEffect([named('A'), other]);
  const id = truth(world, 'net-a')?.product.id ?? '';
  world.wish([doc(id, { prune: 'terminate', deletionProtection: true }), other], 'r3');
  trueup.reconciler.setDesired(world.desired);
  world.wish([other], 'r4');
  await trueup.converge();
  for (let i = 0; i < 4; i += 1) await later(world, trueup);
  expect(terminations(world)).toBe(0);
});

it('stays protected where its document by its id was seen under --only', async () => {
  const { world, trueup } = await inEffect([named('A'), other]);
  const id = truth(world, 'net-a')?.product.id ?? '';
  world.wish(
    [
      networkDoc(
        'label',
        { Cidr: 'A' },
        { provisionedProductId: id, reconcile: { prune: 'never' } },
      ),
      other,
    ],
    'r3',
  );
  trueup.reconciler.setDesired({
    ...world.desired,
    isSelection: true,
    specs: new Map([...world.desired.specs].filter(([, s]) => s.name === 'label')),
  });
  const review = await world.clock.until(trueup.reconciler.review());
  trueup.reconciler.release(review, 0);
  await world.clock.until(trueup.reconciler.quiet());
  world.wish([other], 'r4');
  await trueup.converge();
  for (let i = 0; i < 4; i += 1) await later(world, trueup);
  expect(terminations(world)).toBe(0);
});

it.each(['read and never reviewed', 'seen under --only'])(
  'stays protected where its document by its name was %s',
  async (how) => {
    const { world, trueup } = await inEffect([named('A'), other]);
    const id = truth(world, 'net-a')?.product.id ?? '';
    const reconcile = { prune: 'terminate' };
    world.wish(
      [networkDoc('label', { Cidr: 'A' }, { provisionedProductId: id, reconcile }), other],
      'r3',
    );
    await trueup.converge();
    await trueup.converge();
    world.wish(
      [
        networkDoc(
          'net-a',
          { Cidr: 'A' },
          { reconcile: { prune: 'terminate', deletionProtection: true } },
        ),
        other,
      ],
      'r4',
    );
    if (how === 'read and never reviewed') trueup.reconciler.setDesired(world.desired);
    else {
      trueup.reconciler.setDesired({
        ...world.desired,
        isSelection: true,
        specs: new Map([...world.desired.specs].filter(([, s]) => s.name === 'net-a')),
      });
      const review = await world.clock.until(trueup.reconciler.review());
      trueup.reconciler.release(review, 0);
      await world.clock.until(trueup.reconciler.quiet());
    }
    world.wish([other], 'r5');
    await trueup.converge();
    for (let i = 0; i < 4; i += 1) await later(world, trueup);
    expect(terminations(world)).toBe(0);
  },
);
