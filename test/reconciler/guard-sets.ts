import type { ProvisionedInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import type { Fields } from './networks.ts';
import type { Wish, World } from './world.ts';

/** A product of stack sets, which its launch constraint lets into these accounts and regions. */
export const guardSets = (
  accounts: readonly string[],
  regions: readonly string[],
  provisionedProducts: readonly ProvisionedInput[] = [],
): SeedInput => ({
  timing: { accepted: '1s', running: '5s' },
  products: [
    {
      name: 'guard',
      kind: 'CFN_STACKSET',
      paths: [{ portfolio: 'platform', stackSet: { accounts, regions } }],
      versions: [{ name: 'one', parameters: { Level: {} } }],
    },
  ],
  provisionedProducts,
});

/** Somebody else makes the stack instances of these accounts, and that is over. */
export async function instancesByHand(world: World, accounts: readonly string[]): Promise<void> {
  await world.service.admin.callAs('UpdateProvisionedProduct', {
    ProvisionedProductName: 'set',
    ProvisioningParameters: [{ Key: 'Level', UsePreviousValue: true }],
    ProvisioningPreferences: {
      StackSetAccounts: [...accounts],
      StackSetRegions: ['eu-west-1'],
      StackSetOperationType: 'CREATE',
    },
    UpdateToken: 'by-hand',
  });
  await world.clock.pass(60_000);
}

/** The document of such a set, which asks for its making and for its end. */
export const guardSet = (reconcile: Fields = {}, parts: Fields = {}): Wish => ({
  name: 'set',
  spec: {
    productName: 'guard',
    provisioningArtifactName: 'one',
    provisioningParameters: { Level: 'low' },
    ...parts,
    reconcile: { onMissing: 'provision', prune: 'terminate', ...reconcile },
  },
});
