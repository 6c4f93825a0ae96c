import { type Json, sha256 } from '../domain/canonical.ts';
import type { PresentProduct } from '../domain/live.ts';
import { isProvisioning, type Step } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import { shownJson } from './approval.ts';
import type { UpdateFacts } from './assess.ts';
import type { Comparison } from './compare.ts';
import { placesAnew } from './instance-count.ts';
import { preferencesJson } from './preferences-json.ts';
import { keyOf } from './rectangles.ts';

/** What an approval approves: which differences, of what, on which base. */
export function changeDigest(
  spec: Spec,
  live: PresentProduct,
  { differences }: Comparison,
  steps: readonly Step[],
  request: { readonly facts: UpdateFacts | null; readonly stackArn?: string },
) {
  return sha256({
    version: 'trueup-change-1',
    target: spec.target,
    key: spec.key,
    provisionedProductId: live.id,
    base: live.records.last,
    steps,
    ...(steps.some((step) => isProvisioning(step) || step === 'import')
      ? { resolved: resolvedIds(request.facts) }
      : {}),
    ...(request.stackArn === undefined ? {} : { stackArn: request.stackArn }),
    ...(steps.includes('provision') ? creationJson(spec, request.facts) : {}),
    ...(steps.some(isProvisioning) && spec.preferences !== null
      ? { preferences: preferencesJson(spec.preferences) }
      : {}),
    differences: differences.map(({ field, label, live: from, desired, step }) => ({
      field,
      // Of an instance that goes nothing else says which one it is.
      ...(step === 'deleteInstances' ? { label } : {}),
      live: shownJson(from),
      desired: shownJson(desired),
      step,
    })),
  });
}

/** What a creation carries that is no difference from anything. */
function creationJson(spec: Spec, facts: UpdateFacts | null): Record<string, Json> {
  const places = facts === null ? [] : placesAnew({ spec, definitions: facts.definitions });
  return {
    ...(places.length === 0 ? {} : { places: places.map(keyOf).sort() }),
    ...(spec.notificationArns.length === 0 ? {} : { notificationArns: [...spec.notificationArns] }),
  };
}

/** Names can come to mean something else; the ids that a request carries cannot. */
function resolvedIds(facts: UpdateFacts | null): Json {
  if (facts?.resolved.kind !== 'resolved') return null;
  const { productId, artifactId, pathId } = facts.resolved;
  return { productId, artifactId, pathId };
}
