import type { ProvisionedInput, SeedInput } from '../../src/local-catalog/seed-input.ts';

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
