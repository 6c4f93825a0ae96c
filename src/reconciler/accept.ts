import { compare } from '../diff/compare.ts';
import { comparable, isBlind } from '../diff/normalize.ts';
import type { AppliedReference } from '../domain/entry.ts';
import type { Digest, ProductKey } from '../domain/ids.ts';
import { referenceOf } from '../domain/values.ts';
import { about, fingerprintOf, type TargetContext } from './context.ts';
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
  const versions = await context.values().versions(sourcesOf(spec));
  const references: Record<string, AppliedReference> = Object.create(null);
  for (const [parameter, wish] of Object.entries(spec.parameters)) {
    const reference = wish.kind === 'from' ? referenceOf(wish.source) : null;
    const version = reference === null ? undefined : versions.get(reference);
    if (reference !== null && version?.kind === 'known')
      references[parameter] = { reference, version: version.version };
  }
  const stackUpdated = live.stack.kind === 'read' ? live.stack.value.lastUpdated : null;
  const recordId = live.records.lastSuccessful;
  await context.entries.update(key, (entry) => ({
    ...entry,
    fingerprints: { recordId, stackUpdated, keyId, complete, values, references },
  }));
  context.log.write('info', 'product.accepted', {
    ...about(context, key),
    parameters: Object.keys(values).length + Object.keys(references).length,
  });
}
