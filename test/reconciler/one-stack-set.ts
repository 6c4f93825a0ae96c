import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import type { Fields } from './networks.ts';
import type { Wish } from './world.ts';

/** A stack set `set` of the product guard, in one account or more, at level low. */
export const guarding = (...accounts: readonly string[]): SeedInput => ({
  timing: { accepted: '1s', running: '5s' },
  products: [
    {
      ...{ name: 'guard', kind: 'CFN_STACKSET' },
      paths: [{ portfolio: 'platform', stackSet: { accounts, regions: ['eu-west-1'] } }],
      versions: [{ name: 'one', parameters: { Level: {} } }],
    },
  ],
  provisionedProducts: [
    { name: 'set', product: 'guard', version: 'one', parameters: { Level: 'low' } },
  ],
});

export const setAt = (level: string, reconcile: Fields): Wish => ({
  name: 'set',
  spec: {
    ...{ productName: 'guard', provisioningArtifactName: 'one' },
    ...{ provisioningParameters: { Level: level }, reconcile },
  },
});
