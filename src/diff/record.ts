import type { Cause } from '../domain/change.ts';
import {
  EMPTY_ENTRY,
  type InEffect,
  type Intent,
  type LastResult,
  type Latch,
  type ProductEntry,
} from '../domain/entry.ts';
import type { RecordId } from '../domain/ids.ts';
import type { PresentProduct } from '../domain/live.ts';
import { isProvisioning } from '../domain/request.ts';
import { isBlank } from './creation.ts';
import { isTerminatedForAnother } from './creation-wish.ts';
import { likenessOf } from './digest.ts';
import { movedBefore } from './failed-move.ts';
import { keptFingerprints, promoted, type Success } from './fingerprints-after.ts';
import { resultOf } from './last-result.ts';
import { latchAfter, type RecordFailure } from './latch-after.ts';
import { validFingerprints } from './normalize.ts';
import { failedUpdateOf } from './own-failure.ts';
import { entryFor } from './ownership.ts';
import { referencesAfter } from './pending.ts';
import { recreationBegun } from './recreation.ts';

const OWN_RECORDS_MAX = 20;

export interface OpenedIntent {
  readonly live: PresentProduct;
  readonly keyId: string | null;
  readonly cause: Cause;
  /** Value of the annotation `trueup/retry`; null if there is none. */
  readonly retry: string | null;
}

/**
 * The entry with this intent open. Fingerprints that do not hold now are dropped, because the end of
 * the record may move them to a new time of the stack and must not revive them.
 */
export function openIntent(
  entry: ProductEntry,
  intent: Intent,
  opened: OpenedIntent,
): ProductEntry {
  return {
    ...entryFor(entry, opened.live),
    provisionedProductId: isBlank(opened.live) ? null : opened.live.id,
    intent,
    fingerprints: validFingerprints(entry, opened.live, opened.keyId),
    healed: opened.cause.kind === 'heal' ? intent.specDigest : entry.healed,
    ...(intent.step === 'terminate' ? recreationBegun(entry, intent.specDigest) : {}),
    ...asking(entry, opened.retry),
  };
}

/** A new value of the annotation asks once, and as `trueup retry` does: for all that is left to do. */
function asking(
  { latch, retryHandled }: ProductEntry,
  retry: string | null,
): Pick<ProductEntry, 'latch' | 'retryHandled'> {
  return retry === null || retry === retryHandled
    ? { latch, retryHandled }
    : { latch: null, retryHandled: retry };
}

/** The entry after the record of `intent` succeeded. */
export function recordSucceeded(
  entry: ProductEntry,
  intent: Intent,
  success: Success,
): ProductEntry {
  const { recordId, at } = success;
  if (intent.step === 'terminate') return recordTerminated(entry, intent, recordId, at);
  const updated = isProvisioning(intent.step);
  return {
    ...entry,
    provisionedProductId: intent.request.provisionedProductId ?? entry.provisionedProductId,
    inEffect: inEffectAfter(entry, intent, success),
    declaredPath: updated ? intent.pending.declaredPath : entry.declaredPath,
    ownTags: updated ? intent.pending.ownTags : entry.ownTags,
    triedTags: updated ? [] : entry.triedTags,
    fingerprints: updated ? promoted(intent, success) : entry.fingerprints,
    lastReferences: updated ? referencesAfter(entry, intent) : entry.lastReferences,
    appliedVersion: updated ? intent.pending.appliedVersion : entry.appliedVersion,
    instancesRun: intent.pending.instancesRun ?? entry.instancesRun,
    intent: null,
    latch: latchLeft(entry, intent, success),
    failedUpdate: updated ? null : failedUpdateOf(entry),
    ownRecords: withRecord(entry, recordId),
    lastResult: resultOf(entry, intent, { kind: 'succeeded', recordId, at, reason: null }),
  };
}

/** What failed for good in another step of the same content is not tried again because this one succeeded. */
function latchLeft(
  { latch }: ProductEntry,
  { requestHash, specDigest }: Intent,
  { chainDone }: Success,
): Latch | null {
  if (chainDone || latch?.kind !== 'stalled' || latch.requestHash === null) return null;
  return latch.requestHash !== requestHash && latch.specDigest === specDigest ? latch : null;
}

/** An import takes a stack as it is: what the document asks for was never in effect on it. */
function inEffectAfter(
  entry: ProductEntry,
  intent: Intent,
  { chainDone, at }: Success,
): InEffect | null {
  const { step, specDigest, revision } = intent;
  if (step === 'import') return null;
  return chainDone ? { specDigest, revision, at } : stillInEffect(entry, intent);
}

