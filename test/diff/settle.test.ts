import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeAnswer, type SettleInput, settleIntent } from '../../src/diff/settle.ts';
import {
  asArtifactId,
  asProductId,
  asProvisionedProductId,
  type RecordId,
} from '../../src/domain/ids.ts';
import type { RecordView } from '../../src/domain/live.ts';
import type { StoredRequest } from '../../src/domain/request.ts';
import { anIntent, aRecord, rec } from './build.ts';

const MINUTE = 60_000;

/** An update sent at 11:00 on base rec-1; what was seen since then varies. */
function settled(parts: Partial<SettleInput> = {}) {
  return settleIntent({
    intent: anIntent(),
    lastRecordId: rec('1'),
    history: null,
    nowMs: 0,
    sinceMs: -MINUTE,
    firstSeenAtBaseMs: 0,
    ownRecords: [],
    rebuildable: true,
    ...parts,
  });
}

const properties: StoredRequest = {
  operation: 'UpdateProvisionedProductProperties',
  provisionedProductId: asProvisionedProductId('pp-a'),
  property: 'OWNER',
  value: 'arn:o',
  acceptLanguage: null,
};

describe('settleIntent, LastRecordId still at the base', () => {
  it.each<[string, Partial<SettleInput>, object]>([
    ['seen for the first time', { firstSeenAtBaseMs: null }, { kind: 'wait', afterMs: MINUTE }],
    ['not yet for long enough', { nowMs: 59_999 }, { kind: 'wait', afterMs: 1 }],
    ['for long enough', { nowMs: MINUTE }, { kind: 'resend' }],
    [
      'not rebuildable, for a minute',
      { nowMs: MINUTE, rebuildable: false },
      { kind: 'wait', afterMs: 9 * MINUTE },
    ],
    [
      'not rebuildable, for ten minutes',
      { nowMs: 10 * MINUTE, rebuildable: false },
      { kind: 'drop' },
    ],
    [
      'which is that there is none at all',
      { intent: anIntent({ base: null }), lastRecordId: null, nowMs: MINUTE },
      { kind: 'resend' },
    ],
  ])('%s', (_when, parts, expected) => {
    expect(settled(parts)).toMatchObject(expected);
  });
});

