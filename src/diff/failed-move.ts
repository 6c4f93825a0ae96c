import type { ProductEntry } from '../domain/entry.ts';
import type { RecordId } from '../domain/ids.ts';
import type { RequestedVersion } from '../domain/rollout.ts';
import { isRetryableFailure } from './failure-text.ts';

/** A move to another version that failed for good, as its rollout counts it. */
export interface FailedMove {
  readonly version: RequestedVersion;
  readonly recordId: RecordId;
  readonly reason: string;
  /** A person said that the rollout goes on in spite of it. */
  readonly isWaived: boolean;
}

/** The last failed move, whether or not it still stands; what passes by itself is none. */
export function lastFailedMove({ lastResult }: ProductEntry): FailedMove | null {
  if (lastResult?.kind !== 'failed' || lastResult.version?.isMove !== true) return null;
  const { recordId, version, waived = false } = lastResult;
  const reason = lastResult.reason ?? '';
  return isRetryableFailure(reason) ? null : { version, recordId, reason, isWaived: waived };
}

/**
 * It stands as long as its latch: until a success, or until a person asks for another attempt. One that
 * AWS refuses has no record, and is no success.
 */
export function standingFailure(entry: ProductEntry): FailedMove | null {
  const failed = lastFailedMove(entry);
  const { latch } = entry;
  if (failed === null || latch?.kind !== 'stalled') return null;
  return latch.recordId === null || latch.recordId === failed.recordId ? failed : null;
}

/**
 * A change of properties came after an update that failed, and nothing was in effect since: it hides
 * which version that was for. The launch role goes before a further attempt, which is still to be made.
 */
export function isHiddenByProperty({ failedUpdate, inEffect, lastResult }: ProductEntry): boolean {
  const isProperty = lastResult?.step === 'launchRole' || lastResult?.step === 'owner';
  return isProperty && failedUpdate !== null && inEffect === null;
}

export function waiveFailure(entry: ProductEntry): ProductEntry {
  const { lastResult } = entry;
  return lastResult === null ? entry : { ...entry, lastResult: { ...lastResult, waived: true } };
}
