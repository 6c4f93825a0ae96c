import { describe, expect, it } from 'vitest';
import { DEFAULT_GUARDS } from '../../src/config/guards.ts';
import type { Caps } from '../../src/domain/guard.ts';
import type { Review } from '../../src/reconciler/review.ts';
import { networks } from '../support/network.ts';
import { keyOf, look, only, operations } from './life.ts';
import { invalidDocument, networkDoc } from './networks.ts';
import { World } from './world.ts';

/** The defaults of the program. */
const caps: Caps = { maxChanges: 50, maxProvisions: 10, maxTerminations: 3, ...DEFAULT_GUARDS };

function guardsOf(review: Review) {
  if (review.kind === 'failed') throw new Error(review.why);
  return review.judgement.report.findings;
}

describe('what is managed', () => {
  const made = (name: string) =>
    networkDoc(name, { Cidr: 'A' }, { reconcile: { onMissing: 'provision' } });
  const names = Array.from({ length: 100 }, (_, i) => `new-${i}`);

  it.each([
    ['a selection leaves out', only(...names.slice(0, 8), 'net-a')],
    [
      'has an invalid document',
      (desired: Parameters<ReturnType<typeof only>>[0]) => ({
        ...only(...names.slice(0, 8), 'net-a')(desired),
        isSelection: false,
        invalid: new Map(names.slice(8).map((name) => [keyOf(name), invalidDocument(name)])),
      }),
    ],
  ])('is not what %s and does not exist: it allows itself no more', async (_, change) => {
    const world = await World.create({ seed: networks() }, [
      networkDoc('net-a', { Cidr: 'A' }),
      networkDoc('net-b', { Cidr: 'A' }),
      ...names.map(made),
    ]);
    const trueup = await world.start({ caps });
    const review = await look(world, trueup, change);
    const found = guardsOf(review).find(({ guard }) => guard === 'provisions');
    expect(operations(world)).toEqual([]);
    expect(found).toMatchObject({ planned: 8, allowed: 3, verdict: 'refused' });
    expect(found?.managed).toBeLessThanOrEqual(2);
  });
});
