/** While the answer to a request is not there, the status says that it was sent, not that it waits. */
import { expect, it } from 'vitest';
import type { FaultEffect } from '../../src/local-catalog/faults.ts';
import { networks } from '../support/network.ts';
import { doc, inEffect } from './life.ts';
import { fault, MINUTE, networkDoc } from './networks.ts';
import { World } from './world.ts';

const SLOW = { kind: 'slow', ms: 20_000 } as const;

async function sending(effect: FaultEffect) {
  const world = await World.create({ seed: networks() }, [networkDoc('net-a', { Cidr: 'B' })]);
  fault(world, 'UpdateProvisionedProduct', effect);
  const trueup = await world.start();
  await trueup.reconcile();
  return { world, trueup };
}

const saved = async (world: World, name: string) =>
  (await world.journal.statuses()).find((view) => view.name === name);

it('as long as AWS takes to answer', async () => {
  const { world, trueup } = await sending(SLOW);
  await world.clock.pass(2_000);
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({
    condition: 'Reconciling',
    reason: 'Sent',
    message: 'sent; the answer is not known yet',
  });
  expect(await saved(world, 'net-a')).toMatchObject({ reason: 'Sent' });
  await world.clock.pass(5 * MINUTE);
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
});

it('as long as nobody can tell what became of it', async () => {
  const { world, trueup } = await sending({ kind: 'lostRequest' });
  await world.clock.pass(20_000);
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'Sent' });
  await world.clock.pass(5 * MINUTE);
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
});

it('and not any more once AWS has refused it', async () => {
  const { world, trueup } = await sending({ kind: 'throttle' });
  await world.clock.pass(100);
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'Waiting' });
  await world.clock.pass(5 * MINUTE);
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
});

it('of a termination too', async () => {
  const { world, trueup } = await inEffect([doc('net-a'), doc('net-b')]);
  world.wish([doc('net-b')], 'r2');
  await trueup.converge();
  await world.clock.pass(11 * MINUTE);
  fault(world, 'TerminateProvisionedProduct', SLOW);
  await trueup.reconcile();
  await world.clock.pass(2_000);
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({
    reason: 'Sent',
    message: 'sent; the answer is not known yet',
  });
});
