import type { Cause, ChangeVerdict } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { AssessInput } from './assess.ts';
import { lastProvisioningFailed } from './normalize.ts';

/**
 * Why live state differs. A document that has not changed since it was last in effect wants nothing
 * new: then live state has moved.
 */
export function causeOf({ entry, specDigest }: AssessInput, live: PresentProduct): Cause {
  const { inEffect } = entry;
  if (inEffect === null || specDigest === null || inEffect.specDigest !== specDigest)
    return { kind: 'document' };
  return { kind: 'drift', evidence: driftEvidence(live, entry) };
}

function driftEvidence(live: PresentProduct, entry: ProductEntry): string {
  const { last } = live.records;
  const { inEffect, ownRecords } = entry;
  const known = last !== null && ownRecords.includes(last);
  if (last !== null && ownRecords.length > 0 && !known) return `record ${last} is not trueup's`;
  const since = inEffect === null ? null : Date.parse(inEffect.at);
  if (live.stack.kind === 'read' && since !== null) {
    const updated = live.stack.value.lastUpdated;
    if (updated !== null && Date.parse(updated) > since)
      return `stack updated ${utcMinute(updated)}${known ? ' with no new record' : ''}`;
  }
  return inEffect === null
    ? 'live state moved'
    : `live state moved after ${utcMinute(inEffect.at)}, when revision ${inEffect.revision} was in effect`;
}

/** `2026-11-20 17:41 UTC`, or the text as it came where it is no time. */
function utcMinute(iso: string): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return iso;
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The policy under which a difference of this cause is only reported; null: it is acted on. */
export function reportedVerdict(
  { spec, observeOnly }: AssessInput,
  cause: Cause,
): ChangeVerdict | null {
  const { drift, mode } = spec.reconcile;
  // A healing send answers what somebody else did, so it is under the same policy as drift.
  if (cause.kind !== 'document' && drift === 'report')
    return { kind: 'reported', cause, reason: 'drift: report' };
  if (mode === 'observe') return { kind: 'reported', cause, reason: 'mode: observe' };
  return observeOnly ? { kind: 'reported', cause, reason: 'run --observe' } : null;
}

/**
 * Whether TAINTED with no difference gets its one healing send: once per content, and only if the
 * record that failed was not ours, because ours is known to fail. A person may ask for another.
 */
export function mayHeal(input: AssessInput, live: PresentProduct, asked: boolean): boolean {
  if (asked) return true;
  const { entry, specDigest } = input;
  const failed = lastProvisioningFailed(live) ? live.records.lastProvisioning : null;
  if (failed !== null && entry.ownRecords.includes(failed)) return false;
  // Without the key the content cannot be told from that of the earlier send.
  return entry.healed === null || (specDigest !== null && entry.healed !== specDigest);
}
