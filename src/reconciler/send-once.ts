import { judgeAnswer } from '../diff/settle.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey, ProvisionedProductId, RecordId } from '../domain/ids.ts';
import type { ProductRequest } from '../domain/request.ts';
import { explainFailure } from './catalog-facts.ts';
import type { TargetContext } from './context.ts';
import { whyHeld } from './hold-back.ts';
import type { Accepted, Failure } from './ports/catalog.ts';

/** What one call says about its request. */
export type Answer =
  | {
      readonly kind: 'ours';
      readonly recordId: RecordId;
      readonly subject: ProvisionedProductId | null;
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
  const answer = await context.catalog.send(request, intent.token, () => whyHeld(context, key));
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
    return { kind: 'echo', recordId, failure: echoFailure(request, recordId) };
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
