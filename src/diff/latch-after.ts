import type { Intent, Latch, ProductEntry } from '../domain/entry.ts';
import type { RecordId } from '../domain/ids.ts';
import { openHash } from './stored-request.ts';

/** How long to wait before each further attempt after a failure that passes by itself, in minutes. */
const BACKOFF_MINUTES = [1, 3, 8, 22, 60] as const;

export interface RecordFailure {
  readonly recordId: RecordId;
  /** As people read it, from `failureReason`. */
  readonly reason: string;
  /** From `isRetryableFailure`. */
  readonly retryable: boolean;
  readonly at: string;
  /** The stack stands in UPDATE_ROLLBACK_COMPLETE: its old values run again. */
  readonly stackRolledBack: boolean;
  /** LastUpdatedTime of the stack, read after the record ended; null if it could not be read. */
  readonly stackUpdated: string | null;
}

/** What keeps the request from being sent again at once: a wait, or a person. */
export function latchAfter(entry: ProductEntry, intent: Intent, failure: RecordFailure): Latch {
  const { recordId, reason, retryable, at } = failure;
  const { request, requestHash, specDigest } = intent;
  const facts = { requestHash, recordId, reason, at, specDigest, openHash: openHash(request) };
  const attempts = attemptsBefore(entry.latch, intent) + 1;
  const minutes = BACKOFF_MINUTES[attempts - 1];
  if (intent.step === 'provision') return { kind: 'stalled', ...facts, next: FAILED_CREATION };
  if (!retryable || minutes === undefined) {
    const next = retryable
      ? 'the same failure came back after every wait: ask again with trueup retry once it is over'
      : 'fix the cause, then change the document or ask again with trueup retry';
    return { kind: 'stalled', ...facts, next };
  }
  const until = new Date(Date.parse(at) + minutes * 60_000).toISOString();
  return { kind: 'backoff', ...facts, attempts, until };
}

/** The name stays taken, and AWS brings nothing out of ERROR. */
const FAILED_CREATION =
  'fix the cause, terminate it by hand, and ask again with trueup retry; or set reconcile.onError to recreate';

/** A clock that was put back by more than this says nothing about a wait that began before. */
const PUT_BACK_MS = 3_600_000;

/** Whether what waits may be tried again: a wait is of an hour at the most, whatever the wall clock did since. */
export function isWaitOver(latch: Latch, now: string): boolean {
  if (latch.kind !== 'backoff') return false;
  const nowMs = Date.parse(now);
  return Date.parse(latch.until) <= nowMs || nowMs < Date.parse(latch.at) - PUT_BACK_MS;
}

function attemptsBefore(latch: Latch | null, intent: Intent): number {
  return latch?.kind === 'backoff' && latch.requestHash === intent.requestHash ? latch.attempts : 0;
}
