import { type Settlement, STABLE_MS, settleIntent } from '../diff/settle.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { RecordView } from '../domain/live.ts';
import { backoffMs } from './backoff.ts';
import { accepted, type Carried, SEND_TRIES } from './carried.ts';
import { explainFailure } from './catalog-facts.ts';
import { about, recordTimeoutMs, type TargetContext } from './context.ts';
import { whyHeld } from './hold-back.ts';
import { type Answering, dropIntent } from './intent.ts';
import {
  type LookAgain,
  rebuild,
  resend,
  SETTLE_LOOK_MS,
  type SendAgain,
} from './repeat-request.ts';
import { look } from './settle-look.ts';

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
    const seen = await look(context, current, isDue);
    const rebuildable = seen.kind === 'seen' && (await rebuild(context, key, current)) !== null;
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
      return accepted(
        context,
        key,
        { ...intent, isFound: true },
        { recordId: decision.recordId, subject, productType },
      );
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
