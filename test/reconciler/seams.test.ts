import { describe, expect, it } from 'vitest';
import {
  doc,
  endByHand,
  inEffect,
  keyOf,
  later,
  look,
  only,
  operations,
  removed,
  seed,
  terminations,
} from './life.ts';
import { fault } from './networks.ts';
import { type Incarnation, TARGET, World } from './world.ts';

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

describe('guards and recreations', () => {
  it.each([3_000, 8_000])(
    'an approved recreation is finished after a crash %i ms on, and is not called moved',
    async (passMs) => {
      const wish = (onError: string) => doc('new', { onMissing: 'provision', onError });
      const behaviour = { tokenWindow: '0s' };
      const world = await World.create({ seed: { ...seed, behaviour } }, [wish('report')]);
      fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'No more addresses.' });
      const first = await world.start();
      await first.converge();
      first.kill();
      world.wish([wish('recreate')], 'r2');
      const caps = { maxChanges: 0, maxProvisions: 0, maxTerminations: 0 };
      const second = await world.start({ caps });
      const review = await second.converge();
      const digest = review.kind === 'ok' ? (review.judgement.report.set ?? '') : '';
      expect(world.writes()).toHaveLength(1);
      second.kill();
      const approvals = [{ digest, strict: false }];
      const third = await world.start({ caps, approvals });
      await third.reconcile();
      await world.clock.pass(passMs);
      third.kill();
      const fourth = await world.start({ caps });
      await fourth.converge();
      await fourth.converge();
      expect(operations(world)).toEqual([
        'ProvisionProduct',
        'TerminateProvisionedProduct',
        'ProvisionProduct',
      ]);
      expect(world.service.admin.product('new')?.product.status).toBe('AVAILABLE');
      await fourth.converge();
      expect(world.events('approval.moved')).toEqual([]);
      expect(world.events('approval.ended').map(({ fields }) => fields.reason)).toEqual([
        'every change of it was sent, is done, or has moved',
      ]);
      expect(await world.journal.approvals(TARGET)).toEqual([]);
    },
  );

  it('an approved end is carried out after a freeze and a crash, once, and what was not approved is not', async () => {
    const all = [doc('net-a'), doc('net-b'), doc('net-c')];
    const caps = { maxChanges: 9, maxProvisions: 0, maxTerminations: 0 };
    const { world, trueup } = await removed(all, [doc('net-c')]);
    trueup.kill();
    await world.clock.pass(11 * 60_000);
    const second = await world.start({ caps });
    const review = await second.converge();
    const digest = review.kind === 'ok' ? (review.judgement.report.set ?? '') : '';
    expect(terminations(world)).toBe(0);
    second.kill();
    const freeze = {
      scope: { target: null, name: 'net-a', labels: {} },
      reason: 'INC',
      user: 'anna',
      host: 'desk',
      at: '2026-11-21T12:00:00.000Z',
    };
    world.journal.freeze(freeze);
    const third = await world.start({ caps, approvals: [{ digest, strict: false }] });
    await third.reconcile();
    await world.clock.pass(60_000);
    expect(terminations(world)).toBe(1);
    third.kill();
    // It goes from the documents as well, and nobody approved that.
    world.journal.lift();
    const fourth = await world.start({ caps });
    await later(world, fourth);
    await later(world, fourth);
    expect(terminations(world)).toBe(2);
    world.wish([], 'r3');
    await later(world, fourth);
    await later(world, fourth);
    expect(terminations(world)).toBe(2);
    expect(await refusedBy(fourth)).toEqual(['terminations']);
  });
});

describe('guards and freezes', () => {
  it('what a freeze stops right before the call counts once, and goes on when it is lifted', async () => {
    const { world, trueup } = await inEffect([doc('net-a')]);
    trueup.kill();
    const reconcile = { prune: 'terminate', drift: 'correct' };
    world.wish([doc('net-a', reconcile)], 'r2');
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'by hand' }],
      UpdateToken: 'by-hand',
    });
    await world.clock.pass(60_000);
    const before = world.writes().length;
    const second = await world.start();
    const freeze = {
      scope: { target: null, name: null, labels: {} },
      reason: 'INC',
      user: 'anna',
      host: 'desk',
      at: '2026-11-21T12:00:00.000Z',
    };
    const { journal } = world;
    const { entries } = second.reconciler.context;
    const update = entries.update.bind(entries);
    entries.update = async (key, change) => {
      const entry = await update(key, change);
      if (entry.intent !== null) journal.freeze(freeze);
      return entry;
    };
    await second.reconcile();
    await world.clock.pass(10 * 60_000);
    expect(world.writes()).toHaveLength(before);
    const charges = () => entries.get(keyOf('net-a')).charges.length;
    const counted = charges();
    entries.update = update;
    journal.lift();
    await world.clock.pass(10 * 60_000);
    expect(world.writes()).toHaveLength(before + 1);
    // That of the first revision, and this one.
    expect([counted, charges()]).toEqual([2, 2]);
  });
});
