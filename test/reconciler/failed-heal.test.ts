import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { fault, networkDoc, operations } from './networks.ts';
import { World } from './world.ts';

/** A healing failed and left all as declared, which was seen; then the stack is denied. */
async function deniedAfterHealing() {
  const world = await World.create({ seed: networks({ names: ['net-a', 'net-b'] }) }, [
    networkDoc('net-a', { Cidr: 'A' }),
  ]);
  await world.service.admin.setStatus('net-a', 'TAINTED');
  fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'no more room' });
  const first = await world.start();
  await first.converge();
  expect(operations(world)).toEqual(['UpdateProvisionedProduct']);
  await first.converge();
  expect(world.statusOf(first, 'net-a')).toMatchObject({ sync: 'Synced' });
  fault(world, 'DescribeStacks', { kind: 'accessDenied' }, 100);
  first.kill();
  return { world, trueup: await world.start() };
}

describe('a healing that failed and left all as declared, where the stack is denied since', () => {
  it('is not sent again', async () => {
    const { world, trueup } = await deniedAfterHealing();
    await trueup.converge();
    await trueup.converge();
    expect(operations(world)).toEqual(['UpdateProvisionedProduct']);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ sync: 'Synced', unverified: 1 });
  });

  it('does not vouch for what the document asks for since', async () => {
    const { world, trueup } = await deniedAfterHealing();
    world.wish([networkDoc('net-a', { Cidr: 'B' })], 'r2');
    await trueup.converge();
    expect(operations(world)).toHaveLength(2);
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
  });
});
