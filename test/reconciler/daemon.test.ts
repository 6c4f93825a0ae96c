import { describe, expect, it } from 'vitest';
import { asProductKey } from '../../src/domain/ids.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { networks } from '../support/network.ts';
import { cidrOf, fault, freezeOf, HOUR, keyOf, MINUTE, networkDoc } from './networks.ts';
import { FakeSource, startDaemon } from './run-daemon.ts';
import { desiredOf, type Incarnation, TARGET, type Wish, World } from './world.ts';

const seed = networks();

const wish = (name: string, cidr: string) => networkDoc(name, { Cidr: cidr });

describe('the daemon', () => {
  it('reconciles at start, when the directory changes, and stays quiet in between', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [wish('net-a', 'B')]);
    await startDaemon(world, source);
    await world.clock.pass(60_000);
    expect(cidrOf(world, 'net-a')).toBe('B');
    const calls = world.service.admin.totalCalls();
    await world.clock.pass(120_000);
    expect(world.service.admin.totalCalls()).toBe(calls);
    source.publish('r2', [wish('net-a', 'C'), wish('net-b', 'C')]);
    await world.clock.pass(60_000);
    expect([cidrOf(world, 'net-a'), cidrOf(world, 'net-b')]).toEqual(['C', 'C']);
    expect(world.events('source.revision')).toHaveLength(2);
  });

  it.each([
    ['', 0, []],
    [', also where it could be sent only at the second try', 1, []],
    [', however long another one waits', 1, ['net-b']],
  ])('looks again when a change has ended%s', async (_when, refusals, frozen) => {
    const world = await World.create({ seed }, []);
    for (const name of frozen) world.journal.freeze(freezeOf({ name }));
    const busy = { kind: 'error', code: 'InvalidStateException', message: 'under change' } as const;
    if (refusals > 0) fault(world, 'UpdateProvisionedProduct', busy, refusals);
    const wishes = ['net-a', ...frozen].map((name) => wish(name, 'B'));
    await startDaemon(world, new FakeSource('r1', wishes), { intervalMs: 600 * MINUTE });
    await world.clock.pass(2 * MINUTE);
    expect(world.writes()).toHaveLength(refusals + 1);
    expect(cidrOf(world, 'net-a')).toBe('B');
    expect(world.events('review.finished')).toHaveLength(2);
    await world.clock.pass(60 * MINUTE);
    expect(world.events('review.finished')).toHaveLength(2);
  });

  it('ends at once where it fails, whatever is in flight, and leaves that to the next process', async () => {
    const world = await World.create({ seed }, []);
    fault(world, 'UpdateProvisionedProduct', { kind: 'straggle', ms: 60 * MINUTE });
    const source = new FakeSource('r1', [wish('net-a', 'B')]);
    const { ended } = await startDaemon(world, source);
    const end = ended.then(
      () => 'ended',
      (error: unknown) => String(error),
    );
    await world.clock.pass(MINUTE);
    expect(world.writes()).toHaveLength(1);
    source.read = () => Promise.reject(new Error('unforeseen'));
    source.publish('r2', [wish('net-a', 'C')]);
    await world.clock.pass(MINUTE);
    expect((await world.journal.daemon())?.stoppedAt).not.toBeNull();
    expect(await world.clock.until(end)).toBe('Error: unforeseen');
    const next = await startDaemon(world, new FakeSource('r2', [wish('net-a', 'C')]));
    await world.clock.pass(90 * MINUTE);
    expect(cidrOf(world, 'net-a')).toBe('C');
    expect(world.writes()).toHaveLength(2);
    next.stop.abort();
    await world.clock.until(next.ended);
  });

  it('corrects drift at its interval and at a hang-up signal', async () => {
    const world = await World.create({ seed }, []);
    const { daemon } = await startDaemon(world, new FakeSource('r1', [wish('net-a', 'A')]));
    await world.clock.pass(10_000);
    await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
    await world.clock.pass(331_000);
    expect(cidrOf(world, 'net-a')).toBe('A');
    await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
    daemon.hangUp();
    await world.clock.pass(20_000);
    expect(cidrOf(world, 'net-a')).toBe('A');
  });

  it('starts nothing while the source is unreadable, follows what is in flight, and goes on afterwards', async () => {
    const world = await World.create(
      { seed: { ...seed, timing: { accepted: '1s', running: '60s' } } },
      [],
    );
    const source = new FakeSource('r1', [wish('net-a', 'B')]);
    const { incarnation } = await startDaemon(world, source);
    await world.clock.pass(5_000);
    expect(world.writes()).toHaveLength(1);
    source.lose('the link dangles');
    await world.clock.pass(90_000);
    expect(world.statusOf(incarnation, 'net-a')).toMatchObject({
      condition: 'Ready',
      reason: 'InSync',
    });
    await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
    await world.clock.pass(1_200_000);
    expect(world.writes()).toHaveLength(1);
    source.publish('r1', [wish('net-a', 'B')]);
    await world.clock.pass(90_000);
    expect(cidrOf(world, 'net-a')).toBe('B');
    expect(world.writes()).toHaveLength(2);
  });

  it('goes on when a request cannot be taken because the disk is full, and takes it afterwards', async () => {
    const world = await World.create({ seed }, []);
    await startDaemon(world, new FakeSource('r1', [wish('net-a', 'A')]));
    await world.clock.pass(10_000);
    world.journal.full = true;
    const [key] = [...desiredOf([wish('net-a', 'A')]).specs.keys()];
    if (key === undefined) throw new Error('no document');
    await world.journal.ask({ kind: 'retry', target: TARGET, key });
    await world.clock.pass(60_000);
    expect(world.events('request.waits').length).toBeGreaterThan(0);
    world.journal.full = false;
    await world.clock.pass(10_000);
    expect(world.events('product.retryAsked')).toHaveLength(1);
  });

  it('tells when the journal cannot be written, and when it can again, each once', async () => {
    const world = await World.create({ seed }, []);
    world.journal.readOnly = 'permission denied';
    await startDaemon(world, new FakeSource('r1', [wish('net-a', 'B')]));
    await world.clock.pass(10 * MINUTE);
    expect(world.events('journal.unwritable')).toMatchObject([
      { level: 'error', fields: { reason: 'permission denied' } },
    ]);
    world.journal.readOnly = null;
    await world.clock.pass(10 * MINUTE);
    expect(world.events('journal.unwritable')).toHaveLength(1);
    expect(world.events('journal.writable')).toHaveLength(1);
  });

  it('sends what the journal held back as soon as that can be written again', async () => {
    const world = await World.create({ seed }, []);
    world.journal.readOnly = 'the disk is full';
    const source = new FakeSource('r1', [wish('net-a', 'B')]);
    await startDaemon(world, source, { intervalMs: 600 * MINUTE });
    await world.clock.pass(10 * MINUTE);
    expect(world.writes()).toEqual([]);
    world.journal.readOnly = null;
    await world.clock.pass(MINUTE);
    expect(cidrOf(world, 'net-a')).toBe('B');
  });

  it('reads on while what is to be accepted is looked at, and leaves that to the process that comes next', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [wish('net-a', 'A')]);
    const { stop, ended } = await startDaemon(world, source);
    await world.clock.pass(MINUTE);
    fault(world, '*', { kind: 'slow', ms: 50_000 }, 99);
    const request = { kind: 'accept', target: TARGET, key: keyOf('net-a') } as const;
    await world.journal.ask(request);
    await world.clock.pass(10_000);
    source.publish('r2', [wish('net-a', 'A'), wish('net-b', 'A')]);
    await world.clock.pass(5_000);
    expect(world.events('source.revision')).toHaveLength(2);
    stop.abort();
    await world.clock.until(ended);
    expect(await world.journal.takeRequests()).toEqual([request]);
  });

  it('leaves an attempt that was asked for and has to wait to the process that comes next', async () => {
    const world = await World.create({ seed }, []);
    world.journal.freeze(freezeOf());
    const { stop, ended } = await startDaemon(world, new FakeSource('r1', [wish('net-a', 'B')]));
    await world.clock.pass(10_000);
    const key = keyOf('net-a');
    await world.journal.ask({ kind: 'retry', target: TARGET, key });
    await world.clock.pass(10_000);
    expect(world.events('product.retryAsked')).toHaveLength(1);
    stop.abort();
    await world.clock.until(ended);
    expect(await world.journal.takeRequests()).toMatchObject([{ kind: 'retry', key }]);
  });

  it('asks for no second attempt where the one that was asked for is in flight', async () => {
    const world = await World.create({ seed }, []);
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails' });
    const { stop, ended } = await startDaemon(world, new FakeSource('r1', [wish('net-a', 'B')]));
    await world.clock.pass(2 * MINUTE);
    fault(world, 'UpdateProvisionedProduct', { kind: 'straggle', ms: 10 * MINUTE });
    await world.journal.ask({ kind: 'retry', target: TARGET, key: keyOf('net-a') });
    await world.clock.pass(MINUTE);
    expect(world.writes()).toHaveLength(2);
    stop.abort();
    await world.clock.until(ended);
    expect(await world.journal.takeRequests()).toEqual([]);
  });

  it('does not forget what cannot be read for what is gone', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [wish('net-a', 'A'), wish('net-b', 'A')]);
    const { incarnation } = await startDaemon(world, source);
    await world.clock.pass(MINUTE);
    source.unreadable = true;
    source.publish('r2', [wish('net-b', 'A')]);
    await world.clock.pass(MINUTE);
    expect(world.statusOf(incarnation, 'net-a')).toMatchObject({
      ...{ condition: 'Stalled', sync: 'Unknown', reason: 'DocumentUnknown' },
    });
    expect(world.events('product.unmanaged')).toEqual([]);
    source.unreadable = false;
    source.publish('r3', [wish('net-b', 'A')]);
    await world.clock.pass(MINUTE);
    expect(world.statusOf(incarnation, 'net-a')).toBeUndefined();
    expect(world.events('product.unmanaged')).toHaveLength(1);
  });

  it('never touches a provisioned product whose document went away', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [wish('net-a', 'B'), wish('net-b', 'B')]);
    const { incarnation } = await startDaemon(world, source);
    await world.clock.pass(60_000);
    const writes = world.writes().length;
    source.publish('r2', [wish('net-a', 'B')]);
    await world.clock.pass(3_600_000);
    expect(world.writes()).toHaveLength(writes);
    expect(cidrOf(world, 'net-b')).toBe('B');
    expect(world.statusOf(incarnation, 'net-b')).toBeUndefined();
  });

  it('takes no new work at the end, and leaves what is in flight to the journal', async () => {
    const world = await World.create(
      { seed: { ...seed, timing: { accepted: '1s', running: '60s' } } },
      [],
    );
    const source = new FakeSource('r1', [wish('net-a', 'B')]);
    const { stop, ended } = await startDaemon(world, source);
    await world.clock.pass(5_000);
    stop.abort();
    await world.clock.until(ended, 1_000);
    expect((await world.journal.daemon())?.stoppedAt).not.toBeNull();
    await world.clock.pass(300_000);
    expect(world.writes()).toHaveLength(1);
    const { incarnation } = await startDaemon(world, source);
    await world.clock.pass(60_000);
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(incarnation, 'net-a')).toMatchObject({ condition: 'Ready' });
    expect((await world.journal.list(TARGET)).values().next().value?.value).toMatchObject({
      intent: null,
      lastResult: { kind: 'succeeded' },
    });
  });

  it('honours what people ask for beside it', async () => {
    const world = await World.create({ seed }, []);
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails' });
    const source = new FakeSource('r1', [wish('net-a', 'B')]);
    const { incarnation } = await startDaemon(world, source);
    await world.clock.pass(60_000);
    const status = world.statusOf(incarnation, 'net-a');
    expect(status).toMatchObject({ condition: 'Stalled' });
    if (status === undefined) throw new Error('no status');
    await world.journal.ask({ kind: 'retry', target: status.target, key: status.key });
    await world.clock.pass(30_000);
    expect(cidrOf(world, 'net-a')).toBe('B');
    expect(world.writes()).toHaveLength(2);
  });

  it('honours what people asked for before it was there, or while the target could not be opened', async () => {
    const world = await World.create({ seed }, []);
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      effect: { kind: 'recordFails' },
      count: 1,
    });
    const source = new FakeSource('r1', [wish('net-a', 'B')]);
    const first = await startDaemon(world, source);
    await world.clock.pass(60_000);
    first.stop.abort();
    await world.clock.until(first.ended);
    const key = asProductKey('name:net-a');
    await world.journal.ask({ kind: 'retry', target: TARGET, key });
    let isClosed = true;
    await startDaemon(world, source, { isClosed: () => isClosed });
    await world.clock.pass(60_000);
    isClosed = false;
    await world.clock.pass(600_000);
    expect(cidrOf(world, 'net-a')).toBe('B');
    expect(world.writes()).toHaveLength(2);
  });
});

