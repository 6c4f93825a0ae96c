import { rebuildRequest } from '../diff/request.ts';
import { judgeAnswer, type Settlement, settleIntent } from '../diff/settle.ts';
import type { Intent, ProductEntry } from '../domain/entry.ts';
import type { ProductKey, ProvisionedProductId, RecordId } from '../domain/ids.ts';
import type { RecordView } from '../domain/live.ts';
import { type ProductRequest, subjectOf } from '../domain/request.ts';
import { backoffMs } from './backoff.ts';
import { explainFailure } from './catalog-facts.ts';
import { fingerprintOf, specDigestOf, type TargetContext } from './context.ts';
import { storedValues } from './fill-values.ts';
import { dropIntent, nextGeneration, stampRecord, stampSend } from './intent.ts';
import type { Accepted, Failure } from './ports.ts';
import { isStillWanted } from './still-wanted.ts';

/** How carrying out one intent went, up to the point where AWS has a record for it or never will. */
export type Carried =
  | { readonly kind: 'accepted'; readonly intent: Intent; readonly recordId: RecordId }
  /** A termination whose record was never known, and what it was for is gone. */
  | { readonly kind: 'gone'; readonly intent: Intent }
  /** Nothing of it is in force: the intent is dropped, compute afresh. */
  | { readonly kind: 'dropped'; readonly why: string }
  /** AWS refused the request as it is; the intent is dropped. */
  | { readonly kind: 'refused'; readonly failure: Failure; readonly intent: Intent }
  /** Certainly not carried out, and worth another try later; the intent is dropped. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Several records could be ours. The intent stays. */
  | { readonly kind: 'ambiguous'; readonly intent: Intent; readonly records: readonly RecordId[] }
  /** Cannot be told now; the intent stays and is settled later. */
  | { readonly kind: 'open'; readonly why: string };

/** Sends refused for rate or not sent at all are repeated this often before the intent is dropped. */
const SEND_TRIES = 8;
/** Longest wait between two looks at a provisioned product whose last send got no answer. */
const SETTLE_LOOK_MS = 5_000;
/** Echoed answers in a row before we stop: no window of AWS needs more. */
const GENERATIONS = 5;

/** Sends a new intent. `request` is what the intent stores, in clear; `open` goes with its first write. */
export async function sendNew(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  request: ProductRequest,
  open?: (entry: ProductEntry, intent: Intent) => ProductEntry,
): Promise<Carried> {
  let current = intent;
  for (let tries = 1; ; tries++) {
    const held = (await waitForTicket(context, key)) ?? changedMeanwhile(context, key, current);
    // Whatever was sent of it so far was certainly not carried out, so it may be forgotten.
    if (held !== null) {
      if (context.entries.get(key).intent !== null) await dropIntent(context, key);
      return { kind: 'dropped', why: held };
    }
    current = await stampSend(
      context,
      key,
      current,
      current.firstSentAt === null ? open : undefined,
    );
    const answer = await send(context, key, current, request);
    switch (answer.kind) {
      case 'ours':
        return {
          kind: 'accepted',
          intent: await stampRecord(context, key, current, answer.recordId, answer.subject),
          recordId: answer.recordId,
        };
      case 'echo':
        current = nextGeneration(context, current);
        if (current.generation > GENERATIONS) return stop(context, key, answer.failure);
        await context.entries.update(key, (entry) => ({ ...entry, intent: current }));
        break;
      case 'unknown':
        return settleOpen(context, key, current);
      case 'notCarriedOut':
        if (tries >= SEND_TRIES) return stop(context, key, answer.failure);
        await context.clock.sleep(backoffMs(tries, context.random(), 500, 20_000), context.stop);
        break;
      case 'refused':
        await dropIntent(context, key);
        return { kind: 'refused', failure: answer.failure, intent: current };
      default:
        return answer satisfies never;
    }
  }
}

async function stop(context: TargetContext, key: ProductKey, failure: Failure): Promise<Carried> {
  await dropIntent(context, key);
  return { kind: 'failed', failure };
}

/** What the documents, the verdict or a guard no longer want while its request waited is computed afresh. */
function changedMeanwhile(context: TargetContext, key: ProductKey, intent: Intent): string | null {
  if (!isWanted(context, key, intent)) return 'its document changed while the request waited';
  const isAllowed = context.allowed(key)?.includes(intent.step) === true;
  // Last, because what is let through counts.
  return isAllowed ? context.guard.admit(key, intent) : 'the plan that allowed it no longer holds';
}

/** As `isStillWanted`, less what only the first write of the intent will say. */
function isWanted(context: TargetContext, key: ProductKey, intent: Intent): boolean {
  const spec = context.desired().specs.get(key);
  if (spec === undefined) return isStillWanted(context, key, intent);
  const { suspend, mode } = spec.reconcile;
  return !suspend && mode === 'enforce' && specDigestOf(context, spec) === intent.specDigest;
}

/** Waits for a write ticket; returns why the send may no longer happen, or null. */
async function waitForTicket(context: TargetContext, key: ProductKey): Promise<string | null> {
  try {
    await context.writes.take(context.stop);
  } catch (error) {
    if (!context.stop.aborted) throw error;
    return 'shutting down';
  }
  return context.held(key);
}

