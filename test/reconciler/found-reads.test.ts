import { describe, expect, it } from 'vitest';
import { EMPTY_ENTRY } from '../../src/domain/entry.ts';
import { type FindContext, find, indexRows } from '../../src/reconciler/find-live.ts';
import type { SearchListing, SearchRow } from '../../src/reconciler/ports/catalog.ts';
import { trouble } from '../../src/reconciler/trouble.ts';
import { keyOf } from './life.ts';
import {
  cidrOf,
  type Fields,
  fault,
  freezeOf,
  OWNER,
  ROLE,
  seedWith,
  start,
  wish,
} from './networks.ts';
import { desiredOf, World } from './world.ts';

/** What the simulation found where a read fails or lags, as the shortest story that shows it. */

describe('stacks that cannot be read for a while', () => {
  it('make nothing count as done after another step of it has succeeded', async () => {
    const world = await start([
      wish('net-a', 'B', { properties: { owner: OWNER } }),
      wish('net-b', 'B', {
        properties: { launchRole: ROLE },
        reconcile: { dependsOn: ['net-a'] },
      }),
    ]);
    const trueup = await world.start();
    world.service.admin.addFault({ operation: 'DescribeStacks', effect: { kind: 'throttle' } });
    await trueup.reconcile();
    await world.clock.pass(2 * 60_000);
    const id = world.service.admin.product('net-a')?.product.id;
    expect(world.writes()).toMatchObject([{ input: { ProvisionedProductId: id } }]);
    expect(world.statusOf(trueup, 'net-a')?.condition).not.toBe('Ready');
    world.service.admin.clearFaults();
    await trueup.converge();
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
    expect(world.service.admin.product('net-b')?.parameters.Cidr).toBe('B');
  });
});

describe('stacks that are throttled beside one that is denied', () => {
  it('are not taken for denied: a change of theirs is not shown as done', async () => {
    const world = await start([wish('net-a', 'A'), wish('net-b', 'A')]);
    const trueup = await world.start();
    await trueup.converge();
    const { admin } = world.service;
    const operation = 'DescribeStacks';
    admin.addFault({ operation, effect: { kind: 'accessDenied' }, count: 1 });
    admin.addFault({ operation, effect: { kind: 'throttle' } });
    world.wish([wish('net-a', 'A'), wish('net-b', 'B')]);
    await trueup.reconcile();
    await world.clock.pass(5 * 60_000);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
    expect(world.statusOf(trueup, 'net-b')).toMatchObject({
      sync: 'Unknown',
      reason: 'Unreadable',
    });
    admin.clearFaults();
    await trueup.converge();
    expect(world.service.admin.product('net-b')?.parameters.Cidr).toBe('B');
  });
});

describe('a request of whose fate nothing can be read', () => {
  it('keeps its slot, because its operation may run', async () => {
    const wishes = ['net-a', 'net-b'].map((name) => wish(name, 'B'));
    const options = { seed: seedWith({}), maxInFlight: 1 };
    const world = await World.create(options, wishes);
    const operation = 'UpdateProvisionedProduct';
    const effect = { kind: 'lostReply' } as const;
    fault(world, operation, effect);
    world.service.admin.addFault({ operation, effect: { kind: 'straggle', ms: 3_600_000 } });
    world.service.admin.addFault({
      operation: 'ListRecordHistory',
      effect: { kind: 'lostRequest' },
    });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(20 * 60_000);
    expect(world.writes()).toHaveLength(1);
    expect(world.events('intent.unsettled').length).toBeGreaterThan(0);
    world.service.admin.clearFaults();
    await world.clock.pass(2 * 3_600_000);
    expect(world.service.admin.product('net-b')?.parameters.Cidr).toBe('B');
  });
});

