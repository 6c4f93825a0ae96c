import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import {
  type Fields,
  fault,
  networkDoc,
  operations,
  ROLE,
  ROLE_BY_HAND,
  roleByHand,
  truth,
} from './networks.ts';
import { World } from './world.ts';

const NAMES = ['net-a', 'net-b', 'net-c', 'net-d'];

const all = (version: string, launchRole = ROLE) =>
  NAMES.map((name) => {
    const more: Fields = { provisioningArtifactName: version, properties: { launchRole } };
    return networkDoc(name, { Cidr: 'A' }, more);
  });

/** A rollout of v2 is paused, because its canary failed. */
async function paused(effect: Parameters<typeof fault>[2]) {
  const versions = ['v1', 'v2'].map((name) => ({ name, parameters: { Cidr: {} } }));
  const world = await World.create(
    {
      seed: networks({ names: NAMES, launchRole: 'launch-one', versions }),
      rollouts: [
        {
          product: 'network',
          canary: { kind: 'count', count: 1 },
          maxFailures: 1,
          pauseOnFailure: true,
        },
      ],
    },
    all('v1'),
  );
  const trueup = await world.start();
  await trueup.converge();
  await trueup.converge();
  world.service.admin.clearCalls();
  fault(world, 'UpdateProvisionedProduct', effect);
  world.wish(all('v2'));
  await trueup.converge();
  expect(operations(world)).toEqual(['UpdateProvisionedProduct']);
  return { world, trueup };
}

describe('an update that failed for good', () => {
  it.each([
    ['in its record', { kind: 'recordFails', message: 'no more room' }],
    ['before any record', { kind: 'error', code: 'InvalidParametersException', message: 'no' }],
  ] as const)('%s is not sent again where its launch role drifts', async (_how, effect) => {
    const { world, trueup } = await paused(effect);
    await roleByHand(world);
    await trueup.converge();
    await trueup.converge();
    expect(operations(world)).toEqual([]);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled' });
    expect(NAMES.map((name) => truth(world, name)?.versionName)).toEqual(NAMES.map(() => 'v1'));
  });

  it('is tried again with the role that the document names then', async () => {
    const { world, trueup } = await paused({ kind: 'recordFails', message: 'no more room' });
    world.wish(all('v2', ROLE_BY_HAND), 'r3');
    await trueup.converge();
    await trueup.converge();
    expect(truth(world, 'net-a')).toMatchObject({
      versionName: 'v2',
      product: { launchRole: ROLE_BY_HAND },
    });
  });

  it('is tried again, with its role, when a person asks', async () => {
    const { world, trueup } = await paused({ kind: 'recordFails', message: 'no more room' });
    await roleByHand(world);
    const [key] = [...world.desired.specs.keys()];
    if (key === undefined) throw new Error('no document');
    await world.clock.until(trueup.reconciler.retry(key));
    await trueup.converge();
    await trueup.converge();
    expect(NAMES.map((name) => truth(world, name)?.versionName)).toEqual(NAMES.map(() => 'v2'));
    expect(truth(world, 'net-a')?.product.launchRole).toBe(ROLE);
  });
});
