import type { Cause } from '../domain/change.ts';
import {
  EMPTY_ENTRY,
  type Fingerprints,
  type InEffect,
  type Intent,
  type LastResult,
  type Latch,
  type ProductEntry,
} from '../domain/entry.ts';
import type { Digest, RecordId } from '../domain/ids.ts';
import type { PresentProduct } from '../domain/live.ts';
import { isProvisioning } from '../domain/request.ts';
import { isBlank } from './creation.ts';
import { likenessOf } from './digest.ts';
import { own, sameInstant, validFingerprints } from './normalize.ts';
import { entryFor } from './ownership.ts';
import { referencesAfter } from './pending.ts';

/** How long to wait before each further attempt after a failure that passes by itself, in minutes. */
const BACKOFF_MINUTES = [1, 3, 8, 22, 60] as const;
const OWN_RECORDS_MAX = 20;
const RECREATED_MAX = 20;

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
    retryHandled: opened.retry ?? entry.retryHandled,
  };
}

/** The recreation for this content; `null`: a termination that is none. What was recreated stays known. */
export function recreationBegun(
  { recreated, recreatedBefore }: ProductEntry,
  content: Digest | null,
): Pick<ProductEntry, 'recreated' | 'recreatedBefore'> {
  const before = [...(recreated === null ? [] : [recreated]), ...recreatedBefore];
  // What was recreated under another key is told apart from nothing: a person has spoken since.
  const kept =
    content === null ? before : before.filter((one) => likenessOf(one, content) === 'other');
  return { recreated: content, recreatedBefore: kept.slice(0, RECREATED_MAX) };
}

/** The entry where a request is given up that left nothing behind: a recreation was not begun. */
export function recordDropped(entry: ProductEntry): ProductEntry {
  const { intent, recreated, recreatedBefore } = entry;
  const isRecreation = intent?.step === 'terminate' && intent.specDigest === recreated;
  const [before = null, ...others] = recreatedBefore;
  return {
    ...entry,
    intent: null,
    ...(isRecreation ? { recreated: before, recreatedBefore: others } : {}),
  };
}

export interface Success {
  readonly recordId: RecordId;
  /** LastUpdatedTime of the stack, read after the record ended; null if it could not be read. */
  readonly stackUpdated: string | null;
  readonly at: string;
  /** No further step follows: the document is in effect as a whole. */
  readonly chainDone: boolean;
  /** Of a new product, known only now: nothing tells its parameter values. */
  readonly isBlind?: boolean;
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
    fingerprints: updated ? promoted(intent, success) : entry.fingerprints,
    lastReferences: updated ? referencesAfter(entry, intent) : entry.lastReferences,
    appliedVersion: updated ? intent.pending.appliedVersion : entry.appliedVersion,
    instancesRun: intent.pending.instancesRun ?? entry.instancesRun,
    intent: null,
    latch: null,
    ownRecords: withRecord(entry, recordId),
    lastResult: {
      kind: 'succeeded',
      step: intent.step,
      recordId,
      base: intent.base,
      requestHash: intent.requestHash,
      at,
      reason: null,
      ...requested(entry, intent),
    },
  };
}

/** An import takes a stack as it is: what the document asks for was never in effect on it. */
function inEffectAfter(
  { inEffect }: ProductEntry,
  { step, specDigest, revision }: Intent,
  { chainDone, at }: Success,
): InEffect | null {
  if (step === 'import') return null;
  return chainDone ? { specDigest, revision, at } : inEffect;
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
        : { kind: 'succeeded', step, recordId, base, requestHash, at, reason: null },
  };
}

function promoted(intent: Intent, success: Success): Fingerprints {
  const { recordId, stackUpdated } = success;
  if (intent.step === 'provision' && success.isBlind !== true)
    return { ...secretsOnly(intent), recordId, stackUpdated };
  const { keyId, complete, fingerprints, references } = intent.pending;
  return {
    recordId,
    stackUpdated: complete ? null : stackUpdated,
    keyId,
    complete,
    values: fingerprints,
    references,
  };
}

/** A stack tells all values but these. */
function secretsOnly({ request, pending }: Intent) {
  const values: Record<string, Digest> = Object.create(null);
  for (const argument of 'parameters' in request ? request.parameters : []) {
    const print = own(pending.fingerprints, argument.key);
    if (argument.kind === 'secret' && print !== undefined) values[argument.key] = print;
  }
  return { keyId: pending.keyId, complete: false, values, references: pending.references };
}

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
    fingerprints: isProvisioning(intent.step)
      ? keptFingerprints(entry, failure)
      : entry.fingerprints,
    intent: null,
    latch: latchAfter(entry, intent, failure),
    ownRecords: withRecord(entry, recordId),
    lastResult: {
      kind: 'failed',
      step: intent.step,
      recordId,
      base: intent.base,
      requestHash: intent.requestHash,
      at,
      reason,
      ...requested(entry, intent),
    },
  };
}

/** A change of properties keeps the version: then what is known to run stays known. */
function requested({ lastResult }: ProductEntry, intent: Intent): Pick<LastResult, 'version'> {
  const { version } = intent;
  if (version !== undefined) return { version };
  const before = lastResult?.version;
  const runs = lastResult?.kind === 'succeeded' || before?.isMove === false;
  return before !== undefined && runs ? { version: { ...before, isMove: false } } : {};
}

/** Old values run where the stack rolled back, or where CloudFormation never touched it. */
function keptFingerprints(
  { fingerprints }: ProductEntry,
  { stackRolledBack, stackUpdated }: RecordFailure,
): Fingerprints | null {
  if (fingerprints === null || fingerprints.stackUpdated === null || stackUpdated === null)
    return null;
  const untouched = sameInstant(fingerprints.stackUpdated, stackUpdated);
  return stackRolledBack || untouched ? { ...fingerprints, stackUpdated } : null;
}

function latchAfter(entry: ProductEntry, intent: Intent, failure: RecordFailure): Latch {
  const { recordId, reason, retryable, at } = failure;
  const { requestHash, specDigest } = intent;
  const facts = { requestHash, recordId, reason, at, specDigest };
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
  'fix the cause, then terminate it so that it is provisioned again, or set reconcile.onError to recreate';

function attemptsBefore(latch: Latch | null, intent: Intent): number {
  return latch?.kind === 'backoff' && latch.requestHash === intent.requestHash ? latch.attempts : 0;
}

function withRecord(entry: ProductEntry, recordId: RecordId): readonly RecordId[] {
  const others = entry.ownRecords.filter((id) => id !== recordId);
  return [recordId, ...others].slice(0, OWN_RECORDS_MAX);
}

/** The entry after the document was seen in effect: from here on a difference from it is drift. */
export function recordInEffect(entry: ProductEntry, inEffect: InEffect): ProductEntry {
  const same = entry.inEffect?.specDigest === inEffect.specDigest;
  return {
    ...entry,
    inEffect: same ? entry.inEffect : inEffect,
    latch: null,
    lastResult: forgetMove(entry.lastResult),
  };
}

/** What the document no longer asks for does not count when it asks for it again one day. */
function forgetMove(lastResult: LastResult | null): LastResult | null {
  if (lastResult?.kind !== 'failed' || lastResult.version === undefined) return lastResult;
  const { version: _version, waived: _waived, ...rest } = lastResult;
  return rest;
}

/** The entry after a person asked for another attempt. */
export function recordRetry(entry: ProductEntry, retry: string | null): ProductEntry {
  return { ...entry, latch: null, healed: null, retryHandled: retry ?? entry.retryHandled };
}