describe('what failed for something that passes by itself', () => {
  it('is tried again when its wait is over, however long the interval is', async () => {
    const failsWhen = [{ parameter: 'Cidr', value: 'B', message: 'Rate exceeded' }];
    const versions = [{ name: 'v1', parameters: { Cidr: {} }, failsWhen }];
    const world = await World.create({ seed: networks({ versions }) }, []);
    const source = new FakeSource('r1', [networkDoc('net-a', { Cidr: 'B' })]);
    const { incarnation } = await startDaemon(world, source, { intervalMs: 24 * HOUR });
    const times: number[] = [];
    const startMs = world.clock.monotonic();
    while (times.length < 6 && world.clock.monotonic() < startMs + 3 * HOUR) {
      await world.clock.pass(15_000);
      const atMs = world.clock.monotonic() - startMs;
      while (times.length < world.writes().length) times.push(Math.round(atMs / MINUTE));
    }
    expect(times).toEqual([0, 1, 5, 13, 35, 95]);
    await world.clock.pass(MINUTE);
    expect(world.statusOf(incarnation, 'net-a')).toMatchObject({ condition: 'Stalled' });
  });
});

describe('a target that cannot be opened', () => {
  it('is tried again after longer and longer, is told once, and starts anew once it was', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [wish('net-a', 'B')]);
    const tries: number[] = [];
    let isClosed = true;
    const { daemon } = await startDaemon(world, source, {
      isClosed: () => {
        tries.push(world.clock.monotonic());
        return isClosed;
      },
    });
    const problem = async () => (await world.journal.daemon())?.targets[0]?.problem;
    await world.clock.pass(600_000);
    const waits = tries.slice(1).map((at, i) => at - (tries[i] ?? 0));
    expect(waits.length).toBeGreaterThan(3);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.at(-1)).toBeGreaterThan(4 * (waits[0] ?? 0));
    expect(world.events('target.unreadable')).toMatchObject([{ fields: { reason: 'denied' } }]);
    expect(await problem()).toBe('denied');
    isClosed = false;
    await world.clock.pass(1_200_000);
    expect(cidrOf(world, 'net-a')).toBe('B');
    expect(await problem()).toBeNull();
    // What cannot be read is told and tried again like what cannot be opened.
    world.lines.length = 0;
    const search = 'SearchProvisionedProducts';
    world.service.admin.addFault({ operation: search, effect: { kind: 'accessDenied' } });
    daemon.hangUp();
    await world.clock.pass(1_000);
    const { at = 0 } = world.service.admin.calls(search).at(-1) ?? {};
    await world.clock.pass((waits[0] ?? 0) + 6_000);
    expect(world.service.admin.calls(search).at(-1)?.at ?? 0).toBeGreaterThan(at);
    expect(world.events('target.unreadable')).toHaveLength(1);
  });

  it('is looked at when a person asks, however long the wait after its failures would be', async () => {
    const world = await World.create({ seed }, []);
    const search = 'SearchProvisionedProducts';
    const looksAt = async (ask: (running: Awaited<ReturnType<typeof startDaemon>>) => unknown) => {
      world.service.admin.addFault({ operation: search, effect: { kind: 'accessDenied' } });
      const running = await startDaemon(world, new FakeSource('r1', [wish('net-a', 'B')]));
      await world.clock.pass(20 * MINUTE);
      world.service.admin.clearFaults();
      const before = world.service.admin.calls(search).length;
      await ask(running);
      await world.clock.pass(10_000);
      const looks = world.service.admin.calls(search).length - before;
      running.incarnation.kill();
      return looks;
    };
    expect(await looksAt(() => null)).toBe(0);
    expect(await looksAt(({ daemon }) => daemon.hangUp())).toBeGreaterThan(0);
    const request = { kind: 'retry', target: TARGET, key: keyOf('net-a') } as const;
    expect(await looksAt(() => world.journal.ask(request))).toBeGreaterThan(0);
  });

  it('is looked at once at a time, however often it is asked for', async () => {
    const world = await World.create({ seed }, []);
    const { daemon } = await startDaemon(world, new FakeSource('r1', [wish('net-a', 'A')]));
    await world.clock.pass(20_000);
    world.service.admin.clearCalls();
    fault(world, 'SearchProvisionedProducts', { kind: 'slow', ms: 20_000 });
    const searches = () => world.service.admin.calls('SearchProvisionedProducts').length;
    for (let i = 0; i < 4; i++) {
      daemon.hangUp();
      await world.clock.pass(4_000);
      expect(searches()).toBe(1);
    }
    await world.clock.pass(20_000);
    expect(searches()).toBe(2);
  });
});

