import { describe, expect, it } from 'vitest';
import type { SyncWindow } from '../../src/domain/hold.ts';
import type { ProductKey } from '../../src/domain/ids.ts';
import { networks } from '../support/network.ts';
import {
  cidrOf,
  type Fields,
  fault,
  freezeOf,
  HOUR,
  MINUTE,
  networkDoc,
  operations,
} from './networks.ts';
import { type Incarnation, TARGET, type Wish, World } from './world.ts';

const ROLE = 'arn:aws:iam::111122223333:role/launch';
const OWNER = 'arn:aws:iam::111122223333:role/data';
const NAMES = Array.from({ length: 10 }, (_, i) => `net-${i}`);
const SECOND = 1_000;

const seed = networks({ timing: { accepted: '1s', running: '20s' }, names: NAMES });

const wish = (name: string, cidr = 'B', more: Fields = {}): Wish => ({
  ...networkDoc(name, { Cidr: cidr }, more),
  labels: { team: name === 'net-0' ? 'a' : 'b' },
});

const windowOf = (kind: SyncWindow['kind'], schedule: string, hours: number): SyncWindow => ({
  kind,
  schedule,
  durationMs: hours * HOUR,
  timeZone: 'UTC',
  targets: [],
  names: [],
  labels: {},
  manual: false,
  reason: null,
});

const namesWritten = (world: World) =>
  new Set(world.writes().map(({ input }) => JSON.stringify(input))).size;
const reasonOf = (world: World, trueup: Incarnation, name: string) =>
  world.statusOf(trueup, name)?.reason;
const cidrs = (world: World) => NAMES.map((name) => cidrOf(world, name)).join('');

/** One that its document wants terminated, which has been gone for longer than ten minutes. */
async function toGo() {
  const gone = wish('net-0', 'as we made it', { reconcile: { prune: 'terminate' } });
  const world = await World.create({ seed }, [gone]);
  const trueup = await world.start();
  await trueup.converge();
  await trueup.converge();
  world.service.admin.clearCalls();
  world.wish([]);
  await trueup.converge();
  await world.clock.pass(11 * MINUTE);
  return { world, trueup };
}

