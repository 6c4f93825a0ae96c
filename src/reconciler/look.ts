import type { RecordId } from '../domain/ids.ts';
import type { Operation } from '../domain/request.ts';
import type { SearchRow } from './ports/catalog.ts';

/** First look at a new record. */
export const INITIAL_LOOK_MS = 2_000;
/** Least time between two looks of one target, so that many records share one listing. */
export const SHARED_GAP_MS = 2_500;
const LONGEST_LOOK_MS = 30_000;

/** Delay before look number `looks`: it grows with the age of the record, up to 30 s. */
export function nextLookMs(looks: number): number {
  return Math.min(LONGEST_LOOK_MS, INITIAL_LOOK_MS * 1.5 ** Math.min(looks, 20));
}

/** Everything due now or within half a gap: a look is shared, so those come along. */
export function dueForLook<T extends { readonly dueMs: number }>(
  waiting: readonly T[],
  nowMs: number,
): readonly T[] {
  return waiting.filter((one) => one.dueMs <= nowMs + SHARED_GAP_MS / 2);
}

/**
 * What a row of a listing says about a record of ours. Only a row that bears our record says
 * anything, and only of an update: a property change may leave the status as it is all along.
 * A failure is always confirmed by DescribeRecord, which has the reason.
 */
export function isRecordOver(
  followed: { readonly recordId: RecordId; readonly operation: Operation },
  row: SearchRow,
): 'succeeded' | 'running' | 'ask' {
  if (followed.operation !== 'UpdateProvisionedProduct') return 'ask';
  if (row.records.last !== followed.recordId) return 'ask';
  if (row.status === 'UNDER_CHANGE') return 'running';
  const succeeded = row.status === 'AVAILABLE' && row.records.lastSuccessful === followed.recordId;
  return succeeded ? 'succeeded' : 'ask';
}
