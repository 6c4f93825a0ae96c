import { halfEndedBy } from '../diff/last-result.ts';
import { recordSucceeded, recordTerminated } from '../diff/record.ts';
import { duration } from '../diff/render/words.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { RecordView } from '../domain/live.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ProductStatusView } from '../domain/status.ts';
import { LAG_AGAIN_MS } from './again.ts';
import { statusOfTrouble } from './conditions.ts';
import { statusOfSuccess, statusOfTerminated } from './conditions-of-requests.ts';
import { about, isoNow, recordTimeoutMs, specDigestOf, type TargetContext } from './context.ts';
import { newStack, recordOf, stackTime, whyStillThere } from './finish-facts.ts';
import { fail } from './finish-failed.ts';
import type { RecordEnd } from './follow.ts';
import { trouble } from './trouble.ts';

export type StepEnd = { readonly kind: 'succeeded' | 'ended'; readonly outcome: Outcome };

/** A record that outlasted its time is still looked at, this seldom; its slot is free meanwhile. */
const OVERDUE_AGAIN_MS = 300_000;
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
      return { kind: 'ended', outcome: await fail(context, key, intent, end, elapsedMs) };
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
    case 'unknownRecord': {
      const why = `AWS does not show record ${intent.recordId}`;
      const isOverdue = elapsedMs >= recordTimeoutMs(context, intent);
      if (isOverdue) await tellUnknownRecord(context, key, why);
      const afterMs = isOverdue ? OVERDUE_AGAIN_MS : UNKNOWN_RECORD_AGAIN_MS;
      return { kind: 'ended', outcome: { kind: 'again', afterMs, why } };
    }
    case 'stopped':
      return { kind: 'ended', outcome: { kind: 'again', afterMs: 0, why: 'shutting down' } };
    default:
      return end satisfies never;
  }
}

async function tellUnknownRecord(
  context: TargetContext,
  key: ProductKey,
  why: string,
): Promise<void> {
  trouble(context, key, {
    stalled: true,
    reason: 'RecordUnknown',
    message: `${why}, of which it had told itself`,
    next: 'look at the provisioned product in AWS; it stays locked while what became of the record is not known',
  });
  await context.board.flush();
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
      return { kind: 'ended', outcome: { kind: 'again', afterMs: LAG_AGAIN_MS, why: seen } };
  }
  context.ended.add(key, context.clock.monotonic());
  const known =
    intent.step === 'provision'
      ? await newStack(context, key, intent, record)
      : { stackUpdated: await stackTime(context, key, intent, record) };
  const at = isoNow(context.clock);
  await context.entries.update(key, (entry) =>
    recordSucceeded(entry, intent, { recordId, ...known, at, chainDone: last }),
  );
  if (intent.step === 'terminate') noteReplaced(context, key);
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
  if (intent.step === 'terminate') {
    showTerminated(context, key, intent, before);
    return;
  }
  // What the document says since is not in effect yet, and what depends on it must not begin.
  if (last && isOfPresentDocument(context, key, intent)) showReady(context, key, intent, before);
}

/** A change of properties tells nothing of what a termination before it has left. */
function showReady(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  before: ProductStatusView,
): void {
  if (halfEndedBy(context.entries.get(key)) === null)
    context.board.set(statusOfSuccess(before, recordOf(intent), isoNow(context.clock)));
}

/** Where its document is there, what is gone is in no desired state, whether or not this run looks at it. */
function showTerminated(
  context: TargetContext,
  key: ProductKey,
  { recordId }: Intent,
  before: ProductStatusView,
): void {
  const { declared, specs } = context.desired();
  const at = isoNow(context.clock);
  if (!declared.has(key)) context.board.set(statusOfTerminated(before, recordId, at));
  else if (!specs.has(key))
    context.board.set(
      statusOfTrouble(
        { ...before, provisionedProductId: null, health: 'Missing' },
        {
          stalled: false,
          reason: 'HalfRecreated',
          message: 'it was terminated, and what its document declares was not provisioned yet',
          next: 'make sure that its document is valid, and run without a selection or select it too',
          recordStatus: 'SUCCEEDED',
        },
        at,
      ),
    );
}

function isOfPresentDocument(context: TargetContext, key: ProductKey, intent: Intent): boolean {
  const spec = context.desired().specs.get(key);
  return spec === undefined || specDigestOf(context, spec) === intent.specDigest;
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
  noteReplaced(context, key);
  showSuccess(context, key, intent, false);
  await context.board.flush();
  context.log.write('info', 'product.gone', { ...about(context, key), token: intent.token });
}

/** Its document is there: it was terminated to come back. */
function noteReplaced({ desired, known }: TargetContext, key: ProductKey): void {
  if (desired().declared.has(key)) known.replaced(key);
}
