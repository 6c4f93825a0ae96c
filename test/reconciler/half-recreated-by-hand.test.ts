import { expect, it } from 'vitest';
import { doc, endByHand, inEffect, later, MINUTE, makeByHand, terminations } from './life.ts';

it('what a person has made in the place of a half recreated one is owed nothing when it goes', async () => {
  const document = doc('net-a', { onError: 'recreate' });
  const { world, trueup } = await inEffect([document, doc('net-b')]);
  await world.service.admin.setStatus('net-a', 'ERROR');
  await trueup.reconcile();
  await world.clock.pass(3_000);
  trueup.kill();
  expect(terminations(world)).toBe(1);
  await world.clock.pass(MINUTE);
  await makeByHand(world, 'net-a');
  const second = await world.start();
  await later(world, second, 2);
  await later(world, second, 2);
  expect(world.statusOf(second, 'net-a')).toMatchObject({ condition: 'Ready' });
  await endByHand(world, 'net-a');
  const before = world.writes().length;
  await later(world, second, 2);
  await later(world, second, 2);
  expect(world.writes()).toHaveLength(before);
  expect(world.statusOf(second, 'net-a')).toMatchObject({ condition: 'Stalled' });
});
