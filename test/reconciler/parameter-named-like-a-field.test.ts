import { describe, expect, it } from 'vitest';
import { unreadable } from '../../src/domain/live.ts';
import { aLive, aSpec, assessed, value } from '../diff/build.ts';
import { networks } from '../support/network.ts';
import { networkDoc, truth } from './networks.ts';
import { World } from './world.ts';

const parameters = { path: {}, version: {}, Cidr: {} };
const seed = networks({
  names: ['net-a'],
  parameters,
  versions: [{ name: 'v1', createdAt: '2026-01-01T00:00:00Z', parameters }],
  live: { path: '/old', version: '1', Cidr: 'A' },
});

describe('a parameter that bears the name of a field', () => {
  it('`path`, where the document names a launch path, is applied', async () => {
    const world = await World.create({ seed }, [
      networkDoc('net-a', { Cidr: 'B', path: '/old' }, { pathName: 'platform' }),
    ]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    world.wish([networkDoc('net-a', { Cidr: 'B', path: '/new' }, { pathName: 'platform' })], 'r2');
    await trueup.converge();
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'InSync' });
    expect(truth(world, 'net-a')?.parameters.path).toBe('/new');
  });

  it('`version`, edited by hand under drift: correct and a version rule, is corrected', async () => {
    const doc = {
      name: 'net-a',
      spec: {
        productName: 'network',
        provisioningArtifact: { latest: true },
        provisioningParameters: { Cidr: 'B', version: '1' },
        reconcile: { drift: 'correct' },
      },
    };
    const world = await World.create({ seed }, [doc]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    // somebody edits the parameter past trueup
    const found = truth(world, 'net-a');
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductId: found?.product.id,
      ProvisioningParameters: [
        { Key: 'Cidr', UsePreviousValue: true },
        { Key: 'path', UsePreviousValue: true },
        { Key: 'version', Value: '9' },
      ],
      UpdateToken: 'by-hand',
    });
    await world.clock.pass(180_000);
    expect(truth(world, 'net-a')?.parameters.version).toBe('9');
    await trueup.converge();
    expect(truth(world, 'net-a')?.parameters.version).toBe('1');
  });

  it('`path` that could not be read is not in sync', () => {
    const spec = aSpec({ parameters: { path: value('x') } });
    const live = aLive({ stack: unreadable('Rate exceeded') });
    const change = assessed({ spec, live });
    expect(change.verdict.kind).toBe('unreadable');
  });
});
