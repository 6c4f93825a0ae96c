import {
  failureReason,
  isAccountBusy,
  isRetryableFailure,
  recordFailed,
  recordRetry,
  recordSucceeded,
  recordTerminated,
} from '../diff/record.ts';
import { STABLE_MS } from '../diff/settle.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey, RecordId } from '../domain/ids.ts';
import { isStackArn, kindOf } from '../domain/kind.ts';
import type { RecordView } from '../domain/live.ts';
import type { Outcome } from '../domain/outcome.ts';
import { subjectOf } from '../domain/request.ts';
import { explainFailure } from './catalog-facts.ts';
import { statusOfSuccess, statusOfTerminated, statusOfTrouble } from './conditions.ts';
import {
  about,
  fingerprintOf,
  isoNow,
  recordTimeoutMs,
  specDigestOf,
  type TargetContext,
} from './context.ts';
import type { RecordEnd } from './follow.ts';
import type { Failure } from './ports.ts';

export type StepEnd = { readonly kind: 'succeeded' | 'ended'; readonly outcome: Outcome };

/** A record that outlasted its time is still looked at, this seldom; its slot is free meanwhile. */
const OVERDUE_AGAIN_MS = 300_000;
/** It is terminated, and Describe lags behind. */
const GONE_AGAIN_MS = 5_000;
const BUSY_AGAIN_MS = 30_000;
/** Between two looks at a provisioned product that refused us while it seemed to be at rest. */
const REFUSED_LOOK_MS = 15_000;
/** Control Tower works on few accounts at one time, each for many minutes. */
const ACCOUNT_BUSY_AGAIN_MS = 120_000;
const UNKNOWN_RECORD_AGAIN_MS = 60_000;

/** Applies the end of a record to journal, status and log. The journal first: it must never lag. */
export async function finishRecord(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  end: RecordEnd,
  elapsedMs: number,
  last: boolean,
): Promise<StepEnd> {
  switch (end.kind) {
    case 'succeeded':
      return succeed(context, key, intent, { record: end.record, elapsedMs, last });
    case 'failed':
      return { kind: 'ended', outcome: await fail(context, key, intent, end) };
    case 'timeout': {
      const why = `record ${intent.recordId} has not ended after ${Math.round(recordTimeoutMs(context, intent) / 60_000)} minutes`;
      trouble(context, key, {
        stalled: true,
        reason: 'RecordOverdue',
        message: why,
        next: 'look at its stack or engine; it stays locked until the record ends',
      });
      await context.board.flush();
      return { kind: 'ended', outcome: { kind: 'again', afterMs: OVERDUE_AGAIN_MS, why } };
    }
    case 'unknownRecord':
      return {
        kind: 'ended',
        outcome: {
          kind: 'again',
          afterMs: UNKNOWN_RECORD_AGAIN_MS,
          why: `AWS does not show record ${intent.recordId}`,
        },
      };
    case 'stopped':
      return { kind: 'ended', outcome: { kind: 'again', afterMs: 0, why: 'shutting down' } };
    default:
      return end satisfies never;
  }
}

interface Ended {
  /** null: a shared listing told the end. */
  readonly record: RecordView | null;
  readonly elapsedMs: number;
  /** No further step follows. */
  readonly last: boolean;
}

async function succeed(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  { record, elapsedMs, last }: Ended,
): Promise<StepEnd> {
  const recordId = recordOf(intent);
  if (intent.step === 'terminate') {
    const seen = await whyStillThere(context, intent);
    if (seen !== null)
      return { kind: 'ended', outcome: { kind: 'again', afterMs: GONE_AGAIN_MS, why: seen } };
  }
  context.ended.add(key, context.clock.monotonic());
  const known =
    intent.step === 'provision'
      ? await newStack(context, key)
      : { stackUpdated: await stackTime(context, key, intent, record) };
  const at = isoNow(context.clock);
  await context.entries.update(key, (entry) =>
    recordSucceeded(entry, intent, { recordId, ...known, at, chainDone: last }),
  );
  showSuccess(context, key, intent, last);
  await context.board.flush();
  context.log.write('info', 'record.succeeded', {
    ...about(context, key),
    record: recordId,
    after: duration(elapsedMs),
  });
  return { kind: 'succeeded', outcome: { kind: 'settled' } };
}