describe('a launch role that Describe still shows as it was', () => {
  it('is not remembered as the one that a revert asks for', async () => {
    const role = (name: string) =>
      wish('net-a', 'A', { properties: { launchRole: ROLE.replace('two', name) } });
    const lags = { propertiesMoveLastRecordId: false } as const;
    const world = await World.create({ seed: seedWith(lags) }, [role('one')]);
    const trueup = await world.start();
    await trueup.converge();
    await world.clock.pass(120_000);
    await trueup.converge();
    world.service.admin.setBehaviour({ describeLag: '20s' });
    world.wish([role('two')], 'r2');
    await trueup.converge();
    world.wish([role('one')], 'r3');
    await trueup.converge();
    await world.clock.pass(120_000);
    await trueup.converge();
    const live = world.service.admin.product('net-a')?.product.launchRole;
    expect(live).toBe(ROLE.replace('two', 'one'));
  });
});

describe('a launch role that somebody changed without a new record', () => {
  it('is found before work on it, and holds up no change of the document', async () => {
    const as = (cidr: string) => [wish('net-a', cidr, { properties: { launchRole: ROLE } })];
    const world = await start(as('A'), { propertiesMoveLastRecordId: false });
    const trueup = await world.start();
    // It is remembered at the third look.
    for (let i = 0; i < 3; i++) {
      await trueup.converge();
      await world.clock.pass(120_000);
    }
    await world.service.admin.callAs('UpdateProvisionedProductProperties', {
      ProvisionedProductId: world.service.admin.product('net-a')?.product.id,
      ProvisionedProductProperties: { LAUNCH_ROLE: ROLE.replace('two', 'theirs') },
      IdempotencyToken: 'somebody-else',
    });
    await world.clock.pass(120_000);
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.product.launchRole).not.toBe(ROLE);
    world.wish(as('B'), 'r2');
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(world.service.admin.product('net-a')?.product.launchRole).toBe(ROLE);
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
  });
});

describe('several provisioned products of one name', () => {
  const rowOf = (id: string, name: string) =>
    ({ id, name, records: { last: `rec-${id}` } }) as unknown as SearchRow;
  const context = {
    entries: { get: () => EMPTY_ENTRY },
    memory: { get: async () => ({}), add: async () => undefined },
    catalog: { describe: async () => ({ kind: 'ok', value: null }) },
  } as unknown as FindContext;

  it.each([
    [1, 'row'],
    [2, 'unreadable'],
    [3, 'unreadable'],
  ])('%d in the listing: it is %s', async (count, expected) => {
    const [spec] = desiredOf([wish('net-a', 'A')]).specs.values();
    if (spec === undefined) throw new Error('no document');
    const rows = Array.from({ length: count }, (_, i) => rowOf(`pp-${i}`, 'net-a'));
    const all = [rowOf('pp-x', 'net-b'), ...rows, rowOf('pp-y', 'net-c')];
    const listing = { rows: all, complete: true } as unknown as SearchListing;
    const found = await find(context, spec, listing, indexRows(all));
    expect(found).toMatchObject(
      expected === 'row'
        ? { kind: 'row', row: { id: 'pp-0' } }
        : { kind: 'live', live: { kind: 'unreadable', why: expect.stringContaining('net-a') } },
    );
  });
});

