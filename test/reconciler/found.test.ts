import { describe, expect, it } from 'vitest';
import type { Review } from '../../src/reconciler/review.ts';
import { fault, HOUR, NAMES, OWNER, operations, ROLE, seedWith, start, wish } from './networks.ts';
import { World } from './world.ts';

/** What the simulation found, each told again as the shortest story that shows it. */

/** What was sent for a provisioned product, oldest first. */
function cidrsSent(world: World, name: string): readonly string[] {
  const id = world.service.admin.product(name)?.product.id;
  return world.writes().flatMap((call) => {
    const input = call.input as {
      readonly ProvisionedProductId?: string;
      readonly ProvisionedProductName?: string;
      readonly ProvisioningParameters?: readonly { readonly Key: string; readonly Value: string }[];
    };
    const cidr = input.ProvisioningParameters?.find((one) => one.Key === 'Cidr');
    const isHere = input.ProvisionedProductId === id || input.ProvisionedProductName === name;
    return isHere && cidr !== undefined ? [cidr.Value] : [];
  });
}

const guards = (review: Review) => (review.kind === 'ok' ? review.guards.length : -1);

describe('a wall clock that is far from that of AWS', () => {
  it('does not take the answer to a request for an echo', async () => {
    const world = await start([wish('net-a', 'B')]);
    world.jump(20 * 60_000);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
  });

  it('knows the record of a request whose reply was lost, and that it failed', async () => {
    const world = await start([wish('net-a', 'B')]);
    world.jump(20 * 60_000);
    const operation = 'UpdateProvisionedProduct';
    fault(world, operation, { kind: 'lostReply' });
    fault(world, operation, { kind: 'recordFails' });
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Stalled');
  });

  it('still waits for a Describe that lags, after a restart and a jump', async () => {
    const properties = { properties: { launchRole: ROLE } };
    const lags = { describeLag: '20s', searchLag: '20s' };
    const world = await start([wish('net-a', 'A', properties)], lags);
    const first = await world.start();
    await first.reconcile();
    await world.clock.pass(3_000);
    expect(world.events('record.succeeded')).toHaveLength(1);
    first.kill();
    world.jump(20 * 60_000);
    const second = await world.start();
    await second.converge();
    expect(world.writes()).toHaveLength(1);
  });
});

describe('a change that waits for its turn', () => {
  const slow = { writesPerSecond: 0.1 };

  it('is not sent as it was once its document says something else', async () => {
    const world = await start([wish('net-a', 'B'), wish('net-b', 'B')], {}, slow);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(2_000);
    world.wish([wish('net-a', 'B'), wish('net-b', 'C')]);
    await trueup.reconcile();
    await trueup.converge();
    expect(cidrsSent(world, 'net-b')).toEqual(['C']);
  });

  it('is not sent at all once its document is suspended', async () => {
    const world = await start([wish('net-a', 'B'), wish('net-b', 'B')], {}, slow);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(2_000);
    world.wish([wish('net-a', 'B'), wish('net-b', 'B', { reconcile: { suspend: true } })]);
    await trueup.converge();
    expect(cidrsSent(world, 'net-a')).toEqual(['B']);
    expect(cidrsSent(world, 'net-b')).toEqual([]);
  });

  it('is not sent once a later plan is refused as a whole', async () => {
    const world = await start(
      [wish('net-a', 'B'), wish('net-b', 'B')],
      {},
      { ...slow, maxChanges: 2 },
    );
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(2_000);
    world.wish(NAMES.map((name) => wish(name, 'B')));
    const review = await trueup.reconcile();
    await world.clock.pass(30_000);
    expect(guards(review)).toBe(1);
    expect(cidrsSent(world, 'net-b')).toEqual([]);
  });
});

