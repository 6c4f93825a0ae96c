import { describe, expect, it } from 'vitest';
import { DEFAULT_GUARDS } from '../../src/config/guards.ts';
import type { Caps } from '../../src/domain/guard.ts';
import { asDigest, type ProductKey } from '../../src/domain/ids.ts';
import type { Review } from '../../src/reconciler/review.ts';
import { networks } from '../support/network.ts';
import { MemoryJournal } from './memory-journal.ts';
import { cidrOf, type Fields, HOUR, networkDoc } from './networks.ts';
import { TARGET, type Wish, World } from './world.ts';

const names = Array.from({ length: 10 }, (_, i) => `net-${i}`);
const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

const seed = networks({ names, launchRole: role('launch') });

/** The defaults of the program: of 10 provisioned products 3 may be updated. */
const caps: Caps = {
  maxChanges: 50,
  maxProvisions: 10,
  maxTerminations: 3,
  ...DEFAULT_GUARDS,
};

const wishes = (cidrs: string, more: Fields = {}): readonly Wish[] =>
  names.map((name, index) => networkDoc(name, { Cidr: cidrs[index] ?? 'A' }, more));

const cidrs = (world: World) => names.map((name) => cidrOf(world, name)).join('');

function judged(review: Review) {
  if (review.kind === 'failed') throw new Error(review.why);
  const { report } = review.judgement;
  return { ...report, updates: report.findings.find(({ guard }) => guard === 'updates') };
}

const wish = (digest: string | null, strict = false) => ({ digest: digest ?? '', strict });

async function estate(first: string) {
  const world = await World.create({ seed, writesPerSecond: 20 }, wishes(first));
  return { world, trueup: await world.start({ caps }) };
}

async function refusedPlan(first: string) {
  const { world, trueup } = await estate(first);
  const review = judged(await trueup.converge());
  trueup.kill();
  return { world, review, set: review.set };
}

/** As a person would, past trueup. */
async function past(world: World, name: string, value: string) {
  await world.service.admin.callAs('UpdateProvisionedProduct', {
    ProvisionedProductName: name,
    ProvisioningParameters: [{ Key: 'Cidr', Value: value }],
    UpdateToken: `past-${name}-${value}`,
  });
  await world.clock.pass(60_000);
}

describe('the guards of a target', () => {
  it('refuse a plan that is too large: nothing is sent, and the status says what and how', async () => {
    const { world, trueup } = await estate('BBBB');
    const review = await trueup.converge();
    expect(judged(review).updates).toMatchObject({
      verdict: 'refused',
      planned: 4,
      allowed: 3,
      bound: 'share',
      managed: 10,
      excess: 1,
    });
    expect(world.writes()).toHaveLength(0);
    expect(world.statusOf(trueup, 'net-0')).toMatchObject({
      condition: 'Stalled',
      reason: 'HeldByGuard',
      message: expect.stringContaining('4 planned, 3 allowed (30 % of 10): 1 too many'),
    });
    expect(world.statusOf(trueup, 'net-9')).toMatchObject({ condition: 'Ready' });
  });

  it('count over 24 hours, across revisions, and let more through as the window moves', async () => {
    const { world, trueup } = await estate('BB');
    await trueup.converge();
    expect(cidrs(world)).toBe('BBAAAAAAAA');
    await world.clock.pass(HOUR);
    world.wish(wishes('CCA'), 'r2');
    expect(judged(await trueup.converge()).updates).toMatchObject({
      verdict: 'refused',
      sentInWindow: 2,
      sentInRevision: 0,
      planned: 2,
    });
    expect(world.writes()).toHaveLength(2);
    await world.clock.pass(22 * HOUR);
    expect(judged(await trueup.converge()).updates?.verdict).toBe('refused');
    await world.clock.pass(HOUR);
    expect(judged(await trueup.converge()).updates?.verdict).toBe('ok');
    expect(cidrs(world)).toBe('CCAAAAAAAA');
  });

  it('count in one revision however long it lasts', async () => {
    const { world, trueup } = await estate('BB');
    await trueup.converge();
    await world.clock.pass(48 * HOUR);
    for (const product of ['net-5', 'net-6'])
      await world.service.admin.editStack({ product, parameters: { Cidr: 'Z' } });
    expect(judged(await trueup.converge()).updates).toMatchObject({
      verdict: 'refused',
      sentInWindow: 0,
      sentInRevision: 2,
      planned: 2,
    });
    world.wish(wishes('BB'), 'r2');
    await trueup.converge();
    expect(cidrs(world)).toBe('BBAAAAAAAA');
  });

  it('count an owner, a launch role and an update of one change once', async () => {
    const { world, trueup } = await estate('A');
    const properties = { owner: role('team'), launchRole: role('launch-2') };
    world.wish(
      wishes('BBB').map((one, index) =>
        index < 3 ? { ...one, spec: { ...one.spec, properties } } : one,
      ),
      'r2',
    );
    await trueup.converge();
    expect(world.writes()).toHaveLength(9);
    expect(judged(await trueup.converge()).updates).toMatchObject({ sentInRevision: 3 });
  });

  it('count what was sent before a restart, and a request that is settled only once', async () => {
    const { world, trueup } = await estate('BBB');
    await trueup.reconcile();
    await world.clock.pass(500);
    trueup.kill();
    const sent = world.writes().length;
    expect(sent).toBeGreaterThan(0);
    const next = await world.start({ caps });
    await next.converge();
    expect(cidrs(world)).toBe('BBBAAAAAAA');
    world.wish(wishes('BBBB'), 'r2');
    expect(judged(await next.converge()).updates).toMatchObject({
      verdict: 'refused',
      sentInWindow: 3,
    });
    expect(world.writes()).toHaveLength(3);
  });

  it('settle an open request also where the plan of a new revision is refused', async () => {
    const { world, trueup } = await estate('B');
    await trueup.reconcile();
    await world.clock.pass(100);
    trueup.kill();
    world.wish(wishes('BCCCCC'), 'r2');
    const next = await world.start({ caps });
    expect(judged(await next.converge()).updates?.verdict).toBe('refused');
    expect(cidrs(world)).toBe('BAAAAAAAAA');
    expect((await world.journal.get(TARGET, 'name:net-0' as ProductKey)).value.intent).toBeNull();
  });

  it('know nothing of what was sent when the journal is lost: one allowance more, never none', async () => {
    const { world, trueup } = await estate('BBB');
    await trueup.converge();
    trueup.kill();
    world.wish(wishes('CCCC'), 'r2');
    const journal = new MemoryJournal();
    const next = await world.start({ caps, journal });
    expect(judged(await next.converge()).updates).toMatchObject({
      verdict: 'refused',
      sentInWindow: 0,
      planned: 4,
    });
    world.wish(wishes('CCC'), 'r3');
    await next.converge();
    expect(cidrs(world)).toBe('CCCAAAAAAA');
  });

  it('are not freed by a clock that jumps', async () => {
    const { world, trueup } = await estate('BBB');
    await trueup.converge();
    world.jump(36 * HOUR);
    world.wish(wishes('BBBC'), 'r2');
    expect(judged(await trueup.converge()).updates).toMatchObject({ sentInWindow: 3 });
    world.jump(-96 * HOUR);
    expect(judged(await trueup.converge()).updates).toMatchObject({ sentInWindow: 3 });
    trueup.kill();
    const next = await world.start({ caps });
    expect(judged(await next.converge()).updates).toMatchObject({
      verdict: 'refused',
      sentInWindow: 3,
    });
  });
});

