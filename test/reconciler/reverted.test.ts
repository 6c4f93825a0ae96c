import { describe, expect, it } from 'vitest';
import { ENGINES } from '../support/engines.ts';
import { networks } from '../support/network.ts';
import { type Fields, fault, networkDoc, operations, ROLE, truth } from './networks.ts';
import { type Wish, World } from './world.ts';

const TWO = 'arn:aws:iam::111122223333:role/launch-three';
const broken = { kind: 'recordFails', message: 'it broke' } as const;

const onlyReport = { reconcile: { drift: 'report' } };

describe('a content that did not come into effect, and is reverted', () => {
  it.each(ENGINES)('%s: the values of before are sent', async (kind) => {
    const seed = networks({ names: ['net-a'], live: { Cidr: '0' } });
    const products = (seed.products ?? []).map((one) => ({
      ...one,
      kind,
      paths: [{ portfolio: 'platform', launchRole: ROLE, tagUpdate: 'allowed' as const }],
    }));
    const doc = (cidr: string): Wish =>
      networkDoc('net-a', { Cidr: cidr }, { ...onlyReport, tags: { team: 'a' } });
    const world = await World.create({ seed: { ...seed, products } }, [doc('A')]);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(operations(world)).toHaveLength(1);
    fault(world, 'UpdateProvisionedProduct', broken);
    world.wish([doc('B')], 'r2');
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled' });
    world.wish([doc('A')], 'r3');
    await trueup.converge();
    await trueup.converge();
    expect(operations(world)).toHaveLength(3);
    expect(truth(world, 'net-a')?.product.status).toBe('AVAILABLE');
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', unverified: 0 });
  });

  it('a launch role that was set before the update failed is set back', async () => {
    const world = await World.create(
      { seed: networks({ names: ['net-a'], launchRole: 'launch-one', parameters: { Cidr: {} } }) },
      [],
    );
    const doc = (cidr: string, launchRole: string, more: Fields = onlyReport): Wish =>
      networkDoc('net-a', { Cidr: cidr }, { properties: { launchRole }, ...more });
    world.wish([doc('A', ROLE, {})], 'r1');
    const trueup = await world.start();
    for (let i = 0; i < 3; i++) await trueup.converge();
    world.wish([doc('A', ROLE)], 'r1');
    await trueup.converge();
    fault(world, 'UpdateProvisionedProduct', broken);
    world.wish([doc('B', TWO)], 'r2');
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(truth(world, 'net-a')?.product.launchRole).toBe(TWO);
    expect(truth(world, 'net-a')?.parameters.Cidr).toBe('A');
    world.wish([doc('A', ROLE)], 'r3');
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(truth(world, 'net-a')?.product.launchRole).toBe(ROLE);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
  });
});