type Answer =
  | {
      readonly kind: 'ours';
      readonly recordId: RecordId;
      readonly subject: ProvisionedProductId | null;
    }
  | { readonly kind: 'echo'; readonly failure: Failure }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'notCarriedOut'; readonly failure: Failure }
  | { readonly kind: 'refused'; readonly failure: Failure };

async function send(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  request: ProductRequest,
): Promise<Answer> {
  const answer = await context.catalog.send(request, intent.token);
  if (answer.kind === 'ok') {
    const judged = judgeAnswer({
      intent,
      accepted: answer.value,
      ownRecords: context.entries.get(key).ownRecords,
      isGone: await isGone(context, request, answer.value),
    });
    const { recordId, provisionedProductId: subject } = answer.value;
    if (judged.kind === 'ours') return { kind: 'ours', recordId, subject };
    if (judged.kind === 'early') {
      const id = request.provisionedProductId ?? subject;
      if (id === null) return { kind: 'unknown' };
      const history = await context.catalog.history(id, intent.base);
      if (history.kind === 'failed') return { kind: 'unknown' };
      if (history.value.some((record) => record.id === recordId))
        return { kind: 'ours', recordId, subject };
    }
    return { kind: 'echo', failure: echoFailure(request, answer.value.recordId) };
  }
  const { failure } = answer;
  context.log.write('warn', 'send.failed', {
    token: intent.token,
    kind: failure.kind,
    reason: explainFailure(failure),
  });
  switch (failure.kind) {
    case 'unknown':
    case 'malformed':
      return { kind: 'unknown' };
    case 'throttled':
    case 'unsent':
      return { kind: 'notCarriedOut', failure };
    case 'denied':
    case 'credentials':
    case 'notFound':
    case 'invalid':
    case 'conflict':
      return { kind: 'refused', failure };
    default:
      return failure.kind satisfies never;
  }
}

/**
 * A request for something new that AWS answers with a record that is over already: perhaps that of
 * an earlier one of this name, which has been terminated since.
 */
async function isGone(
  context: TargetContext,
  request: ProductRequest,
  accepted: Accepted,
): Promise<boolean> {
  const { provisionedProductId: id, status } = accepted;
  const isOver = status === 'SUCCEEDED' || status === 'FAILED';
  if (request.provisionedProductId !== null || id === null || !isOver) return false;
  const described = await context.catalog.describe({ id });
  return described.kind === 'ok' && described.value === null;
}

function echoFailure(request: ProductRequest, recordId: RecordId): Failure {
  return {
    kind: 'malformed',
    operation: request.operation,
    code: 'EchoedRecord',
    message: `AWS answered with record ${recordId}, which is older than this request`,
    requestId: null,
  };
}

/**
 * Finds out what became of a request whose answer is not known: after a restart, or after a reply
 * was lost. Nothing else is computed for the provisioned product before this is settled.
 */
export async function settleOpen(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
): Promise<Carried> {
  let current = intent;
  let failures = 0;
  let atBaseSinceMs: number | null = null;
  const startedMs = context.clock.monotonic();
  while (!context.stop.aborted) {
    const seen = await look(context, current);
    if (seen.kind === 'failed') {
      failures += 1;
      if (failures >= SEND_TRIES) return { kind: 'open', why: explainFailure(seen.failure) };
      await context.clock.sleep(backoffMs(failures, context.random(), 500, 20_000), context.stop);
      continue;
    }
    if (seen.kind === 'gone') return settleGone(context, key, current);
    const nowMs = context.clock.monotonic();
    // A change of properties need not move LastRecordId: while anything runs there, nothing is repeated.
    const atRest = seen.lastRecordId === current.base && seen.status !== 'UNDER_CHANGE';
    atBaseSinceMs = atRest ? (atBaseSinceMs ?? nowMs) : null;
    const decision = settleIntent({
      intent: current,
      lastRecordId: seen.lastRecordId,
      history: seen.history,
      nowMs,
      firstSeenAtBaseMs: atBaseSinceMs,
      ownRecords: context.entries.get(key).ownRecords,
      rebuildable: (await rebuild(context, key, current)) !== null,
    });
    if (
      decision.kind === 'ambiguous' &&
      nowMs - startedMs < context.recordTimeoutMs &&
      seen.history?.some((one) => decision.records.includes(one.id) && isUnderWay(one))
    ) {
      // One of them may be ours, so the slot is held for as long as it runs.
      await context.clock.sleep(SETTLE_LOOK_MS, context.stop);
      continue;
    }
    const step = await carryDecision(context, key, current, decision, seen.subject);
    if (step.kind !== 'lookAgain') return step;
    if (step.intent !== current) atBaseSinceMs = null;
    current = step.intent;
  }
  return { kind: 'open', why: 'shutting down' };
}

/** What a termination asked for; for any other request the end of it. */
async function settleGone(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
): Promise<Carried> {
  if (intent.step === 'terminate') return { kind: 'gone', intent };
  await dropIntent(context, key);
  return { kind: 'dropped', why: 'the provisioned product is gone' };
}