function showSuccess(context: TargetContext, key: ProductKey, intent: Intent, last: boolean): void {
  const before = context.board.get(context.target, key);
  if (before === undefined) return;
  const at = isoNow(context.clock);
  if (intent.step === 'terminate' && !context.desired().specs.has(key))
    context.board.set(statusOfTerminated(before, intent.recordId, at));
  // What the document says since is not in effect yet, and what depends on it must not begin.
  else if (last && isOfPresentDocument(context, key, intent))
    context.board.set(statusOfSuccess(before, recordOf(intent), at));
}

function isOfPresentDocument(context: TargetContext, key: ProductKey, intent: Intent): boolean {
  const spec = context.desired().specs.get(key);
  return spec === undefined || specDigestOf(context, spec) === intent.specDigest;
}

/** A termination counts as done only when DescribeProvisionedProduct knows nothing of it any more. */
async function whyStillThere(context: TargetContext, intent: Intent): Promise<string | null> {
  const described = await context.catalog.describe(subjectOf(intent.request));
  if (described.kind === 'failed') return explainFailure(described.failure);
  return described.value === null ? null : 'it is terminated, and AWS still shows it';
}

/** The end of a termination whose record was never known: what it was for is gone. */
export async function finishGone(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
): Promise<void> {
  context.ended.add(key, context.clock.monotonic());
  await context.entries.update(key, (entry) =>
    recordTerminated(entry, intent, intent.recordId, isoNow(context.clock)),
  );
  showSuccess(context, key, intent, false);
  await context.board.flush();
  context.log.write('info', 'product.gone', { ...about(context, key), token: intent.token });
}

/** What of a new provisioned product decides how its values can be told from now on. */
async function newStack(context: TargetContext, key: ProductKey) {
  const id = context.entries.get(key).provisionedProductId;
  if (id === null) return { stackUpdated: null };
  const row = await context.catalog.searchOne(id);
  if (row.kind === 'ok' && row.value !== null) {
    const { physicalId } = row.value;
    const isBlind = kindOf(row.value) === 'engine';
    if (physicalId === null || !isStackArn(physicalId)) return { stackUpdated: null, isBlind };
    const stacks = await context.catalog.stacks(new Set([physicalId]));
    return { stackUpdated: stacks.found.get(physicalId)?.lastUpdated ?? null, isBlind };
  }
  // The listing may lag; the type alone tells all but old Control Tower accounts.
  const described = await context.catalog.describe({ id });
  const type = described.kind === 'ok' ? (described.value?.type ?? null) : null;
  const isBlind = type !== null && kindOf({ type, physicalId: null }) === 'engine';
  return { stackUpdated: null, isBlind };
}

/**
 * When the stack last changed: fingerprints hold only until it changes again. Null if it changed
 * after the record had ended, because that was somebody else. Read only if there are any.
 */
async function stackTime(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  known: RecordView | null,
): Promise<string | null> {
  const { fingerprints, references } = intent.pending;
  if (Object.keys(fingerprints).length + Object.keys(references).length === 0) return null;
  const stack = await readStack(context, key, intent);
  if (stack === null || stack.lastUpdated === null) return null;
  const record = known ?? (await readRecord(context, recordOf(intent)));
  if (record === null) return null;
  return Date.parse(stack.lastUpdated) <= Date.parse(record.updatedAt) ? stack.lastUpdated : null;
}

async function readRecord(context: TargetContext, id: RecordId): Promise<RecordView | null> {
  const record = await context.catalog.record(id);
  return record.kind === 'ok' ? record.value : null;
}

/** A record that was resumed may end before the first review has listed anything. */
async function physicalIdOf(context: TargetContext, intent: Intent): Promise<string | null> {
  const id = intent.request.provisionedProductId;
  if (id === null) return null;
  const row = await context.catalog.searchOne(id);
  return row.kind === 'ok' ? (row.value?.physicalId ?? null) : null;
}

async function readStack(context: TargetContext, key: ProductKey, intent: Intent) {
  const live = context.observation()?.products.get(key);
  const known = live?.kind === 'present' ? live.physicalId : null;
  const id = known ?? (await physicalIdOf(context, intent));
  if (id === null || id === undefined || !isStackArn(id)) return null;
  const stacks = await context.catalog.stacks(new Set([id]));
  return stacks.found.get(id) ?? null;
}