describe('a property', () => {
  it('is not remembered as a lagging Describe showed it: later changes are not held up', async () => {
    const properties = { properties: { launchRole: ROLE } };
    const seed = seedWith({ describeLag: '20s' }, '30s');
    const world = await World.create({ seed }, [wish('net-a', 'A', properties)]);
    const trueup = await world.start();
    await trueup.reconcile();
    while (world.events('record.succeeded').length === 0) await world.clock.pass(1_000);
    await trueup.reconcile();
    await world.clock.pass(120_000);
    world.wish([wish('net-a', 'B', properties)]);
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
  });

  it('that does not move LastRecordId is set to and fro', async () => {
    const other = ROLE.replace('two', 'one');
    const to = (launchRole: string) => [wish('net-a', 'A', { properties: { launchRole } })];
    const world = await start(to(ROLE), { propertiesMoveLastRecordId: false });
    const trueup = await world.start();
    // It is remembered at the third look.
    for (const role of [ROLE, ROLE, ROLE, ROLE, other, ROLE]) {
      world.wish(to(role));
      await trueup.converge();
      expect(world.service.admin.product('net-a')?.product.launchRole).toBe(role);
    }
  });

  it('that does not move LastRecordId is not sent again for a listing from before it', async () => {
    const properties = { properties: { owner: OWNER } };
    const behaviour = { propertiesMoveLastRecordId: false, searchLag: '20s' };
    const world = await start([wish('net-a', 'A', properties)], behaviour);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
  });

  it('nor for one that shows what somebody did between our look and our request', async () => {
    const wishes = [
      wish('net-a', 'A', { properties: { launchRole: ROLE } }),
      wish('net-b', 'A', { properties: { owner: OWNER } }),
    ];
    const behaviour = { propertiesMoveLastRecordId: false, searchLag: '5s' };
    const world = await start(wishes, behaviour, { writesPerSecond: 0.1 });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(1_000);
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-b',
      ProvisioningParameters: [
        { Key: 'Cidr', UsePreviousValue: true },
        { Key: 'Secret', UsePreviousValue: true },
      ],
      UpdateToken: 'somebody-else',
    });
    while (world.events('record.succeeded').length < 2) await world.clock.pass(1_000);
    await trueup.reconcile();
    await world.clock.pass(5 * 60_000);
    expect(operations(world).filter((one) => one.endsWith('Properties'))).toHaveLength(2);
    expect(world.statusOf(trueup, 'net-b')).toMatchObject({ condition: 'Ready' });
  });
});

describe('a change of a property whose reply was lost', () => {
  it('is found in the history where it moves no LastRecordId and AWS forgets tokens', async () => {
    const properties = { properties: { launchRole: ROLE } };
    const behaviour = { propertiesMoveLastRecordId: false, tokenWindow: '0' };
    const world = await start([wish('net-a', 'A', properties)], behaviour);
    const operation = 'UpdateProvisionedProductProperties';
    fault(world, operation, { kind: 'lostReply' });
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
  });
});

describe('a refusal because of another operation that Describe does not show yet', () => {
  it('is waited out', async () => {
    const lags = { describeLag: '20s', searchLag: '20s', underChangeCode: 'InvalidStateException' };
    const world = await start([wish('net-a', 'B')], lags);
    const trueup = await world.start();
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'X' }],
      UpdateToken: 'somebody-else',
    });
    await trueup.converge();
    expect(cidrsSent(world, 'net-a').length).toBeGreaterThan(2);
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
  });
});

describe('a request of which several records could be the answer', () => {
  it('keeps its slot for as long as one of them is in progress', async () => {
    const wishes = ['net-a', 'net-b', 'net-c'].map((name) => wish(name, 'B'));
    const world = await start(wishes, {}, { writesPerSecond: 0.05, maxInFlight: 1 });
    const { admin } = world.service;
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(10_500);
    await admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-b',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'X' }],
      UpdateToken: 'somebody-else',
    });
    const fault = { operation: 'UpdateProvisionedProduct', product: 'net-b', count: 1 } as const;
    admin.addFault({ ...fault, effect: { kind: 'straggle', ms: 60_000 } });
    admin.addFault({ ...fault, effect: { kind: 'lostReply' } });
    await world.clock.pass(60_000);
    expect(cidrsSent(world, 'net-b')).toEqual(['X', 'B']);
    expect(cidrsSent(world, 'net-c')).toEqual([]);
    await world.clock.pass(60_000);
    expect(cidrsSent(world, 'net-c')).toEqual(['B']);
    expect(world.statusOf(trueup, 'net-b')?.reason).toBe('Ambiguous');
  });
});

describe('secrets', () => {
  it('are unverified if somebody touched the stack before we had looked at it after our record', async () => {
    const more = { provisioningParameters: { Cidr: 'B', Secret: 'hush-new' } };
    const world = await start([wish('net-a', 'B', more)]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(6_200);
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
    await world.service.admin.editStack({ product: 'net-a', parameters: { Secret: 'hush-other' } });
    await trueup.converge();
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')?.unverified).toBe(1);
  });

  it('are hidden in what AWS says of a product in ERROR', async () => {
    const more = { provisioningParameters: { Cidr: 'B', Secret: 'hush-new' } };
    const world = await start([wish('net-a', 'B', more)], { statusAfterFailedUpdate: 'ERROR' });
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      effect: { kind: 'recordFails', message: 'Secret: hush-new is too short' },
    });
    const first = await world.start();
    await first.converge();
    first.kill();
    const second = await world.start();
    await second.converge();
    expect(world.statusOf(second, 'net-a')?.message).toContain('(hidden)');
    expect(world.journal.dump()).not.toContain('hush-new');
  });
});

