/** The catalog that aws-cli.sh drives: one of each kind of thing. */
import { startLocalCatalog } from '../../src/local-catalog/local-catalog.ts';
import { normaliseSeed } from '../../src/local-catalog/seed.ts';
import { smallSeed } from './harness.ts';

const small = smallSeed({
  // Long enough for the next command to find it busy; the script skips the waiting.
  timing: { running: '60s' },
  stacks: [
    { name: 'loose', product: 'network', version: 'v1', parameters: { Cidr: '10.8.0.0/16' } },
  ],
  secrets: [{ name: 'prod/db', value: 'v' }],
  parameterStore: [{ name: '/prod/host', value: 'h' }],
});
const catalog = await startLocalCatalog({
  seed: normaliseSeed({
    ...small,
    products: [
      ...(small.products ?? []),
      {
        name: 'spread',
        id: 'prod-spread',
        kind: 'CFN_STACKSET',
        paths: [
          {
            portfolio: 'platform',
            stackSet: { accounts: ['111122223333'], regions: ['eu-west-1'] },
          },
        ],
        versions: [{ name: 'v1', id: 'pa-spread' }],
      },
    ],
    provisionedProducts: [
      ...(small.provisionedProducts ?? []),
      { name: 'spread', id: 'pp-spread', product: 'spread', version: 'v1' },
    ],
  }),
});
process.stdout.write(`${catalog.url}\n`);
