import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { keyOf, killedAfter, networkDoc, OWNER, ROLE, truth } from './networks.ts';
import { FakeSource, startDaemon } from './run-daemon.ts';
import { TARGET, World } from './world.ts';

const NAMES = ['net-a', 'net-b', 'net-c', 'net-d', 'net-e'];
const seed = networks({
  timing: { accepted: '1s', running: '8s', remediation: '3s', properties: '2s' },
  tagUpdate: 'allowed',
  versions: [
    {
      name: 'v1',
      parameters: { Cidr: {}, Secret: { noEcho: true, default: 'none' } },
      failsWhen: [{ parameter: 'Cidr', value: 'bad', message: 'No more addresses.' }],
    },
  ],
  names: NAMES,
  live: { Cidr: 'A', Secret: 'live-secret' },
});
const fault = (world: World, effect: never | object, more: object = {}) =>
  world.service.admin.addFault({
    operation: 'UpdateProvisionedProduct',
    effect: effect as never,
    ...more,
  });

/**
 * Each of these was a way to break one of the safety rules. The names say what held on the other
 * side: a clock that is wrong, a listing that lags, a person who asks at the wrong moment.
 */
describe('never wrong', () => {
  it('a clock that is 10 minutes ahead: one effective update per base, none while our record runs', async () => {
    const world = await World.create({ seed }, [networkDoc('net-a', { Cidr: 'B' })]);
    world.clock.jump(600_000);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(600_000);
    expect(world.writes().map((call) => call.result)).toEqual(['ok']);
  });

  it('a clock that is 10 minutes ahead: a failing document is sent once, not for ever', async () => {
    const world = await World.create({ seed }, [networkDoc('net-a', { Cidr: 'C' })]);
    const trueup = await world.start();
    await trueup.converge();
    world.clock.jump(600_000);
    world.wish([networkDoc('net-a', { Cidr: 'bad' })]);
    await trueup.reconcile();
    await world.clock.pass(600_000);
    expect(truth(world, 'net-a')?.records).toBe(3);
  });

  it('a clock that is 10 minutes ahead and slow writes: one effective update', async () => {
    const world = await World.create({ seed, writesPerSecond: 0.05 }, [
      networkDoc('net-a', { Cidr: 'B' }),
    ]);
    world.clock.jump(600_000);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(600_000);
    expect(truth(world, 'net-a')?.records).toBe(2);
  });

  it('a revision over the cap is not sent under the verdict on the revision before', async () => {
    const world = await World.create({ seed, maxChanges: 2, maxInFlight: 1 }, []);
    const source = new FakeSource('r1', [
      networkDoc('net-a', { Cidr: 'B' }),
      networkDoc('net-b', { Cidr: 'B' }),
    ]);
    await startDaemon(world, source);
    await world.clock.pass(5_000); // net-a is under way, net-b waits for its slot
    world.service.admin.addFault({
      operation: 'SearchProvisionedProducts',
      effect: { kind: 'slow', ms: 20_000 },
      count: 1,
    });
    source.publish(
      'r2',
      NAMES.map((name) => networkDoc(name, { Cidr: 'X' })),
    );
    await world.clock.pass(600_000);
    expect(world.events('guard.refused').length).toBeGreaterThan(0);
    expect(NAMES.map((name) => truth(world, name)?.parameters.Cidr)).not.toContain('X');
  });

  it('a document suspended while its update waits out a throttle is not sent', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [networkDoc('net-a', { Cidr: 'B' })]);
    fault(world, { kind: 'throttle' }, { count: 4 });
    await startDaemon(world, source);
    await world.clock.pass(1_000);
    source.publish('r2', [networkDoc('net-a', { Cidr: 'B' }, { reconcile: { suspend: true } })]);
    await world.clock.pass(300_000);
    expect(truth(world, 'net-a')?.records).toBe(1);
    expect(truth(world, 'net-a')?.parameters.Cidr).toBe('A');
  });

  it('a full journal does not end the daemon when a person has asked', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [networkDoc('net-a', { Cidr: 'A' })]);
    const { ended } = await startDaemon(world, source);
    let end: unknown = null;
    ended.then(
      () => {
        end = 'ended';
      },
      (error: unknown) => {
        end = error;
      },
    );
    await world.clock.pass(10_000);
    await world.journal.ask({ kind: 'retry', target: TARGET, key: keyOf('net-a') });
    world.journal.full = true;
    // A latch to forget makes the entry change.
    const held = await world.journal.list(TARGET);
    expect(held.size).toBe(1);
    await world.clock.pass(60_000);
    expect(end).toBeNull();
  });

  it('a launch role read while Describe lags is not remembered for ever', async () => {
    const world = await World.create({ seed: { ...seed, behaviour: { describeLag: '45s' } } }, [
      networkDoc('net-a', { Cidr: 'A' }, { properties: { launchRole: ROLE } }),
    ]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(46_000);
    await trueup.reconcile();
    world.wish([networkDoc('net-a', { Cidr: 'B' }, { properties: { launchRole: ROLE } })]);
    for (let look = 0; look < 12; look++) {
      await trueup.reconcile();
      await world.clock.pass(300_000);
    }
    expect(truth(world, 'net-a')?.parameters.Cidr).toBe('B');
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
  });

  it('drift after a record that ended while nobody looked is corrected', async () => {
    const world = await World.create({ seed }, [networkDoc('net-a', { Cidr: 'B' })]);
    await killedAfter(world, 2_000);
    await world.clock.pass(60_000);
    await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
    await world.clock.pass(60_000);
    const second = await world.start();
    for (let look = 0; look < 3; look++) {
      await second.reconcile();
      await world.clock.pass(300_000);
    }
    expect(world.statusOf(second, 'net-a')?.message).not.toContain('still differs');
    expect(truth(world, 'net-a')?.parameters.Cidr).toBe('B');
  });

  it('drift is corrected although our clock was an hour ahead when the record ended', async () => {
    const world = await World.create({ seed }, [networkDoc('net-a', { Cidr: 'B' })]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(2_000);
    world.clock.jump(3_600_000);
    await world.clock.pass(20_000);
    world.clock.jump(-3_600_000);
    await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
    for (let look = 0; look < 3; look++) {
      await trueup.reconcile();
      await world.clock.pass(300_000);
    }
    expect(truth(world, 'net-a')?.parameters.Cidr).toBe('B');
  });

  it('an owner is set once, though the listing lags and property changes move no record', async () => {
    const world = await World.create(
      { seed: { ...seed, behaviour: { searchLag: '30s', propertiesMoveLastRecordId: false } } },
      [],
    );
    const source = new FakeSource('r1', [
      networkDoc('net-a', { Cidr: 'A' }, { properties: { owner: OWNER } }),
    ]);
    await startDaemon(world, source);
    await world.clock.pass(600_000);
    expect(truth(world, 'net-a')?.records).toBe(2);
  });

  it("somebody else's operation that Describe does not show yet does not stall us", async () => {
    const world = await World.create(
      {
        seed: {
          ...seed,
          timing: { ...seed.timing, running: '60s' },
          behaviour: { describeLag: '20s', searchLag: '20s' },
        },
      },
      [networkDoc('net-a', { Cidr: 'B' })],
    );
    await world.clock.pass(60_000);
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [
        { Key: 'Cidr', Value: 'X' },
        { Key: 'Secret', UsePreviousValue: true },
      ],
      UpdateToken: 'other',
    });
    const trueup = await world.start();
    for (let look = 0; look < 4; look++) {
      await trueup.reconcile();
      await world.clock.pass(300_000);
    }
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
    expect(truth(world, 'net-a')?.parameters.Cidr).toBe('B');
  });

  it('a refusal that passes by itself ("profile does not exist") is tried again', async () => {
    const world = await World.create({ seed }, [networkDoc('net-a', { Cidr: 'B' })]);
    fault(
      world,
      { kind: 'error', code: 'InvalidParametersException', message: 'The profile does not exist.' },
      { count: 1 },
    );
    const trueup = await world.start();
    for (let look = 0; look < 4; look++) {
      await trueup.reconcile();
      await world.clock.pass(300_000);
    }
    expect(truth(world, 'net-a')?.parameters.Cidr).toBe('B');
  });
  const leaks = (world: World, secret: string) => [world.journal.dump().includes(secret)];
  it.each([
    ['short', '4711'.slice(0, 3)],
    ['two blanks', 'correct  horse  battery'],
    ['a line break', 'first-line\nsecond-line'],
  ])('a secret (%s) quoted by a failed record is not kept', async (_what, secret) => {
    const world = await World.create({ seed }, [
      networkDoc('net-a', { Cidr: 'B', Secret: secret }),
    ]);
    fault(world, { kind: 'recordFails', message: `Value <${secret}> is too weak` }, { count: 1 });
    const trueup = await world.start();
    await trueup.converge();
    const shown = JSON.stringify([
      world.statusOf(trueup, 'net-a')?.message,
      world.events('record.failed'),
    ]);
    expect(shown).not.toContain(`<${secret.replace(/\s+/g, ' ')}>`);
    expect(shown).toContain('is too weak');
  });

  it('a secret cut by the length limit of the reason', async () => {
    const secret = 'S3cret-0123456789-abcdefghij';
    const world = await World.create({ seed }, [
      networkDoc('net-a', { Cidr: 'B', Secret: secret }),
    ]);
    fault(world, { kind: 'recordFails', message: `${'x'.repeat(980)}${secret}` }, { count: 1 });
    const trueup = await world.start();
    await trueup.converge();
    expect(world.journal.dump()).not.toContain(secret.slice(0, 12));
    expect(world.journal.dump()).toContain('x'.repeat(900));
  });

  it('the former secret, quoted by a record that fails after a restart', async () => {
    const world = await World.create({ seed }, [
      networkDoc('net-a', { Cidr: 'B', Secret: 'former-secret' }),
    ]);
    fault(world, { kind: 'recordFails', message: 'Value former-secret is too weak' }, { count: 1 });
    await killedAfter(world, 2_000);
    world.wish([networkDoc('net-a', { Cidr: 'B', Secret: 'newer-secret' })]);
    const second = await world.start();
    await second.reconcile();
    await world.clock.pass(60_000);
    expect(leaks(world, 'former-secret')).toEqual([false]);
    expect(world.events('record.failed')).toHaveLength(1);
  });

  it('a secret in the status message of a product in ERROR', async () => {
    const world = await World.create(
      { seed: { ...seed, behaviour: { statusAfterFailedUpdate: 'ERROR', recordErrors: 'empty' } } },
      [networkDoc('net-a', { Cidr: 'B', Secret: 'very-secret-value' })],
    );
    fault(
      world,
      { kind: 'recordFails', message: 'Value very-secret-value is too weak' },
      { count: 1 },
    );
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(leaks(world, 'very-secret-value')).toEqual([false]);
    expect(world.statusOf(trueup, 'net-a')?.message).toContain('is too weak');
  });

  it('what the listing does not tell is not taken for another physical id', async () => {
    const world = await World.create({ seed: { ...seed, behaviour: { searchLag: '300s' } } }, []);
    const { product: network } = { product: truth(world, 'net-a')?.product };
    await world.service.admin.callAs('ProvisionProduct', {
      ProvisionedProductName: 'net-new',
      ProductId: network?.productId ?? '',
      ProvisioningArtifactId: network?.artifactId ?? '',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'A' }],
      ProvisionToken: 'new',
    });
    await world.clock.pass(30_000);
    const physicalId = truth(world, 'net-new')?.product.physicalId ?? '';
    world.wish([networkDoc('net-new', { Cidr: 'A' }, { expect: { physicalId } })]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(100);
    expect(world.statusOf(trueup, 'net-new')?.reason).toBe('Unreadable');
  });

  it('a recorded path that could not be read is unreadable, not absent', async () => {
    const world = await World.create(
      {
        seed: {
          ...seed,
          products: (seed.products ?? []).map((product) => ({
            ...product,
            paths: [
              { portfolio: 'platform', tagUpdate: 'allowed' as const },
              { portfolio: 'second', tagUpdate: 'allowed' as const },
            ],
          })),
          provisionedProducts: (seed.provisionedProducts ?? []).map((one) => ({
            ...one,
            path: 'platform',
          })),
        },
      },
      [networkDoc('net-a', { Cidr: 'B' })],
    );
    world.service.admin.addFault({ operation: 'DescribeRecord', effect: { kind: 'accessDenied' } });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(5_000);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'Unreadable' });
  });

  it('a NoEcho value whose update was followed by a resumed pass is known afterwards', async () => {
    const world = await World.create({ seed }, [
      networkDoc('net-a', { Cidr: 'B', Secret: 'first-secret' }),
    ]);
    const first = await world.start();
    await first.reconcile();
    await world.clock.pass(2_000);
    first.kill();
    await world.clock.pass(60_000);
    const source = new FakeSource('r2', [
      networkDoc('net-a', { Cidr: 'B', Secret: 'first-secret' }),
    ]);
    world.service.admin.addFault({
      operation: 'SearchProvisionedProducts',
      effect: { kind: 'slow', ms: 8_000 },
      count: 1,
    });
    await startDaemon(world, source);
    await world.clock.pass(60_000);
    source.publish('r3', [networkDoc('net-a', { Cidr: 'B', Secret: 'second-secret' })]);
    await world.clock.pass(600_000);
    expect(truth(world, 'net-a')?.parameters.Secret).toBe('second-secret');
  });

  it('a person asks once: the backoff holds again after that attempt', async () => {
    const world = await World.create({ seed }, []);
    const source = new FakeSource('r1', [networkDoc('net-a', { Cidr: 'B' })]);
    fault(world, { kind: 'recordFails', message: 'First.' }, { count: 1 });
    await startDaemon(world, source);
    await world.clock.pass(60_000);
    world.service.admin.clearFaults();
    fault(world, { kind: 'recordFails', message: 'Rate exceeded' });
    await world.journal.ask({ kind: 'retry', target: TARGET, key: keyOf('net-a') });
    const before = world.writes().length;
    await world.clock.pass(80_000);
    expect(world.writes().length - before).toBeLessThanOrEqual(2);
  });

  it('a product whose document moved from its name to its id has one request open', async () => {
    const world = await World.create(
      {
        seed: {
          ...seed,
          timing: { ...seed.timing, properties: '20s' },
          behaviour: { describeLag: '30s', searchLag: '30s' },
        },
      },
      [networkDoc('net-a', { Cidr: 'A' }, { properties: { launchRole: ROLE } })],
    );
    await world.clock.pass(60_000);
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProductProperties',
      effect: { kind: 'lostReply' },
      count: 1,
    });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(2_000);
    const { spec } = networkDoc('net-a', { Cidr: 'C' });
    world.wish([
      { name: 'label', spec: { ...spec, provisionedProductId: truth(world, 'net-a')?.product.id } },
    ]);
    await trueup.reconcile();
    await world.clock.pass(3_000);
    expect(world.writes().map((call) => call.result)).toEqual(['lostReply']);
  });

  it('the same document refused while its own record runs is not stalled', async () => {
    const world = await World.create(
      {
        seed: {
          ...seed,
          timing: { ...seed.timing, properties: '100s' },
          behaviour: { propertiesMoveLastRecordId: false, tokenWindow: '0s' },
        },
      },
      [networkDoc('net-a', { Cidr: 'A' }, { properties: { launchRole: ROLE } })],
    );
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProductProperties',
      effect: { kind: 'lostReply' },
      count: 1,
    });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(99_000);
    expect(world.writes().map((call) => call.result)).toEqual(['lostReply']);
  });
});
