import {
  failureReason,
  isRetryableFailure,
  recordFailed,
  recordRetry,
  recordSucceeded,
} from '../diff/record.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey, RecordId } from '../domain/ids.ts';
import type { RecordView } from '../domain/live.ts';
import type { Outcome } from '../domain/outcome.ts';
import { explainFailure } from './catalog-facts.ts';
import { statusOfSuccess, statusOfTrouble } from './conditions.ts';
import { about, isoNow, type TargetContext } from './context.ts';
import type { RecordEnd } from './follow.ts';
import type { Failure } from './ports.ts';

export type StepEnd = { readonly kind: 'succeeded' | 'ended'; readonly outcome: Outcome };

/** A record that outlasted its time is still looked at, this seldom; its slot is free meanwhile. */
const OVERDUE_AGAIN_MS = 300_000;
const BUSY_AGAIN_MS = 30_000;
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
      return succeed(context, key, intent, end.record, elapsedMs, last);
    case 'failed':
      return { kind: 'ended', outcome: await fail(context, key, intent, end) };
    case 'timeout': {
      const why = `record ${intent.recordId} has not ended after ${Math.round(context.recordTimeoutMs / 60_000)} minutes`;
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

async function succeed(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  record: RecordView | null,
  elapsedMs: number,
  last: boolean,
): Promise<StepEnd> {
  const recordId = recordOf(intent);
  context.ended.add(key, context.clock.monotonic());
  const stackUpdated = await stackTime(context, key, intent, record);
  const at = isoNow(context.clock);
  await context.entries.update(key, (entry) =>
    recordSucceeded(entry, intent, { recordId, stackUpdated, at, chainDone: last }),
  );
  const before = context.board.get(context.target, key);
  if (before !== undefined && last) context.board.set(statusOfSuccess(before, recordId, at));
  await context.board.flush();
  context.log.write('info', 'record.succeeded', {
    ...about(context, key),
    record: recordId,
    after: duration(elapsedMs),
  });
  return { kind: 'succeeded', outcome: { kind: 'settled' } };
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
  if (Object.keys(intent.pending.fingerprints).length === 0) return null;
  const stack = await readStack(context, key);
  const record = known ?? (await readRecord(context, recordOf(intent)));
  if (stack === null || record === null) return null;
  return Date.parse(stack.lastUpdated) <= Date.parse(record.updatedAt) ? stack.lastUpdated : null;
}

async function readRecord(context: TargetContext, id: RecordId): Promise<RecordView | null> {
  const record = await context.catalog.record(id);
  return record.kind === 'ok' ? record.value : null;
}

async function readStack(context: TargetContext, key: ProductKey) {
  const live = context.observation()?.products.get(key);
  const id = live?.kind === 'present' ? live.physicalId : null;
  if (id === null || id === undefined || !id.startsWith('arn:')) return null;
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
  const reason = context.redactor.redact(failureReason(end.record, statusMessage));
  const stack = await readStack(context, key);
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
  trouble(context, key, { stalled, reason: 'RecordFailed', message: reason, next });
  await context.board.flush();
  context.log.write('error', 'record.failed', {
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

/** Some failed records carry no errors: then the provisioned product's own message has the reason. */
async function currentStatusMessage(
  context: TargetContext,
  intent: Intent,
  known: string | null,
): Promise<string | null> {
  if (known !== null) return known;
  const described = await context.catalog.describe({ id: intent.request.provisionedProductId });
  return described.kind === 'ok' ? (described.value?.statusMessage ?? null) : null;
}

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
  const described = await context.catalog.describe({ id: intent.request.provisionedProductId });
  if (described.kind === 'failed' || described.value === null)
    return { kind: 'retry', error: explainFailure(failure) };
  const { status, records } = described.value;
  if (status === 'UNDER_CHANGE' || status === 'PLAN_IN_PROGRESS' || records.last !== intent.base) {
    return { kind: 'again', afterMs: BUSY_AGAIN_MS, why: `another operation runs: ${status}` };
  }
  // Describe may lag behind what is in the way; a conflict of states passes by itself.
  if (failure.kind === 'conflict') return { kind: 'retry', error: explainFailure(failure) };
  const reason = context.redactor.redact(explainFailure(failure));
  const next = 'mend the document or the product, or ask again with trueup retry';
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
