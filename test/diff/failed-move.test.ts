import { describe, expect, it } from 'vitest';
import { lastFailedMove, standingFailure, waiveFailure } from '../../src/diff/failed-move.ts';
import { recordInEffect, recordTerminated } from '../../src/diff/record.ts';
import { EMPTY_ENTRY, type FailedMove, type ProductEntry } from '../../src/domain/entry.ts';
import { type ArtifactId, asDigest, asRecordId, type ProductId } from '../../src/domain/ids.ts';
import { anIntent } from './build.ts';

const version = {
  ...{ productId: 'prod-1' as ProductId, productName: 'network' },
  ...{ artifactId: 'pa-2' as ArtifactId, artifactName: 'v2', isMove: true },
};
const failedMove: FailedMove = {
  ...{ version, recordId: asRecordId('rec-move'), reason: 'no more room', isWaived: false },
};
const hash = asDigest('sha256:1');
const at = '2026-11-22T12:00:00.000Z';
const inEffect = { specDigest: hash, revision: 'r1', at };

/** A launch role was set after a move had failed. */
const entry: ProductEntry = {
  ...EMPTY_ENTRY,
  lastResult: {
    ...{ kind: 'succeeded', step: 'launchRole', recordId: asRecordId('rec-role'), base: null },
    ...{ requestHash: hash, at, reason: null, failedMove },
  },
};

const stalledBy = (recordId: string): ProductEntry => ({
  ...entry,
  latch: {
    ...{ kind: 'stalled', requestHash: hash, recordId: asRecordId(recordId) },
    ...{ reason: '', next: '', at },
  },
});

describe('a failed move that a change of properties came after', () => {
  it.each([
    ['by its own record', stalledBy('rec-move'), failedMove],
    ['by the record of that change', stalledBy('rec-role'), failedMove],
    ['by another one', stalledBy('rec-other'), null],
    ['by none', entry, null],
  ])('stands where it is stalled %s', (_by, given, expected) => {
    expect(lastFailedMove(given)).toEqual(failedMove);
    expect(standingFailure(given)).toEqual(expected);
  });

  it('is waived with its version', () => {
    expect(lastFailedMove(waiveFailure(entry))).toEqual({ ...failedMove, isWaived: true });
  });

  it('is over once the document was seen in effect', () => {
    expect(lastFailedMove(recordInEffect(entry, inEffect))).toBeNull();
  });
});

it('that it was seen in spite of a failure is noted where it was in effect before, too', () => {
  const inSpiteOf = asRecordId('rec-failed');
  const before = { ...EMPTY_ENTRY, inEffect };
  const later = { ...inEffect, revision: 'r2', inSpiteOf };
  expect(recordInEffect(before, later).inEffect).toEqual({ ...inEffect, inSpiteOf });
});

it.each([
  ['of a recreation keeps it for the further attempt', hash, failedMove],
  ['that is an end forgets it', null, null],
])('the termination %s', (_, recreated, expected) => {
  const ended = anIntent({ step: 'terminate', recordId: asRecordId('rec-end') });
  const before = { ...entry, recreated, intent: ended };
  const after = recordTerminated(before, ended, asRecordId('rec-end'), at);
  expect(lastFailedMove(after)).toEqual(expected);
});
