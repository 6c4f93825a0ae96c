import type { BehaviourInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { type Wish, World, type WorldOptions } from './world.ts';

export const NAMES = ['net-a', 'net-b', 'net-c', 'net-d'];
export const ROLE = 'arn:aws:iam::111122223333:role/launch-two';
export const OWNER = 'arn:aws:iam::111122223333:role/data';

/** Four networks that were made with Cidr A. */
export const seedWith = (behaviour: BehaviourInput, properties = '1s'): SeedInput => ({
  timing: { accepted: '1s', running: '5s', properties },
  behaviour,
  products: [
    {
      name: 'network',
      paths: [{ portfolio: 'platform' }],
      versions: [
        { name: 'v1', parameters: { Cidr: {}, Secret: { noEcho: true, default: 'none' } } },
      ],
    },
  ],
  provisionedProducts: NAMES.map((name) => ({
    name,
    product: 'network',
    version: 'v1',
    parameters: { Cidr: 'A', Secret: 'hush-hush' },
  })),
});

export const wish = (
  name: string,
  cidr: string,
  more: Readonly<Record<string, unknown>> = {},
): Wish => ({
  name,
  spec: {
    productName: 'network',
    provisioningArtifactName: 'v1',
    provisioningParameters: { Cidr: cidr },
    ...more,
  },
});

export const start = (
  wishes: readonly Wish[],
  behaviour = {},
  options: Partial<WorldOptions> = {},
) => World.create({ seed: seedWith(behaviour), ...options }, wishes);
