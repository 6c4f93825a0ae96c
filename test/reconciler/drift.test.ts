import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { type Fields, fault, networkDoc, operations, ROLE } from './networks.ts';
import { World } from './world.ts';

const parts = {
  tagUpdate: 'allowed',
  parameters: { Cidr: {}, Mode: { default: 'm' }, Secret: { noEcho: true, default: 'none' } },
} as const;
const seed = networks({ ...parts, live: { Cidr: 'A', Mode: 'm', Secret: 'hush-hush' } });

const wish = (name: string, parameters: Fields, reconcile: Fields = {}) =>
  networkDoc(name, parameters, { reconcile });

const secretOf = (world: World) => world.service.admin.product('net-a')?.parameters.Secret;

describe('first contact and NoEcho values', () => {
  it('writes nothing that live state does not prove different', async () => {
    const world = await World.create({ seed }, [
      wish('net-a', { Cidr: 'A', Secret: 'something else' }),
    ]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(0);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', unverified: 1 });
  });

  it('knows a NoEcho value after its own success, corrects a change of it, and forgets it with the key', async () => {
    const world = await World.create({ seed }, [
      wish('net-a', { Cidr: 'B', Secret: 'first secret' }),
    ]);
    const trueup = await world.start();
    await trueup.converge();
    expect(secretOf(world)).toBe('first secret');
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', unverified: 0 });
    world.wish([wish('net-a', { Cidr: 'B', Secret: 'second secret' })]);
    await trueup.converge();
    expect(secretOf(world)).toBe('second secret');
    expect(world.writes()).toHaveLength(2);
    const other = await world.start({ fingerprinter: null });
    world.wish([wish('net-a', { Cidr: 'B', Secret: 'third secret' })]);
    await other.converge();
    expect(world.writes()).toHaveLength(2);
    expect(world.statusOf(other, 'net-a')).toMatchObject({ unverified: 1 });
  });

  it("shows a secret nowhere, not even in AWS's own error text", async () => {
    const world = await World.create({ seed }, [
      wish('net-a', { Cidr: 'B', Secret: 'very secret value' }),
    ]);
    fault(world, 'UpdateProvisionedProduct', {
      kind: 'recordFails',
      message: 'Value very secret value is weak',
    });
    const trueup = await world.start();
    await trueup.converge();
    const everything = JSON.stringify(world.lines) + world.journal.dump();
    expect(world.writes()).toHaveLength(1);
    expect(everything).toContain('(hidden) is weak');
    expect(everything).not.toContain('very secret value');
  });

  it("takes a person's word for a value that AWS does not return", async () => {
    const world = await World.create({ seed }, [wish('net-a', { Secret: 'hush-hush' })]);
    const trueup = await world.start();
    await trueup.converge();
    const { acceptProduct } = await import('../../src/reconciler/accept.ts');
    const [key] = [...world.desired.specs.keys()];
    if (key === undefined) throw new Error('no document');
    await world.clock.until(acceptProduct(trueup.reconciler.context, key));
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', unverified: 0 });
    expect(world.writes()).toHaveLength(0);
  });
});

describe('drift', () => {
  it('is corrected, or only reported, as the document says', async () => {
    const world = await World.create({ seed }, [
      wish('net-a', { Cidr: 'A' }),
      wish('net-b', { Cidr: 'A' }, { drift: 'report' }),
    ]);
    const trueup = await world.start();
    await trueup.converge();
    await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
    await world.service.admin.editStack({ product: 'net-b', parameters: { Cidr: 'Z' } });
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('A');
    expect(world.service.admin.product('net-b')?.parameters.Cidr).toBe('Z');
    expect(world.statusOf(trueup, 'net-b')).toMatchObject({
      condition: 'Ready',
      sync: 'OutOfSync',
      drift: true,
    });
  });

  it('is not what a changed document causes: that is carried out although drift is only reported', async () => {
    const world = await World.create({ seed }, [wish('net-b', { Cidr: 'A' }, { drift: 'report' })]);
    const trueup = await world.start();
    await trueup.converge();
    world.wish([wish('net-b', { Cidr: 'C' }, { drift: 'report' })]);
    await trueup.converge();
    expect(world.service.admin.product('net-b')?.parameters.Cidr).toBe('C');
  });

  it.each([true, false])(
    'is told by what a document came to say without a call, after a property (its record moves LastRecordId: %s)',
    async (propertiesMoveLastRecordId) => {
      const made = networks({ names: ['net-a'], launchRole: 'launch-one' });
      const roled = (parameters: Fields) => [
        networkDoc('net-a', parameters, {
          properties: { launchRole: ROLE },
          reconcile: { drift: 'report' },
        }),
      ];
      const world = await World.create(
        { seed: { ...made, behaviour: { propertiesMoveLastRecordId } } },
        roled({}),
      );
      const trueup = await world.start();
      await trueup.converge();
      await trueup.converge();
      world.wish(roled({ Cidr: 'A' }));
      await trueup.converge();
      expect(operations(world)).toEqual(['UpdateProvisionedProductProperties']);
      await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
      await trueup.converge();
      expect(world.writes()).toHaveLength(1);
      expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', drift: true });
    },
  );

  it('makes no call where a product or the whole run only observes', async () => {
    const observed = await World.create({ seed }, [
      wish('net-a', { Cidr: 'B' }, { mode: 'observe' }),
    ]);
    await (await observed.start()).converge();
    expect(observed.writes()).toHaveLength(0);
    const observing = await World.create({ seed, observeOnly: true }, [
      wish('net-a', { Cidr: 'B' }),
    ]);
    const trueup = await observing.start();
    await trueup.converge();
    expect(observing.writes()).toHaveLength(0);
    expect(observing.statusOf(trueup, 'net-a')).toMatchObject({
      sync: 'OutOfSync',
      reason: 'Observed',
    });
  });

  it('leaves a suspended product alone', async () => {
    const world = await World.create({ seed }, [wish('net-a', { Cidr: 'B' }, { suspend: true })]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(0);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ health: 'Suspended' });
  });
});

