import type { ChangeVerdict } from '../domain/change.ts';
import type { Latch, Likeness, ProductEntry } from '../domain/entry.ts';
import { asDigest, type Digest, type RecordId } from '../domain/ids.ts';
import type { Live, PresentProduct } from '../domain/live.ts';
import type { Step } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import type { AssessInput } from './assess.ts';
import type { Comparison } from './compare.ts';
import { likenessOf } from './digest.ts';
import { isWaitOver } from './latch-after.ts';
import { lastProvisioningFailed } from './normalize.ts';
import { listed, problem, quoted } from './problems.ts';
import { buildRequest, lacksKey, type RequestInput } from './request.ts';
import { openHash, requestHash, restsOnKey, storeRequest } from './stored-request.ts';

const DAY_MS = 24 * 3_600_000;

/** The annotation by which a document asks for another attempt: each new value asks once. */
export const RETRY_ANNOTATION = 'trueup/retry';

/** Whether a person asks for another attempt, beside the daemon or by the annotation. */
export function isAsked({
  asked,
  spec,
  entry,
}: Pick<AssessInput, 'asked' | 'spec' | 'entry'>): boolean {
  const annotation = Object.hasOwn(spec.annotations, RETRY_ANNOTATION)
    ? spec.annotations[RETRY_ANNOTATION]
    : undefined;
  return asked || (annotation !== undefined && annotation !== entry.retryHandled);
}

/** Whether `assess` wants to know when the last provisioning record ended. */
export function needsFailureTime(live: Live, entry: ProductEntry): boolean {
  if (live.kind !== 'present' || failedRecordOf(live) === null) return false;
  return isUnknown(entry) || isOfAnother(entry, live);
}

/** The record that failed last. Whether AWS counts an import as a provisioning is not documented. */
export function failedRecordOf(live: PresentProduct): RecordId | null {
  if (lastProvisioningFailed(live)) return live.records.lastProvisioning;
  const isUncounted = live.status === 'ERROR' && live.records.lastProvisioning === null;
  return isUncounted ? live.records.last : null;
}

/** As documented; the word for an import is not. */
const NO_IMPORTS: readonly string[] = [
  'PROVISION_PRODUCT',
  'UPDATE_PROVISIONED_PRODUCT',
  'TERMINATE_PROVISIONED_PRODUCT',
];

/**
 * What failed may have been an import that the journal does not know: then a termination would delete
 * the stack that somebody wanted to adopt. No word of a person makes that safe.
 */
export function maybeImported(input: AssessInput, live: PresentProduct): ChangeVerdict | null {
  const { spec, entry, failedType } = input;
  if (failedType === undefined || !needsFailureTime(live, entry)) return null;
  const record = failedRecordOf(live);
  if (failedType === null)
    return { kind: 'unreadable', why: `what failed with record ${record} was not read` };
  if (NO_IMPORTS.includes(failedType)) return null;
  const message = `it is in status ERROR after record ${record} of type ${quoted(failedType)}, which the journal does not know and which may have been an import: a termination would delete the stack that was to be adopted`;
  const next =
    'if it was, terminate it by hand with RetainPhysicalResources, else without; then: trueup retry';
  return {
    kind: 'refused',
    problems: [
      problem({ code: 'plan/product-error', at: spec.origin.at, field: '', message, next }),
    ],
  };
}

/** What the journal knows is of one that bore the name before, and the failure is none of ours. */
function isOfAnother(entry: ProductEntry, live: PresentProduct): boolean {
  const { provisionedProductId: known, lastResult, ownRecords, inEffect } = entry;
  const failed = failedRecordOf(live);
  if (failed !== null && ownRecords.includes(failed)) return false;
  const isEnded = lastResult?.kind === 'succeeded' && lastResult.step === 'terminate';
  // Forgotten: it was ended, by whomever, and had no document any more.
  return isEnded || (known === null ? inEffect === null : known !== live.id);
}

/** The journal knows nothing of this provisioned product that a failed record could be judged by. */
export function isUnknown({ inEffect, lastResult, ownRecords }: ProductEntry): boolean {
  return inEffect === null && lastResult === null && ownRecords.length === 0;
}

/** Why the first step is not sent for now although it is wanted; null: it may go. */
export function holdVerdict(
  input: AssessInput,
  live: PresentProduct,
  comparison: Comparison,
  step: Step,
): ChangeVerdict | null {
  const recent = recentFailure(input, live);
  if (recent !== null) return recent;
  if (input.lastChange === 'unknown' && input.entry.lastResult?.step === step)
    return { kind: 'unreadable', why: 'whether somebody changed it since was not read' };
  const request = requestOf(input, live, comparison, step);
  const latch = noEffect(input, live, comparison, step, request) ?? heldLatch(input, request);
  return latch === null ? null : { kind: 'latched', latch };
}

/**
 * Why a chain is not begun, although its first step may go: its update failed for this very content.
 * The first step would only bring that update about once more.
 */
export function restVerdict(
  input: AssessInput,
  live: PresentProduct,
  comparison: Comparison,
  [, ...rest]: readonly Step[],
): ChangeVerdict | null {
  const failed = input.entry.latch?.specDigest;
  const { specDigest } = input;
  if (failed === undefined || !rest.includes('update')) return null;
  if (specDigest !== null && likenessOf(failed, specDigest) === 'other') return null;
  const latch = heldLatch(input, requestOf(input, live, comparison, 'update'));
  return latch === null ? null : { kind: 'latched', latch };
}

