import { describe, expect, it } from 'vitest';
import { asProductKey, asTargetName } from '../../src/domain/ids.ts';
import type { PersonRequest } from '../../src/reconciler/ports/journal.ts';
import type { Shared } from '../../src/reconciler/shared.ts';
import { DAEMON } from '../journal/fixtures.ts';
import { networks } from '../support/network.ts';
import { cidrOf, fault, freezeOf, HOUR, killedAfter } from './networks.ts';
import { openOneShot } from './run-one-shot.ts';
import { desiredOf, TARGET, World } from './world.ts';

const seed = networks({
  timing: { accepted: '1s', running: '600s' },
  names: ['net-a', 'net-b', 'net-c'],
});

const wish = (name: string, reconcile = {}) => ({
  name,
  spec: { productName: 'network', provisioningParameters: { Cidr: 'B' }, reconcile },
});

/** `apply`, but for its words. */
async function applied(world: World, overrides: Partial<Shared> = {}, desired = world.desired) {
  const oneShot = await openOneShot(world, overrides, desired);
  await oneShot.honourRequests();
  await world.clock.until(oneShot.plan());
  const from = world.clock.monotonic();
  const end = await world.clock.until(oneShot.apply(HOUR));
  const tookMs = world.clock.monotonic() - from;
  await world.clock.until(oneShot.close());
  return { ...end, tookMs };
}

const denied = (world: World, product: string) =>
  world.service.admin.addFault({
    operation: 'UpdateProvisionedProduct',
    product,
    effect: { kind: 'accessDenied' },
  });

