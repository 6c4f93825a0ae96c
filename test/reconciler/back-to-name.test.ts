import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { guardSets, instancesByHand } from './guard-sets.ts';
import { cidrOf, type Fields, MINUTE, networkDoc, operations, truth } from './networks.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const idOf = (world: World, name: string) => truth(world, name)?.product.id ?? '';

async function shown(world: World, trueup: Incarnation, wishes: readonly Wish[], revision: string) {
  world.wish(wishes, revision);
  for (let i = 0; i < 3; i++) {
    await trueup.converge();
    await world.clock.pass(11 * MINUTE);
  }
}

describe('a document that gave the id of its product for a while, and names it again', () => {
  const report = { reconcile: { drift: 'report' } };
  const doc = (cidr: string, more: Fields = {}) =>
    networkDoc('net-a', { Cidr: cidr }, { ...report, ...more });

  it.each([
    ['the same process', '0', 4],
    ['another process', '0', 4],
    ['the same process', 'A', 3],
  ])('is a wish, not drift: %s, where %s was live at first', async (who, Cidr, sent) => {
    const world = await World.create({ seed: networks({ live: { Cidr } }) }, [doc('A')]);
    const trueup = await world.start();
    await shown(world, trueup, [doc('A')], 'r1');
    const provisionedProductId = idOf(world, 'net-a');
    await shown(world, trueup, [doc('B', { provisionedProductId })], 'r2');
    expect(cidrOf(world, 'net-a')).toBe('B');
    const second = who === 'the same process' ? trueup : await world.start();
    await shown(world, second, [doc('A')], 'r3');
    expect(cidrOf(world, 'net-a')).toBe('A');
    await shown(world, second, [doc('B', { provisionedProductId })], 'r4');
    expect(cidrOf(world, 'net-a')).toBe('B');
    expect(operations(world)).toHaveLength(sent);
  });

  it('is a wish also where what it said by its id was there already', async () => {
    const world = await World.create({ seed: networks({ live: { Cidr: '0' } }) }, [doc('A')]);
    const trueup = await world.start();
    await shown(world, trueup, [doc('A')], 'r1');
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'B' }],
      UpdateToken: 'by-hand',
    });
    await world.clock.pass(120_000);
    const provisionedProductId = idOf(world, 'net-a');
    await shown(world, trueup, [doc('B', { provisionedProductId })], 'r2');
    await shown(world, trueup, [doc('A')], 'r3');
    expect(cidrOf(world, 'net-a')).toBe('A');
  });

  it('does not go back to the version that its rule had found before', async () => {
    const versions = ['v1', 'v2', 'v3'].map((name) => ({ name, parameters: { Cidr: {} } }));
    const world = await World.create({ seed: networks({ versions }) }, []);
    const latest = { provisioningArtifactName: undefined, provisioningArtifact: { latest: true } };
    const rule = (more: Fields = {}) => networkDoc('net-a', { Cidr: 'B' }, { ...latest, ...more });
    world.unpublished.add('v2').add('v3');
    const trueup = await world.start();
    await shown(world, trueup, [rule()], 'r1');
    const provisionedProductId = idOf(world, 'net-a');
    world.unpublished.delete('v2');
    const named = networkDoc(
      'net-a',
      { Cidr: 'B' },
      { ...latest, provisionedProductId, reconcile: { onNewVersion: 'update' } },
    );
    await shown(world, trueup, [named], 'r2');
    expect(truth(world, 'net-a')?.versionName).toBe('v2');
    world.unpublished.clear();
    await shown(world, trueup, [rule()], 'r3');
    expect(truth(world, 'net-a')?.versionName).toBe('v2');
    expect(world.statusOf(trueup, 'net-a')?.message).toContain('onNewVersion: report');
  });

  it('does not delete stack instances once more', async () => {
    const accounts = ['111122223333', '444455556666'];
    const set = { name: 'set', product: 'guard', version: 'one', parameters: { Level: 'low' } };
    const world = await World.create({ seed: guardSets(accounts, ['eu-west-1'], [set]) }, []);
    const preferences = (operation: string, of: readonly string[] = accounts.slice(1)) => ({
      stackSetAccounts: of,
      stackSetRegions: ['eu-west-1'],
      stackSetOperationType: operation,
    });
    const guard = (level: string, more: Fields = {}): Wish => ({
      name: 'set',
      spec: {
        productName: 'guard',
        provisioningArtifactName: 'one',
        provisioningParameters: { Level: level },
        reconcile: { removeInstances: true },
        ...more,
      },
    });
    const trueup = await world.start();
    await shown(world, trueup, [guard('mid')], 'r1');
    const provisionedProductId = idOf(world, 'set');
    const ending = { provisioningPreferences: preferences('DELETE') };
    await shown(world, trueup, [guard('mid', { ...ending, provisionedProductId })], 'r2');
    const before = operations(world).length;
    await instancesByHand(world, accounts.slice(1));
    expect(before).toBe(2);
    await shown(world, trueup, [guard('mid', ending)], 'r3');
    // One of the two calls since was made by hand.
    expect(operations(world)).toHaveLength(before + 1);
  });
});
