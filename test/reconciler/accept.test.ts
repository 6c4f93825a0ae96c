import { expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { acceptProduct } from '../../src/reconciler/accept.ts';
import { keyOf } from './life.ts';
import { type Wish, World } from './world.ts';

const seed: SeedInput = {
  timing: { accepted: '1s', running: '5s' },
  products: [
    {
      name: 'network',
      paths: [{ portfolio: 'platform' }],
      versions: [
        { name: 'v1', parameters: { Cidr: {}, Secret: { noEcho: true, default: 'none' } } },
      ],
    },
  ],
  provisionedProducts: [
    { name: 'net-a', product: 'network', version: 'v1', parameters: { Cidr: 'A', Secret: 's1' } },
  ],
  parameterStore: [
    { name: '/prod/cidr', value: 'B' },
    { name: '/prod/secret', value: 'hush-hush' },
  ],
};

const wish: Wish = {
  name: 'net-a',
  spec: {
    productName: 'network',
    provisioningArtifactName: 'v1',
    provisioningParameters: {
      Cidr: { valueFrom: { ssmParameter: '/prod/cidr' } },
      Secret: { valueFrom: { ssmParameter: '/prod/secret' } },
    },
    reconcile: { mode: 'observe' },
  },
};

it('an acceptance is about what AWS does not return, not about a value that it shows', async () => {
  const world = await World.create({ seed }, [wish]);
  const trueup = await world.start();
  await trueup.converge();
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ sync: 'OutOfSync', unverified: 1 });
  await world.clock.until(acceptProduct(trueup.reconciler.context, keyOf('net-a')));
  await trueup.converge();
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ sync: 'OutOfSync', unverified: 0 });
});