describe('apply', () => {
  it('keeps what people asked of a target that it does not open', async () => {
    const world = await World.create({ seed }, [wish('net-a')]);
    const elsewhere = {
      kind: 'retry',
      target: asTargetName('elsewhere'),
      key: asProductKey('name:net-x'),
    } as const;
    await world.journal.ask(elsewhere);
    await applied(world);
    expect(await world.journal.takeRequests()).toEqual([elsewhere]);
  });

  it('ends what a daemon that is over had to tell of a target that is read again', async () => {
    const world = await World.create({ seed }, [wish('net-a')]);
    const told = (name: string) => ({
      ...{ name: asTargetName(name), accountId: null, region: 'eu-west-1', problem: 'denied' },
    });
    await world.journal.putDaemon({ ...DAEMON, targets: [told(TARGET), told('elsewhere')] });
    await applied(world);
    const problems = (await world.journal.daemon())?.targets.map(({ problem }) => problem);
    expect(problems).toEqual([null, 'denied']);
  });

  it('opens a target of which the last document went, and settles what is open there', async () => {
    const world = await World.create({ seed }, [wish('net-a')]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'lostRequest' });
    await killedAfter(world, 5_000);
    const gone = desiredOf([], 'r2');
    const oneShot = await openOneShot(world, {}, gone);
    await world.clock.until(oneShot.plan());
    const end = await world.clock.until(oneShot.apply(HOUR));
    expect(end.after.meta.unmanaged?.map(({ name }) => name)).toEqual(['net-a']);
    await world.clock.until(oneShot.close());
    const { value } = await world.journal.get(TARGET, asProductKey('name:net-a'));
    expect(value.intent).toBeNull();
    expect(await world.journal.statuses()).toEqual([]);
    const again = await openOneShot(world, {}, gone);
    expect((await again.plan()).body.targets).toEqual([]);
  });

  it('keeps what people asked of a document that it leaves out', async () => {
    const world = await World.create({ seed }, [wish('net-a'), wish('net-b')]);
    const requests = ['accept', 'retry'].map(
      (kind) => ({ kind, target: TARGET, key: asProductKey('name:net-b') }) as PersonRequest,
    );
    for (const request of requests) await world.journal.ask(request);
    const { specs } = world.desired;
    const [first, second] = [...specs];
    if (first === undefined || second === undefined) throw new Error('two documents are wanted');
    const leftOut = new Map([second]);
    await applied(world, {}, { ...world.desired, specs: new Map([first]), leftOut });
    expect(await world.journal.takeRequests()).toEqual(requests);
  });

  it('keeps an attempt that was asked for until it is made', async () => {
    const world = await World.create({ seed }, [wish('net-a')]);
    const key = asProductKey('name:net-a');
    await world.journal.ask({ kind: 'retry', target: TARGET, key });
    world.journal.freeze(freezeOf());
    await applied(world, { oneShot: true });
    const [kept] = await world.journal.takeRequests();
    expect(kept).toMatchObject({ kind: 'retry', key, document: expect.stringContaining('#') });
    if (kept === undefined) throw new Error('nothing was kept');
    world.journal.lift();
    await world.journal.ask(kept);
    await applied(world);
    expect(cidrOf(world, 'net-a')).toBe('B');
    expect(await world.journal.takeRequests()).toEqual([]);
    const changed = { ...wish('net-a').spec, provisioningParameters: { Cidr: 'C' } };
    world.wish([{ name: 'net-a', spec: changed }]);
    await world.journal.ask(kept);
    await applied(world);
    expect(world.events('product.retryAsked')).toHaveLength(2);
    expect(world.events('request.dropped')).toHaveLength(1);
  });

  it('repeats what was lost beside an ambiguous request that a person gave up', async () => {
    const quick = networks({
      timing: { accepted: '1s', running: '2s' },
      names: ['net-a', 'net-b'],
    });
    const world = await World.create({ seed: quick }, [wish('net-a'), wish('net-b')]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'lostRequest' }, 2);
    await killedAfter(world, 5_000);
    for (const cidr of ['X', 'Y']) {
      await world.service.admin.callAs('UpdateProvisionedProduct', {
        ProvisionedProductName: 'net-b',
        ProvisioningParameters: [{ Key: 'Cidr', Value: cidr }],
        UpdateToken: `by-hand-${cidr}`,
      });
      await world.clock.pass(10_000);
    }
    await killedAfter(world, 70_000);
    expect(world.events('product.stalled')).toHaveLength(1);
    world.wish([wish('net-a'), wish('net-b', { suspend: true })]);
    await world.journal.ask({ kind: 'retry', target: TARGET, key: asProductKey('name:net-b') });
    expect(await applied(world)).toMatchObject({ timedOut: false });
    expect(cidrOf(world, 'net-a')).toBe('B');
  });

  it('waits for the end of what has no document any more', async () => {
    const leaving = wish('net-b', { prune: 'terminate' });
    const world = await World.create({ seed }, [wish('net-a'), leaving]);
    await applied(world);
    world.wish([wish('net-a')]);
    await applied(world);
    await world.clock.pass(11 * 60_000);
    const end = await applied(world);
    expect(end.timedOut).toBe(false);
    expect(end.tookMs).toBeGreaterThan(5 * 60_000);
    expect(world.service.admin.product('net-b')).toBeNull();
  });

  it('does not wait an hour for what needs a person', async () => {
    const world = await World.create({ seed }, [
      wish('net-a'),
      wish('net-b', { dependsOn: ['net-a'] }),
    ]);
    denied(world, 'net-a');
    const end = await applied(world);
    expect(end.timedOut).toBe(false);
    expect(end.tookMs).toBeLessThan(3 * 60_000);
    expect(end.statuses.map(({ name, reason }) => [name, reason])).toEqual([
      ['net-a', 'AccessDenied'],
      ['net-b', 'WaitsFor'],
    ]);
  });

  it('does not wait an hour for it because something else is frozen', async () => {
    const world = await World.create({ seed }, [wish('net-a'), wish('net-b')]);
    denied(world, 'net-a');
    world.journal.freeze({
      scope: { target: null, name: 'net-b', labels: {} },
      reason: 'INC-4711',
      user: 'anna',
      host: 'desk',
      at: '2026-11-21T12:00:00.000Z',
    });
    const end = await applied(world, { oneShot: true });
    expect(end.timedOut).toBe(false);
    expect(end.tookMs).toBeLessThan(3 * 60_000);
    expect(end.statuses.map(({ name, reason }) => [name, reason])).toEqual([
      ['net-a', 'AccessDenied'],
      ['net-b', 'Frozen'],
    ]);
  });

  it('does not wait an hour for it because a rollout is paused', async () => {
    const versions = ['v1', 'v2'].map((name) => ({ name, parameters: { Cidr: {} } }));
    const products = (seed.products ?? []).map((one) => ({ ...one, versions }));
    const moved = (name: string) => ({
      name,
      spec: { ...wish(name).spec, provisioningArtifactName: 'v2' },
    });
    const timing = { accepted: '1s', running: '5s' };
    const world = await World.create({ seed: { ...seed, timing, products } }, [
      wish('net-a'),
      moved('net-b'),
      moved('net-c'),
    ]);
    denied(world, 'net-a');
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      product: 'net-b',
      effect: { kind: 'recordFails', message: 'no more room' },
    });
    const rolloutRules: Shared['rolloutRules'] = [
      {
        product: '*',
        canary: { kind: 'count', count: 1 },
        maxFailures: 1,
        pauseOnFailure: true,
      },
    ];
    const end = await applied(world, { oneShot: true, rolloutRules });
    expect(end.timedOut).toBe(false);
    expect(end.tookMs).toBeLessThan(3 * 60_000);
    expect(end.statuses.map(({ name, reason }) => [name, reason])).toEqual([
      ['net-a', 'AccessDenied'],
      ['net-b', 'RecordFailed'],
      ['net-c', 'RolloutPaused'],
    ]);
  });

  it('waits for the others meanwhile, however long they take', async () => {
    const world = await World.create({ seed }, [wish('net-a'), wish('net-c')]);
    denied(world, 'net-a');
    const end = await applied(world);
    expect(end.tookMs).toBeGreaterThan(600_000);
    expect(end.tookMs).toBeLessThan(800_000);
    expect(world.service.admin.product('net-c')?.parameters.Cidr).toBe('B');
  });

  it('goes on where what was denied is allowed a moment later', async () => {
    const world = await World.create({ seed }, [wish('net-a')]);
    const fault = denied(world, 'net-a');
    const allowed = world.clock.sleep(20_000).then(() => {
      world.service.admin.removeFault(fault);
    });
    await applied(world);
    await allowed;
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
  });

  it('waits, until the time is over, for what is on its way', async () => {
    const world = await World.create({ seed }, [wish('net-a')]);
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      effect: { kind: 'straggle', ms: 10 * HOUR },
    });
    const end = await applied(world);
    expect(end).toMatchObject({ timedOut: true, released: 1 });
    expect(end.tookMs).toBeGreaterThanOrEqual(HOUR);
  });

  it('looks again where the listing lags behind what it has done', async () => {
    const paths = [{ portfolio: 'platform', tagUpdate: 'allowed' as const }];
    const products = (seed.products ?? []).map((one) => ({ ...one, paths }));
    const lagging = { ...seed, products, behaviour: { searchLag: '15s' } };
    const world = await World.create({ seed: lagging }, [
      { name: 'net-a', spec: { ...wish('net-a').spec, tags: { team: 'a' } } },
    ]);
    await world.clock.pass(60_000);
    const end = await applied(world);
    const [target] = end.after.body.targets;
    expect(target?.changes.map(({ verdict }) => verdict.kind)).toEqual(['inSync']);
    expect(world.writes()).toHaveLength(1);
  });
});