describe('an answer that is slow', () => {
  it('is as old as its question: what it shows of a launch role is not sent again', async () => {
    const lags = { propertiesMoveLastRecordId: false, describeLag: '20s' } as const;
    const properties = { launchRole: ROLE };
    const world = await World.create({ seed: seedWith(lags, '1s') }, [
      wish('net-a', 'B', { properties }),
    ]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(5_000);
    const effect = { kind: 'slow', ms: 58_000 } as const;
    world.service.admin.addFault({ operation: 'DescribeStacks', count: 1, effect });
    await world.clock.pass(5 * 60_000);
    const sent = world.writes().map((call) => call.operation);
    expect(sent).toEqual(['UpdateProvisionedProductProperties', 'UpdateProvisionedProduct']);
  });
});

describe('what was just made, where neither listing nor Describe shows it yet', () => {
  it('is never shown as missing', async () => {
    const provisioning = wish('net-new', 'A', { reconcile: { onMissing: 'provision' } });
    const world = await start([provisioning], { describeLag: '20s', searchLag: '20s' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(12_000);
    expect(world.statusOf(trueup, 'net-new')).toMatchObject({ reason: 'Updated' });
    await trueup.reconcile();
    expect(world.statusOf(trueup, 'net-new')?.health).not.toBe('Missing');
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-new')).toMatchObject({ reason: 'InSync' });
    expect(world.writes()).toHaveLength(1);
  });

  it.each([
    ['missing', 0, 'Missing'],
    ['not known', 1, 'Unknown'],
  ] as const)(
    'is %s after a trouble while %d requests for it are open',
    async (_, open, health) => {
      const provisioning = wish('net-new', 'A', { reconcile: { onMissing: 'provision' } });
      const world = await start([provisioning]);
      const trueup = await world.start();
      const { context } = trueup.reconciler;
      const key = keyOf('net-new');
      world.service.admin.addFault({
        operation: 'ProvisionProduct',
        effect: { kind: open === 0 ? 'accessDenied' : 'lostReply' },
        count: 1,
      });
      await trueup.reconcile();
      expect(context.entries.openIntents()).toHaveLength(open);
      const seen = context.board.get(context.target, key);
      if (seen !== undefined) context.board.set({ ...seen, health: 'Missing' });
      trouble(context, key, { stalled: false, reason: 'Retrying', message: 'm', next: null });
      expect(context.board.get(context.target, key)).toMatchObject({ reason: 'Retrying', health });
    },
  );
});

/** Two are wanted, one may be in flight, and the first request is lost. */
async function lostWithOneSlot(behaviour = {}) {
  const wishes = ['net-a', 'net-b'].map((name) => wish(name, 'B'));
  const world = await start(wishes, behaviour, { maxInFlight: 1 });
  const operation = 'UpdateProvisionedProduct';
  fault(world, operation, { kind: 'lostRequest' });
  return { world, operation };
}

describe('a request that arrives when it is about to be repeated', () => {
  it('is found in the history, where Describe does not show it yet', async () => {
    const world = await start([wish('net-a', 'B')], { describeLag: '20s', tokenWindow: '0' });
    fault(world, 'UpdateProvisionedProduct', { kind: 'lostRequest' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(48_000);
    const [late] = world.writes();
    await world.service.admin.callAs('UpdateProvisionedProduct', { ...Object(late?.input) });
    const records = world.service.admin.product('net-a')?.records;
    await world.clock.pass(10 * 60_000);
    expect(world.service.admin.product('net-a')?.records).toBe(records);
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
  });

  it('keeps its slot, where a freeze holds the repeat and Describe does not show it yet', async () => {
    const { world, operation } = await lostWithOneSlot({ describeLag: '20s' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(48_000);
    const [late] = world.writes();
    await world.journal.freeze(freezeOf({ name: 'net-a' }));
    fault(world, operation, { kind: 'straggle', ms: 10 * 60_000 });
    await world.service.admin.callAs(operation, { ...Object(late?.input) });
    await world.clock.pass(5 * 60_000);
    expect(world.service.admin.product('net-a')?.product.status).toBe('UNDER_CHANGE');
    expect(cidrOf(world, 'net-b')).toBe('A');
    await world.clock.pass(30 * 60_000);
    expect(['net-a', 'net-b'].map((name) => cidrOf(world, name))).toEqual(['B', 'B']);
  });
});

describe('a request without an answer whose slot was given back', () => {
  it('waits after a restart for what is in flight meanwhile', async () => {
    const { world, operation } = await lostWithOneSlot();
    const first = await world.start();
    await first.reconcile();
    await world.clock.pass(10_000);
    await world.journal.freeze(freezeOf({ name: 'net-a' }));
    fault(world, operation, { kind: 'straggle', ms: 10 * 60_000 });
    await world.clock.pass(2 * 60_000);
    expect(world.service.admin.product('net-b')?.product.status).toBe('UNDER_CHANGE');
    first.kill();
    world.journal.lift();
    const second = await world.start();
    await second.reconcile();
    await world.clock.pass(5 * 60_000);
    expect(world.service.admin.product('net-b')?.product.status).toBe('UNDER_CHANGE');
    expect(cidrOf(world, 'net-a')).toBe('A');
    await world.clock.pass(30 * 60_000);
    expect(['net-a', 'net-b'].map((name) => cidrOf(world, name))).toEqual(['B', 'B']);
  });
});

describe('a listing from before our own failure', () => {
  it('does not make it forgotten, where the stack may not be read', async () => {
    const world = await start([wish('net-a', 'B')], { searchLag: '120s', describeLag: '20s' });
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(17_000);
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Stalled');
    const denied = { operation: 'DescribeStacks', effect: { kind: 'accessDenied' } } as const;
    world.service.admin.addFault(denied);
    await trueup.reconcile();
    await world.clock.pass(3 * 60_000);
    world.service.admin.clearFaults();
    await trueup.reconcile();
    await world.clock.pass(60_000);
    expect(world.writes()).toHaveLength(1);
  });
});

describe('a failed record that lists no reason', () => {
  it('is not told from the listing where that still shows an earlier failure', async () => {
    const world = await start(['net-a', 'net-b'].map((name) => wish(name, 'B')));
    const operation = 'UpdateProvisionedProduct';
    const busy = 'another AWS Control Tower operation is in progress';
    fault(world, operation, { kind: 'recordFails', message: busy }, 2);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(50_000);
    expect(world.events('record.busy')).toHaveLength(2);
    expect(world.writes()).toHaveLength(2);
    fault(world, operation, { kind: 'recordFails', message: 'Too many.', listErrors: false }, 2);
    world.service.admin.setBehaviour({ searchLag: '60s' });
    await world.clock.pass(5 * 60_000);
    expect(world.events('record.busy')).toHaveLength(2);
    expect(world.writes()).toHaveLength(4);
    for (const name of ['net-a', 'net-b'])
      expect(world.statusOf(trueup, name)).toMatchObject({
        condition: 'Stalled',
        message: expect.stringContaining('Too many.'),
      });
  });
});

describe('a listing that still shows what trueup has terminated', () => {
  it('is not believed because it was right before that', async () => {
    const life = { onMissing: 'provision', prune: 'terminate' };
    const first = wish('net-a', 'B', { reconcile: life });
    const world = await start([first], { searchLag: '0' });
    const trueup = await world.start();
    await trueup.converge();
    // Somebody's record is the last one now, and that was confirmed.
    const { admin } = world.service;
    await admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductId: admin.product('net-a')?.product.id,
      ...{ ProductName: 'network', ProvisioningArtifactName: 'v1', UpdateToken: 'by-hand' },
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'B' }],
    });
    await world.clock.pass(5 * 60_000);
    await trueup.converge();
    await trueup.converge();
    world.wish([], 'r2');
    admin.setBehaviour({ searchLag: '1h' });
    for (let look = 0; look < 3; look++) {
      await trueup.converge();
      await world.clock.pass(6 * 60_000);
    }
    expect(admin.product('net-a')).toBeNull();
    admin.clearCalls();
    const needs = { onMissing: 'provision', dependsOn: ['net-a'] };
    world.wish([first, wish('net-z', 'B', { reconcile: needs })], 'r3');
    await trueup.reconcile();
    await world.clock.pass(60 * 60_000);
    const made = world.writes().map(({ input }) => (input as Fields).ProvisionedProductName);
    expect(made).toEqual(['net-a', 'net-z']);
  });
});
