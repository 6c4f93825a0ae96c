import { describe, expect, it } from 'vitest';
import { DEFAULT_GUARDS } from '../../src/config/guards.ts';
import type { Shared } from '../../src/reconciler/shared.ts';
import { networks } from '../support/network.ts';
import { endByHand } from './life.ts';
import { cidrOf, HOUR, networkDoc } from './networks.ts';
import { openOneShot } from './run-one-shot.ts';
import { TARGET, World } from './world.ts';

const names = ['net-0', 'net-1', 'net-2', 'net-3', 'net-4'];
const caps = { maxChanges: 50, maxProvisions: 10, maxTerminations: 3, ...DEFAULT_GUARDS };
const to = (cidr: string) => names.map((name) => networkDoc(name, { Cidr: cidr }));
const cidrs = (world: World) => names.map((name) => cidrOf(world, name)).join('');

/** The plan of a command with these digests, its end by the answer, and what its guards say. */
async function command(
  world: World,
  digests: readonly string[],
  answer: 'yes' | 'no',
  strict = false,
) {
  const approvals = digests.map((digest) => ({ digest, strict }));
  const shared: Partial<Shared> = { caps, approvals, oneShot: true };
  const oneShot = await openOneShot(world, shared);
  const plan = await world.clock.until(oneShot.plan());
  const unmatched = oneShot.unmatched(plan);
  if (answer === 'yes') await world.clock.until(oneShot.apply(HOUR));
  await world.clock.until(oneShot.close());
  const [guards] = plan.meta.guards;
  const of = (name: string) => guards?.findings.find(({ guard }) => guard === name);
  const found = { updates: of('updates'), provisions: of('provisions') };
  return {
    plan: plan.digest,
    set: guards?.set ?? '',
    unmatched,
    approvals: guards?.approvals,
    ...found,
  };
}

const held = { verdict: 'refused', planned: 5, approved: 0 };
const allowed = { verdict: 'ok', planned: 0, approved: 5 };

async function refused() {
  const world = await World.create({ seed: networks({ names }), writesPerSecond: 20 }, to('B'));
  const { updates, set, plan } = await command(world, [], 'yes');
  expect(updates).toMatchObject(held);
  return { world, set, plan };
}

describe('what is approved with a command that asks', () => {
  it.each(['set', 'plan'] as const)('by the digest of its %s counts with a yes', async (by) => {
    const { world, ...digests } = await refused();
    expect((await command(world, [digests[by]], 'yes')).updates).toMatchObject(allowed);
    expect(cidrs(world)).toBe('BBBBB');
    expect(world.events('approval.given')).toHaveLength(1);
  });

  it.each(['set', 'plan'] as const)('by the digest of its %s is nothing after a no', async (by) => {
    const { world, ...digests } = await refused();
    const other = 'f'.repeat(64);
    const asked = await command(world, [digests[by], other], 'no');
    expect([asked.updates, asked.unmatched]).toMatchObject([allowed, [other]]);
    expect(world.events('approval.given')).toHaveLength(0);
    expect(await world.journal.approvals(TARGET)).toEqual([]);
    expect((await command(world, [], 'yes')).updates).toMatchObject(held);
    expect(cidrs(world)).toBe('AAAAA');
  });

  it('shows as allowed what the same digest has allowed before, and allows it anew', async () => {
    const made = ['new-1', 'new-2', 'new-3', 'new-4'];
    const make = { reconcile: { onMissing: 'provision' } };
    const wishes = made.map((name) => networkDoc(name, { Cidr: 'A' }, make));
    const world = await World.create({ seed: networks(), writesPerSecond: 20 }, wishes);
    const { set } = await command(world, [], 'yes');
    await command(world, [set], 'yes');
    expect(world.service.admin.names()).toEqual(expect.arrayContaining(made));
    for (const name of made) await endByHand(world, name);
    await world.clock.pass(48 * HOUR);
    expect(await command(world, [], 'no')).toMatchObject({ set, provisions: { approved: 0 } });
    world.wish(wishes.slice(1), 'r1');
    const part = await command(world, [set], 'no', true);
    expect(part.approvals).toMatchObject([{ isVoid: true, moved: ['new-1'], standing: [] }]);
    world.wish(wishes, 'r1');
    for (const answer of ['no', 'yes'] as const)
      expect((await command(world, [set], answer)).provisions).toMatchObject({ approved: 4 });
    expect(world.service.admin.names()).toEqual(expect.arrayContaining(made));
  });

  it('runs nothing where it cannot be kept', async () => {
    const { world, set } = await refused();
    const shared = { caps, approvals: [{ digest: set, strict: false }], oneShot: true };
    const oneShot = await openOneShot(world, shared);
    await world.clock.until(oneShot.plan());
    world.journal.full = true;
    await world.clock.until(oneShot.apply(HOUR)).catch(() => undefined);
    world.journal.full = false;
    await world.clock.until(oneShot.close());
    expect(cidrs(world)).toBe('AAAAA');
    expect(await world.journal.approvals(TARGET)).toEqual([]);
  });
});
