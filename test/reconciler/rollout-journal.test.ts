import { expect, it } from 'vitest';
import { EMPTY_ENTRY, type Intent, type LastResult } from '../../src/domain/entry.ts';
import { asArtifactId, asDigest, asProductId, asRecordId } from '../../src/domain/ids.ts';
import { isStillOurs, ranByJournal } from '../../src/reconciler/rollout-journal.ts';
import { anIntent } from '../diff/build.ts';

const version = (artifact: string, isMove: boolean) => ({
  productId: asProductId('prod-1'),
  productName: 'network',
  artifactId: asArtifactId(artifact),
  artifactName: artifact,
  isMove,
});

const result = (kind: LastResult['kind'], of: LastResult['version']): LastResult => ({
  ...{ kind, step: 'update', recordId: asRecordId('rec-1'), base: null },
  ...{ requestHash: asDigest('sha256:00'), at: '2026-11-23T00:00:00.000Z', reason: null },
  ...(of === undefined ? {} : { version: of }),
});

const moved = result('succeeded', version('pa-2', true));
const open = (parts: Partial<Intent>) => anIntent({ recordId: asRecordId('rec-2'), ...parts });

it.each<[string, Intent | null, LastResult | null, boolean]>([
  ['nothing is known', null, null, false],
  ['our move there succeeded', null, moved, true],
  ['our move there failed', null, result('failed', version('pa-2', true)), false],
  ['what kept it there failed', null, result('failed', version('pa-2', false)), true],
  ['our move went elsewhere', null, result('succeeded', version('pa-1', true)), false],
  ['what keeps it there is open', open({ version: version('pa-2', false) }), null, true],
  ['its move there is open', open({ version: version('pa-2', true) }), moved, false],
  ['a change of its owner is open', open({ step: 'owner' }), moved, true],
  ['its termination is open', open({ step: 'terminate' }), moved, false],
])('whether it runs the version, by the journal alone: %s', (_what, intent, lastResult, runs) => {
  const entry = { ...EMPTY_ENTRY, intent, lastResult };
  expect(ranByJournal(version('pa-2', true), entry)).toBe(runs);
});

const records = (last: string, lastSuccessful: string | null) => ({
  last: asRecordId(last),
  lastProvisioning: asRecordId(last),
  lastSuccessful: lastSuccessful === null ? null : asRecordId(lastSuccessful),
});
const keeps = open({ version: version('pa-2', false), base: asRecordId('rec-1') });
const kept = result('failed', version('pa-2', false));
const owned = { ...result('succeeded', version('pa-2', false)), recordId: asRecordId('rec-3') };

it.each<[string, Intent | null, LastResult | null, ReturnType<typeof records>, boolean]>([
  ['ours was the last to succeed', null, moved, records('rec-9', 'rec-1'), true],
  ['ours, before a change of its owner', null, owned, records('rec-9', 'rec-1'), true],
  ['another one has succeeded since', null, moved, records('rec-9', 'rec-8'), false],
  ['ours failed and is the last', null, kept, records('rec-1', 'rec-0'), true],
  ['ours failed and another one began', null, kept, records('rec-9', 'rec-0'), false],
  ['ours is open and the last', keeps, moved, records('rec-2', 'rec-1'), true],
  ['ours is open and not begun', keeps, moved, records('rec-1', 'rec-1'), true],
  ['another one came after ours', keeps, moved, records('rec-9', 'rec-8'), false],
  ['one of ours that tells no version is open', open({}), moved, records('rec-2', 'rec-1'), true],
  ['the same, after another one', open({}), moved, records('rec-2', 'rec-8'), false],
  ['nothing is known of it', null, null, records('rec-1', null), false],
])('whether the journal still holds: %s', (_what, intent, lastResult, seen, holds) => {
  const ownRecords = ['rec-3', 'rec-2', 'rec-1'].map(asRecordId);
  expect(isStillOurs({ ...EMPTY_ENTRY, intent, lastResult, ownRecords }, seen)).toBe(holds);
});