describe('a freeze', () => {
  it('by the name in AWS also holds a document that names the product by its id', async () => {
    const seen = await World.create({ seed }, []);
    const provisionedProductId = seen.service.admin.product('net-0')?.product.id;
    const world = await World.create({ seed }, [wish('label', 'B', { provisionedProductId })]);
    const trueup = await world.start();
    await world.journal.freeze(freezeOf({ name: 'net-0' }));
    await world.clock.until(trueup.reconcile());
    await world.clock.pass(MINUTE);
    expect(world.writes()).toHaveLength(0);
    await world.journal.lift();
    await world.journal.freeze(freezeOf({ name: 'label' }));
    await world.clock.pass(MINUTE);
    expect(world.writes()).toHaveLength(0);
    await world.journal.lift();
    await world.clock.pass(MINUTE);
    expect(world.writes()).toHaveLength(1);
  });

  it('lets nothing start from that moment on, follows what is in flight, and survives kill -9', async () => {
    const world = await World.create(
      { seed, maxInFlight: 5 },
      NAMES.map((name) => wish(name)),
    );
    const first = await world.start();
    await first.reconcile();
    await world.clock.pass(2_500);
    const before = world.writes().length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(6);
    world.journal.freeze(freezeOf());
    await world.clock.pass(2 * MINUTE);
    expect(world.writes()).toHaveLength(before);
    expect(cidrs(world)).toBe('B'.repeat(before) + 'A'.repeat(10 - before));
    expect(reasonOf(world, first, 'net-0')).toBe('Updated');
    expect(world.statusOf(first, 'net-9')).toMatchObject({
      condition: 'Reconciling',
      reason: 'Frozen',
      message: 'frozen: INC-4711, by anna@desk since 2026-11-21 12:00:00 UTC',
      next: 'when it may go on: trueup resume',
    });
    expect(world.events('product.held').length).toBe(10 - before);
    first.kill();
    const second = await world.start();
    await second.reconcile();
    await world.clock.pass(10 * MINUTE);
    expect(world.writes()).toHaveLength(before);
    expect(reasonOf(world, second, 'net-9')).toBe('Frozen');
    world.journal.lift();
    await world.clock.pass(5 * MINUTE);
    expect(cidrs(world)).toBe('B'.repeat(10));
    expect(world.writes()).toHaveLength(10);
  });

  it('costs no call while it lasts', async () => {
    const world = await World.create(
      { seed },
      NAMES.map((name) => wish(name)),
    );
    world.journal.freeze(freezeOf());
    const trueup = await world.start();
    await trueup.reconcile();
    const calls = world.service.admin.totalCalls();
    await world.clock.pass(HOUR);
    expect(world.service.admin.totalCalls()).toBe(calls);
  });

  it('stops a request that waits for its rate ticket', async () => {
    const names = NAMES.slice(0, 3);
    const options = { seed, writesPerSecond: 0.1, maxInFlight: 5 };
    const world = await World.create(
      options,
      names.map((name) => wish(name)),
    );
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(5 * SECOND);
    expect(world.writes()).toHaveLength(1);
    world.journal.freeze(freezeOf());
    await world.clock.pass(5 * MINUTE);
    expect(world.writes()).toHaveLength(1);
    expect(names.map((name) => reasonOf(world, trueup, name))).toEqual([
      'Updated',
      'Frozen',
      'Frozen',
    ]);
  });

  it('stops a call whose intent is written already, and forgets the intent', async () => {
    const world = await World.create({ seed }, [wish('net-0')]);
    const state = { frozen: false };
    const journal = new Proxy(world.journal, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          const result = await Reflect.apply(value, target, args);
          // The write of the intent: the last thing before the call.
          if (property === 'put' && JSON.stringify(args).includes('tu1-') && !state.frozen) {
            state.frozen = true;
            world.journal.freeze(freezeOf());
          }
          return result;
        };
      },
    });
    const trueup = await world.start({ journal });
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    expect(world.writes()).toEqual([]);
    expect(trueup.reconciler.context.entries.openIntents()).toEqual([]);
    expect(reasonOf(world, trueup, 'net-0')).toBe('Frozen');
    expect(world.events('send.failed')).toMatchObject([{ fields: { kind: 'unsent' } }]);
    world.journal.lift();
    await world.clock.pass(20 * SECOND);
    expect(world.writes()).toHaveLength(1);
  });

  it('holds the repeat of a request that got no answer, and repeats it with its token afterwards', async () => {
    const world = await World.create({ seed }, [wish('net-0')]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'lostRequest' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(5 * SECOND);
    world.journal.freeze(freezeOf());
    await world.clock.pass(30 * MINUTE);
    expect(cidrs(world)[0]).toBe('A');
    const sent = world.writes().length;
    const calls = world.service.admin.totalCalls();
    await world.clock.pass(HOUR);
    expect(world.writes()).toHaveLength(sent);
    // It is still looked for: at most one look in half a minute.
    expect(world.service.admin.totalCalls() - calls).toBeLessThanOrEqual(120);
    world.journal.lift();
    await world.clock.pass(5 * MINUTE);
    expect(cidrs(world)[0]).toBe('B');
    const tokens = new Set(
      world.writes().map(({ input }) => JSON.stringify(input).match(/tu1-[0-9a-f]+/)?.[0]),
    );
    expect(tokens.size).toBe(1);
  });

  it('finds the record of a request whose answer was lost, and follows it', async () => {
    const world = await World.create({ seed }, [wish('net-0')]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'lostReply' });
    const trueup = await world.start();
    await trueup.reconcile();
    world.journal.freeze(freezeOf());
    await world.clock.pass(5 * MINUTE);
    expect(cidrs(world)[0]).toBe('B');
    expect(trueup.reconciler.context.entries.openIntents()).toEqual([]);
  });

  it('leaves alone what was in flight when the process was killed, and is then done', async () => {
    const world = await World.create({ seed }, [wish('net-0')]);
    const first = await world.start();
    await first.reconcile();
    await world.clock.pass(3 * SECOND);
    expect(world.writes()).toHaveLength(1);
    first.kill();
    world.journal.freeze(freezeOf());
    const second = await world.start();
    await second.reconcile();
    await world.clock.pass(MINUTE);
    await second.reconcile();
    await world.clock.settle();
    expect(cidrs(world)[0]).toBe('B');
    expect(world.statusOf(second, 'net-0')).toMatchObject({ condition: 'Ready', reason: 'InSync' });
    expect(second.reconciler.pending).toBe(0);
  });

  it('stops a chain between its steps', async () => {
    const properties = { properties: { launchRole: ROLE, owner: OWNER } };
    const world = await World.create({ seed }, [wish('net-0', 'B', properties)]);
    const trueup = await world.start();
    world.onRequest = ({ body }) =>
      body.includes('tu1-') ? () => world.journal.freeze(freezeOf()) : undefined;
    await trueup.reconcile();
    await world.clock.pass(5 * MINUTE);
    expect(operations(world)).toEqual(['UpdateProvisionedProductProperties']);
    expect(reasonOf(world, trueup, 'net-0')).toBe('Frozen');
    world.onRequest = null;
    world.journal.lift();
    await world.clock.pass(5 * MINUTE);
    expect(operations(world)).toEqual([
      'UpdateProvisionedProductProperties',
      'UpdateProvisionedProduct',
      'UpdateProvisionedProductProperties',
    ]);
  });

  it.each([
    [{ name: 'net-0' }, 'ABBB'],
    [{ name: 'net-0', target: TARGET }, 'ABBB'],
    [{ name: 'net-0', target: 'other' as typeof TARGET }, 'BBBB'],
    [{ target: TARGET }, 'AAAA'],
    [{ target: 'other' as typeof TARGET }, 'BBBB'],
    [{ labels: { team: 'a' } }, 'ABBB'],
    [{ labels: { team: 'a', tier: '1' } }, 'BBBB'],
    [{ labels: { team: 'b' }, name: 'net-1' }, 'BABB'],
    [{ name: 'nobody' }, 'BBBB'],
  ])('of %j is about that and nothing else', async (scope, expected) => {
    const world = await World.create(
      { seed },
      NAMES.slice(0, 4).map((name) => wish(name)),
    );
    world.journal.freeze(freezeOf(scope));
    await (await world.start()).reconcile();
    await world.clock.pass(3 * MINUTE);
    expect(cidrs(world).slice(0, 4)).toBe(expected);
  });

  it('is not lifted by retry', async () => {
    const world = await World.create({ seed }, [wish('net-0')]);
    world.journal.freeze(freezeOf());
    const trueup = await world.start();
    await trueup.reconcile();
    await trueup.reconciler.retry('name:net-0' as ProductKey);
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    expect(world.writes()).toEqual([]);
    world.journal.lift();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
  });

  it('holds when it cannot be read whether there is one', async () => {
    const world = await World.create({ seed }, [wish('net-0')]);
    world.journal.freezes = async () => {
      throw new Error('disk I/O error');
    };
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'net-0')?.message).toContain('disk I/O error');
  });

  it('by label is about the end of what has no document any more, by the labels that had', async () => {
    const { world, trueup } = await toGo();
    world.journal.freeze(freezeOf({ labels: { team: 'a' } }));
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    expect(world.writes()).toEqual([]);
    expect(reasonOf(world, trueup, 'net-0')).toBe('Frozen');
    world.journal.lift();
    await world.clock.pass(MINUTE);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('of another label does not hold the end of what has no document any more', async () => {
    const { world, trueup } = await toGo();
    world.journal.freeze(freezeOf({ labels: { team: 'b' } }));
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('that comes right before the end of something is over when it is lifted, without another look', async () => {
    const { world, trueup } = await toGo();
    const { writes } = trueup.reconciler.context;
    const { take } = writes;
    Object.assign(writes, {
      take: async (stop: AbortSignal) => {
        world.journal.freeze(freezeOf());
        return take.call(writes, stop);
      },
    });
    await trueup.reconcile();
    Object.assign(writes, { take });
    await world.clock.pass(MINUTE);
    expect(world.writes()).toEqual([]);
    expect(reasonOf(world, trueup, 'net-0')).toBe('Frozen');
    world.journal.lift();
    await world.clock.pass(10 * SECOND);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('ends a command of a person instead of letting it wait', async () => {
    const world = await World.create(
      { seed },
      NAMES.map((name) => wish(name)),
    );
    world.journal.freeze(freezeOf());
    const trueup = await world.start({ oneShot: true });
    const startedMs = world.clock.monotonic();
    await trueup.converge();
    expect(world.clock.monotonic() - startedMs).toBeLessThan(10 * SECOND);
    expect(world.writes()).toEqual([]);
  });
});

describe('sync windows', () => {
  // It is 12:00 UTC when a world begins.
  const opensAtTwo = windowOf('allow', '0 14 * * *', 2);

  it('let nothing start before they open, cost no call meanwhile, and wake at the moment', async () => {
    const world = await World.create(
      { seed },
      NAMES.slice(0, 3).map((name) => wish(name)),
    );
    const trueup = await world.start({ windows: [opensAtTwo] });
    await trueup.reconcile();
    expect(world.statusOf(trueup, 'net-0')).toMatchObject({
      condition: 'Reconciling',
      reason: 'Window',
      message: 'outside its sync windows until 2026-11-21 14:00:00 UTC',
    });
    const calls = world.service.admin.totalCalls();
    await world.clock.pass(Date.parse('2026-11-21T13:59:59.900Z') - world.clock.now());
    expect(world.service.admin.totalCalls()).toBe(calls);
    await world.clock.pass(3 * SECOND);
    expect(world.writes().length).toBeGreaterThan(0);
    await world.clock.pass(2 * MINUTE);
    expect(cidrs(world).slice(0, 3)).toBe('BBB');
  });

  it.each([
    ['those of others are open', { team: 'b' }, []],
    ['its own is open', { team: 'a' }, ['TerminateProvisionedProduct']],
  ])('by label count for what has no document any more: %s', async (_what, open, expected) => {
    const closed = { team: open.team === 'a' ? 'b' : 'a' };
    const { world, trueup } = await toGo();
    trueup.kill();
    const windows = [
      { ...windowOf('allow', '0 12 * * *', 2), labels: open },
      { ...opensAtTwo, labels: closed },
    ];
    await (await world.start({ windows })).reconcile();
    await world.clock.pass(MINUTE);
    expect(operations(world)).toEqual(expected);
  });

  it('follow what was started before they close, and start nothing after', async () => {
    const world = await World.create(
      { seed, maxInFlight: 1 },
      NAMES.slice(0, 3).map((name) => wish(name)),
    );
    const trueup = await world.start({ windows: [windowOf('deny', '1 12 * * *', 1)] });
    await world.clock.pass(45 * SECOND);
    await trueup.reconcile();
    await world.clock.pass(5 * MINUTE);
    const started = world.writes().length;
    expect(started).toBeGreaterThan(0);
    expect(started).toBeLessThan(3);
    expect(cidrs(world).slice(0, started)).toBe('B'.repeat(started));
    expect(world.statusOf(trueup, 'net-2')?.message).toBe(
      'in the deny window 1 12 * * * until 2026-11-21 13:01:00 UTC',
    );
    await world.clock.pass(HOUR);
    expect(cidrs(world).slice(0, 3)).toBe('BBB');
  });

  it('follow the wall clock when it jumps, in both directions', async () => {
    const world = await World.create(
      { seed, maxInFlight: 1 },
      NAMES.slice(0, 5).map((name) => wish(name)),
    );
    const trueup = await world.start({ windows: [opensAtTwo] });
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    world.jump(2 * HOUR);
    await world.clock.pass(20 * SECOND);
    const started = world.writes().length;
    expect(started).toBeGreaterThan(0);
    world.jump(-2 * HOUR);
    await world.clock.pass(10 * MINUTE);
    expect(world.writes()).toHaveLength(started);
    world.jump(26 * HOUR);
    await world.clock.pass(5 * MINUTE);
    expect(cidrs(world).slice(0, 5)).toBe('BBBBB');
  });

  it('stop a chain between its steps', async () => {
    const properties = { properties: { launchRole: ROLE } };
    const world = await World.create({ seed }, [wish('net-0', 'B', properties)]);
    const trueup = await world.start({ windows: [windowOf('deny', '1 12 * * *', 1)] });
    world.onRequest = ({ body }) => {
      if (!body.includes('tu1-')) return undefined;
      world.onRequest = null;
      return () => world.jump(MINUTE);
    };
    await trueup.reconcile();
    await world.clock.pass(10 * MINUTE);
    expect(operations(world)).toEqual(['UpdateProvisionedProductProperties']);
    await world.clock.pass(HOUR);
    expect(operations(world)).toHaveLength(2);
  });

  it('let a replacement go on whose termination is done: a freeze does not', async () => {
    const document = {
      name: 'new',
      spec: { ...wish('new').spec, reconcile: { onMissing: 'provision', onError: 'recreate' } },
    };
    for (const frozen of [false, true]) {
      const world = await World.create({ seed: { ...seed, behaviour: { tokenWindow: '0s' } } }, [
        document,
      ]);
      fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'No more addresses.' });
      const windows = [windowOf('deny', '0 13 * * *', 1)];
      const trueup = await world.start({ windows });
      await trueup.converge();
      expect(operations(world)).toEqual(['ProvisionProduct']);
      world.onRequest = ({ body }) => {
        if (!body.includes('TerminateToken')) return undefined;
        world.onRequest = null;
        return () => {
          world.jump(Date.parse('2026-11-21T13:10:00Z') - world.clock.now());
          if (frozen) world.journal.freeze(freezeOf());
        };
      };
      await trueup.reconcile();
      await world.clock.pass(10 * MINUTE);
      expect(operations(world).slice(1)).toEqual(
        frozen
          ? ['TerminateProvisionedProduct']
          : ['TerminateProvisionedProduct', 'ProvisionProduct'],
      );
    }
  });

  it('let a replacement go on whose document changed since its termination', async () => {
    const document = (cidr: string) => ({
      name: 'new',
      spec: {
        ...wish('new', cidr).spec,
        reconcile: { onMissing: 'provision', onError: 'recreate' },
      },
    });
    const world = await World.create({ seed }, [document('B')]);
    fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'No more addresses.' });
    const first = await world.start();
    await first.converge();
    await first.reconcile();
    for (let i = 0; i < 300 && operations(world).length < 2; i++) await world.clock.pass(100);
    first.kill();
    await world.clock.pass(MINUTE);
    world.jump(Date.parse('2026-11-21T13:10:00Z') - world.clock.now());
    world.wish([document('C')], 'r3');
    const second = await world.start({ windows: [windowOf('deny', '0 13 * * *', 1)] });
    await second.reconcile();
    await world.clock.pass(2 * MINUTE);
    await second.reconcile();
    await world.clock.pass(2 * MINUTE);
    expect(operations(world)).toEqual([
      'ProvisionProduct',
      'TerminateProvisionedProduct',
      'ProvisionProduct',
    ]);
    expect(world.service.admin.product('new')?.parameters.Cidr).toBe('C');
  });

  it('let a person through where they say manual', async () => {
    for (const manual of [false, true]) {
      const world = await World.create({ seed }, [wish('net-0')]);
      const windows = [{ ...opensAtTwo, manual }];
      const apply = await world.start({ windows, oneShot: true });
      await apply.converge();
      expect(world.writes()).toHaveLength(manual ? 1 : 0);
      const next = manual ? null : 'apply again then, or have a daemon run';
      expect(world.statusOf(apply, 'net-0')?.next).toBe(next);
      const daemon = await World.create({ seed }, [wish('net-0')]);
      await (await daemon.start({ windows })).reconcile();
      await daemon.clock.pass(MINUTE);
      expect(daemon.writes()).toEqual([]);
    }
  });

  it('are for what they name', async () => {
    const world = await World.create(
      { seed },
      NAMES.slice(0, 4).map((name) => wish(name)),
    );
    const windows = [
      { ...opensAtTwo, labels: { team: 'a' } },
      { ...opensAtTwo, names: ['net-3'] },
      { ...opensAtTwo, targets: ['other'] },
    ];
    await (await world.start({ windows })).reconcile();
    await world.clock.pass(3 * MINUTE);
    expect(cidrs(world).slice(0, 4)).toBe('ABBA');
    expect(namesWritten(world)).toBe(2);
  });
});
