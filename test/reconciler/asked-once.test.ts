import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { keyOf, MINUTE, networkDoc, operations } from './networks.ts';
import { World } from './world.ts';

const OWNER = 'arn:aws:iam::111122223333:role/team';
const ROLE = 'arn:aws:iam::111122223333:role/launch-two';

/** AWS takes the value, and keeps it in another form. */
function keepsAnother(world: World, from: string, to: string): void {
  const { handle } = world.service;
  Object.assign(world.service, {
    handle: async (request: Parameters<typeof handle>[0]) => {
      const answer = await handle(request);
      return { ...answer, body: answer.body.replaceAll(from, to) };
    },
  });
}

it('retry of a chain whose update has no effect', async () => {
  const doc = networkDoc('net-a', { Cidr: 'BIG' }, { properties: { owner: OWNER } });
  const world = await World.create({ seed: networks({ names: ['net-a'], live: { Cidr: 'A' } }) }, [
    doc,
  ]);
  keepsAnother(world, '<ParameterValue>BIG<', '<ParameterValue>big<');
  const trueup = await world.start({
    caps: { maxChanges: 3, maxProvisions: 3, maxTerminations: 3 },
  });
  for (let i = 0; i < 3; i++) {
    await trueup.converge();
    await world.clock.pass(5 * MINUTE);
  }
  world.service.admin.clearCalls();
  await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
  await trueup.reconcile();
  await world.clock.pass(60 * MINUTE);
  await trueup.reconcile();
  expect(operations(world)).toHaveLength(1);
});

it('retry of a chain whose launch role is shown in another form', async () => {
  const doc = networkDoc(
    'net-a',
    { Cidr: 'B' },
    { properties: { launchRole: ROLE, owner: OWNER } },
  );
  const world = await World.create(
    {
      seed: networks({
        names: ['net-a'],
        live: { Cidr: 'A' },
        launchRole: 'arn:aws:iam::111122223333:role/one',
      }),
    },
    [doc],
  );
  keepsAnother(world, `"${ROLE}"`, '"arn:aws:iam::111122223333:role/path/launch-two"');
  const trueup = await world.start({
    caps: { maxChanges: 3, maxProvisions: 3, maxTerminations: 3 },
  });
  for (let i = 0; i < 3; i++) {
    await trueup.converge();
    await world.clock.pass(5 * MINUTE);
  }
  world.service.admin.clearCalls();
  await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
  await trueup.reconcile();
  await world.clock.pass(60 * MINUTE);
  expect(operations(world)).toHaveLength(1);
});
