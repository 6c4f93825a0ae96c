import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { World } from './world.ts';

const seed: SeedInput = {
  timing: { accepted: '1s', running: '5s' },
  products: [
    {
      name: 'network',
      paths: [
        {
          portfolio: 'platform',
          tagUpdate: 'allowed',
          launchRole: 'arn:aws:iam::111122223333:role/launch',
        },
      ],
      versions: [
        {
          name: 'v1',
          parameters: {
            Cidr: {},
            Mode: { default: 'one' },
            Secret: { noEcho: true, default: 'none' },
          },
        },
        {
          name: 'v2',
          parameters: {
            Cidr: {},
            Extra: { default: 'x' },
            Secret: { noEcho: true, default: 'none' },
          },
        },
      ],
    },
  ],
  provisionedProducts: [
    {
      name: 'net-a',
      product: 'network',
      version: 'v1',
      parameters: { Cidr: '10.0.0.0/16', Mode: 'two', Secret: 'hush-hush' },
      tags: { team: 'a' },
    },
    { name: 'net-b', product: 'network', version: 'v1', parameters: { Cidr: '10.1.0.0/16' } },
  ],
};

const inSync = { productName: 'network', provisioningArtifactName: 'v1' };

describe('converging an estate', () => {
  it('changes only what differs, and then nothing', async () => {
    const world = await World.create({ seed }, [
      { name: 'net-a', spec: { ...inSync, provisioningParameters: { Cidr: '10.9.0.0/16' } } },
      { name: 'net-b', spec: { ...inSync, provisioningParameters: { Cidr: '10.1.0.0/16' } } },
    ]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.parameters).toEqual({
      Cidr: '10.9.0.0/16',
      Mode: 'two',
      Secret: 'hush-hush',
    });
    expect(world.writes()).toHaveLength(1);
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
  });
});