describe('limits', () => {
  it('keeps starts apart and operations in flight below the cap', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `net-${index}`);
    const many = networks({ ...parts, names });
    const wishes = names.map((name) => wish(name, { Cidr: 'B' }));
    const world = await World.create({ seed: many, maxInFlight: 3, writesPerSecond: 0.5 }, wishes);
    const trueup = await world.start();
    await trueup.converge();
    const starts = world.writes().map((call) => call.at);
    expect(starts).toHaveLength(12);
    starts.slice(1).forEach((at, index) => {
      expect(at - (starts[index] ?? 0)).toBeGreaterThanOrEqual(1_999);
    });
    // A record lasts 6 s: a start beyond the cap would fall into the 6 s after three others.
    starts.slice(3).forEach((at, index) => {
      expect(at - (starts[index] ?? 0)).toBeGreaterThanOrEqual(6_000);
    });
  });

  it('repeats a throttled send with the same token', async () => {
    const world = await World.create({ seed }, [wish('net-a', { Cidr: 'B' })]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'throttle' }, 2);
    const trueup = await world.start();
    await trueup.converge();
    const tokens = world
      .writes()
      .map((call) => (call.input as { readonly UpdateToken: string }).UpdateToken);
    expect(tokens).toHaveLength(3);
    expect(new Set(tokens).size).toBe(1);
  });

  it('comes back after access was lost and regained', async () => {
    const world = await World.create({ seed }, [wish('net-a', { Cidr: 'B' })]);
    const denied = world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      effect: { kind: 'accessDenied' },
    });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(60_000);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      reason: 'AccessDenied',
      next: expect.stringContaining('servicecatalog:UpdateProvisionedProduct'),
    });
    world.service.admin.removeFault(denied);
    await world.clock.pass(3_600_000);
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
  });

  it('makes no call while the journal cannot be written', async () => {
    const world = await World.create({ seed }, [wish('net-a', { Cidr: 'B' })]);
    const trueup = await world.start();
    world.journal.full = true;
    await trueup.reconcile().catch(() => undefined);
    await world.clock.pass(60_000);
    expect(world.writes()).toHaveLength(0);
    world.journal.full = false;
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
  });
});

describe("somebody else's record right after our own", () => {
  it('is waited for as if AWS lagged, and status and log say so until the minute is over', async () => {
    const world = await World.create({ seed }, [wish('net-a', { Cidr: 'B' })]);
    const trueup = await world.start();
    await trueup.converge();
    const own = String(world.events('record.succeeded')[0]?.fields.record);
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [
        { Key: 'Cidr', Value: 'X' },
        { Key: 'Mode', UsePreviousValue: true },
        { Key: 'Secret', UsePreviousValue: true },
      ],
      UpdateToken: 'other',
    });
    await world.clock.pass(10_000);
    await trueup.reconcile();
    await world.clock.pass(12_000);
    const view = world.statusOf(trueup, 'net-a');
    expect(view).toMatchObject({ condition: 'Reconciling', reason: 'Lag' });
    expect(view?.message).toContain(`trueup's own last record ${own}`);
    expect(world.events('product.lags')).toHaveLength(1);
    await world.clock.pass(60_000);
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
  });
});
