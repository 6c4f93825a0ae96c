import { expect, it } from 'vitest';
import { cidrOf, fault, keyOf, MINUTE, start, wish } from './networks.ts';

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
