import type { Cause } from '../domain/change.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { RecordStatus } from '../domain/live.ts';
import type { Outcome } from '../domain/outcome.ts';
import { formatPosition } from '../domain/problem.ts';
import { OPEN_AGAIN_MS } from './again.ts';
import type { Carried } from './carried.ts';
import { explainFailure } from './catalog-facts.ts';
import { statusOfRecord } from './conditions-of-requests.ts';
import { about, isoNow, recordTimeoutMs, type TargetContext } from './context.ts';
import { finishGone, finishRecord, type StepEnd } from './finish.ts';
import type { Failure } from './ports/catalog.ts';
import { stallAmbiguous, stallRefused } from './refusal.ts';
import { showIntent } from './show-intent.ts';

/** `goOn`: look again and compute the next step. */
export type RoundEnd =
  | { readonly kind: 'goOn' }
  | { readonly kind: 'over'; readonly outcome: Outcome };

export const over = (outcome: Outcome): RoundEnd => ({ kind: 'over', outcome });

/** What was sent and why; without a cause it was sent by an earlier process. */
export interface Sent {
  /** No further step follows. */
  readonly last: boolean;
  readonly cause: Cause | null;
  readonly fields: readonly string[];
}

/** From what became of the request to what happens next. */
export async function conclude(
  context: TargetContext,
  key: ProductKey,
  carried: Carried,
  sent: Sent,
): Promise<RoundEnd> {
  switch (carried.kind) {
    case 'accepted':
      return follow(context, key, carried.intent, sent);
    case 'gone':
      await finishGone(context, key, carried.intent);
      return { kind: 'goOn' };
    case 'dropped':
      return { kind: 'goOn' };
    case 'refused':
      return over(await refused(context, key, carried.intent, carried.failure));
    case 'failed':
      return over({ kind: 'retry', error: explainFailure(carried.failure) });
    case 'ambiguous':
      return over(await stallAmbiguous(context, key, carried.intent, carried.records));
    case 'open':
      return over({ kind: 'again', afterMs: OPEN_AGAIN_MS, why: carried.why });
    default:
      return carried satisfies never;
  }
}

async function refused(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  failure: Failure,
): Promise<Outcome> {
  context.refusals.set(key, intent.requestHash);
  try {
    return await stallRefused(context, key, intent, failure);
  } finally {
    context.refusals.delete(key);
  }
}

async function follow(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  sent: Sent,
): Promise<RoundEnd> {
  if (intent.recordId === null)
    return over({ kind: 'retry', error: 'the record of an accepted request is not known' });
  showIntent(context, key, intent);
  await context.board.flush();
  announce(context, key, intent, sent);
  const ended = await context.follower.follow(
    {
      recordId: intent.recordId,
      provisionedProductId: intent.request.provisionedProductId,
      operation: intent.request.operation,
      onStatus: (status) => showStatus(context, key, intent, status),
    },
    Math.max(0, recordTimeoutMs(context, intent) - ageOf(context, intent)),
  );
  const end: StepEnd = await finishRecord(
    context,
    key,
    intent,
    ended,
    ageOf(context, intent),
    sent.last,
  );
  return end.kind === 'succeeded' && !sent.last ? { kind: 'goOn' } : over(end.outcome);
}

/** What AWS says of a record that has not ended: above all that it failed and is being undone. */
function showStatus(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  status: RecordStatus,
): void {
  const before = context.board.get(context.target, key);
  if (before === undefined) return;
  context.board.set(statusOfRecord(before, intent, status, isoNow(context.clock)));
  if (status !== 'IN_PROGRESS_IN_ERROR') return;
  void context.board.flush();
  const fields = { ...about(context, key), record: intent.recordId ?? undefined };
  context.log.write('warn', 'record.failing', fields, 'it failed, and AWS is undoing it');
}

/** How long ago the request was first sent, never negative: by the wall clock only where an earlier process did. */
function ageOf(context: TargetContext, intent: Intent): number {
  const sentAtMs = context.sentAtMs.get(intent.token);
  if (sentAtMs !== undefined) return context.clock.monotonic() - sentAtMs;
  const now = context.clock.now();
  return Math.max(0, now - (intent.firstSentAt === null ? now : Date.parse(intent.firstSentAt)));
}

const ACCEPTED = {
  UpdateProvisionedProduct: 'update.accepted',
  UpdateProvisionedProductProperties: 'update.accepted',
  ProvisionProduct: 'provision.accepted',
  TerminateProvisionedProduct: 'terminate.accepted',
  ImportAsProvisionedProduct: 'import.accepted',
} as const satisfies Record<Intent['request']['operation'], string>;

function announce(context: TargetContext, key: ProductKey, intent: Intent, sent: Sent): void {
  const resumed = sent.cause === null;
  context.log.write('info', resumed ? 'record.resumed' : ACCEPTED[intent.request.operation], {
    ...about(context, key),
    record: intent.recordId ?? undefined,
    token: intent.token,
    cause: sent.cause?.kind,
    changes: sent.fields.length === 0 ? undefined : sent.fields.join(', '),
    operation: intent.request.operation,
    provisionedProductId:
      intent.request.provisionedProductId ??
      context.entries.get(key).provisionedProductId ??
      undefined,
    revision: intent.revision,
    document: formatPosition(intent.at),
  });
}
