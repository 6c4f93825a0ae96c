import { describe, expect, it } from 'vitest';
import { honour } from '../../src/reconciler/honour.ts';
import { networks } from '../support/network.ts';
import { type Fields, keyOf, MINUTE, networkDoc, operations, truth } from './networks.ts';
import { World } from './world.ts';

const FROM = { valueFrom: { env: 'APP_VALUE' } };

const doc = (cidr: string, reconcile: Fields = {}) =>
  networkDoc('net-a', { Cidr: cidr, Password: FROM, Endpoint: FROM }, { reconcile });

/** Both values were applied by us, and their source has another value since. */
async function rotated(reconcile: Fields = {}) {
  const world = await World.create(
    {
      seed: networks({
        names: ['net-a'],
        tagUpdate: 'allowed',
        parameters: {
          Cidr: {},
          Password: { noEcho: true, default: 'none' },
          Endpoint: { default: 'none' },
        },
      }),
    },
    [doc('B', reconcile)],
  );
  world.env.APP_VALUE = 'first-value';
  const trueup = await world.start();
  await trueup.converge();
  await trueup.converge();
  world.env.APP_VALUE = 'second-value';
  await world.clock.pass(2 * MINUTE);
  return { world, trueup };
}

const edit = (world: World, parameters: Readonly<Record<string, string>>) =>
  world.service.admin.editStack({ product: 'net-a', parameters });

async function tagByHand(world: World): Promise<void> {
  await world.service.admin.callAs('UpdateProvisionedProduct', {
    ProvisionedProductName: 'net-a',
    ProductName: 'network',
    ProvisioningArtifactName: 'v1',
    ProvisioningParameters: ['Cidr', 'Password', 'Endpoint'].map((Key) => ({
      Key,
      UsePreviousValue: true,
    })),
    Tags: [{ Key: 'by', Value: 'hand' }],
    UpdateToken: 'by-hand',
  });
}

describe('a rotation that is only reported', () => {
  it.each([
    ['a stack that somebody edited', (world: World) => edit(world, { Cidr: 'Z' })],
    ['tags that somebody set', tagByHand],
  ])('is not sent with the correction of %s, nor after it', async (_what, meddle) => {
    const { world, trueup } = await rotated();
    await meddle(world);
    await world.clock.pass(2 * MINUTE);
    for (let look = 0; look < 3; look += 1) {
      await trueup.converge();
      await world.clock.pass(2 * MINUTE);
    }
    const runs = { Cidr: 'B', Password: 'first-value', Endpoint: 'first-value' };
    expect(truth(world, 'net-a')?.parameters).toMatchObject(runs);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'Rotated' });
    const second = await world.start();
    world.wish([doc('C')]);
    await second.converge();
    expect(truth(world, 'net-a')?.parameters).toMatchObject({ ...runs, Cidr: 'C' });
  });

  it('is over where somebody brought in by hand what can be seen', async () => {
    const { world, trueup } = await rotated();
    await edit(world, { Endpoint: 'second-value' });
    world.service.admin.clearCalls();
    world.wish([networkDoc('net-a', { Cidr: 'B', Endpoint: FROM })]);
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'InSync' });
    expect(operations(world)).toEqual([]);
  });

  async function acceptedAfter(meddle: (world: World) => Promise<unknown>) {
    const { world, trueup } = await rotated();
    await meddle(world);
    const { target } = trueup.reconciler.context;
    await trueup.converge();
    await world.clock.until(
      honour(trueup.reconciler, { kind: 'accept', target, key: keyOf('net-a') }),
    );
    const review = await trueup.converge();
    if (review.kind !== 'ok') throw new Error(review.why);
    const [seen] = [...review.evaluations.values()];
    return { world, trueup, differ: seen?.change.differences.map(({ label }) => label) };
  }

  it('is over with an acceptance where somebody may have brought it in by hand', async () => {
    const { differ } = await acceptedAfter((world) => edit(world, { Password: 'second-value' }));
    expect(differ).toEqual(['Endpoint']);
  });

  it('is not hidden by an acceptance where another value is known to run', async () => {
    const { world, trueup, differ } = await acceptedAfter(async () => undefined);
    expect(differ).toEqual(['Endpoint', 'Password']);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'Rotated' });
  });
});

describe('a rotation that is to be carried out', () => {
  it('is sent with the correction of what somebody else changed', async () => {
    const { world, trueup } = await rotated({ onRotate: 'update' });
    await edit(world, { Cidr: 'Z' });
    await trueup.converge();
    const runs = { Cidr: 'B', Password: 'second-value', Endpoint: 'second-value' };
    expect(truth(world, 'net-a')?.parameters).toMatchObject(runs);
  });
});
