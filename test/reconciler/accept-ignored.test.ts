import { expect, it } from 'vitest';
import { honour } from '../../src/reconciler/honour.ts';
import { networks } from '../support/network.ts';
import { type Fields, keyOf, networkDoc } from './networks.ts';
import { TARGET, World } from './world.ts';

it('what is left to others is not accepted with the rest', async () => {
  const hidden = { noEcho: true, default: 'none' };
  const seed = networks({
    names: ['net-a'],
    parameters: { Cidr: {}, Password: hidden, Other: hidden },
    live: { Cidr: 'B', Password: 'by-hand', Other: 'o' },
  });
  const values = { Cidr: 'B', Password: { valueFrom: { env: 'APP_P' } }, Other: 'o' };
  const doc = (reconcile: Fields) => networkDoc('net-a', values, { reconcile });
  const ignored = doc({ ignore: ['/provisioningParameters/Password'] });
  const world = await World.create({ seed }, [ignored]);
  world.env.APP_P = 'git-value';
  const trueup = await world.start();
  await trueup.converge();
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ unverified: 1 });
  const request = { kind: 'accept', target: TARGET, key: keyOf('net-a') } as const;
  await world.clock.until(honour(trueup.reconciler, request));
  await trueup.converge();
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ unverified: 0 });
  world.wish([doc({})], 'r2');
  await trueup.converge();
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ unverified: 1 });
});
