import { expect, it } from 'vitest';
import { hmac } from '../../src/domain/canonical.ts';
import { networks } from '../support/network.ts';
import { fault, networkDoc, operations, truth } from './networks.ts';
import { World } from './world.ts';

const seed = networks({
  names: ['net-a'],
  parameters: { Cidr: {}, Password: { noEcho: true, default: 'none' } },
  live: { Cidr: 'A' },
});

/** The next process, with another fingerprint key. */
const withNewKey = (world: World) =>
  world.start({
    fingerprinter: {
      keyId: 'another',
      digest: (scope, value) => hmac(new Uint8Array(32).fill(7), scope, value),
    },
  });

it('a changed document is carried out after a success under another key', async () => {
  const world = await World.create({ seed }, [networkDoc('net-a', { Cidr: 'B', Password: 'x1' })]);
  const trueup = await world.start();
  await trueup.converge();
  await trueup.converge();
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'InSync' });
  trueup.kill();
  const next = await withNewKey(world);
  await next.converge();
  await world.clock.pass(3_600_000);
  await next.converge();
  expect(world.statusOf(next, 'net-a')).toMatchObject({ reason: 'InSync' });
  world.wish([networkDoc('net-a', { Cidr: 'C', Password: 'x1' })], 'r3');
  await next.converge();
  expect(truth(world, 'net-a')?.parameters.Cidr).toBe('C');
  expect(operations(world)).toHaveLength(2);
});

it('drift is corrected after a success under another key', async () => {
  const world = await World.create({ seed }, [networkDoc('net-a', { Cidr: 'B', Password: 'x1' })]);
  const trueup = await world.start();
  await trueup.converge();
  await trueup.converge();
  trueup.kill();
  const next = await withNewKey(world);
  await next.converge();
  await world.clock.pass(3_600_000);
  await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'E' } });
  await next.converge();
  expect(truth(world, 'net-a')?.parameters.Cidr).toBe('B');
});

it('a document that is mended after a failure goes out, also under another key', async () => {
  const world = await World.create({ seed }, [networkDoc('net-a', { Cidr: 'B', Password: 'x1' })]);
  fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'No such thing.' }, 1);
  const trueup = await world.start();
  await trueup.converge();
  trueup.kill();
  const next = await withNewKey(world);
  await next.converge();
  world.wish([networkDoc('net-a', { Cidr: 'C', Password: 'x1' })], 'r3');
  await next.converge();
  expect(truth(world, 'net-a')?.parameters.Cidr).toBe('C');
});