describe('a rollout under a daemon', () => {
  const names = ['net-a', 'net-b', 'net-c', 'net-d'];
  const moved = (version: string) =>
    names.map((name): Wish => {
      const { spec } = wish(name, 'A');
      return { name, spec: { ...spec, provisioningArtifactName: version } };
    });
  const two = ['v1', 'v2'].map((name) => ({ name, parameters: { Cidr: {} } }));
  const four: SeedInput = {
    ...seed,
    products: [{ name: 'network', paths: [{ portfolio: 'platform' }], versions: two }],
    provisionedProducts: names.map((name) => ({
      name,
      product: 'network',
      version: 'v1',
      parameters: { Cidr: 'A' },
    })),
  };
  const rule = {
    product: 'network',
    canary: { kind: 'count', count: 1 },
    maxFailures: 1,
    pauseOnFailure: true,
  } as const;

  async function paused() {
    const world = await World.create({ seed: four, rollouts: [rule] }, []);
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails' });
    const source = new FakeSource('r1', moved('v2'));
    const { incarnation } = await startDaemon(world, source);
    await world.clock.pass(3_600_000);
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(incarnation, 'net-d')?.reason).toBe('RolloutPaused');
    const status = world.statusOf(incarnation, 'net-a');
    if (status === undefined) throw new Error('no status');
    return { world, source, incarnation, status };
  }

  const states = (world: World, incarnation: Incarnation) =>
    names.map((name) => world.statusOf(incarnation, name)?.condition);

  it('stays paused for hours, and goes on when the failed one is tried again', async () => {
    const { world, incarnation, status } = await paused();
    await world.journal.ask({ kind: 'retry', target: status.target, key: status.key });
    await world.clock.pass(120_000);
    expect(world.writes()).toHaveLength(5);
    expect(states(world, incarnation)).toEqual(['Ready', 'Ready', 'Ready', 'Ready']);
  });

  it('goes on without the failed one when a person says so', async () => {
    const { world, incarnation, status } = await paused();
    await world.journal.ask({ kind: 'proceed', target: status.target, product: 'network' });
    await world.clock.pass(120_000);
    expect(world.writes()).toHaveLength(4);
    expect(states(world, incarnation)).toEqual(['Stalled', 'Ready', 'Ready', 'Ready']);
  });

  it('ends with a revert, which sends nothing', async () => {
    const { world, source, incarnation } = await paused();
    source.publish('r2', moved('v1'));
    await world.clock.pass(600_000);
    expect(states(world, incarnation)).toEqual(['Ready', 'Ready', 'Ready', 'Ready']);
    expect(world.writes()).toHaveLength(1);
  });
});