async function fail(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  end: { readonly record: RecordView; readonly statusMessage: string | null },
): Promise<Outcome> {
  const statusMessage =
    end.record.errors.length > 0
      ? end.statusMessage
      : await currentStatusMessage(context, intent, end.statusMessage);
  context.ended.add(key, context.clock.monotonic());
  const reason = whyFailed(context, key, intent, end.record, statusMessage);
  const stack = await readStack(context, key, intent);
  const entry = await context.entries.update(key, (before) =>
    recordFailed(before, intent, {
      recordId: recordOf(intent),
      reason,
      retryable: isRetryableFailure(reason),
      at: isoNow(context.clock),
      stackRolledBack: stack?.status === 'UPDATE_ROLLBACK_COMPLETE',
      stackUpdated: stack?.lastUpdated ?? null,
    }),
  );
  const { latch } = entry;
  const stalled = latch === null || latch.kind === 'stalled';
  const next = latch?.kind === 'stalled' ? latch.next : null;
  const isBusy = !stalled && isAccountBusy(reason);
  trouble(context, key, {
    stalled,
    reason: isBusy ? 'Busy' : 'RecordFailed',
    message: reason,
    next,
    recordStatus: 'FAILED',
  });
  await context.board.flush();
  context.log.write(isBusy ? 'warn' : 'error', isBusy ? 'record.busy' : 'record.failed', {
    ...about(context, key),
    record: recordOf(intent),
    reason,
  });
  if (stalled) {
    context.log.write(
      'error',
      'product.stalled',
      about(context, key),
      'not sent again until its document changes or a person retries',
    );
    return { kind: 'stalled', reason };
  }
  return {
    kind: 'again',
    afterMs: Math.max(1_000, Date.parse(latch.until) - context.clock.now()),
    why: reason,
  };
}

/** Redacted before it is shortened and its blanks are joined: a secret must be found as it is. */
function whyFailed(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  record: RecordView,
  statusMessage: string | null,
): string {
  if (carriesUnknownSecret(context, key, intent))
    return `record ${intent.recordId} failed; its reason is not shown, because it may quote a value that is no longer declared`;
  const clean = (text: string) => context.redactor.redact(text);
  const errors = record.errors.map((one) => ({ ...one, description: clean(one.description) }));
  return failureReason({ ...record, errors }, statusMessage === null ? null : clean(statusMessage));
}

/** After a restart only the document tells what was sent; the journal has its keyed digest. */
function carriesUnknownSecret(
  context: TargetContext,
  key: ProductKey,
  { request }: Intent,
): boolean {
  const fingerprint = fingerprintOf(context, key);
  if (request.operation !== 'UpdateProvisionedProduct') return false;
  return request.parameters.some(
    (one) =>
      one.kind === 'secret' &&
      (fingerprint === null ||
        !context.redactor.some((value) => fingerprint(one.key, value) === one.digest)),
  );
}

/** Some failed records carry no errors: then the provisioned product's own message has the reason. */
async function currentStatusMessage(
  context: TargetContext,
  intent: Intent,
  known: string | null,
): Promise<string | null> {
  if (known !== null) return known;
  const described = await context.catalog.describe(subjectOf(intent.request));
  return described.kind === 'ok' ? (described.value?.statusMessage ?? null) : null;
}

/** AWS carries out one import at a time. */
const ANOTHER_IMPORT = /\bimport\b.*\bin progress\b/i;
const NAME_TAKEN = /already exists/i;
const TAKEN_NEXT =
  'the name is taken by a stack or a provisioned product that this role does not see: choose another name, terminate that one, or import its stack with reconcile.adopt; then: trueup retry';
const REFUSED_NEXT = 'mend the document or the product, or ask again with trueup retry';

