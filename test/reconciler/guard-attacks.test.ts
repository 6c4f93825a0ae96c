import { describe, expect, it } from 'vitest';
import { DEFAULT_GUARDS } from '../../src/config/guards.ts';
import type { Caps } from '../../src/domain/guard.ts';
import type { Review } from '../../src/reconciler/review.ts';
import { networks } from '../support/network.ts';
import { endByHand, keyOf, look, only, operations } from './life.ts';
import { cidrOf, type Fields, HOUR, invalidDocument, MINUTE, networkDoc } from './networks.ts';
import { TARGET, World } from './world.ts';

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

  const selected = only(...names.slice(0, 8), 'net-a');

  it.each([
    ['a selection leaves out', selected],
    [
      'has an invalid document',
      (desired: Parameters<typeof selected>[0]) => ({
        ...selected(desired),
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

describe('a request that waits for its turn while another revision comes', () => {
  const names = ['net-a', 'net-b', 'net-c', 'net-d'];
  const few: Caps = { maxChanges: 3, maxProvisions: 10, maxTerminations: 3 };
  const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
  const wishes = (cidrs: string, more: Fields = {}) =>
    names.map((name, i) => networkDoc(name, { Cidr: cidrs[i] ?? 'A' }, i === 0 ? more : {}));
  const seed = networks({ names, launchRole: role('launch') });

  it('counts anew where it is the rest of a change of before', async () => {
    const two = { properties: { launchRole: role('two') } };
    const world = await World.create({ seed, writesPerSecond: 0.1 }, wishes('BAAA', two));
    const trueup = await world.start({ caps: few });
    await trueup.reconcile();
    // The launch role is set, and the update waits for its ticket.
    await world.clock.pass(8_000);
    expect(operations(world)).toEqual(['UpdateProvisionedProductProperties']);
    world.wish(wishes('CCAA', two), 'r2');
    await trueup.converge();
    expect(names.map((name) => cidrOf(world, name)).join('')).toBe('CCAA');
    world.wish(wishes('CCCA', two), 'r3');
    const review = await trueup.converge();
    expect(guardsOf(review).find(({ guard }) => guard === 'updates')).toMatchObject({
      sentInWindow: 3,
      verdict: 'refused',
    });
    expect(cidrOf(world, 'net-c')).toBe('A');
  });

  it('counts although it was approved in the one before', async () => {
    const world = await World.create({ seed, writesPerSecond: 0.1 }, wishes('BBBB'));
    const trueup = await world.start({ caps: few });
    const refused = await trueup.reconcile();
    if (refused.kind === 'failed') throw new Error(refused.why);
    const { set } = refused.judgement.report;
    const { guard } = trueup.reconciler.context;
    await world.clock.until(guard.approve(refused.judgement, { digest: set ?? '', strict: false }));
    await trueup.reconcile();
    await world.clock.pass(2_000);
    expect(world.writes()).toHaveLength(1);
    world.wish(wishes('BBBA'), 'r2');
    await trueup.converge();
    expect(names.map((name) => cidrOf(world, name)).join('')).toBe('BBBA');
    world.wish(wishes('CCBA'), 'r3');
    const review = await trueup.converge();
    expect(guardsOf(review).find(({ guard }) => guard === 'updates')).toMatchObject({
      sentInWindow: 2,
      verdict: 'refused',
    });
  });
});

describe('a property that moves no LastRecordId', () => {
  it('counts each time that it is set, although the request and its base are the same', async () => {
    const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
    const behaviour = { propertiesMoveLastRecordId: false };
    const world = await World.create(
      { seed: networks({ launchRole: role('one'), behaviour }) },
      [],
    );
    const trueup = await world.start({
      caps: { maxChanges: 4, maxProvisions: 10, maxTerminations: 3 },
    });
    for (let i = 0; i < 8; i++) {
      const properties = { launchRole: role(i % 2 === 0 ? 'two' : 'one') };
      world.wish([networkDoc('net-a', { Cidr: 'A' }, { properties })], `r${i}`);
      await trueup.converge();
      await world.clock.pass(120_000);
    }
    expect(new Set(operations(world))).toEqual(new Set(['UpdateProvisionedProductProperties']));
    const records = world.events('record.succeeded');
    expect(records).toHaveLength(4);
  });
});

describe('a request that AWS refused', () => {
  const names = Array.from({ length: 6 }, (_, i) => `net-${i}`);
  const few: Caps = { maxChanges: 3, maxProvisions: 10, maxTerminations: 3 };
  const wishes = (cidrs: string) =>
    names.map((name, i) => networkDoc(name, { Cidr: cidrs[i] ?? 'A' }));

  const counted = (review: Review) => guardsOf(review).find(({ guard }) => guard === 'updates');
  const cidrs = (world: World) => names.map((name) => cidrOf(world, name)).join('');

  it('counts, and counts anew when it is sent days later', async () => {
    const world = await World.create({ seed: networks({ names }) }, wishes('BBB'));
    const effect = { kind: 'error', code: 'AccessDeniedException', message: 'not now' } as const;
    const fault = world.service.admin.addFault({ operation: 'UpdateProvisionedProduct', effect });
    const first = await world.start({ caps: few });
    await first.reconcile();
    await world.clock.pass(5 * MINUTE);
    expect(world.writes()).toHaveLength(3);
    expect(counted(await first.reconcile())).toMatchObject({ sentInWindow: 3 });
    first.kill();
    world.service.admin.removeFault(fault);
    await world.clock.pass(48 * HOUR);
    const second = await world.start({ caps: few });
    world.wish(wishes('BBB'), 'r2');
    expect(counted(await second.converge())).toMatchObject({ sentInWindow: 0, verdict: 'warning' });
    expect(cidrs(world)).toBe('BBBAAA');
    world.wish(wishes('BBBCCC'), 'r3');
    expect(counted(await second.converge())).toMatchObject({ sentInWindow: 3, verdict: 'refused' });
    expect(cidrs(world)).toBe('BBBAAA');
  });
});

describe('an approval that stands in a file', () => {
  const made = ['new-1', 'new-2', 'new-3', 'new-4'];
  const docs = (cidr: string) =>
    made.map((name) => networkDoc(name, { Cidr: cidr }, { reconcile: { onMissing: 'provision' } }));
  const provisions = (review: Review) =>
    guardsOf(review).find(({ guard }) => guard === 'provisions');

  /** Four provisions, of which the guards let three through, and the digest that allowed them. */
  async function usedUp() {
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
    return { world, second, set, wish };
  }

  it('approves nothing more once it is used up, after later updates either', async () => {
    const { world, second, wish } = await usedUp();
    for (let updated = 1; updated <= 4; updated++) {
      await world.clock.pass(48 * HOUR);
      world.wish([...docs('B').slice(0, updated), ...docs('A').slice(updated)], `r-${updated}`);
      await second.converge();
      await second.converge();
    }
    expect(operations(world)).toHaveLength(8);
    second.kill();
    for (const name of made) await endByHand(world, name);
    await world.clock.pass(48 * HOUR);
    world.service.admin.clearCalls();
    world.wish(docs('A'), 'r-9');
    const third = await world.start({ caps, approvals: [wish] });
    const again = provisions(await third.converge());
    expect(again).toMatchObject({ verdict: 'refused', planned: 4, approved: 0 });
    expect(operations(world)).toEqual([]);
  });

  it('approves nothing more once it is used up, after a restart either', async () => {
    const { world, second, set, wish } = await usedUp();
    second.kill();
    for (const name of made) await endByHand(world, name);
    await world.clock.pass(48 * HOUR);
    world.service.admin.clearCalls();
    const third = await world.start({ caps, approvals: [wish] });
    const again = await third.converge();
    if (again.kind === 'failed') throw new Error(again.why);
    expect(provisions(again)).toMatchObject({ verdict: 'refused', planned: 4, approved: 0 });
    // By the digest of the whole plan either.
    const { guard } = third.reconciler.context;
    await world.clock.until(guard.approvePlanned(again.judgement, set, wish));
    expect(await world.journal.approvals(TARGET)).toEqual([]);
    expect(operations(world)).toEqual([]);
    // A person who says it once more means all of it.
    await world.clock.until(guard.approve(again.judgement, { digest: set, strict: false }));
    expect(provisions(await third.converge())).toMatchObject({ verdict: 'ok', approved: 4 });
    expect(world.service.admin.names()).toEqual(expect.arrayContaining(made));
    await third.converge();
    expect(await world.journal.approvals(TARGET)).toEqual([]);
  });
});
