import type { Comparison } from '../diff/compare.ts';
import { likenessOf } from '../diff/digest.ts';
import { comparable, isBlind, own, validFingerprints } from '../diff/normalize.ts';
import type { AppliedReference, Fingerprints, ProductEntry } from '../domain/entry.ts';
import type { Digest, ProductKey } from '../domain/ids.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { referenceOf } from '../domain/values.ts';
import { about, fingerprintOf, specDigestOf, type TargetContext } from './context.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { freshen } from './freshen.ts';
import { sourcesOf } from './prepare-spec.ts';

/**
 * A person says that what is live is what the document declares, where AWS shows no values: the
 * declared values are fingerprinted as if we had applied them. Nothing is sent. What is known to
 * differ stays a difference. `document`: the digest of the document that the person saw.
 */
export async function acceptProduct(
  context: TargetContext,
  key: ProductKey,
  document?: Digest,
): Promise<void> {
  const why = await whyNotAccepted(context, key, document);
  if (why === null) return;
  context.log.write('warn', 'product.notAccepted', { ...about(context, key), reason: why });
}

async function whyNotAccepted(
  context: TargetContext,
  key: ProductKey,
  document: Digest | undefined,
): Promise<string | null> {
  const spec = context.desired().specs.get(key);
  if (spec === undefined) return 'no valid document of it is read';
  if (document !== undefined && likenessOf(document, specDigestOf(context, spec)) !== 'same')
    return 'its document is not the one that was looked at when it was asked for';
  const live = await freshen(context, spec, context.observation(), true);
  if (live.kind !== 'present' || (live.stack.kind !== 'read' && !isBlind(live)))
    return 'its live state could not be read';
  if (live.records.lastSuccessful === null)
    return 'nothing was ever provisioned with success, so nothing tells later whether the same still runs';
  const evaluation = await evaluate(context, spec, live);
  const { comparison } = evaluation;
  if (comparison === null) return `its live state could not be compared: it is ${live.status}`;
  const values = acceptedValues(context, spec, comparison);
  const keyId = context.fingerprinter?.keyId;
  const prints = validFingerprints(context.entries.about(key, live), live, keyId ?? null);
  const references = await acceptedReferences(context, evaluation, live, prints?.references);
  if (values === null || keyId === undefined) return 'there is no fingerprint key';
  await context.entries.update(key, (entry) => {
    const known = validFingerprints(entry, live, keyId);
    return {
      ...entry,
      fingerprints: {
        ...printsOf(live, keyId),
        values: { ...known?.values, ...values },
        references: { ...known?.references, ...references },
      },
      lastReferences: { keyId, references: { ...lastOf(entry, keyId), ...references } },
    };
  });
  context.log.write('info', 'product.accepted', {
    ...about(context, key),
    parameters: Object.keys(values).length + Object.keys(references).length,
  });
  return null;
}

function printsOf(
  live: PresentProduct,
  keyId: string,
): Omit<Fingerprints, 'values' | 'references'> {
  const stackUpdated = live.stack.kind === 'read' ? live.stack.value.lastUpdated : null;
  const { lastSuccessful: recordId, lastProvisioning } = live.records;
  const after = lastProvisioning === null ? {} : { afterRecord: lastProvisioning };
  return { recordId, stackUpdated, ...after, keyId, complete: isBlind(live) };
}

function isOpen(comparison: Comparison | null, parameter: string): boolean {
  return comparison?.unverified.some(({ label }) => label === parameter) === true;
}

/** null: there is no key to make them with. */
function acceptedValues(
  context: TargetContext,
  { key, parameters }: Spec,
  comparison: Comparison,
): Readonly<Record<string, Digest>> | null {
  const fingerprint = fingerprintOf(context, key);
  if (fingerprint === null) return null;
  const values: Record<string, Digest> = Object.create(null);
  for (const [parameter, wish] of Object.entries(parameters))
    if (wish.kind === 'value' && isOpen(comparison, parameter))
      values[parameter] = fingerprint(parameter, comparable(wish.value));
  return values;
}

async function acceptedReferences(
  context: TargetContext,
  { spec, effective, comparison }: Evaluation,
  live: PresentProduct,
  applied: Fingerprints['references'] = {},
): Promise<Readonly<Record<string, AppliedReference>>> {
  const isShown = (parameter: string) =>
    !isBlind(live) &&
    live.stack.kind === 'read' &&
    own(live.stack.value.parameters, parameter)?.kind === 'shown';
  // A rotation that is only reported may have been brought in by hand, where AWS shows no value and
  // something has happened since ours. What is left to others is not in effect at all, and is not accepted.
  const isReported = (parameter: string, reference: string) =>
    own(effective.parameters, parameter)?.kind === 'usePrevious' &&
    !isShown(parameter) &&
    own(applied, parameter)?.reference !== reference;
  const versions = await context.values().versions(sourcesOf(spec));
  const references: Record<string, AppliedReference> = Object.create(null);
  for (const [parameter, wish] of Object.entries(spec.parameters)) {
    if (wish.kind !== 'from') continue;
    const reference = referenceOf(wish.source);
    const isMeant = isReported(parameter, reference) || isOpen(comparison, parameter);
    const version = versions.get(reference);
    if (isMeant && version?.kind === 'known')
      references[parameter] = { reference, version: version.version };
  }
  return references;
}

function lastOf({ lastReferences: last }: ProductEntry, keyId: string) {
  return last?.keyId === keyId ? last.references : {};
}
