import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { fault, keepsAnother, networkDoc, operations, truth } from './networks.ts';
import { World } from './world.ts';

const seed = networks({
  names: ['net-a'],
  parameters: { Cidr: {}, Password: { noEcho: true, default: 'none' } },
  live: { Cidr: 'A' },
});

it.each([
  ['nothing hidden', { Cidr: 'B' }],
  ['a secret', { Cidr: 'B', Password: 'x1' }],
])(
  'what failed for good is not sent again because the document names it by its id: %s',
  async (_what, parameters) => {
    const world = await World.create({ seed }, [networkDoc('net-a', parameters)]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'No such thing.' }, 9);
    const trueup = await world.start();
    await trueup.converge();
    expect(operations(world)).toHaveLength(1);
    const provisionedProductId = truth(world, 'net-a')?.product.id;
    world.wish([networkDoc('net-a', parameters, { provisionedProductId })], 'r2');
    await world.clock.pass(600_000);
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(operations(world)).toHaveLength(1);
  },
);

it.each([
  ['nothing hidden', { Cidr: 'BIG' }],
  ['a secret', { Cidr: 'BIG', Password: 'x1' }],
])('nor what succeeded without effect: %s', async (_what, parameters) => {
  const world = await World.create({ seed }, [networkDoc('net-a', parameters)]);
  keepsAnother(world, '<ParameterValue>BIG<', '<ParameterValue>big<');
  const trueup = await world.start();
  for (let i = 0; i < 3; i++) await trueup.converge();
  expect(operations(world)).toHaveLength(1);
  const provisionedProductId = truth(world, 'net-a')?.product.id;
  world.wish([networkDoc('net-a', parameters, { provisionedProductId })], 'r2');
  await world.clock.pass(600_000);
  for (let i = 0; i < 3; i++) await trueup.converge();
  expect(operations(world)).toHaveLength(1);
});