describe('a listing that still shows an earlier product of the same name', () => {
  it('does not make the new one absent', async () => {
    const recreating = wish('net-a', 'B', { reconcile: { onError: 'recreate' } });
    const world = await start([recreating], { searchLag: '120s' });
    const trueup = await world.start();
    const record = { kind: 'recordFails', rollback: 'failed' } as const;
    fault(world, 'UpdateProvisionedProduct', record);
    await trueup.converge();
    await world.service.admin.setStatus('net-a', 'ERROR');
    await world.clock.pass(300_000);
    await trueup.reconcile();
    await world.clock.pass(30_000);
    expect(world.writes().at(-1)?.operation).toBe('ProvisionProduct');
    const review = await world.clock.until(trueup.reconciler.review());
    const seen = review.kind === 'ok' ? [...review.observation.products.values()] : [];
    const id = world.service.admin.product('net-a')?.product.id;
    expect(seen).toMatchObject([{ kind: 'present', id }]);
  });
});

describe('a change of a property that Describe does not show yet', () => {
  it('is not sent again because somebody else made a record in between', async () => {
    const properties = { properties: { launchRole: ROLE } };
    const lags = { propertiesMoveLastRecordId: false, describeLag: '10s' };
    const seed = seedWith(lags, '8s');
    const world = await World.create({ seed }, [wish('net-a', 'A', properties)]);
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'A' }],
      UpdateToken: 'somebody-else',
    });
    await world.clock.pass(9_500);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    const sent = world.writes().map((call) => call.operation);
    expect(sent).toEqual(['UpdateProvisionedProduct', 'UpdateProvisionedProductProperties']);
  });
});

describe('a recreation', () => {
  const recreating = (reconcile: Readonly<Record<string, unknown>> = {}) =>
    wish('net-a', 'B', { reconcile: { onError: 'recreate', ...reconcile } });

  it('waits like every other request after a failure that the journal does not know', async () => {
    const world = await start([recreating()], { statusAfterFailedUpdate: 'ERROR' });
    const effect = { kind: 'recordFails' } as const;
    fault(world, 'UpdateProvisionedProduct', effect);
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'X' }],
      UpdateToken: 'somebody-else',
    });
    await world.clock.pass(30_000);
    expect(world.service.admin.product('net-a')?.product.status).toBe('ERROR');
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    await world.clock.pass(25 * 3_600_000);
    await trueup.converge();
    expect(world.writes().map((call) => call.operation)).toEqual([
      'UpdateProvisionedProduct',
      'TerminateProvisionedProduct',
      'ProvisionProduct',
    ]);
  });

  it.each(['never', 'terminate', 'retain'])(
    'whose termination is open is not repeated once its document is gone (prune: %s)',
    async (prune) => {
      const world = await start([recreating({ prune }), wish('net-b', 'A')]);
      const trueup = await world.start();
      await trueup.converge();
      await world.service.admin.setStatus('net-a', 'ERROR');
      const effect = { kind: 'lostRequest' } as const;
      fault(world, 'TerminateProvisionedProduct', effect);
      await trueup.reconcile();
      await world.clock.pass(10_000);
      world.wish([wish('net-b', 'A')]);
      await trueup.reconcile();
      await world.clock.pass(8 * 60_000);
      const sent = world.writes().map((call) => call.operation);
      expect(sent).toEqual(['UpdateProvisionedProduct', 'TerminateProvisionedProduct']);
    },
  );

  it('of what we never changed is no removal when its document goes, however long it is open', async () => {
    const recreated = wish('net-a', 'A', {
      reconcile: { onError: 'recreate', prune: 'terminate' },
    });
    const world = await start([recreated, wish('net-b', 'A')]);
    await world.service.admin.setStatus('net-a', 'ERROR');
    fault(world, 'TerminateProvisionedProduct', { kind: 'lostRequest' });
    const trueup = await world.start();
    await trueup.reconcile();
    world.wish([wish('net-b', 'A')], 'r2');
    await trueup.reconcile();
    // That nothing came of it cannot be written, so it stays open.
    const put = world.journal.put.bind(world.journal);
    world.journal.put = () => Promise.reject(new Error('database or disk is full'));
    await world.clock.pass(15 * 60_000);
    world.journal.put = put;
    for (let i = 0; i < 3; i++) {
      await trueup.reconcile();
      await world.clock.pass(11 * 60_000);
    }
    expect(world.writes().map((call) => call.operation)).toEqual(['TerminateProvisionedProduct']);
    expect(world.service.admin.product('net-a')?.product.status).toBe('ERROR');
  });
});