describe('documents that go away under a daemon', () => {
  const pruned = (name: string): Wish => {
    const { spec } = wish(name, 'ours');
    return { name, spec: { ...spec, reconcile: { prune: 'terminate' } } };
  };
  const MINUTE = 60_000;

  it('end what they asked an end for, ten minutes of readable directory later', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [pruned('net-a'), wish('net-b', 'A')]);
    const { incarnation, stop, ended } = await startDaemon(world, source);
    await world.clock.pass(MINUTE);
    world.service.admin.clearCalls();
    source.publish('r2', [wish('net-b', 'A')]);
    await world.clock.pass(MINUTE);
    expect(world.statusOf(incarnation, 'net-a')).toMatchObject({ reason: 'WaitsFor' });
    source.lose('the link is broken');
    await world.clock.pass(60 * MINUTE);
    expect(world.writes()).toEqual([]);
    source.publish('r2', [wish('net-b', 'A')]);
    await world.clock.pass(20 * MINUTE);
    expect(world.writes().map((call) => call.operation)).toEqual(['TerminateProvisionedProduct']);
    expect(world.service.admin.names()).toEqual(['net-b']);
    expect(world.statusOf(incarnation, 'net-a')).toBeUndefined();
    stop.abort();
    await world.clock.until(ended);
  });

  it('end nothing where they come back in time, and nothing without an opt-in', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [pruned('net-a'), wish('net-b', 'A')]);
    const { stop, ended } = await startDaemon(world, source);
    await world.clock.pass(MINUTE);
    world.service.admin.clearCalls();
    for (let i = 0; i < 4; i++) {
      source.publish(`gone-${i}`, []);
      await world.clock.pass(8 * MINUTE);
      source.publish(`back-${i}`, [pruned('net-a')]);
      await world.clock.pass(8 * MINUTE);
    }
    expect(world.writes()).toEqual([]);
    source.publish('gone', []);
    await world.clock.pass(20 * MINUTE);
    expect(world.writes().map((call) => call.operation)).toEqual(['TerminateProvisionedProduct']);
    expect(world.service.admin.names()).toEqual(['net-b']);
    stop.abort();
    await world.clock.until(ended);
  });

  it('end nothing that was protected while the target could not be opened', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [pruned('net-a'), wish('net-b', 'A')]);
    const first = await startDaemon(world, source);
    await world.clock.pass(MINUTE);
    first.stop.abort();
    await world.clock.until(first.ended);
    world.service.admin.clearCalls();
    const { spec } = pruned('net-a');
    const reconcile = { prune: 'terminate', deletionProtection: true };
    source.publish('r2', [{ name: 'net-a', spec: { ...spec, reconcile } }, wish('net-b', 'A')]);
    let isClosed = true;
    const { incarnation, stop, ended } = await startDaemon(world, source, {
      isClosed: () => isClosed,
    });
    await world.clock.pass(MINUTE);
    source.publish('r3', [wish('net-b', 'A')]);
    await world.clock.pass(MINUTE);
    isClosed = false;
    await world.clock.pass(30 * MINUTE);
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(incarnation, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('deletionProtection'),
    });
    stop.abort();
    await world.clock.until(ended);
  });

  it('end nothing that was protected in a revision that no process could review', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [pruned('net-a'), wish('net-b', 'A')]);
    const run = async (forMs: number, isClosed: boolean) => {
      const daemon = await startDaemon(world, source, { isClosed: () => isClosed });
      await world.clock.pass(forMs);
      daemon.stop.abort();
      await world.clock.until(daemon.ended);
    };
    await run(MINUTE, false);
    world.service.admin.clearCalls();
    const { spec } = pruned('net-a');
    const reconcile = { prune: 'terminate', deletionProtection: true };
    source.publish('r2', [{ name: 'net-a', spec: { ...spec, reconcile } }, wish('net-b', 'A')]);
    await run(MINUTE, true);
    source.publish('r3', [wish('net-b', 'A')]);
    await run(60 * MINUTE, false);
    expect(world.writes()).toEqual([]);
  });
});
