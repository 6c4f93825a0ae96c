import { forgetHidden, withoutKept } from '../diff/fingerprints-after.ts';
import { endBegun } from '../diff/recreation.ts';
import { leftNoTrace, type Settlement, STABLE_MS, settleIntent } from '../diff/settle.ts';
import { rebuildRequest } from '../diff/stored-request.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { RecordView } from '../domain/live.ts';
import type { ProductRequest } from '../domain/request.ts';
import { backoffMs } from './backoff.ts';
import { type Carried, GENERATIONS, SEND_TRIES, stop } from './carried.ts';
import { explainFailure } from './catalog-facts.ts';
import { about, fingerprintOf, recordTimeoutMs, type TargetContext } from './context.ts';
import { storedValues } from './fill-values.ts';
import { whyHeld, whyNotRepeatedYet } from './hold-back.ts';
import { type Answering, dropIntent, nextGeneration, stampRecord, stampSend } from './intent.ts';
import type { Failure } from './ports/catalog.ts';
import { send } from './send-once.ts';
import { look } from './settle-look.ts';
import { isStillWanted } from './still-wanted.ts';
import { ticketFor } from './ticket.ts';

/** Longest wait between two looks at a provisioned product whose last send got no answer. */
const SETTLE_LOOK_MS = 5_000;

/** Sends a request under its next token: from `carry-out.ts`, which comes back here for a lost reply. */
export type SendAgain = (
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  request: ProductRequest,
) => Promise<Carried>;

/**
 * Finds out what became of a request whose answer is not known: after a restart, or after a reply
 * was lost. Nothing else is computed for the provisioned product before this is settled.
 */
