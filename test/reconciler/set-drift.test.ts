import { expect, it } from 'vitest';
import { guarding, setAt } from './one-stack-set.ts';
import { World } from './world.ts';

const seed = guarding('111122223333');

/** Somebody edits the stack set past Service Catalog (UpdateStackSet); the next update ends that. */
function editSet(world: World, from: string, to: string) {
  const { handle } = world.service;
  const before = world.writes().length;
  Object.assign(world.service, {
    handle: async (request: Parameters<typeof handle>[0]) => {
      const answer = await handle(request);
      const isEdited = world.writes().length === before && answer.body.includes('<StackSet>');
      return isEdited
        ? { ...answer, body: answer.body.replaceAll(`>${from}<`, `>${to}<`) }
        : answer;
    },
  });
}

it('drift of a stack set that trueup itself brought into its desired state is corrected', async () => {
  const world = await World.create({ seed }, [setAt('high', { drift: 'correct' })]);
  const trueup = await world.start();
  await trueup.converge();
  await world.clock.pass(600_000);
  await trueup.converge();
  expect(world.statusOf(trueup, 'set')).toMatchObject({ reason: 'InSync' });
  expect(world.writes()).toHaveLength(1);
  editSet(world, 'high', 'edited');
  await world.clock.pass(600_000);
  await trueup.converge();
  expect(world.service.admin.product('set')?.parameters.Level).toBe('high');
  expect(world.writes()).toHaveLength(2);
});

it('and without a success of ours it is', async () => {
  const world = await World.create({ seed }, [setAt('low', { drift: 'correct' })]);
  const trueup = await world.start();
  await trueup.converge();
  editSet(world, 'low', 'edited');
  await world.clock.pass(600_000);
  await trueup.converge();
  expect(world.writes()).toHaveLength(1);
});
