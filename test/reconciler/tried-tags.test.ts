import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { type Fields, fault, networkDoc, operations, truth } from './networks.ts';
import { World } from './world.ts';

type Tags = Readonly<Record<string, string>>;

/** An update with these tags has failed; AWS shows them, and the stack has the live ones. */
async function afterFailure(live: Tags, tags: Tags) {
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
  return {
    /** What the next update sends, and what is on the stack after it. */
    next: async (more: Fields) => {
      const before = operations(world).length;
      world.wish([networkDoc('net-a', { Cidr: 'C' }, more)], `r${before + 1}`);
      await trueup.converge();
      const [call, ...others] = world.writes().slice(before);
      expect(others).toEqual([]);
      const { Tags = [] } = (call?.input ?? {}) as { readonly Tags?: readonly Tag[] };
      return { sent: recordOf(Tags), runs: recordOf(truth(world, 'net-a')?.stack?.tags ?? []) };
    },
  };
}

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const recordOf = (tags: readonly Tag[]): Tags =>
  Object.fromEntries(
    tags.flatMap(({ Key, Value }) => (Key.startsWith('aws:') ? [] : [[Key, Value]])),
  );

it('a foreign tag that a failed update was to change stays as it is', async () => {
  const { next } = await afterFailure({ cost: '1' }, { team: 'a', cost: '2' });
  expect((await next({ tags: { team: 'a' } })).runs).toEqual({ team: 'a', cost: '1' });
  expect((await next({ tags: { team: 'b' } })).runs).toEqual({ team: 'b', cost: '1' });
});

it('a tag that a failed update was to add, and that is not declared any more, does not stay', async () => {
  const { next } = await afterFailure({ owner: 'x' }, { team: 'a', cost: '2' });
  expect((await next({ tags: { team: 'a' } })).sent).toEqual({ team: 'a', owner: 'x' });
  // AWS takes tags away only together with a change of one.
  expect((await next({ tags: { team: 'b' } })).runs).toEqual({ team: 'b', owner: 'x' });
});

it.each([
  ['change', { cost: '1' }],
  ['add', { owner: 'x' }],
])(
  'a tag that a failed update was to %s is not sent by a document without tags',
  async (_what, live) => {
    const { next } = await afterFailure(live, { cost: '2' });
    expect((await next({})).sent).toEqual(live);
  },
);
