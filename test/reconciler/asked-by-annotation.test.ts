import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { terminations } from './life.ts';
import {
  type Fields,
  fault,
  keyOf,
  MINUTE,
  networkDoc,
  operations,
  ROLE,
  roleByHand,
  truth,
} from './networks.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const broken = { kind: 'recordFails', message: 'no room' } as const;

const refusal = { kind: 'error', code: 'InvalidParametersException', message: 'no' } as const;
const changed = networkDoc('net-a', { Cidr: 'B' });

const asking = (wish: Wish, value: string): Wish => ({
  ...wish,
  annotations: { 'trueup/retry': value },
});

async function looks(world: World, trueup: Incarnation, wishes: readonly Wish[]) {
  world.wish(wishes, 'r1');
  for (let i = 0; i < 4; i++) await trueup.converge();
}

describe('the annotation trueup/retry', () => {
  const recreated = networkDoc(
    'net-a',
    { Cidr: 'A' },
    { reconcile: { onMissing: 'provision', onError: 'recreate' } },
  );
  it('asks for one more recreation, each value once', async () => {
    const world = await World.create({ seed: networks({ names: [] }), maxTerminations: 9 }, [
      recreated,
    ]);
    fault(world, 'ProvisionProduct', broken, 99);
    const trueup = await world.start();
    await looks(world, trueup, [recreated]);
    expect(terminations(world)).toBe(1);
    await looks(world, trueup, [asking(recreated, '1')]);
    expect(terminations(world)).toBe(2);
    await looks(world, trueup, [asking(recreated, '2')]);
    expect(terminations(world)).toBe(3);
    await looks(world, trueup, [asking(recreated, '2')]);
    expect(terminations(world)).toBe(3);
  });

  it('of a time when there was nothing to do asks for nothing later', async () => {
    const doc = (more: Fields = {}) => networkDoc('net-a', { Cidr: 'B' }, more);
    const world = await World.create({ seed: networks({ live: { Cidr: 'B' } }) }, [doc()]);
    const trueup = await world.start();
    await looks(world, trueup, [asking(doc(), '1')]);
    fault(world, 'UpdateProvisionedProduct', broken);
    const other = networkDoc('net-a', { Cidr: 'C' });
    await looks(world, trueup, [other]);
    await looks(world, trueup, [asking(other, '1')]);
    expect(operations(world)).toEqual(['UpdateProvisionedProduct']);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled' });
  });

  it('of a time when what differed was only reported asks for no recreation later', async () => {
    const doc = networkDoc(
      'net-a',
      { Cidr: 'B' },
      { reconcile: { onError: 'recreate', drift: 'report' } },
    );
    const seed = networks({ live: { Cidr: 'B' } });
    const world = await World.create({ seed, maxTerminations: 9 }, [doc]);
    const trueup = await world.start();
    const { admin } = world.service;
    await looks(world, trueup, [doc]);
    await admin.setStatus('net-a', 'ERROR', 'boom');
    await looks(world, trueup, [doc]);
    expect(terminations(world)).toBe(1);
    await world.clock.pass(25 * 60 * MINUTE);
    await admin.editStack({ product: 'net-a', parameters: { Cidr: 'D' } });
    await looks(world, trueup, [asking(doc, '1')]);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'Drift' });
    await admin.editStack({ product: 'net-a', parameters: { Cidr: 'B' } });
    await admin.setStatus('net-a', 'ERROR', 'boom again');
    await looks(world, trueup, [asking(doc, '1')]);
    expect(terminations(world)).toBe(1);
    await looks(world, trueup, [asking(doc, '2')]);
    expect(terminations(world)).toBe(2);
  });

  it('still stands after a run that only observes', async () => {
    const world = await World.create({ seed: networks({ live: { Cidr: 'A' } }) }, [changed]);
    fault(world, 'UpdateProvisionedProduct', broken);
    const first = await world.start();
    await looks(world, first, [changed]);
    first.kill();
    const observer = await world.start({ observeOnly: true });
    await looks(world, observer, [asking(changed, '1')]);
    expect(world.statusOf(observer, 'net-a')).toMatchObject({ sync: 'OutOfSync' });
    expect(world.writes()).toHaveLength(1);
    observer.kill();
    const last = await world.start();
    await looks(world, last, [asking(changed, '1')]);
    expect(world.writes()).toHaveLength(2);
    expect(world.statusOf(last, 'net-a')).toMatchObject({ condition: 'Ready' });
  });

  it('is not spent by a request that was certainly not carried out', async () => {
    const doc = networkDoc('net-a', { Cidr: 'B' });
    const world = await World.create({ seed: networks({ live: { Cidr: 'A' } }) }, [doc]);
    const operation = 'UpdateProvisionedProduct';
    fault(world, operation, broken);
    await world.service.admin.callAs(operation, {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'X' }],
      UpdateToken: 'by-hand',
    });
    await world.clock.pass(5 * MINUTE);
    world.service.admin.clearCalls();
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    expect(operations(world)).toEqual([]);
    fault(world, operation, { kind: 'accessDenied' });
    world.wish([asking(doc, '1')], 'r1');
    await trueup.reconcile();
    await world.clock.pass(10 * MINUTE);
    expect(operations(world)).toEqual([operation, operation]);
    expect(truth(world, 'net-a')?.parameters.Cidr).toBe('B');
  });

  it.each([
    ['the annotation', async (world: World) => world.wish([asking(changed, '1')], 'r2')],
    [
      'trueup retry',
      async (world: World, trueup: Incarnation) => {
        await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
      },
    ],
  ])(
    'that is asked by %s while AWS has just refused a request is still to be made',
    async (_, ask) => {
      const world = await World.create({ seed: networks() }, [changed]);
      fault(world, 'UpdateProvisionedProduct', refusal);
      const trueup = await world.start();
      await trueup.reconcile();
      await world.clock.pass(10_000);
      expect(world.writes()).toHaveLength(1);
      await ask(world, trueup);
      await trueup.reconcile();
      await world.clock.pass(5 * MINUTE);
      await trueup.converge();
      expect(world.writes()).toHaveLength(2);
      expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
    },
  );

  it('that had been asked before AWS refused a request is made by that', async () => {
    const world = await World.create({ seed: networks() }, [asking(changed, '1')]);
    fault(world, 'UpdateProvisionedProduct', refusal, 9);
    const trueup = await world.start();
    await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
    await trueup.reconcile();
    await world.clock.pass(5 * MINUTE);
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(world.writes()).toHaveLength(1);
  });

  it('lets the update of a chain go too that had failed', async () => {
    const seed = networks({ names: ['net-a'], launchRole: 'launch-one' });
    const doc = networkDoc('net-a', { Cidr: 'B' }, { properties: { launchRole: ROLE } });
    const world = await World.create({ seed }, [doc]);
    fault(world, 'UpdateProvisionedProduct', broken);
    const trueup = await world.start();
    await looks(world, trueup, [doc]);
    await roleByHand(world);
    await looks(world, trueup, [doc]);
    expect(operations(world)).toEqual([]);
    await looks(world, trueup, [asking(doc, '1')]);
    expect(operations(world)).toEqual([
      'UpdateProvisionedProductProperties',
      'UpdateProvisionedProduct',
    ]);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
  });
});
