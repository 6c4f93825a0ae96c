import { judgeAnswer, STABLE_MS } from '../diff/settle.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey, ProvisionedProductId, RecordId } from '../domain/ids.ts';
import type { ProductRequest } from '../domain/request.ts';
import { explainFailure } from './catalog-facts.ts';
import { about, type TargetContext } from './context.ts';
import { whyHeld } from './hold-back.ts';
import type { Accepted, Failure } from './ports/catalog.ts';
import { showSent } from './show-intent.ts';

/** Between two looks at something new that its record made and Describe does not show. */
const NEW_LOOK_MS = 5_000;

/** What one call says about its request. */
export type Answer =
  | {
      readonly kind: 'ours';
      readonly recordId: RecordId;
      readonly subject: ProvisionedProductId | null;
      readonly productType: string | null;
    }
  | { readonly kind: 'echo'; readonly recordId: RecordId; readonly failure: Failure }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'notCarriedOut'; readonly failure: Failure }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** Exactly one call, and whether its answer is our own. */
export async function send(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  request: ProductRequest,
): Promise<Answer> {
  const takeBack = showSent(context, key, intent);
  const answer = await context.catalog.send(request, intent.token, () => whyHeld(context, key));
  const judged =
    answer.kind === 'ok'
      ? await judge(context, key, intent, request, answer.value)
      : judgeFailure(answer.failure);
  // Ours has a status of its own from here on; of what is unknown, sent is all there is to say.
  if (judged.kind !== 'ours' && judged.kind !== 'unknown') takeBack();
  if (answer.kind === 'ok') return judged;
  const { failure } = answer;
  context.log.write('warn', 'send.failed', {
    ...about(context, key),
    token: intent.token,
    kind: failure.kind,
    reason: explainFailure(failure),
  });
  return judged;
}

function judgeFailure(failure: Failure): Answer {
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

/** Whose record it is; unknown where it would have to be guessed. */
async function judge(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  request: ProductRequest,
  accepted: Accepted,
): Promise<Answer> {
  const { recordId, provisionedProductId: subject, productType } = accepted;
  const ours: Answer = { kind: 'ours', recordId, subject, productType };
  const echo: Answer = { kind: 'echo', recordId, failure: echoFailure(request, recordId) };
  const { ownRecords } = context.entries.get(key);
  const { kind } = judgeAnswer({ intent, accepted, ownRecords });
  if (kind === 'echo') return echo;
  const fate = await fateOfNew(context, request, accepted);
  if (fate !== 'there') return fate === 'gone' ? echo : { kind: 'unknown' };
  if (kind === 'ours') return ours;
  const id = request.provisionedProductId ?? subject;
  if (id === null) return { kind: 'unknown' };
  const history = await context.catalog.history(id, intent.base);
  if (history.kind === 'failed') return { kind: 'unknown' };
  return history.value.some((record) => record.id === recordId) ? ours : echo;
}

/**
 * A request for something new that AWS answers with a record that is over already: perhaps that of
 * an earlier one of this name, which has been terminated since. Or it arrived late and is over so soon
 * that Describe does not show what it made: only a minute without it proves that it is gone.
 */
async function fateOfNew(
  { catalog, clock, stop }: TargetContext,
  request: ProductRequest,
  { provisionedProductId: id, status }: Accepted,
): Promise<'there' | 'gone' | 'unknown'> {
  const isOver = status === 'SUCCEEDED' || status === 'FAILED';
  if (request.provisionedProductId !== null || id === null || !isOver) return 'there';
  const untilMs = clock.monotonic() + STABLE_MS;
  while (!stop.aborted) {
    const askedMs = clock.monotonic();
    const described = await catalog.describe({ id });
    if (described.kind === 'failed') return 'unknown';
    if (described.value !== null) return 'there';
    if (askedMs >= untilMs) return 'gone';
    await clock.sleep(NEW_LOOK_MS, stop);
  }
  return 'unknown';
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
