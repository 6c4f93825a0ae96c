import { compare } from '../diff/compare.ts';
import { comparable, isBlind, own } from '../diff/normalize.ts';
import type { AppliedReference, ProductEntry } from '../domain/entry.ts';
import type { Digest, ProductKey } from '../domain/ids.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { referenceOf } from '../domain/values.ts';
import { about, fingerprintOf, type TargetContext } from './context.ts';
import { evaluate } from './evaluate.ts';
import { freshen } from './freshen.ts';
import { sourcesOf } from './prepare-spec.ts';

/**
 * A person says that what is live is what the document declares, where AWS shows no values: the
 * declared values are fingerprinted as if we had applied them. Nothing is sent.
 */
export async function acceptProduct(context: TargetContext, key: ProductKey): Promise<void> {
  const spec = context.desired().specs.get(key);
  const fingerprint = fingerprintOf(context, key);
  const keyId = context.fingerprinter?.keyId ?? null;
  if (spec === undefined || fingerprint === null || keyId === null) return;
  const live = await freshen(context, spec, context.observation(), true);
  if (live.kind !== 'present' || (live.stack.kind !== 'read' && !isBlind(live))) {
    context.log.write('warn', 'product.notAccepted', {
      ...about(context, key),
      reason: 'its live state could not be read',
    });
    return;
  }
  const { noEcho } = compare({ spec, live, entry: context.entries.get(key), fingerprint, keyId });
  const complete = isBlind(live);
  const values: Record<string, Digest> = Object.create(null);
  for (const [parameter, wish] of Object.entries(spec.parameters)) {
    if (wish.kind === 'value' && (complete || noEcho.has(parameter)))
      values[parameter] = fingerprint(parameter, comparable(wish.value));
  }
  const visibly = await visiblyDifferent(context, spec, live);
  const versions = await context.values().versions(sourcesOf(spec));
  const references: Record<string, AppliedReference> = Object.create(null);
  for (const [parameter, wish] of Object.entries(spec.parameters)) {
    const isMeant = wish.kind === 'from' && !visibly.has(parameter);
    const reference = isMeant ? referenceOf(wish.source) : null;
    const version = reference === null ? undefined : versions.get(reference);
    if (reference !== null && version?.kind === 'known')
      references[parameter] = { reference, version: version.version };
  }
  const stackUpdated = live.stack.kind === 'read' ? live.stack.value.lastUpdated : null;
  const recordId = live.records.lastSuccessful;
  await context.entries.update(key, (entry) => ({
    ...entry,
    fingerprints: { recordId, stackUpdated, keyId, complete, values, references },
    lastReferences: { keyId, references: { ...lastOf(entry, keyId), ...references } },
  }));
  context.log.write('info', 'product.accepted', {
    ...about(context, key),
    parameters: Object.keys(values).length + Object.keys(references).length,
  });
}

function lastOf({ lastReferences: last }: ProductEntry, keyId: string) {
  return last?.keyId === keyId ? last.references : {};
}

/** Parameters whose live value AWS shows, and shows to be another one: nobody's word changes that. */
async function visiblyDifferent(
  context: TargetContext,
  spec: Spec,
  live: PresentProduct,
): Promise<ReadonlySet<string>> {
  if (live.stack.kind !== 'read' || isBlind(live)) return new Set();
  const { parameters } = live.stack.value;
  const { comparison, effective } = await evaluate(context, spec, live);
  const labels = comparison?.differences.map(({ label }) => label) ?? [];
  // A rotation that is only reported is no difference, and another value runs all the same.
  const held = Object.keys(spec.parameters).filter(
    (key) =>
      own(spec.parameters, key)?.kind === 'from' && own(effective.parameters, key)?.kind !== 'from',
  );
  return new Set([...labels, ...held].filter((label) => own(parameters, label)?.kind === 'shown'));
}