/** Somebody else's failure that the journal knows nothing of gets a day before anything is sent. */
export function recentFailure(input: AssessInput, live: PresentProduct): ChangeVerdict | null {
  if (!needsFailureTime(live, input.entry)) return null;
  const recordId = failedRecordOf(live);
  if (input.failedAt === null)
    return { kind: 'unreadable', why: `when record ${recordId} failed was not read` };
  const untilMs = Date.parse(input.failedAt) + DAY_MS;
  if (untilMs <= Date.parse(input.now)) return null;
  const reason = `record ${recordId} failed, and the journal does not know it`;
  const until = new Date(untilMs).toISOString();
  const at = input.failedAt;
  const facts = { requestHash: null, recordId, reason, at };
  return { kind: 'latched', latch: { kind: 'backoff', ...facts, attempts: 0, until } };
}

/** The request that would be sent. */
interface Candidate {
  /** null: it cannot be told without the key, or without a value that a plan does not look at. */
  readonly hash: Digest | null;
  readonly openHash: Digest;
  readonly restsOnKey: boolean;
}

function requestOf(
  { spec, entry, facts, fingerprint }: AssessInput,
  live: PresentProduct,
  comparison: Comparison,
  step: Step,
): Candidate {
  const resolved = facts?.resolved.kind === 'resolved' ? facts.resolved : null;
  const definitions = facts?.definitions.kind === 'read' ? facts.definitions.value : null;
  const current = facts?.current.kind === 'read' ? facts.current.value : null;
  const parts: RequestInput = {
    step,
    spec,
    live,
    resolved,
    definitions,
    current,
    entry,
    fingerprint,
    comparison,
  };
  const isOpen = lacksKey(parts);
  const request = buildRequest(isOpen ? withHiddenMasked(parts) : parts);
  return {
    hash: isOpen ? null : requestHash(request),
    openHash: openHash(storeRequest(request)),
    restsOnKey: restsOnKey(request),
  };
}

/** Something stands for what cannot be told: only `openHash` may be made of it. */
function withHiddenMasked(parts: RequestInput): RequestInput {
  const wishes = Object.entries(parts.spec.parameters).map(([key, wish]) => {
    const version = { kind: 'known', version: '' } as const;
    return [key, wish.kind === 'from' ? { ...wish, version } : wish] as const;
  });
  const parameters: Spec['parameters'] = Object.assign(
    Object.create(null),
    Object.fromEntries(wishes),
  );
  return { ...parts, fingerprint: () => asDigest(''), spec: { ...parts.spec, parameters } };
}

/**
 * Where the hash cannot tell, because the key or the value that it rests on is another one or not at hand,
 * it is taken for the same unless what stands in the open differs.
 */
function isSameRequest(
  known: Likeness & { readonly requestHash: Digest },
  { hash, restsOnKey, ...request }: Candidate,
  isSameKey: boolean,
): boolean {
  if (hash === known.requestHash) return true;
  const isTold = hash !== null && (!restsOnKey || (isSameKey && known.isCarried !== true));
  return !isTold && (known.openHash === undefined || known.openHash === request.openHash);
}

/**
 * The same request succeeded, nothing has happened since, and live state still differs: to send it
 * again would go on for ever. AWS may keep a value in another form, or not carry out a tag change.
 */
function noEffect(
  { entry, keyId, succeededAt, lastChange }: AssessInput,
  live: PresentProduct,
  { differences }: Comparison,
  step: Step,
  request: Candidate,
): Latch | null {
  const { lastResult, fingerprints } = entry;
  if (lastResult?.kind !== 'succeeded' || lastResult.step !== step) return null;
  const { recordId, at, isFound = false } = lastResult;
  // What was found may be older than the request: one that AWS answers with tells.
  if (recordId !== live.records.last && (lastChange !== 'ours' || isFound)) return null;
  const isSameKey = fingerprints === null || fingerprints.keyId === keyId;
  if (!isSameRequest(lastResult, request, isSameKey)) return null;
  if (step === 'update' && stackMovedAfter(live, succeededAt ?? at)) return null;
  // It had its effect, and somebody has changed the set past Service Catalog since.
  if (lastResult.isSeen === true) return null;
  const fields = differences.filter((one) => one.step === step).map(({ label }) => label);
  const reason = `record ${recordId} succeeded, and live state still differs: ${listed(fields)}`;
  const next = 'declare the value as AWS reports it, or ask again with trueup retry';
  const facts = { requestHash: request.hash, recordId, reason, next, at };
  return { kind: 'stalled', ...facts, hasSucceeded: true };
}

function stackMovedAfter(live: PresentProduct, at: string): boolean {
  if (live.stack.kind !== 'read' || live.stack.value.lastUpdated === null) return false;
  return Date.parse(live.stack.value.lastUpdated) > Date.parse(at);
}

function heldLatch({ entry, now, specDigest }: AssessInput, request: Candidate): Latch | null {
  const { latch } = entry;
  if (latch === null) return null;
  if (isWaitOver(latch, now)) return null;
  const { requestHash } = latch;
  if (requestHash === null) return latch;
  const isSameKey =
    latch.specDigest === undefined ||
    specDigest === null ||
    likenessOf(latch.specDigest, specDigest) !== 'unknown';
  return isSameRequest({ ...latch, requestHash }, request, isSameKey) ? latch : null;
}
