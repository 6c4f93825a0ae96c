import { describe, expect, it } from 'vitest';
import type { ProductKind } from '../../src/local-catalog/model.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { HOUR, keyOf, MINUTE, truth } from './networks.ts';
import { type Wish, World } from './world.ts';

const version = (name: string) => ({
  name,
  parameters: { OrgUnit: {} },
  failsWhen: [{ parameter: 'OrgUnit', value: 'broken', message: 'it broke' }],
});

const seedOf = (kind: ProductKind, behaviour: SeedInput['behaviour']): SeedInput => ({
  timing: { accepted: '1s', running: '60s' },
  behaviour: { statusAfterFailedUpdate: 'TAINTED', ...behaviour },
  products: [
    {
      ...{ name: 'thing', kind, versions: [version('one'), version('two')] },
      paths: [{ portfolio: 'platform', launchRole: 'arn:aws:iam::111122223333:role/launch' }],
    },
  ],
});

const wish = (provisioningArtifactName: string, OrgUnit = 'good'): Wish => ({
  name: 'thing-0',
  spec: {
    ...{ productName: 'thing', provisioningArtifactName },
    provisioningParameters: { OrgUnit },
  },
});

/** Somebody provisions it, which fails, and then updates it, which fails as well. */
async function failedTwice(world: World, secondValue: string, status = 'TAINTED'): Promise<void> {
  const { admin } = world.service;
  const request = (value: string) => ({
    ...{ ProductName: 'thing', ProvisioningArtifactName: 'one' },
    ProvisioningParameters: [{ Key: 'OrgUnit', Value: value }],
  });
  await admin.callAs('ProvisionProduct', {
    ...request('broken'),
    ...{ ProvisionedProductName: 'thing-0', ProvisionToken: 'first' },
  });
  await world.clock.pass(10 * MINUTE);
  expect(truth(world, 'thing-0')?.product.status).toBe('ERROR');
  await admin.callAs('UpdateProvisionedProduct', {
    ...request(secondValue),
    ...{ ProvisionedProductId: truth(world, 'thing-0')?.product.id, UpdateToken: 'second' },
  });
  await world.clock.pass(10 * MINUTE);
  expect(truth(world, 'thing-0')?.product).toMatchObject({
    status,
    lastSuccessfulProvisioningRecordId: null,
  });
}

describe('what no operation ever succeeded of, and is not in ERROR', () => {
  it.each([
    ['one', 'good'],
    ['one', 'broken'],
    ['two', 'broken'],
  ])(
    'is to be terminated where its stack can only be deleted (version %s, value %s)',
    async (name, value) => {
      const seed = seedOf('CFN_STACK', { errorUpdatable: 'fails' });
      const world = await World.create({ seed }, []);
      await failedTwice(world, 'good');
      world.service.admin.clearCalls();
      world.wish([wish(name, value)]);
      const trueup = await world.start();
      await trueup.converge();
      expect(world.statusOf(trueup, 'thing-0')).toMatchObject({
        condition: 'Stalled',
        message: expect.stringContaining('its stack is in ROLLBACK_COMPLETE'),
        next: 'its creation failed: terminate the provisioned product and provision it again',
      });
      expect(world.writes()).toEqual([]);
    },
  );

  it('is never called in sync because nothing differs: the one update that might mend it has failed', async () => {
    const seed = seedOf('CFN_STACK', { errorUpdatable: 'fails' });
    const world = await World.create({ seed }, [wish('one', 'broken')]);
    await failedTwice(world, 'good');
    await world.service.admin.editStack({ product: 'thing-0', parameters: { OrgUnit: 'broken' } });
    await world.clock.pass(25 * HOUR);
    world.service.admin.clearCalls();
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    for (let look = 0; look < 2; look++) {
      await trueup.reconcile();
      await world.clock.pass(HOUR);
      expect(world.statusOf(trueup, 'thing-0')).toMatchObject({
        condition: 'Stalled',
        message: expect.stringContaining('no record of it that succeeded'),
      });
    }
    expect(world.writes()).toHaveLength(1);
  });

  it('is sent nothing by itself where it is AVAILABLE and nothing differs: a person asks', async () => {
    const behaviour = { errorUpdatable: 'allowed', statusAfterFailedUpdate: 'AVAILABLE' } as const;
    const world = await World.create({ seed: seedOf('CONTROL_TOWER_ACCOUNT', behaviour) }, [
      wish('one'),
    ]);
    await failedTwice(world, 'broken', 'AVAILABLE');
    await world.clock.pass(25 * HOUR);
    world.service.admin.clearCalls();
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('it is AVAILABLE, and AWS names no record of it'),
    });
    await trueup.reconciler.retry(keyOf('thing-0'));
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready' });
    expect(truth(world, 'thing-0')?.parameters).toEqual({ OrgUnit: 'good' });
  });

  it.each(['one', 'two'])(
    'is updated where its engine can, a day after a failure that is none of ours (version %s)',
    async (name) => {
      const seed = seedOf('CONTROL_TOWER_ACCOUNT', { errorUpdatable: 'allowed' });
      const world = await World.create({ seed }, []);
      await failedTwice(world, 'broken');
      world.service.admin.clearCalls();
      world.wish([wish(name)]);
      const trueup = await world.start();
      await trueup.reconcile();
      await world.clock.pass(HOUR);
      expect(world.writes()).toEqual([]);
      expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ reason: 'Backoff' });
      await world.clock.pass(24 * HOUR);
      await trueup.converge();
      expect(world.writes()).toHaveLength(1);
      expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready' });
      expect(truth(world, 'thing-0')).toMatchObject({
        versionName: name,
        product: { status: 'AVAILABLE' },
        parameters: { OrgUnit: 'good' },
      });
    },
  );
});
