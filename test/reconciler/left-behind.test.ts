import { expect, it } from 'vitest';
import { asTargetName } from '../../src/domain/ids.ts';
import type { KnownDocument } from '../../src/domain/known.ts';
import { isWanted } from '../../src/reconciler/left-behind.ts';
import { aStatus } from '../diff/build.ts';
import { documentOf } from '../journal/fixtures.ts';
import { doc, seed } from './life.ts';
import { TARGET, World } from './world.ts';

const FAR = asTargetName('far');

function pruned(prune: KnownDocument['policies']['prune']): readonly KnownDocument[] {
  const known = documentOf('net-x');
  return [{ ...known, policies: { ...known.policies, prune } }];
}

it.each<[string, readonly KnownDocument[], boolean, boolean]>([
  ['nothing', [], false, false],
  ['a document that asked for its end', pruned('terminate'), false, true],
  ['a document that asked to be forgotten', pruned('retain'), false, true],
  ['a document that is left alone', pruned('never'), false, false],
  ['a status', [], true, true],
])('a target without documents is looked at for what it left: %s', async (_, left, shown, is) => {
  const world = await World.create({ seed }, [doc('net-a')]);
  const { board } = await world.start();
  await world.journal.putDocuments(FAR, left);
  if (shown) board.set(aStatus('net-x', { target: FAR }));
  const none = { ...world.desired, specs: new Map(), invalid: new Map() };
  expect(await isWanted({ journal: world.journal, board }, FAR, none)).toBe(is);
  expect(await isWanted({ journal: world.journal, board }, TARGET, world.desired)).toBe(true);
});
