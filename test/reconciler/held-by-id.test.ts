import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { type Fields, fault, keepsAnother, networkDoc, operations, truth } from './networks.ts';
import { World } from './world.ts';

const seed = networks({
  names: ['net-a'],
  parameters: { Cidr: {}, Password: { noEcho: true, default: 'none' } },
  live: { Cidr: 'A' },
});

const HIDDEN = [
  ['nothing hidden', {}],
  ['a secret', { Password: 'x1' }],
] as const;

/** One update, and none more once the document names its provisioned product by its id. */
async function holdsById(world: World, parameters: Fields): Promise<void> {
  const trueup = await world.start();
  for (let i = 0; i < 3; i++) await trueup.converge();
  expect(operations(world)).toHaveLength(1);
  const provisionedProductId = truth(world, 'net-a')?.product.id;
  world.wish([networkDoc('net-a', parameters, { provisionedProductId })], 'r2');
  await world.clock.pass(600_000);
  for (let i = 0; i < 3; i++) await trueup.converge();
  expect(operations(world)).toHaveLength(1);
}

it.each(HIDDEN)('what failed for good is held by its id too: %s', async (_what, hidden) => {
  const parameters = { Cidr: 'B', ...hidden };
  const world = await World.create({ seed }, [networkDoc('net-a', parameters)]);
  fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'No such thing.' }, 9);
  await holdsById(world, parameters);
});

it.each(HIDDEN)('and what succeeded without effect: %s', async (_what, hidden) => {
  const parameters = { Cidr: 'BIG', ...hidden };
  const world = await World.create({ seed }, [networkDoc('net-a', parameters)]);
  keepsAnother(world, '<ParameterValue>BIG<', '<ParameterValue>big<');
  await holdsById(world, parameters);
});