describe('an approval', () => {
  it('lets exactly its set through, once, and does not eat what later plans may do', async () => {
    const { world, set } = await refusedPlan('BBBBB');
    const trueup = await world.start({ caps, approvals: [wish(set)] });
    const review = judged(await trueup.converge());
    expect(review.updates).toMatchObject({ verdict: 'ok', planned: 0, approved: 5 });
    expect(review.approvals).toMatchObject([{ standing: names.slice(0, 5), moved: [] }]);
    expect(cidrs(world)).toBe('BBBBBAAAAA');
    await trueup.converge();
    expect(world.events('approval.ended')).toHaveLength(1);
    expect(await world.journal.approvals(TARGET)).toEqual([]);
    world.wish(wishes('BBBBBCCC'), 'r2');
    expect(judged(await trueup.converge()).updates).toMatchObject({
      verdict: 'warning',
      sentInWindow: 0,
      planned: 3,
    });
    expect(cidrs(world)).toBe('BBBBBCCCAA');
  });

  it('changes nothing where it is for the digest of another plan', async () => {
    const { world } = await refusedPlan('BBBBB');
    const trueup = await world.start({
      caps,
      approvals: [wish(asDigest(`sha256:${'0'.repeat(64)}`))],
    });
    expect(judged(await trueup.converge()).updates?.verdict).toBe('refused');
    expect(world.writes()).toHaveLength(0);
  });

  it('leaves out and names what has moved, and lets the rest run', async () => {
    const { world, set } = await refusedPlan('BBBBB');
    await past(world, 'net-2', 'Y');
    const trueup = await world.start({ caps, approvals: [wish(set)] });
    const review = judged(await trueup.converge());
    expect(review.approvals).toMatchObject([{ moved: ['net-2'] }]);
    expect(review.updates).toMatchObject({ planned: 1, approved: 4, verdict: 'ok' });
    expect(world.events('approval.moved')).toMatchObject([
      { fields: { reason: expect.stringContaining('net-2') } },
    ]);
    expect(cidrs(world)).toBe('BBBBBAAAAA');
    await trueup.converge();
  });

  it('holds what has moved where the rest is still too much', async () => {
    const { world, set } = await refusedPlan('BBBBBBBBBB');
    for (const name of names.slice(0, 4)) await past(world, name, 'Y');
    const trueup = await world.start({ caps, approvals: [wish(set)] });
    expect(judged(await trueup.converge()).updates).toMatchObject({
      verdict: 'refused',
      planned: 4,
      approved: 6,
    });
    expect(cidrs(world)).toBe('YYYYBBBBBB');
    await trueup.converge();
    expect(cidrs(world)).toBe('YYYYBBBBBB');
  });

  it('leaves out what moves after the look that judged it', async () => {
    const world = await World.create({ seed, writesPerSecond: 0.1, maxInFlight: 1 }, wishes('BBB'));
    const first = await world.start({ caps });
    await first.converge();
    world.wish(wishes('CCCCC'), 'r2');
    const { set } = judged(await first.converge());
    first.kill();
    const trueup = await world.start({ caps, approvals: [wish(set)] });
    await trueup.reconcile();
    await past(world, 'net-4', 'Y');
    await world.clock.pass(300_000);
    expect(cidrs(world)).toBe('CCCCYAAAAA');
    expect(judged(await trueup.converge()).updates).toMatchObject({
      verdict: 'refused',
      planned: 1,
    });
    expect(cidrs(world)).toBe('CCCCYAAAAA');
  });

  it('is all or nothing where it was given as that', async () => {
    const { world, set } = await refusedPlan('BBBBB');
    await past(world, 'net-2', 'Y');
    const trueup = await world.start({ caps, approvals: [wish(set, true)] });
    const review = judged(await trueup.converge());
    expect(review.updates).toMatchObject({ verdict: 'refused', planned: 5 });
    expect(review.approvals).toMatchObject([{ strict: true, standing: [], moved: ['net-2'] }]);
    expect(cidrs(world)).toBe('AAYAAAAAAA');
  });

  it('outlives a restart in the middle of its set', async () => {
    const { world, set } = await refusedPlan('BBBBBBBB');
    const trueup = await world.start({ caps, approvals: [wish(set)] });
    await trueup.reconcile();
    await world.clock.pass(200);
    trueup.kill();
    const sent = world.writes().length;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(8);
    const next = await world.start({ caps });
    await next.converge();
    expect(cidrs(world)).toBe('BBBBBBBBAA');
    expect(world.writes()).toHaveLength(8);
  });

  it('lets all steps of a change run, across a look and a restart between them', async () => {
    const { world, trueup } = await estate('A');
    trueup.kill();
    const properties = { owner: role('team'), launchRole: role('launch-2') };
    world.wish(wishes('BBBBB', { properties }), 'r2');
    const first = await world.start({ caps });
    const { set } = judged(await first.converge());
    const second = await world.start({ caps, approvals: [wish(set)] });
    await second.reconcile();
    while (world.writes().length < 12) await world.clock.pass(250);
    second.kill();
    const third = await world.start({ caps });
    for (let look = 0; look < 60; look++) {
      await third.reconcile();
      await world.clock.pass(2_000);
    }
    const owners = names.map((name) => world.service.admin.product(name)?.product.userArn);
    expect(owners).toEqual(names.map(() => role('team')));
    expect(cidrs(world)).toBe('BBBBBAAAAA');
  });

  it('ends with its revision', async () => {
    const { world, set } = await refusedPlan('BBBBB');
    const trueup = await world.start({
      caps,
      approvals: [wish(set)],
      heldBack: () => 'not yet',
    });
    await trueup.reconcile();
    trueup.kill();
    expect(await world.journal.approvals(TARGET)).toHaveLength(1);
    world.wish(wishes('BBBBBB'), 'r2');
    const next = await world.start({ caps });
    expect(judged(await next.converge()).updates?.verdict).toBe('refused');
    expect(world.events('approval.ended')).toMatchObject([
      { fields: { reason: 'the revision changed' } },
    ]);
    expect(await world.journal.approvals(TARGET)).toEqual([]);
    expect(world.writes()).toHaveLength(0);
  });

  it('of what is not held back any more is dropped, and that is said', async () => {
    const { world, set } = await refusedPlan('BBBBB');
    if (set === null) throw new Error('nothing was held back');
    const trueup = await world.start({ caps });
    const { guard } = trueup.reconciler.context;
    const asked = asDigest(`sha256:${'9'.repeat(64)}`);
    const request = { kind: 'approve', target: TARGET, asked, strict: false } as const;
    await guard.approveHeld({ ...request, set: asked });
    expect(world.events('approval.dropped')).toMatchObject([{ fields: { set: asked, asked } }]);
    await trueup.converge();
    expect(world.writes()).toHaveLength(0);
    await guard.approveHeld({ ...request, set });
    await trueup.converge();
    expect(world.events('approval.dropped')).toHaveLength(1);
    expect(cidrs(world)).toBe('BBBBBAAAAA');
  });

  it('that cannot be kept was not given', async () => {
    const { world, set } = await refusedPlan('BBBBB');
    world.journal.full = true;
    const trueup = await world.start({ caps, approvals: [wish(set)] });
    await trueup.reconciler.review().catch(() => undefined);
    world.journal.full = false;
    expect(await world.journal.approvals(TARGET)).toEqual([]);
    expect(world.events('journal.approvalNotSaved').length).toBeGreaterThan(0);
    expect(world.events('approval.given')).toHaveLength(0);
  });
});
