import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { ENGINES } from '../support/engines.ts';
import { type Fields, fault, networkDoc, operations, ROLE, truth } from './networks.ts';
import { World } from './world.ts';

const seedOf = (kind: (typeof ENGINES)[number]): SeedInput => ({
  timing: { accepted: '1s', running: '5s', properties: '1s' },
  products: [
    {
      name: 'network',
      kind,
      paths: [{ portfolio: 'platform', launchRole: 'arn:aws:iam::111122223333:role/launch-one' }],
      versions: ['v1', 'v2'].map((name) => ({
        name,
        parameters: { Cidr: {}, Password: { noEcho: true } },
      })),
    },
  ],
  provisionedProducts: [
    {
      name: 'net-a',
      product: 'network',
      version: 'v1',
      parameters: { Cidr: 'A', Password: 'hush-hush' },
    },
  ],
});

const doc = (cidr: string, more: Fields = {}) => [
  networkDoc(
    'net-a',
    { Cidr: cidr, Password: 'hush-hush' },
    { provisioningArtifactName: 'v2', ...more },
  ),
];

describe.each(ENGINES)('an update of %s that its launch role let fail', (kind) => {
  it('is sent again after the role that a new document names, in one go', async () => {
    const world = await World.create({ seed: seedOf(kind) }, doc('A'));
    const trueup = await world.start();
    await trueup.converge();
    world.wish(doc('B'));
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'no rights' });
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled' });
    world.service.admin.clearCalls();
    world.wish(doc('B', { properties: { launchRole: ROLE } }), 'r3');
    await trueup.converge();
    expect(operations(world)).toEqual([
      'UpdateProvisionedProductProperties',
      'UpdateProvisionedProduct',
    ]);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', unverified: 0 });
    expect(truth(world, 'net-a')).toMatchObject({
      parameters: { Cidr: 'B' },
      product: { status: 'AVAILABLE', launchRole: ROLE },
    });
  });
});
