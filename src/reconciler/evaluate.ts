import { type AssessInput, assess, needsFacts, type UpdateFacts } from '../diff/assess.ts';
import { type Comparison, compare } from '../diff/compare.ts';
import { noEchoOf, secretKeys } from '../diff/facts.ts';
import { failedRecordOf, needsFailureTime, RETRY_ANNOTATION } from '../diff/hold.ts';
import { isRepairable } from '../diff/normalize.ts';
import type { Change } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { Live, PresentProduct } from '../domain/live.ts';
import { isProvisioning } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import { fingerprintOf, isoNow, specDigestOf, type TargetContext } from './context.ts';
import { cleaned, learnSecrets } from './learn-secrets.ts';
import { withLeavingInstances } from './leaving-instances.ts';
import { prepareSpec } from './prepare-spec.ts';
import { creationFacts, updateFacts } from './update-facts.ts';

/** The part of a target's context that reading and judging needs; none of it can write to AWS. */
export type EvaluateContext = Pick<
  TargetContext,
  | 'target'
  | 'accountId'
  | 'region'
  | 'catalog'
  | 'entries'
  | 'memory'
  | 'clock'
  | 'redactor'
  | 'fingerprinter'
  | 'observeOnly'
  | 'facts'
  | 'values'
  | 'asked'
  | 'attempted'
>;

/** One provisioned product, judged, with what a request would be built from. */
export interface Evaluation {
  /** The document. */
  readonly spec: Spec;
  /** The document as this pass takes it: what is compared and what a request is built from. */
  readonly effective: Spec;
  readonly live: Live;
  readonly change: Change;
  readonly comparison: Comparison | null;
  readonly facts: UpdateFacts | null;
}

/** Parameters of the document that may be secret; 'all' where nothing is known about them. */
export function hiddenIn({ spec, effective, comparison }: Evaluation): ReadonlySet<string> | 'all' {
  if (comparison === null) return 'all';
  // What is ignored was not looked at.
  const unseen = Object.keys(spec.parameters).filter(
    (key) => !Object.hasOwn(effective.parameters, key),
  );
  return new Set([...comparison.hidden, ...unseen]);
}

export async function evaluate(
  context: EvaluateContext,
  document: Spec,
  seen: Live,
): Promise<Evaluation> {
  const live = seen.kind === 'present' ? cleaned(context, document, seen) : seen;
  const entry = context.entries.about(document.key, live);
  const prepared = await prepareSpec(context, document, live);
  const { spec } = prepared;
  const fingerprint = fingerprintOf(context, spec.key);
  const keyId = context.fingerprinter?.keyId ?? null;
  const comparable = live.kind === 'present' && (live.status === 'AVAILABLE' || isRepairable(live));
  const specDigest = context.fingerprinter === null ? null : specDigestOf(context, document);
  const told = { entry, fingerprint, keyId, specDigest };
  const comparison = comparable ? compare({ spec, live, ...told }) : null;
  const facts =
    comparison !== null && live.kind === 'present' && needsFacts(comparison, live)
      ? await updateFacts(context, spec, live)
      : null;
  if (comparison !== null) {
    const versions = facts === null ? [] : [facts.definitions, facts.current];
    learnSecrets(context.redactor, document, secretKeys(comparison, ...versions));
  }
  const asked = context.asked(spec.key);
  const creation = await creationFacts(context, { spec, live, entry, specDigest, asked });
  if (creation?.definitions.kind === 'read')
    learnSecrets(context.redactor, document, noEchoOf(creation.definitions.value));
  const judged = assess({
    ...{ spec, live, ...told, comparison, facts, creation, prepared, asked },
    accountId: context.accountId,
    attempted: context.attempted(spec.key),
    observeOnly: context.observeOnly,
    now: isoNow(context.clock),
    ...(live.kind === 'present' ? await lastFailure(context, entry, live) : { failedAt: null }),
    succeededAt: await successTime(context, entry, live, comparison),
    lastChange: await lastChange(context, entry, live, comparison),
  });
  const change = await withLeavingInstances(context, judged);
  const isCreation = change.verdict.kind === 'provision' || change.verdict.kind === 'import';
  const used = isCreation ? creation : (facts ?? creation);
  return { spec: document, effective: spec, live, change, comparison, facts: used };
}

/** The value of the annotation by which a document asks for another attempt, if it has one. */
export function askedBy(spec: Spec): string | null {
  return Object.hasOwn(spec.annotations, RETRY_ANNOTATION)
    ? (spec.annotations[RETRY_ANNOTATION] ?? null)
    : null;
}

/** When our own last update ended by AWS's clock: ours may be wrong, and may have looked hours later. */
async function successTime(
  context: EvaluateContext,
  { lastResult }: ProductEntry,
  live: Live,
  comparison: Comparison | null,
): Promise<string | null> {
  if (lastResult?.kind !== 'succeeded' || lastResult.step !== 'update') return null;
  if (live.kind !== 'present' || live.records.last !== lastResult.recordId) return null;
  if (comparison === null || !comparison.steps.includes('update')) return null;
  const record = await context.catalog.record(lastResult.recordId);
  return record.kind === 'ok' ? (record.value?.updatedAt ?? null) : null;
}

/**
 * Whose the last record is where a property still differs after ours, and LastRecordId, which that need
 * not move, does not tell. Where the history lacks our own too it cannot tell either: then nothing
 * proves that somebody has changed it since.
 */
async function lastChange(
  { catalog }: EvaluateContext,
  { lastResult }: ProductEntry,
  live: Live,
  comparison: Comparison | null,
): Promise<AssessInput['lastChange']> {
  if (live.kind !== 'present' || lastResult?.kind !== 'succeeded') return undefined;
  const { step, recordId, base } = lastResult;
  if (isProvisioning(step) || comparison?.steps.includes(step) !== true) return undefined;
  if (recordId === base || live.records.last !== base) return undefined;
  const newer = await catalog.history(live.id, recordId);
  if (newer.kind === 'failed') return 'unknown';
  const isListed = newer.value.every(({ id }) => id !== base);
  return isListed && newer.value.length > 0 ? 'other' : 'ours';
}

/** When what failed last ended and what it was, where the journal does not know it. */
async function lastFailure(
  context: EvaluateContext,
  entry: ProductEntry,
  live: PresentProduct,
): Promise<Pick<AssessInput, 'failedAt' | 'failedType'>> {
  const failed = failedRecordOf(live);
  if (!needsFailureTime(live, entry) || failed === null) return { failedAt: null };
  const record = await context.catalog.record(failed);
  const read = record.kind === 'ok' ? record.value : null;
  return { failedAt: read?.updatedAt ?? null, failedType: read?.type ?? null };
}