describe('a request whose fate cannot be found out', () => {
  it('keeps its slot until it can', async () => {
    const world = await start([wish('net-a', 'B'), wish('net-b', 'B')], {}, { maxInFlight: 1 });
    fault(world, 'UpdateProvisionedProduct', { kind: 'straggle', ms: 30 * 60_000 });
    const put = world.journal.put.bind(world.journal);
    let isFull = false;
    world.journal.put = async (target, key, entry, version) => {
      // The intent of the first is durable; nothing that comes after its call is.
      isFull ||= entry.intent?.recordId != null;
      if (isFull && key === 'name:net-a') throw new Error('database or disk is full');
      return put(target, key, entry, version);
    };
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(20 * 60_000);
    expect(cidrsSent(world, 'net-a')).toEqual(['B']);
    expect(cidrsSent(world, 'net-b')).toEqual([]);
    isFull = false;
    world.journal.put = put;
    await world.clock.pass(60 * 60_000);
    await trueup.converge();
    expect(cidrsSent(world, 'net-b')).toEqual(['B']);
    expect(world.writes()).toHaveLength(2);
  });
});

describe('a record that AWS does not show any more', () => {
  it('is told once its time is over, and looked for seldom; what comes of it counts', async () => {
    const world = await start([wish('net-a', 'B')]);
    const gone = world.service.admin.addFault({
      operation: 'DescribeRecord',
      effect: { kind: 'error', code: 'ResourceNotFoundException', status: 400, message: 'gone' },
    });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(HOUR);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Reconciling' });
    await world.clock.pass(2 * HOUR);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      reason: 'RecordUnknown',
    });
    expect(world.writes()).toHaveLength(1);
    world.service.admin.removeFault(gone);
    await world.clock.pass(HOUR);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
  });
});

describe('a provisioning whose end is learnt late', () => {
  it('does not vouch for what somebody else has put into its stack since', async () => {
    const onMissing = { reconcile: { onMissing: 'provision' } };
    const parameters = { provisioningParameters: { Cidr: 'A', Secret: 'hush-hush' } };
    const world = await start([wish('net-new', 'A', { ...onMissing, ...parameters })]);
    const fault = world.service.admin.addFault({
      operation: 'DescribeRecord',
      effect: { kind: 'lostReply' },
    });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(5 * 60_000);
    await world.service.admin.editStack({
      product: 'net-new',
      parameters: { Secret: 'somebody-elses' },
    });
    await world.clock.pass(60_000);
    world.service.admin.removeFault(fault);
    await world.clock.pass(10 * 60_000);
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-new')).toMatchObject({ reason: 'InSync', unverified: 1 });
  });

  it('nor for what somebody puts into a stack in the very moment in which the record ends', async () => {
    const parameters = { provisioningParameters: { Cidr: 'B', Secret: 'ours' } };
    const world = await start([wish('net-a', 'B', parameters)]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(6_000);
    expect(world.service.admin.product('net-a')).toMatchObject({
      product: { status: 'AVAILABLE' },
      parameters: { Secret: 'ours' },
    });
    await world.service.admin.editStack({ product: 'net-a', parameters: { Secret: 'theirs' } });
    await world.clock.pass(60_000);
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'InSync', unverified: 1 });
  });
});

describe('a listing that lags in the middle of a chain', () => {
  it('loses none of its steps, and does not change their order', async () => {
    const properties = { properties: { launchRole: ROLE, owner: OWNER } };
    const world = await start([wish('net-a', 'B', properties)], { searchLag: '40s' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(10 * 60_000);
    const steps = world.writes().map(({ operation, input }) => {
      const changed = (input as { readonly ProvisionedProductProperties?: object })
        .ProvisionedProductProperties;
      return changed === undefined ? operation : Object.keys(changed).join();
    });
    expect(steps).toEqual(['LAUNCH_ROLE', 'UpdateProvisionedProduct', 'OWNER']);
  });
});
