import { expect, it } from 'vitest';
import { sinceOf } from '../../src/diff/since.ts';
import type { LastResult, Latch, ProductEntry } from '../../src/domain/entry.ts';
import { asDigest } from '../../src/domain/ids.ts';
import type { ProductStatusView } from '../../src/domain/status.ts';
import { anEntry, anIntent, aStatus, rec } from './build.ts';

const recordId = rec('1');
const intent = anIntent({ recordId, firstSentAt: '2026-11-21T11:00:00.000Z' });
const failed: LastResult = {
  ...{ kind: 'failed', step: 'update', recordId, base: null, reason: null },
  ...{ requestHash: asDigest('sha256:1'), at: '2026-11-21T11:05:00.000Z' },
};
const latch: Latch = {
  ...{ kind: 'stalled', requestHash: null, recordId: null, reason: 'refused', next: 'mend it' },
  at: '2026-11-21T11:10:00.000Z',
};
const stalled = { condition: 'Stalled', recordId } as const;

it.each<[string, Partial<ProductStatusView>, Partial<ProductEntry>, string | null]>([
  ['in flight: since it was sent', { condition: 'Reconciling', recordId }, { intent }, '11:00'],
  ['overdue: since it was sent', stalled, { intent }, '11:00'],
  ['failed: since it failed', stalled, { lastResult: failed }, '11:05'],
  ['refused: since then', { ...stalled, recordId: null }, { latch, lastResult: failed }, '11:10'],
  ['about another record: not told', stalled, { latch }, null],
  ['waiting: not told', { condition: 'Reconciling', recordId }, { lastResult: failed }, null],
  ['ready: nothing to tell', { condition: 'Ready', recordId }, { lastResult: failed }, null],
])('%s', (_, view, entry, since) => {
  expect(sinceOf(aStatus('net-a', view), anEntry(entry))?.slice(11, 16) ?? null).toBe(since);
});
