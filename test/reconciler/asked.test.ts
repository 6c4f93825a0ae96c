import { expect, it } from 'vitest';
import {
  cidrOf,
  fault,
  HOUR,
  keyOf,
  killedAfter,
  MINUTE,
  operations,
  start,
  wish,
} from './networks.ts';

it.each([
  ['left alone for a day after a failure that the journal does not know', false, 'A'],
  ['tried where a person asks for it, also if it has to wait first', true, 'B'],
])('is %s', async (_, asked, cidr) => {
  const needing = wish('net-b', 'B', { reconcile: { dependsOn: ['net-a'] } });
  const world = await start([wish('net-a', 'B'), needing]);
  fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails' });
  await world.service.admin.callAs('UpdateProvisionedProduct', {
    ProvisionedProductName: 'net-b',
    ProvisioningParameters: [
      { Key: 'Cidr', Value: 'X' },
      { Key: 'Secret', UsePreviousValue: true },
    ],
    UpdateToken: 'by-hand',
  });
  await world.clock.pass(30_000);
  const trueup = await world.start();
  await trueup.reconcile();
  if (asked) await trueup.reconciler.retry(keyOf('net-b'));
  await trueup.reconcile();
  await world.clock.pass(10 * MINUTE);
  expect(cidrOf(world, 'net-a')).toBe('B');
  expect(cidrOf(world, 'net-b')).toBe(cidr);
});

it('what is asked where there is nothing to do is not kept for a recreation that comes up later', async () => {
  const reconcile = { onError: 'recreate', onMissing: 'provision' };
  const world = await start([wish('net-a', 'A', { reconcile })]);
  const trueup = await world.start();
  await trueup.converge();
  const breaks = async () => {
    await world.service.admin.setStatus('net-a', 'ERROR');
    await world.clock.pass(25 * HOUR);
    await trueup.converge();
  };
  const asks = async () => {
    await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
    await trueup.converge();
  };
  const terminations = () =>
    operations(world).filter((one) => one === 'TerminateProvisionedProduct').length;
  await breaks();
  expect(terminations()).toBe(1);
  await trueup.converge();
  await asks();
  await breaks();
  expect(terminations()).toBe(1);
  await asks();
  expect(terminations()).toBe(2);
});

it('what is asked while a look is under way is not answered by that look', async () => {
  const world = await start([wish('net-a', 'A'), wish('net-b', 'B')]);
  const { reconciler } = await world.start();
  fault(world, 'DescribeProvisioningParameters', { kind: 'slow', ms: 5_000 });
  reconciler.setDesired(world.desired);
  const looked = reconciler.review();
  await world.clock.pass(2_000);
  await reconciler.retry(keyOf('net-a'));
  const review = await world.clock.until(looked);
  const seen = review.kind === 'ok' && review.evaluations.get(keyOf('net-a'))?.change.verdict;
  expect(seen).toMatchObject({ kind: 'inSync' });
  expect(reconciler.context.asked(keyOf('net-a'))).toBe(true);
  await world.clock.until(reconciler.review());
  expect(reconciler.context.asked(keyOf('net-a'))).toBe(false);
});

it('a request that a person gives up while it is looked into once more is not told as lost again', async () => {
  const world = await start([wish('net-a', 'B')]);
  fault(world, 'UpdateProvisionedProduct', { kind: 'lostRequest' });
  await killedAfter(world, 5_000);
  for (const cidr of ['X', 'Y']) {
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [
        { Key: 'Cidr', Value: cidr },
        { Key: 'Secret', UsePreviousValue: true },
      ],
      UpdateToken: `by-hand-${cidr}`,
    });
    await world.clock.pass(30_000);
  }
  await killedAfter(world, 2 * MINUTE);
  expect(world.events('product.stalled')).toHaveLength(1);
  const trueup = await world.start();
  trueup.reconciler.resume();
  await trueup.reconcile();
  await world.clock.pass(20_000);
  await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
  await world.clock.pass(5 * MINUTE);
  await trueup.converge();
  expect(world.events('product.stalled')).toHaveLength(1);
  expect(cidrOf(world, 'net-a')).toBe('B');
});
