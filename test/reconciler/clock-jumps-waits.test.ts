import { expect, it } from 'vitest';
import { cidrOf, HOUR, MINUTE, start, wish } from './networks.ts';

it('a jump forward between send and follow keeps the slot', async () => {
  const world = await start([wish('net-a', 'B'), wish('net-b', 'B')], {}, { maxInFlight: 1 });
  let jumped = false;
  world.onRequest = (request) => {
    if (!String(request.headers['x-amz-target']).endsWith('.UpdateProvisionedProduct') || jumped)
      return undefined;
    jumped = true;
    return () => world.jump(3 * HOUR);
  };
  let most = 0;
  const trueup = await world.start();
  await trueup.reconcile();
  for (let s = 0; s < 60; s += 1) {
    await world.clock.pass(500);
    const busy = ['net-a', 'net-b'].filter(
      (name) => world.service.admin.product(name)?.product.status === 'UNDER_CHANGE',
    ).length;
    most = Math.max(most, busy);
  }
  expect(most).toBe(1);
});

it('a wait of a minute lasts no day where the clock is put back', async () => {
  const world = await start([wish('net-a', 'B')], {});
  world.service.admin.addFault({
    operation: 'UpdateProvisionedProduct',
    count: 1,
    effect: { kind: 'recordFails', message: 'Rate exceeded (ThrottlingException)' },
  });
  const trueup = await world.start();
  await trueup.reconcile();
  await world.clock.pass(20_000);
  world.jump(-24 * HOUR);
  await world.clock.pass(10 * MINUTE);
  await trueup.reconcile();
  await world.clock.pass(10 * MINUTE);
  expect(cidrOf(world, 'net-a')).toBe('B');
});
