import type { Json } from '../domain/canonical.ts';
import type { ByIdOrName, ParameterWish, Spec } from '../domain/spec.ts';

/**
 * What a spec asks AWS for, as plain JSON for digests: two documents with equal content want the
 * same. Left out: identity and target (they say where, not what), `expect` (a condition, not a
 * wish), labels, annotations, reconcile policy, positions. It holds parameter values in clear, and
 * any of them may be a secret: only a keyed digest of it may be stored or shown.
 */
export function specContent(spec: Spec): Json {
  return {
    product: reference(spec.product),
    version: spec.versionRule === null ? reference(spec.version) : { ...spec.versionRule },
    path: reference(spec.path),
    parameters: mapRecord(spec.parameters, wish),
    tags: spec.tags === null ? null : mapRecord(spec.tags, (value) => value),
    owner: spec.owner,
    launchRole: spec.launchRole,
    acceptLanguage: spec.acceptLanguage,
  };
}

function reference(value: ByIdOrName<string> | null): Json {
  if (value === null) return null;
  return value.kind === 'id' ? { id: value.id } : { name: value.name };
}

function wish(value: ParameterWish): Json {
  switch (value.kind) {
    case 'value':
      return { value: value.value };
    case 'usePrevious':
      return { usePreviousValue: true };
    case 'useDefault':
      return { useDefault: true };
    case 'from':
      return { valueFrom: { ...value.source } };
  }
}

function mapRecord<T>(record: Readonly<Record<string, T>>, map: (value: T) => Json): Json {
  const result: Record<string, Json> = Object.create(null);
  for (const [key, value] of Object.entries(record)) result[key] = map(value);
  return result;
}
