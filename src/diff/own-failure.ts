import type { ProductEntry } from '../domain/entry.ts';
import type { RecordId } from '../domain/ids.ts';
import { kindOf } from '../domain/kind.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import type { Spec } from '../domain/spec.ts';
import type { AssessInput } from './assess.ts';
import { likenessOf } from './digest.ts';
import type { CompareInput } from './finding.ts';
import { halfEndedBy } from './last-result.ts';
import { hasNeverSucceeded, isBlind, lastProvisioningFailed } from './normalize.ts';
import { problem } from './problems.ts';

/** The last update of ours that failed. Rows of earlier versions tell only where nothing came after it. */
export function failedUpdateOf({ failedUpdate, lastResult }: ProductEntry): RecordId | null {
  if (failedUpdate !== null) return failedUpdate;
  const isFailure = lastResult?.kind === 'failed' && lastResult.step === 'update';
  return isFailure ? lastResult.recordId : null;
}

/** What this document asks for was seen after that record had failed, by values that AWS returned. */
export function isInSpiteOf(
  { entry, specDigest = null }: Pick<CompareInput, 'entry' | 'specDigest'>,
  record: RecordId,
): boolean {
  const { inEffect } = entry;
  if (inEffect?.inSpiteOf !== record || specDigest === null) return false;
  return likenessOf(inEffect.specDigest, specDigest) === 'same';
}

/**
 * A request of ours was the last operation and failed, where nothing tells what it left: a termination
 * that went half-way, for instance, of a stack set too. That nothing differs then proves nothing.
 * `null`: it is not so.
 */
export function ownFailureProblem(
  { spec, entry, specDigest }: AssessInput,
  live: PresentProduct,
): Problem | null {
  const { lastProvisioning: record } = live.records;
  if (record === null || !lastProvisioningFailed(live)) return null;
  if (!isBlind(live) && !isHalfEnded(entry, live)) return null;
  if (!entry.ownRecords.includes(record)) return null;
  // The values of an update that failed count as different already.
  if (failedUpdateOf(entry) === record || isInSpiteOf({ entry, specDigest }, record)) return null;
  const result = entry.lastResult?.recordId === record ? entry.lastResult : null;
  const what = halfEndedBy(entry) === record ? "trueup's termination" : "trueup's last operation";
  const reason = result?.reason ?? null;
  const why = reason === null ? `record ${record}` : reason;
  const message = `${what} failed, and nothing tells what it left: ${why}`;
  return problem({ code: 'plan/own-failure', at: spec.origin.at, field: '', message });
}

/** A stack set tells its values, and not which of its instances are left. */
function isHalfEnded(entry: ProductEntry, live: PresentProduct): boolean {
  const ended = halfEndedBy(entry);
  return ended !== null && ended === live.records.lastProvisioning && kindOf(live) === 'stackSet';
}

/**
 * AWS names no successful record, so the version that the listing shows is one that was attempted: that
 * nothing differs proves nothing. `null`: something has succeeded.
 */
export function neverSucceededProblem(spec: Spec, live: PresentProduct): Problem | null {
  if (!hasNeverSucceeded(live)) return null;
  const reason = live.statusMessage === null ? '' : `: ${live.statusMessage}`;
  const message = `it is ${live.status}, and AWS names no record of it that succeeded, so nothing tells what runs${reason}`;
  return problem({ code: 'plan/never-succeeded', at: spec.origin.at, field: '', message });
}