export async function settleWith(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  sendAgain: SendAgain,
): Promise<Carried> {
  let current = intent;
  let failures = 0;
  let atBaseSinceMs: number | null = null;
  const startedMs = context.clock.monotonic();
  let sinceMs = startedMs;
  while (!context.stop.aborted) {
    const askedMs = context.clock.monotonic();
    // What is about to be repeated, given up or left with its slot free is looked for in the history
    // too: Describe may lag behind that.
    const isDue = atBaseSinceMs !== null && askedMs - atBaseSinceMs >= STABLE_MS;
    const rebuildable = (await rebuild(context, key, current)) !== null;
    const seen = await look(context, current, isDue);
    // Nothing is to be found out any more about what was given up meanwhile.
    if (context.entries.get(key).intent?.token !== current.token)
      return { kind: 'dropped', why: 'a person gave it up' };
    if (seen.kind === 'failed') {
      failures += 1;
      const why = explainFailure(seen.failure);
      // Its operation may run: the slot is held for as long as one can.
      if (context.clock.monotonic() - startedMs >= recordTimeoutMs(context, intent))
        return { kind: 'open', why };
      if (failures % SEND_TRIES === 0)
        context.log.write('warn', 'intent.unsettled', { ...about(context, key), reason: why });
      await context.clock.sleep(backoffMs(failures, context.random(), 500, 20_000), context.stop);
      continue;
    }
    failures = 0;
    if (seen.kind === 'gone') return settleGone(context, key, current);
    // A change of properties need not move LastRecordId: while anything runs there, nothing is repeated.
    const atRest = seen.lastRecordId === current.base && seen.status !== 'UNDER_CHANGE';
    // An answer may be slow: what it shows is as old as the question.
    atBaseSinceMs = atRest ? (atBaseSinceMs ?? context.clock.monotonic()) : null;
    const decision = settleIntent({
      intent: current,
      lastRecordId: seen.lastRecordId,
      history: seen.history,
      nowMs: askedMs,
      sinceMs,
      firstSeenAtBaseMs: atBaseSinceMs,
      ownRecords: context.entries.get(key).ownRecords,
      rebuildable,
    });
    if (
      decision.kind === 'ambiguous' &&
      askedMs - startedMs < recordTimeoutMs(context, intent) &&
      seen.history?.some((one) => decision.records.includes(one.id) && isUnderWay(one))
    ) {
      // One of them may be ours, so the slot is held for as long as it runs.
      await context.clock.sleep(SETTLE_LOOK_MS, context.stop);
      continue;
    }
    const step = await carryDecision(context, key, current, decision, seen, sendAgain);
    if (step.kind !== 'lookAgain') return step;
    if (step.intent !== current) {
      atBaseSinceMs = null;
      sinceMs = context.clock.monotonic();
    }
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

/** While something keeps it from being repeated, looking often would tell nothing sooner. */
async function lookMs(context: TargetContext, key: ProductKey): Promise<number> {
  return (await whyHeld(context, key)) === null ? SETTLE_LOOK_MS : STABLE_MS;
}

type LookAgain = { readonly kind: 'lookAgain'; readonly intent: Intent };

async function carryDecision(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  decision: Settlement,
  { subject, productType }: Pick<Answering, 'subject' | 'productType'>,
  sendAgain: SendAgain,
): Promise<Carried | LookAgain> {
  switch (decision.kind) {
    case 'follow':
      return {
        kind: 'accepted',
        intent: await stampRecord(
          context,
          key,
          { ...intent, isFound: true },
          { recordId: decision.recordId, subject, productType },
        ),
        recordId: decision.recordId,
      };
    case 'drop':
      await dropIntent(context, key);
      return { kind: 'dropped', why: 'nothing came of the request' };
    case 'ambiguous':
      return { kind: 'ambiguous', intent, records: decision.records };
    case 'wait':
      await context.clock.sleep(
        Math.min(decision.afterMs, await lookMs(context, key)),
        context.stop,
      );
      return { kind: 'lookAgain', intent };
    case 'needHistory':
      // `look` reads the history whenever the base has moved: only a read that failed ends here.
      await context.clock.sleep(SETTLE_LOOK_MS, context.stop);
      return { kind: 'lookAgain', intent };
    case 'resend':
      return resend(context, key, intent, sendAgain);
    default:
      return decision satisfies never;
  }
}

/** Repeats the stored request with the stored token, once; what follows is looked at again. */
async function resend(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  sendAgain: SendAgain,
): Promise<Carried | LookAgain> {
  const early = whyNotRepeatedYet(context);
  // Nothing has come of this one, so its slot is free for those.
  if (early !== null) return { kind: 'open', why: early };
  const { fingerprints } = context.entries.get(key);
  const { held, stands } = await ticketFor(context, key, intent, fingerprints);
  const request = await rebuild(context, key, intent);
  if (held !== null) return { kind: 'open', why: held };
  if (request === null) return { kind: 'lookAgain', intent };
  // A termination that is repeated because its document went is no recreation any more.
  const isEnd = intent.step === 'terminate' && !context.desired().specs.has(key);
  const begun = isEnd ? endBegun : stands ? undefined : forgetHidden;
  const stamped = await stampSend(context, key, stands ? intent : withoutKept(intent), begun);
  context.log.write('info', 'intent.resent', { token: intent.token, operation: request.operation });
  const answer = await send(context, key, stamped, request);
  switch (answer.kind) {
    case 'ours':
      return {
        kind: 'accepted',
        intent: await stampRecord(context, key, stamped, answer),
        recordId: answer.recordId,
      };
    case 'echo': {
      const next = nextGeneration(context, stamped);
      if (next.generation > GENERATIONS) return stop(context, key, answer.failure);
      await context.entries.update(key, (entry) => ({ ...entry, intent: next }));
      return sendAgain(context, key, next, request);
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

/**
 * Refused while LastRecordId had been at the base for the whole window. It may be refused because the
 * first send has arrived after all, which Describe need not show yet: only the history tells.
 */
async function refusedAtBase(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  failure: Failure,
): Promise<Carried | LookAgain> {
  const seen = await look(context, intent, true);
  const { ownRecords } = context.entries.get(key);
  if (seen.kind !== 'seen' || !leftNoTrace({ ...seen, intent, ownRecords }))
    return { kind: 'lookAgain', intent };
  await dropIntent(context, key);
  return { kind: 'refused', failure, intent };
}

/**
 * The stored request in clear, or null if it can no longer be repeated: a secret is gone, or the
 * document has since come to want something else, or must wait for another one. Then the base must
 * hold longer before it is dropped.
 */
async function rebuild(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
): Promise<ProductRequest | null> {
  const spec = context.desired().specs.get(key);
  if (!isStillWanted(context, key, intent) || context.dependencyWait(key) !== null) return null;
  if (spec === undefined) return 'parameters' in intent.request ? null : intent.request;
  const values = await storedValues(context, spec, intent.request);
  return rebuildRequest(intent.request, spec, fingerprintOf(context, key), values);
}
