import { isAccountBusy } from '../diff/failure-text.ts';
import { STABLE_MS } from '../diff/settle.ts';
import { openHash } from '../diff/stored-request.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey, RecordId } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import { subjectOf } from '../domain/request.ts';
import { BUSY_AGAIN_MS } from './again.ts';
import { stalledFields } from './announce.ts';
import { explainFailure } from './catalog-facts.ts';
import { isoNow, type TargetContext } from './context.ts';
import { askedBy } from './evaluate.ts';
import type { Failure } from './ports/catalog.ts';
import { trouble } from './trouble.ts';

/** Between two looks at a provisioned product that refused us while it seemed to be at rest. */
const REFUSED_LOOK_MS = 15_000;
/** Control Tower works on few accounts at one time, each for many minutes. */
const ACCOUNT_BUSY_AGAIN_MS = 120_000;

/** AWS carries out one import at a time, and none of a stack that is being changed. */
const PASSING_IMPORT = /\bimport\b.*\bin progress\b|_IN_PROGRESS\b/i;
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
  if (intent.step === 'import' && PASSING_IMPORT.test(failure.message))
    return { kind: 'again', afterMs: BUSY_AGAIN_MS, why: failure.message };
  const isNew = intent.request.provisionedProductId === null;
  // What is asked from now on is asked because of this refusal, or of something else.
  const spec = context.desired().specs.get(key);
  const asked = spec === undefined ? null : askedBy(spec);
  const untilMs = context.clock.monotonic() + STABLE_MS;
  for (;;) {
    const askedMs = context.clock.monotonic();
    const described = await context.catalog.describe(subjectOf(intent.request));
    if (described.kind === 'failed' || (described.value === null && !isNew))
      return { kind: 'retry', error: explainFailure(failure) };
    const status = described.value?.status ?? 'none';
    const last = described.value?.records.last ?? null;
    if (status === 'UNDER_CHANGE' || status === 'PLAN_IN_PROGRESS' || last !== intent.base)
      return { kind: 'again', afterMs: BUSY_AGAIN_MS, why: `another operation runs: ${status}` };
    if (askedMs >= untilMs) break;
    await context.clock.sleep(REFUSED_LOOK_MS, context.stop);
    if (context.stop.aborted) return { kind: 'again', afterMs: 0, why: 'shutting down' };
  }
  const reason = context.redactor.redact(explainFailure(failure));
  const next = isNew && NAME_TAKEN.test(failure.message) ? TAKEN_NEXT : REFUSED_NEXT;
  const at = isoNow(context.clock);
  const { requestHash, specDigest } = intent;
  await context.entries.update(key, (entry) => ({
    ...entry,
    // The attempt was made, and this is what came of it.
    retryHandled: asked ?? entry.retryHandled,
    latch: {
      ...{ kind: 'stalled', requestHash, recordId: null, reason, next, at, specDigest },
      openHash: openHash(intent.request),
    },
  }));
  trouble(context, key, { stalled: true, reason: 'RequestRefused', message: reason, next });
  await context.board.flush();
  context.log.write('error', 'product.stalled', stalledFields(context, key, reason, next));
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
    ...stalledFields(context, key, reason, next),
    token: intent.token,
  });
  return { kind: 'stalled', reason };
}

function deniedNext(failure: Failure): string {
  return failure.kind === 'credentials'
    ? 'renew the credentials'
    : `allow servicecatalog:${failure.operation} for this role, and associate the role ARN with the portfolio`;
}
