import { describe, expect, it } from 'vitest';
import { DEFAULT_GUARDS } from '../../src/config/guards.ts';
import type { Digest } from '../../src/domain/ids.ts';
import type { Review } from '../../src/reconciler/review.ts';
import { networks } from '../support/network.ts';
import { operations } from './life.ts';
import { cidrOf, MINUTE, networkDoc } from './networks.ts';
import { World } from './world.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const names = ['net-a', 'net-b'];

const seed = networks({
  names,
  launchRole: role('one'),
  parameters: { Cidr: {}, Size: { default: '1' } },
  live: { Cidr: 'A', Size: '1' },
  timing: { accepted: '1s', running: '5s', properties: '5s' },
});

/** A change of two steps: the launch role, then the update. */
const two = (name: string) =>
  networkDoc(name, { Cidr: 'B', Size: '1' }, { properties: { launchRole: role('two') } });

const capsOf = (maxChanges: number) => ({
  ...{ maxChanges, maxProvisions: 10, maxTerminations: 3 },
  ...DEFAULT_GUARDS,
});

function setOf(review: Review): Digest {
  if (review.kind === 'failed' || review.judgement.report.set === null) throw new Error('no set');
  return review.judgement.report.set;
}

/** A plan of these that the guards refused, of which the first request was sent after its approval. */
async function begun(declared: readonly string[], maxChanges: number, strict = false) {
  const caps = capsOf(maxChanges);
  const world = await World.create({ seed, maxInFlight: 1 }, declared.map(two));
  const planned = await world.start({ caps });
  const set = setOf(await planned.converge());
  expect(operations(world)).toEqual([]);
  planned.kill();
  const trueup = await world.start({ caps, approvals: [{ digest: set, strict }] });
  await trueup.reconcile();
  while (world.writes().length === 0) await world.clock.pass(100);
  expect(operations(world)).toEqual(['UpdateProvisionedProductProperties']);
  return { world, trueup };
}

const bySomebody = (world: World, product: string) =>
  world.service.admin.editStack({ product, parameters: { Size: '9' } });

describe('an approved change of which the first step was sent', () => {
  it('takes nothing along that somebody changed since: that was not approved', async () => {
    const { world, trueup } = await begun(['net-a'], 0);
    await bySomebody(world, 'net-a');
    await world.clock.pass(MINUTE);
    await trueup.converge();
    expect(operations(world)).toEqual(['UpdateProvisionedProductProperties']);
    expect(cidrOf(world, 'net-a')).toBe('A');
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'HeldByGuard' });
  });

  it('goes on where nothing was changed', async () => {
    const { world } = await begun(['net-a'], 0);
    await world.clock.pass(MINUTE);
    expect(cidrOf(world, 'net-a')).toBe('B');
  });
});

describe('a set that was approved as all or nothing and is begun', () => {
  it('is carried out to its end where another part of it moves: it is no longer nothing', async () => {
    const { world, trueup } = await begun(names, 1, true);
    await bySomebody(world, 'net-b');
    await trueup.reconcile();
    await world.clock.pass(10 * MINUTE);
    await trueup.converge();
    expect(cidrOf(world, 'net-a')).toBe('B');
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
  });
});
