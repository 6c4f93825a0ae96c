import { describe, expect, it } from 'vitest';
import type { Measured } from '../../src/diff/change-weight.ts';
import { Ledger } from '../../src/reconciler/ledger.ts';
import type { Review } from '../../src/reconciler/review.ts';
import { networks } from '../support/network.ts';
import { cidrOf, HOUR, keyOf, networkDoc, operations, truth } from './networks.ts';
import { TARGET, World } from './world.ts';

const NAMES = ['net-a', 'net-b', 'net-c'];
const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const both = { properties: { launchRole: role('two') } };
const owned = { properties: { launchRole: role('two'), owner: role('team') } };

const wishFor = (names: readonly string[], cidr: string, more = both) =>
  NAMES.map((name) =>
    names.includes(name) ? networkDoc(name, { Cidr: cidr }, more) : networkDoc(name, { Cidr: 'A' }),
  );

/** The listing shows a new launch role only after a while: the pass ends between the two steps. */
const estate = (names: readonly string[], maxChanges: number, more = both) =>
  World.create(
    {
      seed: networks({
        names: NAMES,
        launchRole: role('one'),
        behaviour: { searchLag: '10s' },
      }),
      maxChanges,
      writesPerSecond: 20,
    },
    wishFor(names, 'B', more),
  );

function updates(review: Review) {
  if (review.kind === 'failed') throw new Error(review.why);
  return review.judgement.report.findings.find(({ guard }) => guard === 'updates');
}

const cidrs = (world: World) => NAMES.map((name) => cidrOf(world, name)).join('');

const ROLE_AND_UPDATE = ['UpdateProvisionedProductProperties', 'UpdateProvisionedProduct'];

describe('a change of several steps', () => {
  it('counts once although its pass ends between them', async () => {
    const world = await estate(['net-a'], 1);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.events('product.retrying').length).toBeGreaterThan(0);
    expect(operations(world)).toEqual(ROLE_AND_UPDATE);
    expect(cidrs(world)).toBe('BAA');
    expect(updates(await trueup.converge())).toMatchObject({ sentInRevision: 1, verdict: 'ok' });
  });

  it('counts once for each of several provisioned products', async () => {
    const world = await estate(NAMES, 3);
    const trueup = await world.start();
    await trueup.converge();
    expect(cidrs(world)).toBe('BBB');
    expect(updates(await trueup.converge())).toMatchObject({ sentInRevision: 3 });
  });

  it('counts again where each look counts for itself alone, also when the clock went back', async () => {
    const world = await estate(['net-a'], 1);
    const trueup = await world.start();
    await trueup.reconcile();
    while (world.events('record.succeeded').length === 0) await world.clock.pass(1_000);
    const entry = trueup.reconciler.context.entries.get(keyOf('net-a'));
    expect(entry.charges.at(-1)?.rest?.steps).toEqual(['update']);
    world.jump(-HOUR);
    const specDigest = entry.charges.at(-1)?.rest?.specDigest;
    const verdict = { kind: 'update', steps: ['update'], cause: { kind: 'document' } } as const;
    const rest = { specDigest, change: { verdict } } as unknown as Measured;
    const keys = { keys: () => [], get: () => entry };
    const { revision } = world.desired;
    expect(new Ledger(keys, world.clock).isRest(entry, revision, rest)).toBe(true);
    expect(new Ledger(keys, world.clock, 0).isRest(entry, revision, rest)).toBe(false);
  });

  it('counts once although another process, and another look, carry out its rest', async () => {
    const world = await estate(['net-a'], 1, owned);
    const first = await world.start();
    await first.reconcile();
    while (world.events('record.succeeded').length === 0) await world.clock.pass(250);
    first.kill();
    expect(operations(world)).toHaveLength(1);
    await world.clock.pass(60_000);
    const second = await world.start();
    const review = await second.converge();
    expect(updates(review)).toMatchObject({ planned: 0, sentInWindow: 1, verdict: 'ok' });
    expect(operations(world)).toEqual([...ROLE_AND_UPDATE, 'UpdateProvisionedProductProperties']);
    expect(cidrs(world)).toBe('BAA');
    expect(truth(world, 'net-a')?.product.userArn).toBe(role('team'));
    expect(updates(await second.converge())).toMatchObject({ sentInRevision: 1 });
  });

  /** The launch role is set, and the process is gone. */
  async function halfDone() {
    const world = await estate(['net-a'], 1);
    const first = await world.start();
    await first.reconcile();
    while (world.events('record.succeeded').length === 0) await world.clock.pass(250);
    first.kill();
    await world.clock.pass(60_000);
    return world;
  }

  it.each([
    ['where its document asks for something else by now', 'C', 'r1'],
    ['in another revision', 'B', 'r2'],
  ])('counts anew %s', async (_, cidr, revision) => {
    const world = await halfDone();
    const trueup = await world.start();
    world.wish(wishFor(['net-a'], cidr), revision);
    expect(updates(await trueup.converge())).toMatchObject({ planned: 1, verdict: 'refused' });
    expect(operations(world)).toHaveLength(1);
    expect(cidrs(world)).toBe('AAA');
  });

  it('counts anew where a day has passed between them', async () => {
    const world = await halfDone();
    await world.clock.pass(24 * HOUR);
    const trueup = await world.start();
    expect(updates(await trueup.converge())).toMatchObject({ planned: 1, sentInWindow: 0 });
  });

  it('counts anew once all of them were sent: what is corrected later is another change', async () => {
    const world = await estate(['net-a'], 1);
    const trueup = await world.start();
    await trueup.converge();
    await world.clock.pass(60_000);
    await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
    expect(updates(await trueup.converge())).toMatchObject({ planned: 1, verdict: 'refused' });
    expect(cidrs(world)).toBe('ZAA');
  });

  it('counts anew where a step comes to be that was none of it', async () => {
    const world = await estate(['net-a'], 2);
    world.wish(
      NAMES.map((name) => networkDoc(name, { Cidr: 'A' }, name === 'net-a' ? both : {})),
      'r1',
    );
    const trueup = await world.start();
    await trueup.converge();
    expect(operations(world)).toEqual(['UpdateProvisionedProductProperties']);
    await world.clock.pass(60_000);
    await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
    await trueup.converge();
    expect(operations(world)).toEqual(ROLE_AND_UPDATE);
    const { charges } = (await world.journal.get(TARGET, keyOf('net-a'))).value;
    expect(charges.map(({ weights }) => weights.updates)).toEqual([1, 1]);
  });
});