/**
 * What was in effect before is not any more once a step of another content was carried out, or failed
 * half-way: a document that goes back to it asks for it anew, and what differs from it is not drift.
 */
function stillInEffect({ inEffect }: ProductEntry, { specDigest }: Intent): InEffect | null {
  if (inEffect === null) return null;
  return likenessOf(inEffect.specDigest, specDigest) === 'other' ? null : inEffect;
}

/**
 * The entry after the provisioned product is gone. Its records stay known, so that an echo of one of
 * them is told; `recordId` is null where it went before its record was known.
 */
export function recordTerminated(
  entry: ProductEntry,
  intent: Intent,
  recordId: RecordId | null,
  at: string,
): ProductEntry {
  const { step, base, requestHash } = intent;
  return {
    ...EMPTY_ENTRY,
    recreated: entry.recreated,
    recreatedBefore: entry.recreatedBefore,
    retryHandled: entry.retryHandled,
    // What was sent counts for the guards, also when it did its work.
    charges: entry.charges,
    ownRecords: recordId === null ? entry.ownRecords : withRecord(entry, recordId),
    lastResult:
      recordId === null
        ? null
        : {
            ...{ kind: 'succeeded', step, recordId, base, requestHash, at, reason: null },
            // What is owed is the further attempt after a move that failed.
            ...(entry.recreated === null ? {} : movedBefore(entry)),
          },
  };
}

/** The entry after the record of `intent` failed. */
export function recordFailed(
  entry: ProductEntry,
  intent: Intent,
  failure: RecordFailure,
): ProductEntry {
  const { recordId, at, reason } = failure;
  return {
    ...entry,
    provisionedProductId: intent.request.provisionedProductId ?? entry.provisionedProductId,
    inEffect: stillInEffect(entry, intent),
    triedTags: isProvisioning(intent.step) ? triedWith(entry, intent) : entry.triedTags,
    fingerprints: isProvisioning(intent.step)
      ? keptFingerprints(entry, intent, failure)
      : entry.fingerprints,
    intent: null,
    latch: latchAfter(entry, intent, failure),
    failedUpdate: intent.step === 'update' ? recordId : failedUpdateOf(entry),
    ownRecords: withRecord(entry, recordId),
    lastResult: {
      ...resultOf(entry, intent, { kind: 'failed', recordId, at, reason }),
      ...(failure.retryable ? { passes: true } : {}),
    },
  };
}

function triedWith({ triedTags, ownTags }: ProductEntry, { pending }: Intent): readonly string[] {
  const tried = pending.ownTags.filter((key) => !ownTags.includes(key));
  return [...new Set([...triedTags, ...tried])];
}

function withRecord(entry: ProductEntry, recordId: RecordId): readonly RecordId[] {
  const others = entry.ownRecords.filter((id) => id !== recordId);
  return [recordId, ...others].slice(0, OWN_RECORDS_MAX);
}

/**
 * The entry after the document was seen in effect: from here on a difference from it is drift. Somebody
 * may have made it in the place of what was terminated: then no recreation is owed any more.
 */
export function recordInEffect(entry: ProductEntry, inEffect: InEffect): ProductEntry {
  const { specDigest, inSpiteOf } = inEffect;
  const same = entry.inEffect?.specDigest === specDigest ? entry.inEffect : inEffect;
  return {
    ...entry,
    ...(isTerminatedForAnother(entry) ? recreationBegun(entry, null) : {}),
    inEffect: inSpiteOf === undefined ? same : { ...same, inSpiteOf },
    latch: null,
    lastResult: forgetMove(entry.lastResult),
  };
}

/** Its last request came to what it was for: a difference from here on is no lack of effect. */
export function withSeen(entry: ProductEntry): ProductEntry {
  const { lastResult } = entry;
  return lastResult?.kind === 'succeeded'
    ? { ...entry, lastResult: { ...lastResult, isSeen: true } }
    : entry;
}

/** What the document no longer asks for does not count when it asks for it again one day. */
function forgetMove(lastResult: LastResult | null): LastResult | null {
  if (lastResult === null) return null;
  const { failedMove: _move, ...kept } = lastResult;
  if (kept.kind !== 'failed' || kept.version === undefined) return kept;
  const { version: _version, waived: _waived, ...rest } = kept;
  return rest;
}

/** The entry after a person asked for another attempt. */
export function recordRetry(entry: ProductEntry, retry: string | null): ProductEntry {
  return { ...entry, latch: null, healed: null, retryHandled: retry ?? entry.retryHandled };
}