describe('settleIntent, LastRecordId past the base', () => {
  it('by records of others: it may still arrive for a minute', () => {
    const parts = { lastRecordId: rec('2'), history: [] };
    const sent = (sinceMs: number) => settled({ ...parts, sinceMs });
    expect(sent(0)).toEqual({ kind: 'wait', afterMs: MINUTE });
    expect(sent(1 - MINUTE)).toEqual({ kind: 'wait', afterMs: 1 });
    expect(sent(-MINUTE)).toMatchObject({ kind: 'drop' });
  });

  const past = (history: readonly RecordView[] | null, parts: Partial<SettleInput> = {}) =>
    settled({ lastRecordId: rec('2'), history, ...parts });

  it.each<[string, readonly RecordView[] | null, object]>([
    ['the history was not read', null, { kind: 'needHistory' }],
    ['one record of ours', [aRecord('2')], { kind: 'follow', recordId: 'rec-2' }],
    [
      'one that has failed since',
      [aRecord('2', { status: 'FAILED' })],
      { kind: 'follow', recordId: 'rec-2' },
    ],
    [
      'one below others',
      [aRecord('3', { type: 'OTHER' }), aRecord('2')],
      { kind: 'follow', recordId: 'rec-2' },
    ],
    ['none', [], { kind: 'drop' }],
    ['another version', [aRecord('2', { artifactId: asArtifactId('pa-9') })], { kind: 'drop' }],
    ['another product', [aRecord('2', { productId: asProductId('prod-9') })], { kind: 'drop' }],
    [
      'another operation',
      [aRecord('2', { type: 'TERMINATE_PROVISIONED_PRODUCT' })],
      { kind: 'drop' },
    ],
    ['the base itself', [aRecord('1')], { kind: 'drop' }],
    [
      'created within the skew before the send',
      [aRecord('2', { createdAt: '2026-11-21T10:55:00.000Z' })],
      { kind: 'follow' },
    ],
    [
      'created long before by clocks that disagree: it is newer than the base all the same',
      [aRecord('2', { createdAt: '2026-11-21T08:00:00.000Z' })],
      { kind: 'follow', recordId: 'rec-2' },
    ],
    [
      'two that fit, of which the clocks exclude one',
      [aRecord('3'), aRecord('2', { createdAt: '2026-11-21T10:54:59.999Z' })],
      { kind: 'follow', recordId: 'rec-3' },
    ],
    [
      'two that fit, both long before by clocks that disagree',
      ['3', '2'].map((id) => aRecord(id, { createdAt: '2026-11-21T08:00:00.000Z' })),
      { kind: 'ambiguous', records: ['rec-3', 'rec-2'] },
    ],
    [
      'two that could be ours',
      [aRecord('3'), aRecord('2')],
      { kind: 'ambiguous', records: ['rec-3', 'rec-2'] },
    ],
  ])('%s', (_what, history, expected) => {
    expect(past(history)).toMatchObject(expected);
  });

  const old = { createdAt: '2026-11-21T08:00:00.000Z' };
  it.each<[string, readonly RecordView[]]>([
    ['several that fit', [aRecord('3'), aRecord('2')]],
    ['one that seems to be older', [aRecord('2', old)]],
    ['several that seem to be older', [aRecord('3', old), aRecord('2', old)]],
  ])('by %s: its own may still arrive for a minute', (_, history) => {
    expect(past(history, { sinceMs: 1 - MINUTE })).toEqual({ kind: 'wait', afterMs: 1 });
    expect(past(history, { sinceMs: -MINUTE }).kind).toMatch(/^(follow|ambiguous)$/);
  });

  it('follows one that fits at once', () => {
    expect(past([aRecord('2')], { sinceMs: 0 })).toEqual({ kind: 'follow', recordId: 'rec-2' });
  });

  it('does not take a record that another request of ours made', () => {
    const history = [aRecord('3'), aRecord('2')];
    expect(past(history, { ownRecords: [rec('3')] })).toEqual({
      kind: 'follow',
      recordId: 'rec-2',
    });
  });

  it.each(['UPDATE_PROVISIONED_PRODUCT_PROPERTIES', 'CHANGE_OWNER', 'SOMETHING'])(
    'takes the type %s for a change of properties: its name is not documented',
    (type) => {
      const intent = anIntent({ step: 'owner', request: properties });
      const history = [aRecord('3'), aRecord('2', { type, productId: null, artifactId: null })];
      expect(past(history, { intent })).toEqual({ kind: 'follow', recordId: 'rec-2' });
    },
  );
});

describe('settleIntent', () => {
  it('follows a record that is known, wherever LastRecordId is', () => {
    const intent = anIntent({ recordId: rec('2') });
    for (const lastRecordId of [rec('1'), rec('2'), rec('7'), null])
      expect(settled({ intent, lastRecordId })).toEqual({ kind: 'follow', recordId: 'rec-2' });
  });

  it('drops what was certainly never sent', () => {
    expect(settled({ intent: anIntent({ firstSentAt: null }) })).toMatchObject({ kind: 'drop' });
  });

  it('never repeats a request once LastRecordId has moved', () => {
    const records = fc.constantFrom<RecordId | null>(rec('2'), rec('3'), null);
    fc.assert(
      fc.property(
        records,
        fc.nat(),
        fc.boolean(),
        fc.boolean(),
        (lastRecordId, nowMs, rebuildable, isRead) => {
          const history = isRead ? [aRecord('2')] : null;
          expect(settled({ lastRecordId, nowMs, rebuildable, history }).kind).not.toBe('resend');
        },
      ),
    );
  });
});

describe('judgeAnswer', () => {
  const judged = (id: string, createdAt: string | null, ownRecords: readonly RecordId[] = []) =>
    judgeAnswer({ intent: anIntent(), accepted: { recordId: rec(id), createdAt }, ownRecords })
      .kind;

  it.each<[string, string, string]>([
    ['a new record', judged('2', '2026-11-21T11:00:00.100Z'), 'ours'],
    [
      'a new record by a clock that is 5 minutes behind',
      judged('2', '2026-11-21T10:55:00.000Z'),
      'ours',
    ],
    [
      'a record older than that: the history must tell',
      judged('2', '2026-11-21T10:54:59.999Z'),
      'early',
    ],
    ['the base', judged('1', '2026-11-21T11:00:00.100Z'), 'echo'],
    ['a record of an earlier request', judged('2', '2026-11-21T11:00:00.100Z', [rec('2')]), 'echo'],
    ['no time told', judged('2', null), 'ours'],
    ['no time told, and it is the base', judged('1', null), 'echo'],
  ])('%s', (_what, kind, expected) => {
    expect(kind).toBe(expected);
  });
});
