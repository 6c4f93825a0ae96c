import type { Cause, ChangeVerdict, FieldDifference } from '../domain/change.ts';
import type { Fingerprints, ProductEntry } from '../domain/entry.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import type { AssessInput } from './assess.ts';
import { isPart, parameterField } from './compare-parameters.ts';
import { likenessOf } from './digest.ts';
import { lastProvisioningFailed, own, validFingerprints } from './normalize.ts';
import { rotated } from './prepare.ts';
import { ruleKey } from './version-rule.ts';

const OTHER_KEY =
  'whether the document changed cannot be told, because the journal was written with another key';

/**
 * Why live state differs. A document that has not changed since it was last in effect wants nothing
 * new: then live state has moved.
 */
export function causeOf(
  input: AssessInput,
  live: PresentProduct,
  differences: readonly FieldDifference[],
): Cause {
  const { entry, specDigest } = input;
  const { inEffect } = entry;
  if (inEffect === null || specDigest === null) return { kind: 'document' };
  const likeness = likenessOf(inEffect.specDigest, specDigest);
  if (likeness === 'other') return { kind: 'document' };
  // Where the journal cannot tell, nothing proves that a document asks for it.
  const evidence = likeness === 'unknown' ? OTHER_KEY : driftEvidence(live, entry);
  return upstreamCause(input, live, differences) ?? { kind: 'drift', evidence };
}

/**
 * Live state has not moved: the version rule finds another version than before, or a value has
 * another version than the one that was applied, and nothing else differs.
 */
function upstreamCause(
  { spec, entry, keyId }: AssessInput,
  live: PresentProduct,
  differences: readonly FieldDifference[],
): Cause | null {
  const prints = validFingerprints(entry, live, keyId);
  const found: Cause[] = [];
  for (const difference of differences) {
    const cause = isOf(spec, difference)
      ? versionCause(spec, entry, live, difference)
      : rotationCause(spec, difference, prints);
    // What a new version brings with it has no cause of its own.
    if (cause === 'consequence') continue;
    if (cause === null) return null;
    found.push(cause);
  }
  return found.find(({ kind }) => kind === 'newVersion') ?? found[0] ?? null;
}

function isOf({ versionRule }: Spec, difference: FieldDifference): boolean {
  return isPart(difference, 'version') && versionRule !== null;
}

function versionCause(
  spec: Spec,
  { appliedVersion }: ProductEntry,
  live: PresentProduct,
  { desired }: FieldDifference,
): Cause | null {
  const { versionRule } = spec;
  if (versionRule === null || appliedVersion?.rule !== ruleKey(spec)) return null;
  if (live.version.kind !== 'read' || live.version.value.id !== appliedVersion.artifactId)
    return null;
  const name = desired.kind === 'text' ? desired.text : 'another version';
  return { kind: 'newVersion', evidence: `the rule now finds version ${name}` };
}

function rotationCause(
  spec: Spec,
  { field, label }: FieldDifference,
  prints: Fingerprints | null,
): Cause | 'consequence' | null {
  if (field !== parameterField(label)) return null;
  const wish = own(spec.parameters, label);
  if (wish === undefined) return 'consequence';
  if (wish.kind !== 'from' || prints === null) return null;
  return rotated(spec, label, wish, own(prints.references, label))?.cause ?? null;
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
  const { drift, mode, onNewVersion, onRotate } = spec.reconcile;
  // A healing send answers what somebody else did, so it is under the same policy as drift.
  if (cause.kind === 'newVersion' && onNewVersion === 'report')
    return { kind: 'reported', cause, reason: 'onNewVersion: report' };
  if (cause.kind === 'rotated' && onRotate === 'report')
    return { kind: 'reported', cause, reason: 'onRotate: report' };
  if ((cause.kind === 'drift' || cause.kind === 'heal') && drift === 'report')
    return { kind: 'reported', cause, reason: 'drift: report' };
  if (mode === 'observe') return { kind: 'reported', cause, reason: 'mode: observe' };
  return observeOnly ? { kind: 'reported', cause, reason: 'run --observe' } : null;
}

/**
 * Whether TAINTED with no difference gets its one healing send: once per content, and only if the
 * record that failed was not ours, because ours is known to fail. A person may ask for another; what
 * is AVAILABLE is healed for nobody else.
 */
export function mayHeal(input: AssessInput, live: PresentProduct, asked: boolean): boolean {
  if (asked) return true;
  if (live.status === 'AVAILABLE') return false;
  const { entry, specDigest } = input;
  const failed = lastProvisioningFailed(live) ? live.records.lastProvisioning : null;
  if (failed !== null && entry.ownRecords.includes(failed)) return false;
  // Without the key the content cannot be told from that of the earlier send.
  if (entry.healed === null) return true;
  return specDigest !== null && likenessOf(entry.healed, specDigest) === 'other';
}
