import { expect, it } from 'vitest';
import { asTargetName } from '../../src/domain/ids.ts';
import { doc, keyOf, MINUTE, seed } from './life.ts';
import { story } from './networks.ts';
import { TARGET, type Wish, World } from './world.ts';

/** net-b of another target depends on net-a of this one, and a command selects net-b alone. */
const FAR = asTargetName('far');

const cidr = (name: string, value: string): Wish =>
  doc(name, {}, { provisioningParameters: { Cidr: value } });

/**
 * What was said of net-a is as the first target left it: seen in a whole run, seen in a selection only,
 * or not at all.
 */
async function selected(seen: 'whole' | 'selection' | 'never', now: string) {
  const world = await World.create({ seed }, [cidr('net-a', 'one')]);
  const first = await world.start();
  await first.converge();
  await first.converge();
  const view = world.statusOf(first, 'net-a');
  if (view === undefined) throw new Error('no status');
  const documents = await world.journal.documents(TARGET);
  const entries = await world.journal.list(TARGET);
  first.kill();
  world.service.admin.clearCalls();
  world.lines.length = 0;
  // The journal has net-a under the other target; what this process reconciles is the one of net-b.
  if (seen === 'whole') await world.journal.putDocuments(FAR, documents);
  const entry = entries.get(keyOf('net-a'));
  if (seen === 'selection' && entry !== undefined)
    await world.journal.put(FAR, keyOf('net-a'), entry.value, 0);
  await world.journal.putDocuments(TARGET, []);
  world.wish([cidr('net-a', now), cidr('net-b', 'two')], 'r2');
  const [a, b] = ['net-a', 'net-b'].map((name) => world.desired.specs.get(keyOf(name)));
  if (a === undefined || b === undefined) throw new Error('no document');
  const on = { target: FAR, key: a.key, name: a.name };
  const trueup = await world.start({ isInRun: ({ target }) => target === TARGET });
  trueup.board.set({ ...view, target: FAR });
  trueup.reconciler.setDesired({
    ...world.desired,
    isSelection: true,
    declared: new Set([b.key]),
    specs: new Map([[b.key, { ...b, dependsOn: [on] }]]),
    elsewhere: new Map([
      [
        FAR,
        {
          specs: new Map(),
          leftOut: new Map([[a.key, a]]),
          declared: new Set([a.key]),
          invalid: new Map(),
        },
      ],
    ]),
  });
  const review = await world.clock.until(trueup.reconciler.review());
  trueup.reconciler.release(review, 1);
  await world.clock.pass(MINUTE);
  return { began: story(world), message: world.statusOf(trueup, 'net-b')?.message };
}

it.each([
  ['changed since', 'whole', 'other'],
  ['changed since a selection held it', 'selection', 'other'],
  ['was never looked at as the journal has it', 'never', 'one'],
] as const)(
  'what a selection leaves out of another target is waited for where it %s',
  async (...row) => {
    const [, seen, now] = row;
    expect(await selected(seen, now)).toEqual({
      began: [],
      message: 'waits for far/net-a, whose document changed and which is not part of this run',
    });
  },
);

it.each([
  ['a whole run', 'whole'],
  ['a selection', 'selection'],
] as const)('it holds nothing up where it is as it was in %s', async (_, seen) => {
  expect((await selected(seen, 'one')).began).toEqual(['net-b accepted', 'net-b succeeded']);
});

it('what only a selection has held is waited for where its document changed since', async () => {
  const after = doc('net-b', { dependsOn: ['net-a'] });
  const world = await World.create({ seed }, [cidr('net-a', 'one'), after]);
  await selects(world, 'net-a');
  world.wish([cidr('net-a', 'two'), after], 'r2');
  const trueup = await selects(world, 'net-b');
  expect(story(world)).toEqual(['net-a accepted', 'net-a succeeded']);
  expect(world.statusOf(trueup, 'net-b')?.message).toContain('waits for net-a, whose document');
});

/** One command with `--only NAME`, twice over its looks. */
async function selects(world: World, name: string) {
  const trueup = await world.start({ isInRun: (one) => one.name === name });
  await trueup.reconciler.context.board.load();
  const all = [...world.desired.specs];
  trueup.reconciler.setDesired({
    ...world.desired,
    isSelection: true,
    specs: new Map(all.filter(([, spec]) => spec.name === name)),
    leftOut: new Map(all.filter(([, spec]) => spec.name !== name)),
  });
  for (let i = 0; i < 2; i++) {
    const review = await world.clock.until(trueup.reconciler.review());
    trueup.reconciler.resume();
    trueup.reconciler.release(review, 1);
    await world.clock.pass(MINUTE);
  }
  trueup.kill();
  return trueup;
}
