import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { keepsAnother, networkDoc, operations } from './networks.ts';
import { World } from './world.ts';

it('a record that succeeded is not told to have failed', async () => {
  const world = await World.create({ seed: networks({ names: ['net-a'] }) }, [
    networkDoc('net-a', { Cidr: 'BIG' }),
  ]);
  keepsAnother(world, '<ParameterValue>BIG<', '<ParameterValue>big<');
  const trueup = await world.start();
  for (let i = 0; i < 3; i++) await trueup.converge();
  expect(operations(world)).toHaveLength(1);
  const view = world.statusOf(trueup, 'net-a');
  expect(view?.message).toContain('succeeded');
  expect(view).toMatchObject({ reason: 'NoEffect', recordStatus: 'SUCCEEDED' });
});