/** AWS refused the request. If something else runs there it is only busy, whatever the code says. */
export async function stallRefused(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  failure: Failure,
): Promise<Outcome> {
  if (failure.kind === 'denied' || failure.kind === 'credentials') {
    trouble(context, key, {
      stalled: true,
      reason: 'AccessDenied',
      message: failure.message,
      next: deniedNext(failure),
    });
    await context.board.flush();
    return { kind: 'retry', error: explainFailure(failure) };
  }
  // A state conflict says that it passes; anything else may be one, as long as Describe may lag.
  if (failure.kind === 'conflict' && intent.step !== 'import')
    return { kind: 'retry', error: explainFailure(failure) };
  if (isAccountBusy(failure.message)) {
    const what = { stalled: false, reason: 'Busy', message: failure.message, next: null };
    trouble(context, key, what);
    await context.board.flush();
    return { kind: 'again', afterMs: ACCOUNT_BUSY_AGAIN_MS, why: failure.message };
  }
  if (intent.step === 'import' && ANOTHER_IMPORT.test(failure.message))
    return { kind: 'again', afterMs: BUSY_AGAIN_MS, why: failure.message };
  const isNew = intent.request.provisionedProductId === null;
  const untilMs = context.clock.monotonic() + STABLE_MS;
  for (;;) {
    const described = await context.catalog.describe(subjectOf(intent.request));
    if (described.kind === 'failed' || (described.value === null && !isNew))
      return { kind: 'retry', error: explainFailure(failure) };
    const status = described.value?.status ?? 'none';
    const last = described.value?.records.last ?? null;
    if (status === 'UNDER_CHANGE' || status === 'PLAN_IN_PROGRESS' || last !== intent.base)
      return { kind: 'again', afterMs: BUSY_AGAIN_MS, why: `another operation runs: ${status}` };
    if (context.clock.monotonic() >= untilMs) break;
    await context.clock.sleep(REFUSED_LOOK_MS, context.stop);
    if (context.stop.aborted) return { kind: 'again', afterMs: 0, why: 'shutting down' };
  }
  // Describe may lag behind what is in the way; a conflict of states passes by itself.
  if (failure.kind === 'conflict') return { kind: 'retry', error: explainFailure(failure) };
  const reason = context.redactor.redact(explainFailure(failure));
  const next = isNew && NAME_TAKEN.test(failure.message) ? TAKEN_NEXT : REFUSED_NEXT;
  const at = isoNow(context.clock);
  await context.entries.update(key, (entry) => ({
    ...entry,
    latch: { kind: 'stalled', requestHash: intent.requestHash, recordId: null, reason, next, at },
  }));
  trouble(context, key, { stalled: true, reason: 'RequestRefused', message: reason, next });
  await context.board.flush();
  context.log.write('error', 'product.stalled', { ...about(context, key), reason });
  return { kind: 'stalled', reason };
}

/** Several records could be the answer to a request: nothing is sent until that is clear. */
export async function stallAmbiguous(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  records: readonly RecordId[],
): Promise<Outcome> {
  const reason = `records ${records.join(', ')} could each be the answer to a request whose reply was lost`;
  const next = 'look at these records; when none is in progress: trueup retry';
  const at = isoNow(context.clock);
  await context.entries.update(key, (entry) => ({
    ...entry,
    latch: { kind: 'stalled', requestHash: null, recordId: null, reason, next, at },
  }));
  trouble(context, key, { stalled: true, reason: 'Ambiguous', message: reason, next });
  await context.board.flush();
  context.log.write('error', 'product.stalled', {
    ...about(context, key),
    token: intent.token,
    reason,
  });
  return { kind: 'stalled', reason };
}

/**
 * A person asks again: the latch falls, and with it a request whose fate could not be told. A
 * request that is merely open stays: it is settled as ever.
 */
export async function forgetTrouble(context: TargetContext, key: ProductKey): Promise<void> {
  await context.entries.update(key, (entry) => {
    const ambiguous =
      entry.intent?.recordId === null &&
      entry.latch?.kind === 'stalled' &&
      entry.latch.requestHash === null;
    return recordRetry({ ...entry, intent: ambiguous ? null : entry.intent }, entry.retryHandled);
  });
}

function recordOf(intent: Intent): RecordId {
  if (intent.recordId === null) throw new Error('a record ended that the intent does not know');
  return intent.recordId;
}

function deniedNext(failure: Failure): string {
  return failure.kind === 'credentials'
    ? 'renew the credentials'
    : `allow servicecatalog:${failure.operation} for this role, and associate the role ARN with the portfolio`;
}

function trouble(
  context: TargetContext,
  key: ProductKey,
  what: Parameters<typeof statusOfTrouble>[1],
): void {
  const before = context.board.get(context.target, key);
  if (before !== undefined) context.board.set(statusOfTrouble(before, what, isoNow(context.clock)));
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60
    ? `${seconds}s`
    : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}
