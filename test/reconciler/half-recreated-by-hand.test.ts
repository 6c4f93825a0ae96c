import { expect, it } from 'vitest';
import type { SyncWindow } from '../../src/domain/hold.ts';
import {
  doc,
  endByHand,
  inEffect,
  later,
  MINUTE,
  makeByHand,
  operations,
  terminations,
} from './life.ts';

/** A process that ended net-a to make it anew and was killed; a person has made one in its place. */
async function madeInItsPlace(cidr?: string) {
  const document = doc('net-a', { onError: 'recreate' });
  const { world, trueup } = await inEffect([document, doc('net-b')]);
  await world.service.admin.setStatus('net-a', 'ERROR');
  await trueup.reconcile();
  await world.clock.pass(3_000);
  trueup.kill();
  expect(terminations(world)).toBe(1);
  await world.clock.pass(MINUTE);
  await makeByHand(world, 'net-a', cidr);
  return world;
}

it('its update waits for the window: it is a start of its own', async () => {
  const deny: SyncWindow = {
    ...{ kind: 'deny', schedule: '0 0 * * *', durationMs: 24 * 60 * MINUTE, timeZone: 'UTC' },
    ...{ targets: [], names: [], labels: {}, manual: false, reason: null },
  };
  const world = await madeInItsPlace('by-hand');
  world.service.admin.clearCalls();
  const closed = await world.start({ windows: [deny] });
  for (let look = 0; look < 2; look++) {
    await closed.reconcile();
    await world.clock.pass(2 * MINUTE);
  }
  expect(operations(world)).toEqual([]);
  expect(world.statusOf(closed, 'net-a')).toMatchObject({ reason: 'Window' });
  closed.kill();
  const open = await world.start();
  await later(world, open, 2);
  expect(operations(world)).toEqual(['UpdateProvisionedProduct']);
});

it('what a person has made in the place of a half recreated one is owed nothing when it goes', async () => {
  const world = await madeInItsPlace();
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
