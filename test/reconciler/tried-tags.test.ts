import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { fault, networkDoc, operations, truth } from './networks.ts';
import { World } from './world.ts';

/** An update with these tags failed; then the document has only `team`, and another Cidr. */
async function afterFailure(live: Readonly<Record<string, string>>, tags: Record<string, string>) {
  const seed = networks({
    names: ['net-a'],
    tagUpdate: 'allowed',
    live: { Cidr: 'A' },
    tags: live,
    behaviour: { tagsAfterFailedUpdate: 'attempted' },
  });
  const world = await World.create({ seed }, [networkDoc('net-a', { Cidr: 'B' }, { tags })]);
  fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'No such thing.' }, 1);
  const trueup = await world.start();
  await trueup.converge();
  world.wish([networkDoc('net-a', { Cidr: 'C' }, { tags: { team: 'a' } })], 'r2');
  await trueup.converge();
  expect(operations(world)).toHaveLength(2);
  const shown = tagsOf(world);
  const sent = world.writes()[1]?.input as { readonly Tags?: readonly { readonly Key: string }[] };
  // AWS takes tags away only together with a change of one.
  world.wish([networkDoc('net-a', { Cidr: 'C' }, { tags: { team: 'b' } })], 'r3');
  await trueup.converge();
  expect(operations(world)).toHaveLength(3);
  return { shown, last: tagsOf(world), sent: sent.Tags?.map(({ Key }) => Key) };
}

function tagsOf(world: World) {
  const stack = truth(world, 'net-a')?.stack?.tags ?? [];
  return Object.fromEntries(
    stack.flatMap(({ Key, Value }) => (Key.startsWith('aws:') ? [] : [[Key, Value]])),
  );
}

it('a foreign tag that a failed update was to change stays as it is', async () => {
  const { shown, last } = await afterFailure({ cost: '1' }, { team: 'a', cost: '2' });
  expect(shown).toEqual({ team: 'a', cost: '1' });
  expect(last).toEqual({ team: 'b', cost: '1' });
});

it('a tag that a failed update was to add, and that is not declared any more, does not stay', async () => {
  const { sent, last } = await afterFailure({ owner: 'x' }, { team: 'a', cost: '2' });
  expect(sent).toEqual(['owner', 'team']);
  expect(last).toEqual({ team: 'b', owner: 'x' });
});

it.each([
  ['changed', { cost: '1' }],
  ['added', { owner: 'x' }],
])(
  'what a failed update was to tag (%s) is not brought in by a document without tags',
  async (_what, live) => {
    const seed = networks({
      names: ['net-a'],
      tagUpdate: 'allowed',
      live: { Cidr: 'A' },
      tags: live,
      behaviour: { tagsAfterFailedUpdate: 'attempted' },
    });
    const world = await World.create({ seed }, [
      networkDoc('net-a', { Cidr: 'B' }, { tags: { cost: '2' } }),
    ]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'No such thing.' }, 1);
    const trueup = await world.start();
    await trueup.converge();
    // The tags go out of the document as a whole.
    world.wish([networkDoc('net-a', { Cidr: 'C' })], 'r2');
    await trueup.converge();
    expect(operations(world)).toHaveLength(2);
    const { Tags = [] } = (world.writes()[1]?.input ?? {}) as {
      readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
    };
    expect(Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]))).toEqual(live);
  },
);
