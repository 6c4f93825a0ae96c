import { describe, expect, it } from 'vitest';
import type { ProductKey } from '../../src/domain/ids.ts';
import type { Removal } from '../../src/reconciler/removals.ts';
import { guardSet as doc, guardSets } from './guard-sets.ts';
import { keyOf, MINUTE, operations, terminations } from './life.ts';
import { fault } from './networks.ts';
import { type Incarnation, World, type WorldOptions } from './world.ts';

const ACCOUNTS = ['111122223333', '444455556666', '777788889999'];
const REGIONS = ['eu-west-1', 'us-east-1'];

const seed = guardSets(ACCOUNTS, REGIONS);

const start = async (options: Partial<WorldOptions>, wishes = [doc()]) => {
  const world = await World.create({ seed, ...options }, wishes);
  return { world, trueup: await world.start() };
};

const guardsOf = async (trueup: Incarnation) => {
  const review = await trueup.converge();
  if (review.kind === 'failed') throw new Error(review.why);
  return review.guards.map(({ guard, planned }) => `${guard} ${planned}`);
};

const lists = (world: World) =>
  world.service.admin.calls('ListStackInstancesForProvisionedProduct').length;

describe('each stack instance counts', () => {
  it('as a provisioning, where a new stack set brings it: as declared, or all of its constraint', async () => {
    const declared = { stackInstances: { accounts: ACCOUNTS.slice(0, 2), regions: REGIONS } };
    const named = {
      provisioningPreferences: { stackSetAccounts: ACCOUNTS.slice(0, 1), stackSetRegions: REGIONS },
    };
    for (const [parts, count] of [
      [declared, 4],
      [named, 2],
      [{}, 6],
    ] as const) {
      const tight = await start({ maxProvisions: count - 1 }, [doc({}, parts)]);
      expect(await guardsOf(tight.trueup)).toEqual([`provisions ${count}`]);
      expect(tight.world.writes()).toEqual([]);
      const wide = await start({ maxProvisions: count }, [doc({}, parts)]);
      expect(await guardsOf(wide.trueup)).toEqual([]);
      expect(operations(wide.world)).toEqual(['ProvisionProduct']);
    }
  });

  it('as a provisioning, where a recreation that is half done has come to bring more of them', async () => {
    const of = (count: number) => ({
      stackInstances: { accounts: ACCOUNTS.slice(0, count), regions: REGIONS },
    });
    const reconcile = { onError: 'recreate' };
    const options = { maxProvisions: 2, maxTerminations: 10 };
    const { world, trueup } = await start(options, [doc(reconcile, of(1))]);
    await trueup.converge();
    await world.service.admin.setStatus('set', 'ERROR');
    await world.clock.pass(25 * 60 * MINUTE);
    world.wish([doc(reconcile, of(1))], 'again');
    await trueup.reconcile();
    await world.clock.pass(3_000);
    expect(terminations(world)).toBe(1);
    world.wish([doc(reconcile, of(3))], 'more');
    expect(await guardsOf(trueup)).toEqual([]);
    expect(await guardsOf(trueup)).toEqual(['provisions 6']);
    expect(operations(world)).toEqual(['ProvisionProduct', 'TerminateProvisionedProduct']);
    // As many as were counted with its first half are owed.
    world.wish([doc(reconcile, of(1))], 'fewer');
    expect(await guardsOf(trueup)).toEqual([]);
    expect(operations(world).at(-1)).toBe('ProvisionProduct');
  });

  it('as a termination, where its stack set is pruned, and is listed only then', async () => {
    for (const [cap, prune] of [
      [5, 'terminate'],
      [6, 'terminate'],
      [5, 'retain'],
    ] as const) {
      const { world, trueup } = await start({ maxTerminations: cap }, [doc({ prune })]);
      await trueup.converge();
      await trueup.converge();
      world.wish([]);
      const before = lists(world);
      await trueup.converge();
      expect(lists(world)).toBe(before);
      await world.clock.pass(11 * MINUTE);
      expect(await guardsOf(trueup)).toEqual(cap === 5 ? ['terminations 6'] : []);
      expect(lists(world)).toBeGreaterThan(before);
      expect(terminations(world)).toBe(cap === 5 ? 0 : 1);
    }
  });

  it('as a termination, where its stack set is recreated', async () => {
    const { world, trueup } = await start({ maxTerminations: 0 });
    fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'no' });
    await trueup.converge();
    const id = world.service.admin.product('set')?.product.id ?? '';
    const listed = await world.service.admin.callAs('ListStackInstancesForProvisionedProduct', {
      ProvisionedProductId: id,
    });
    const there = (listed.StackInstances as unknown as readonly unknown[] | undefined)?.length ?? 0;
    world.wish([doc({ onError: 'recreate' })]);
    expect(await guardsOf(trueup)).toContain(`terminations ${Math.max(1, there)}`);
    expect(operations(world)).toEqual(['ProvisionProduct']);
  });

  it('once it is recreated, and is not ended where more of them have come since', async () => {
    const { world, trueup } = await start({
      ...{ maxProvisions: 4, maxTerminations: 2 },
      seed: { ...seed, behaviour: { statusAfterFailedUpdate: 'ERROR' } },
    });
    const two = { stackInstances: { accounts: ACCOUNTS.slice(0, 1), regions: REGIONS } };
    world.wish([doc({}, two)]);
    await trueup.converge();
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', rollback: 'failed' });
    world.wish([doc({}, { ...two, provisioningParameters: { Level: 'high' } })]);
    await trueup.converge();
    expect(world.service.admin.product('set')?.product.status).toBe('ERROR');
    world.service.admin.clearCalls();
    world.wish([doc({ onError: 'recreate' }, two)]);
    trueup.reconciler.setDesired(world.desired);
    const review = await world.clock.until(trueup.reconciler.review());
    if (review.kind !== 'ok') throw new Error(review.why);
    expect(review.guards).toEqual([]);
    const { leaving } = review.observation;
    expect(leaving?.get(keyOf('set'))).toBe(2);
    // As if one of the two had come since.
    (leaving as Map<ProductKey, number>).set(keyOf('set'), 1);
    trueup.reconciler.release(review, 0);
    await world.clock.until(trueup.reconciler.quiet());
    expect(operations(world)).toEqual([]);
    await trueup.converge();
    await trueup.converge();
    // The first answer is an echo: a new one of this name has the token of the one before.
    expect(operations(world).slice(0, 2)).toEqual([
      'TerminateProvisionedProduct',
      'ProvisionProduct',
    ]);
    expect(terminations(world)).toBe(1);
    expect(world.service.admin.product('set')?.product.status).toBe('AVAILABLE');
  });

  it('by accounts and regions, where a step creates or removes it', async () => {
    const { world, trueup } = await start({ maxProvisions: 2, maxTerminations: 1 }, [
      doc({}, { stackInstances: { accounts: ACCOUNTS.slice(0, 1), regions: REGIONS } }),
    ]);
    await trueup.converge();
    await trueup.converge();
    world.service.admin.clearCalls();
    world.wish([doc({}, { stackInstances: { accounts: ACCOUNTS, regions: REGIONS } })]);
    expect(await guardsOf(trueup)).toEqual(['provisions 4']);
    world.wish([
      doc(
        { removeInstances: true },
        { stackInstances: { accounts: ACCOUNTS.slice(1, 2), regions: REGIONS.slice(0, 1) } },
      ),
    ]);
    expect(await guardsOf(trueup)).toContain('terminations 2');
    world.wish([
      doc(
        {},
        {
          provisioningPreferences: {
            stackSetOperationType: 'CREATE',
            stackSetAccounts: ACCOUNTS,
            stackSetRegions: REGIONS,
          },
        },
      ),
    ]);
    expect(await guardsOf(trueup)).toEqual(['provisions 6']);
    expect(world.writes()).toEqual([]);
  });

  it('ends nothing where the instances cannot be listed', async () => {
    const { world, trueup } = await start({ maxTerminations: 50 });
    await trueup.converge();
    await trueup.converge();
    world.wish([]);
    await trueup.converge();
    await world.clock.pass(11 * MINUTE);
    const fault = world.service.admin.addFault({
      operation: 'ListStackInstancesForProvisionedProduct',
      effect: { kind: 'accessDenied' },
    });
    const review = await trueup.converge();
    expect(review.kind === 'ok' && review.removals.get(keyOf('set'))?.change.verdict).toMatchObject(
      { kind: 'unreadable', why: expect.stringContaining('stack instances') },
    );
    expect(terminations(world)).toBe(0);
    world.service.admin.removeFault(fault);
    await trueup.converge();
    expect(terminations(world)).toBe(1);
  });

  it('is not ended where more of them have come since the plan was judged', async () => {
    const { world, trueup } = await start({ maxTerminations: 2 }, [
      doc({}, { stackInstances: { accounts: ACCOUNTS.slice(0, 1), regions: REGIONS } }),
    ]);
    await trueup.converge();
    await trueup.converge();
    world.wish([]);
    await trueup.converge();
    await world.clock.pass(11 * MINUTE);
    trueup.reconciler.setDesired(world.desired);
    const review = await world.clock.until(trueup.reconciler.review());
    expect(review.kind === 'ok' && review.guards).toEqual([]);
    // As if one of the two had come since, past Service Catalog, of which no record tells.
    const held = review.kind === 'ok' ? review.removals.get(keyOf('set')) : undefined;
    if (review.kind !== 'ok' || held === undefined) throw new Error('no removal');
    const fewer = { ...held.change, instances: { created: 0, removed: 1 } };
    (review.removals as Map<ProductKey, Removal>).set(keyOf('set'), { ...held, change: fewer });
    trueup.reconciler.release(review, 0);
    await world.clock.until(trueup.reconciler.quiet());
    expect(terminations(world)).toBe(0);
    // The next plan counts them all.
    expect(await guardsOf(trueup)).toEqual([]);
    expect(terminations(world)).toBe(1);
  });
});
