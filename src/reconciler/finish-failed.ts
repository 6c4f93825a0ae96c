import { nextAfterFailure } from '../diff/error-advice.ts';
import {
  failureReason,
  isAccountBusy,
  isRetryableFailure,
  rawFailure,
} from '../diff/failure-text.ts';
import { recordFailed } from '../diff/record.ts';
import { duration } from '../diff/render/words.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { RecordView } from '../domain/live.ts';
import type { Outcome } from '../domain/outcome.ts';
import { formatPosition } from '../domain/problem.ts';
import { subjectOf } from '../domain/request.ts';
import { stalledFields } from './announce.ts';
import { about, fingerprintOf, isoNow, specDigestOf, type TargetContext } from './context.ts';
import { readStack, recordOf } from './finish-facts.ts';
import { versionKey } from './redact.ts';
import { trouble } from './trouble.ts';

/** A record of ours failed: what the journal, the status and the log say of it, and when it is tried again. */
export async function fail(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  end: { readonly record: RecordView; readonly statusMessage: string | null },
  elapsedMs: number,
): Promise<Outcome> {
  const statusMessage =
    end.record.errors.length > 0
      ? end.statusMessage
      : await currentStatusMessage(context, intent, end.statusMessage);
  context.ended.add(key, context.clock.monotonic());
  const reason = whyFailed(context, key, intent, end.record, statusMessage);
  // Of what AWS said, not of what is left of it: a hidden word may be the one that tells.
  const said = rawFailure(end.record, statusMessage);
  const stack = await readStack(context, key, intent);
  const entry = await context.entries.update(key, (before) =>
    recordFailed(before, intent, {
      recordId: recordOf(intent),
      reason,
      retryable: isRetryableFailure(said),
      at: isoNow(context.clock),
      stackRolledBack: stack?.status === 'UPDATE_ROLLBACK_COMPLETE',
      stackUpdated: stack?.lastUpdated ?? null,
    }),
  );
  const { latch } = entry;
  const stalled = latch === null || latch.kind === 'stalled';
  const spec = context.desired().specs.get(key) ?? null;
  const specDigest = spec === null ? null : specDigestOf(context, spec);
  const next = nextAfterFailure({ spec, entry, specDigest }, intent.step);
  const isBusy = !stalled && isAccountBusy(said);
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
    after: duration(elapsedMs),
    provisionedProductId: intent.request.provisionedProductId ?? undefined,
    revision: intent.revision,
    document: formatPosition(intent.at),
    reason,
  });
  if (stalled) {
    const message = 'not sent again until its document changes or a person retries';
    context.log.write(
      'error',
      'product.stalled',
      stalledFields(context, key, reason, next),
      message,
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
  if (!('parameters' in request)) return false;
  const { redactor } = context;
  const fingerprint = fingerprintOf(context, key);
  const isKnown = (one: { readonly key: string; readonly digest: string }) =>
    fingerprint !== null && redactor.some((value) => fingerprint(one.key, value) === one.digest);
  return request.parameters.some(
    (one) =>
      (one.kind === 'secret' && !isKnown(one)) ||
      (one.kind === 'reference' && !redactor.knowsVersion(versionKey(one.reference, one.version))),
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
  if (described.kind === 'failed' || described.value === null) return null;
  // A Describe that lags still tells of an earlier failure, which may have been of another kind.
  const { records, statusMessage } = described.value;
  return records.last === intent.recordId ? statusMessage : null;
}
