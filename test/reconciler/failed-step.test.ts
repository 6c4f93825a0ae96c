import { describe, expect, it } from 'vitest';
import { guardSets } from './guard-sets.ts';
import { type Fields, fault, HOUR } from './networks.ts';
import { type Wish, World } from './world.ts';

const ACCOUNTS = ['111122223333', '444455556666'];
const REGIONS = ['eu-west-1'];

const seed = guardSets(ACCOUNTS, REGIONS);

const doc = (accounts: readonly string[]): Wish => ({
  name: 'set',
  spec: {
    productName: 'guard',
    provisioningArtifactName: 'one',
    provisioningParameters: { Level: 'low' },
    stackInstances: { accounts, regions: REGIONS },
    reconcile: { onMissing: 'provision' },
  },
});

describe('stack instances that could not be made', () => {
  it('are not tried again because another step has corrected a drift', async () => {
    const world = await World.create({ seed }, [doc(ACCOUNTS.slice(0, 1))]);
    const trueup = await world.start();
    await trueup.converge();
    world.wish([doc(ACCOUNTS)]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'No.' });
    await trueup.converge();
    await world.clock.pass(HOUR);
    await trueup.converge();
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Stalled' });
    world.service.admin.clearCalls();
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'set',
      ProvisioningParameters: [{ Key: 'Level', Value: 'high' }],
      UpdateToken: 'by-hand',
    });
    await world.clock.pass(HOUR);
    await trueup.converge();
    expect(world.service.admin.product('set')?.product.status).toBe('AVAILABLE');
    const sent = world.writes().map(({ input }) => {
      const { ProvisioningPreferences: named } = input as Record<string, Fields | undefined>;
      return named?.StackSetOperationType;
    });
    // The first is the one by hand.
    expect(sent).toEqual([undefined, 'UPDATE']);
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Stalled' });
  });
});
