import type { FailedMove, LastResult, ProductEntry } from '../domain/entry.ts';
import { isRetryableFailure } from './failure-text.ts';

/** The last failed move, whether or not it still stands; what passes by itself is none. */
export function lastFailedMove({ lastResult }: ProductEntry): FailedMove | null {
  if (lastResult?.failedMove !== undefined) return lastResult.failedMove;
  if (lastResult?.kind !== 'failed' || lastResult.version?.isMove !== true) return null;
  const { recordId, version, waived = false } = lastResult;
  const reason = lastResult.reason ?? '';
  return lastResult.passes === true || isRetryableFailure(reason)
    ? null
    : { version, recordId, reason, isWaived: waived };
}

/**
 * It stands as long as its latch: until a success, or until a person asks for another attempt. One that
 * AWS refuses has no record, and is no success.
 */
export function standingFailure(entry: ProductEntry): FailedMove | null {
  const failed = lastFailedMove(entry);
  const { latch, lastResult } = entry;
  if (failed === null || latch?.kind !== 'stalled') return null;
  // The further attempt may have failed in what goes before it.
  const isInStep = lastResult?.failedMove !== undefined && latch.recordId === lastResult.recordId;
  return latch.recordId === null || latch.recordId === failed.recordId || isInStep ? failed : null;
}

/** What the result of a change of properties keeps of a move that failed before it. */
export function movedBefore(entry: ProductEntry): Pick<LastResult, 'failedMove'> {
  const failedMove = lastFailedMove(entry);
  return failedMove === null ? {} : { failedMove };
}

export function waiveFailure(entry: ProductEntry): ProductEntry {
  const { lastResult } = entry;
  if (lastResult === null) return entry;
  const { failedMove } = lastResult;
  const waived =
    failedMove === undefined ? { waived: true } : { failedMove: { ...failedMove, isWaived: true } };
  return { ...entry, lastResult: { ...lastResult, ...waived } };
}
