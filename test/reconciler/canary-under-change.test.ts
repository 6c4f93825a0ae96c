import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { fault, MINUTE, networkDoc, truth } from './networks.ts';
import { World } from './world.ts';

const seed = networks({
  timing: { accepted: '1s', running: '10m' },
  names: ['p2', 'p3', 'p4'],
  live: { Cidr: 'x' },
  versions: ['v1', 'v2'].map((name) => ({ name, parameters: { Cidr: {} } })),
});

const doc = (name: string, provisioningArtifactName: string, Cidr = 'x') =>
  networkDoc(name, { Cidr }, { provisioningArtifactName });

/** p4 runs v2, which p2 and p3 are to have too, once p1 has it as the second canary; there is no p1. */
async function waiting() {
  const rollouts = [
    {
      ...{ product: 'network', maxFailures: 1, pauseOnFailure: true },
      canary: { kind: 'count', count: 2 },
    } as const,
  ];
  const first = [doc('p2', 'v1'), doc('p3', 'v1'), doc('p4', 'v2')];
  const world = await World.create({ seed, rollouts }, first);
  const trueup = await world.start();
  await trueup.converge();
  expect(truth(world, 'p4')?.versionName).toBe('v2');
  world.service.admin.clearCalls();
  return { world, trueup };
}

/** Somebody updates it to the version. */
const byHand = (world: World, name: string, version: string, Cidr = 'z') =>
  world.service.admin.callAs('UpdateProvisionedProduct', {
    ProvisionedProductId: truth(world, name)?.product.id,
    ...{ ProductName: 'network', ProvisioningArtifactName: version, UpdateToken: `to-${Cidr}` },
    ProvisioningParameters: [{ Key: 'Cidr', Value: Cidr }],
  });

const rest = [doc('p1', 'v2'), doc('p2', 'v2'), doc('p3', 'v2')];

describe('a canary that runs the version stays one', () => {
  it.each([
    ['trueup', 1],
    ['somebody else', 0],
  ])('while %s changes it otherwise', async (who, ours) => {
    const { world, trueup } = await waiting();
    world.wish([...rest, doc('p4', 'v2', who === 'trueup' ? 'y' : 'x')]);
    if (who !== 'trueup') await byHand(world, 'p4', 'v2');
    world.service.admin.clearCalls();
    for (let look = 0; look < 4; look++) {
      await trueup.reconcile();
      await world.clock.pass(MINUTE);
    }
    expect(truth(world, 'p4')?.product.status).toBe('UNDER_CHANGE');
    expect(world.statusOf(trueup, 'p2')?.message).toMatch(/^waits for canary p1/);
    expect(world.writes()).toHaveLength(ours);
  });

  it('but not where AWS shows another version, while what became of our request is not known', async () => {
    const { world, trueup } = await waiting();
    world.wish([doc('p2', 'v2'), doc('p3', 'v1'), doc('p4', 'v2')]);
    await trueup.converge();
    world.wish([doc('p2', 'v2', 'y'), doc('p3', 'v1'), doc('p4', 'v2')]);
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    trueup.kill();
    await world.clock.pass(15 * MINUTE);
    await byHand(world, 'p2', 'v1');
    await world.clock.pass(15 * MINUTE);
    expect(truth(world, 'p2')).toMatchObject({
      versionName: 'v1',
      product: { status: 'AVAILABLE' },
    });
    world.service.admin.addFault({ operation: 'DescribeRecord', effect: { kind: 'accessDenied' } });
    world.service.admin.clearCalls();
    world.wish([doc('p2', 'v2', 'y'), doc('p3', 'v2'), doc('p4', 'v2')]);
    const second = await world.start();
    for (let look = 0; look < 3; look++) {
      await second.reconcile();
      await world.clock.pass(MINUTE);
    }
    expect(world.statusOf(second, 'p3')?.message).toMatch(/^waits for canary p2/);
    expect(world.writes()).toEqual([]);
  });
});

describe('a canary that somebody has moved back', () => {
  const only = (name: string, version: string) =>
    networkDoc(
      name,
      { Cidr: 'x' },
      { provisioningArtifactName: version, reconcile: { drift: 'report' } },
    );

  /** p2 was brought to v2 by trueup and back to v1 by hand, where it is left; p3 is to have v2 too. */
  async function movedBack() {
    const rollouts = [
      {
        ...{ product: 'network', maxFailures: 1, pauseOnFailure: true },
        canary: { kind: 'count', count: 1 },
      } as const,
    ];
    const world = await World.create({ seed, rollouts }, [only('p2', 'v2'), only('p3', 'v1')]);
    const trueup = await world.start();
    await trueup.converge();
    await byHand(world, 'p2', 'v1', 'y');
    await world.clock.pass(30 * MINUTE);
    expect(truth(world, 'p2')).toMatchObject({
      versionName: 'v1',
      product: { status: 'AVAILABLE' },
    });
    world.wish([only('p2', 'v2'), only('p3', 'v2')], 'r2');
    await trueup.converge();
    world.service.admin.clearCalls();
    return { world, trueup };
  }

  it.each([
    ['looked at', async () => undefined],
    ['under change again', (world: World) => byHand(world, 'p2', 'v1')],
    [
      'not readable after a further change',
      async (world: World) => {
        await byHand(world, 'p2', 'v1');
        await world.clock.pass(30 * MINUTE);
        fault(world, 'DescribeProvisionedProduct', { kind: 'accessDenied' });
      },
    ],
  ])('keeps the others waiting while it is %s', async (_when, happens) => {
    const { world, trueup } = await movedBack();
    await happens(world);
    await world.clock.pass(5_000);
    world.service.admin.clearCalls();
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    expect(world.statusOf(trueup, 'p3')?.message).toMatch(/^waits for canary p2/);
    expect(world.writes()).toEqual([]);
  });
});