function isUnderWay({ status }: RecordView): boolean {
  return status !== 'SUCCEEDED' && status !== 'FAILED';
}

type LookAgain = { readonly kind: 'lookAgain'; readonly intent: Intent };

async function carryDecision(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  decision: Settlement,
  subject: ProvisionedProductId | null,
): Promise<Carried | LookAgain> {
  switch (decision.kind) {
    case 'follow':
      return {
        kind: 'accepted',
        intent: await stampRecord(context, key, intent, decision.recordId, subject),
        recordId: decision.recordId,
      };
    case 'drop':
      await dropIntent(context, key);
      return { kind: 'dropped', why: 'nothing came of the request' };
    case 'ambiguous':
      return { kind: 'ambiguous', intent, records: decision.records };
    case 'wait':
      await context.clock.sleep(Math.min(decision.afterMs, SETTLE_LOOK_MS), context.stop);
      return { kind: 'lookAgain', intent };
    case 'needHistory':
      // `look` reads the history whenever the base has moved: only a read that failed ends here.
      await context.clock.sleep(SETTLE_LOOK_MS, context.stop);
      return { kind: 'lookAgain', intent };
    case 'resend':
      return resend(context, key, intent);
    default:
      return decision satisfies never;
  }
}

/** Repeats the stored request with the stored token, once; what follows is looked at again. */
async function resend(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
): Promise<Carried | LookAgain> {
  const held = await waitForTicket(context, key);
  const request = await rebuild(context, key, intent);
  if (held !== null) return { kind: 'open', why: held };
  if (request === null) return { kind: 'lookAgain', intent };
  const stamped = await stampSend(context, key, intent);
  context.log.write('info', 'intent.resent', { token: intent.token, operation: request.operation });
  const answer = await send(context, key, stamped, request);
  switch (answer.kind) {
    case 'ours':
      return {
        kind: 'accepted',
        intent: await stampRecord(context, key, stamped, answer.recordId, answer.subject),
        recordId: answer.recordId,
      };
    case 'echo': {
      const next = nextGeneration(context, stamped);
      if (next.generation > GENERATIONS) return stop(context, key, answer.failure);
      await context.entries.update(key, (entry) => ({ ...entry, intent: next }));
      return sendNew(context, key, next, request);
    }
    // A refusal now says nothing about the first send, so live state decides here too.
    case 'unknown':
    case 'notCarriedOut':
    case 'refused':
      await context.clock.sleep(SETTLE_LOOK_MS, context.stop);
      return answer.kind === 'refused' && isLasting(answer.failure)
        ? refusedAtBase(context, key, stamped, answer.failure)
        : { kind: 'lookAgain', intent: stamped };
    default:
      return answer satisfies never;
  }
}

function isLasting(failure: Failure): boolean {
  return failure.kind === 'invalid' || failure.kind === 'notFound';
}

/** Refused while LastRecordId had been at the base for the whole window: the first send left no trace. */
async function refusedAtBase(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  failure: Failure,
): Promise<Carried | LookAgain> {
  const seen = await look(context, intent);
  if (seen.kind !== 'seen' || seen.lastRecordId !== intent.base)
    return { kind: 'lookAgain', intent };
  await dropIntent(context, key);
  return { kind: 'refused', failure, intent };
}

/**
 * The stored request in clear, or null if it can no longer be repeated: a secret is gone, or the
 * document has since come to want something else. Then the base must hold longer before it is dropped.
 */
async function rebuild(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
): Promise<ProductRequest | null> {
  const spec = context.desired().specs.get(key);
  if (!isStillWanted(context, key, intent)) return null;
  if (spec === undefined) return 'parameters' in intent.request ? null : intent.request;
  const values = await storedValues(context, spec, intent.request);
  return rebuildRequest(intent.request, spec, fingerprintOf(context, key), values);
}

type Seen =
  | {
      readonly kind: 'seen';
      readonly lastRecordId: RecordId | null;
      readonly status: string;
      readonly history: readonly RecordView[] | null;
      readonly subject: ProvisionedProductId | null;
    }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly failure: Failure };

async function look(context: TargetContext, intent: Intent): Promise<Seen> {
  const described = await context.catalog.describe(subjectOf(intent.request));
  if (described.kind === 'failed') return described;
  if (described.value === null) {
    // What is to be new was not there before either: that is its base.
    return intent.request.provisionedProductId === null
      ? { kind: 'seen', lastRecordId: null, status: '', history: null, subject: null }
      : { kind: 'gone' };
  }
  const { id: subject, status, records } = described.value;
  const lastRecordId = records.last;
  // A change of a property need not move LastRecordId, so there only the history tells.
  const moves = intent.request.operation !== 'UpdateProvisionedProductProperties';
  if (lastRecordId === intent.base && moves)
    return { kind: 'seen', lastRecordId, status, history: null, subject };
  const history = await context.catalog.history(subject, intent.base);
  if (history.kind === 'failed') return history;
  return { kind: 'seen', lastRecordId, status, history: history.value, subject };
}
