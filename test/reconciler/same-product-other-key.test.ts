import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { guardSets, instancesByHand } from './guard-sets.ts';
import { networkDoc, operations, truth } from './networks.ts';
import { World } from './world.ts';

const parameters = { Cidr: {} };

it('a document that names its product by its id since keeps the version that its rule had found', async () => {
  const seed = networks({
    versions: [
      { name: 'v1', parameters },
      { name: 'v2', parameters },
    ],
  });
  const latest = { provisioningArtifactName: undefined, provisioningArtifact: { latest: true } };
  const doc = (name: string, more = {}) => networkDoc(name, { Cidr: 'B' }, { ...latest, ...more });
  const world = await World.create({ seed }, [doc('net-a')]);
  world.unpublished.add('v2');
  const trueup = await world.start();
  await trueup.converge();
  await trueup.converge();
  expect(operations(world)).toEqual(['UpdateProvisionedProduct']);
  world.unpublished.clear();
  await trueup.converge();
  expect(world.statusOf(trueup, 'net-a')?.message).toContain('onNewVersion: report');
  const provisionedProductId = truth(world, 'net-a')?.product.id ?? '';
  world.wish([doc('label', { provisionedProductId })]);
  await trueup.converge();
  await trueup.converge();
  expect(operations(world)).toEqual(['UpdateProvisionedProduct']);
});

const ACCOUNTS = ['111122223333', '444455556666'];

it('a document that names its stack set by its id since does not delete instances once more', async () => {
  const set = { name: 'set', product: 'guard', version: 'one', parameters: { Level: 'low' } };
  const world = await World.create({ seed: guardSets(ACCOUNTS, ['eu-west-1'], [set]) }, []);
  const doc = (name: string, more = {}) => ({
    name,
    spec: {
      productName: 'guard',
      provisioningArtifactName: 'one',
      provisioningParameters: { Level: 'low' },
      provisioningPreferences: {
        stackSetAccounts: ACCOUNTS.slice(1),
        stackSetRegions: ['eu-west-1'],
        stackSetOperationType: 'DELETE',
      },
      reconcile: { removeInstances: true },
      ...more,
    },
  });
  const named = { provisioningPreferences: undefined, provisioningParameters: { Level: 'mid' } };
  world.wish([doc('set', named)], 'known');
  const trueup = await world.start();
  await trueup.converge();
  const mid = { provisioningParameters: { Level: 'mid' } };
  world.wish([doc('set', mid)], 'deleted');
  await trueup.converge();
  await trueup.converge();
  const before = operations(world).length;
  expect(before).toBe(2);
  await instancesByHand(world, ACCOUNTS.slice(1));
  await trueup.converge();
  expect(operations(world)).toHaveLength(before + 1);
  const provisionedProductId = truth(world, 'set')?.product.id ?? '';
  world.wish([doc('label', { ...mid, provisionedProductId })], 'by id');
  await trueup.converge();
  await trueup.converge();
  expect(operations(world)).toHaveLength(before + 1);
});
