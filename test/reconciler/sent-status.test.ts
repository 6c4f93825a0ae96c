/** While the answer to a request is not there, the status says that it was sent, not that it waits. */
import { expect, it } from 'vitest';
import type { FaultEffect } from '../../src/local-catalog/faults.ts';
import { networks } from '../support/network.ts';
import { doc, inEffect } from './life.ts';
import { MemoryJournal } from './memory-journal.ts';
import { fault, MINUTE, networkDoc } from './networks.ts';

import { World } from './world.ts';

const SLOW = { kind: 'slow', ms: 20_000 } as const;

async function sending(effect: FaultEffect) {
  const world = await World.create({ seed: networks() }, [networkDoc('net-a', { Cidr: 'B' })]);
  fault(world, 'UpdateProvisionedProduct', effect);
  const trueup = await world.start();
  const reasons: string[] = [];
  trueup.board.subscribe(({ reason }) => reasons.push(reason));
  await trueup.reconcile();
  return { world, trueup, reasons };
}

const saved = async (world: World, name: string) =>
  (await world.journal.statuses()).find((view) => view.name === name);

it('as long as AWS takes to answer', async () => {
  const { world, trueup, reasons } = await sending(SLOW);
  await world.clock.pass(2_000);
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({
    condition: 'Reconciling',
    reason: 'Sent',
    message: 'sent; the answer is not known yet',
  });
  expect(await saved(world, 'net-a')).toMatchObject({ reason: 'Sent' });
  await world.clock.pass(5 * MINUTE);
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
  // Its own answer is not taken for a refusal on the way.
  expect(reasons.slice(reasons.indexOf('Sent'))).not.toContain('Waiting');
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

it('and not any more once what followed the answer to an earlier request was refused', async () => {
  const fresh = networkDoc('new', { Cidr: 'B' }, { reconcile: { onMissing: 'provision' } });
  const world = await World.create({ seed: networks() }, [fresh]);
  const first = await world.start();
  await first.converge();
  first.kill();
  const { admin } = world.service;
  const call = { ProvisionedProductName: 'new', TerminateToken: 'by-hand' };
  await admin.callAs('TerminateProvisionedProduct', call);
  await world.clock.pass(30 * MINUTE);
  admin.clearCalls();
  // Without its journal it asks under the token of then, and AWS answers with the record of then.
  const trueup = await world.start({ journal: new MemoryJournal() });
  const throttled = { operation: 'ProvisionProduct', effect: { kind: 'throttle' } } as const;
  world.onRequest = ({ headers }) =>
    headers['x-amz-target']?.endsWith('.ProvisionProduct') === true
      ? () => admin.addFault({ ...throttled, count: 1_000 })
      : undefined;
  await trueup.reconcile();
  await world.clock.pass(70_000);
  expect(world.statusOf(trueup, 'new')).toMatchObject({ reason: 'Waiting' });
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
