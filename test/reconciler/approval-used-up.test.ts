import { expect, it } from 'vitest';
import { DEFAULT_GUARDS } from '../../src/config/guards.ts';
import type { Caps } from '../../src/domain/guard.ts';
import type { Review } from '../../src/reconciler/review.ts';
import { networks } from '../support/network.ts';
import { endByHand, operations } from './life.ts';
import { HOUR, networkDoc } from './networks.ts';
import { World } from './world.ts';

const caps: Caps = { maxChanges: 50, maxProvisions: 10, maxTerminations: 3, ...DEFAULT_GUARDS };
const made = ['new-1', 'new-2', 'new-3', 'new-4'];
const docs = (cidr: string) =>
  made.map((name) => networkDoc(name, { Cidr: cidr }, { reconcile: { onMissing: 'provision' } }));
const provisions = (review: Review) => {
  if (review.kind === 'failed') throw new Error(review.why);
  return review.judgement.report.findings.find(({ guard }) => guard === 'provisions');
};

it.each([[false], [true]])(
  'a digest in trueup.yaml that is used up approves nothing once more (updated on later days: %s)',
  async (updated) => {
    const world = await World.create({ seed: networks(), writesPerSecond: 20 }, docs('A'));
    const first = await world.start({ caps });
    const refused = await first.converge();
    if (refused.kind === 'failed') throw new Error(refused.why);
    const { set } = refused.judgement.report;
    if (set === null) throw new Error('nothing was held back');
    first.kill();
    const wish = { digest: set, strict: false, isLasting: true };
    const second = await world.start({ caps, approvals: [wish] });
    expect(provisions(await second.converge())).toMatchObject({ verdict: 'ok', approved: 4 });
    await second.converge();
    expect(operations(world)).toHaveLength(4);
    if (updated) {
      // Two days later each is updated, one revision a day, within the guards.
      for (let i = 1; i <= 4; i++) {
        await world.clock.pass(48 * HOUR);
        world.wish([...docs('B').slice(0, i), ...docs('A').slice(i)], `r-${i}`);
        await second.converge();
        await second.converge();
      }
      expect(operations(world)).toHaveLength(8);
    }
    second.kill();
    await world.clock.pass(48 * HOUR);
    // The commits are reverted, and somebody has ended all four by hand.
    for (const name of made) await endByHand(world, name);
    await world.clock.pass(48 * HOUR);
    world.service.admin.clearCalls();
    world.wish(docs('A'), 'r-9');
    const third = await world.start({ caps, approvals: [wish] });
    const again = await third.converge();
    expect(provisions(again)).toMatchObject({ verdict: 'refused', planned: 4, approved: 0 });
    expect(operations(world)).toEqual([]);
  },
);
