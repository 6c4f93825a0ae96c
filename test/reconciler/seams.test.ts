import { describe, expect, it } from 'vitest';
import {
  doc,
  endByHand,
  inEffect,
  later,
  look,
  only,
  removed,
  seed,
  terminations,
} from './life.ts';
import { type Incarnation, World } from './world.ts';

/** Guards that refuse, of the present plan. */
async function refusedBy(trueup: Incarnation): Promise<readonly string[]> {
  const review = await trueup.reconcile();
  return review.kind === 'ok' ? review.guards.map(({ guard }) => guard) : [review.why];
}

describe('guards and the end of a provisioned product', () => {
  it('a termination that succeeded counts for the next 24 hours', async () => {
    const all = [doc('net-a'), doc('net-b'), doc('net-c')];
    const { world, trueup } = await removed(all, [doc('net-b'), doc('net-c')], {
      maxTerminations: 1,
    });
    await later(world, trueup);
    expect(terminations(world)).toBe(1);
    world.wish([doc('net-c')], 'r3');
    await trueup.converge();
    await later(world, trueup);
    await later(world, trueup);
    expect(terminations(world)).toBe(1);
    expect(await refusedBy(trueup)).toEqual(['terminations']);
    // Another process knows it as well.
    trueup.kill();
    const second = await world.start();
    await later(world, second);
    expect(terminations(world)).toBe(1);
    await later(world, second, 25 * 60);
    expect(terminations(world)).toBe(2);
  });
});

describe('guards and a selection', () => {
  it('a look at a part forgets nothing of what the whole plan holds back', async () => {
    const before = ['net-a', 'net-b', 'net-c'].map((name) => doc(name));
    const { world, trueup } = await inEffect(before, { maxChanges: 3 });
    trueup.kill();
    world.wish(
      before.map((one) => ({
        ...one,
        spec: { ...one.spec, provisioningParameters: { Cidr: 'z' } },
      })),
      'r2',
    );
    const second = await world.start({
      caps: { maxChanges: 1, maxProvisions: 0, maxTerminations: 0 },
    });
    await second.converge();
    const held = await world.journal.heldPlans();
    expect(held).toHaveLength(1);
    await world.clock.pass(25 * 3_600_000);
    await look(world, second, only('net-a'));
    expect(world.writes()).toHaveLength(1);
    expect((await world.journal.heldPlans()).map(({ set }) => set)).toEqual(
      held.map(({ set }) => set),
    );
  });
});

describe('guards and what comes into being more than once', () => {
  it.each(['0s', '24h'])(
    'each provisioning counts, though its token is that of the last one (tokens known %s)',
    async (tokenWindow) => {
      const wishes = [doc('new', { onMissing: 'provision' })];
      const world = await World.create(
        { seed: { ...seed, behaviour: { tokenWindow } }, maxProvisions: 2 },
        wishes,
      );
      let trueup = await world.start();
      const made = () => world.events('provision.accepted').length;
      for (const [look, count] of [1, 2, 2, 2].entries()) {
        await trueup.converge();
        await trueup.converge();
        expect([look, made()]).toEqual([look, count]);
        if (look < 2) await endByHand(world, 'new');
        trueup.kill();
        trueup = await world.start();
      }
      expect(await refusedBy(trueup)).toEqual(['provisions']);
    },
  );
});
