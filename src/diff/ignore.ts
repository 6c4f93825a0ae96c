import type { ProductEntry } from '../domain/entry.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { ParameterWish, Spec } from '../domain/spec.ts';
import { own } from './normalize.ts';

/**
 * The spec without what `reconcile.ignore` names: what is not declared never differs and is sent as
 * it is live. What does not exist yet has nothing to be left as, so there nothing is ignored.
 */
export function withoutIgnored(spec: Spec, live: PresentProduct, entry: ProductEntry): Spec {
  return spec.reconcile.ignore.reduce((rest, steps) => without(rest, steps, live, entry), spec);
}

/**
 * The spec of what is to be made. It is made as declared; but once it is there, what it ignores is left
 * as it is, so that owner and launch role, which take a step of their own, are so from the beginning.
 */
export function withoutLaterSteps(spec: Spec): Spec {
  const { ignore } = spec.reconcile;
  const isIgnored = (property: string) =>
    ignore.some(([field, key]) => field === 'properties' && (key ?? property) === property);
  return {
    ...spec,
    owner: isIgnored('owner') ? null : spec.owner,
    launchRole: isIgnored('launchRole') ? null : spec.launchRole,
  };
}

function without(
  spec: Spec,
  [field, key]: readonly string[],
  live: PresentProduct,
  entry: ProductEntry,
): Spec {
  switch (field) {
    case 'productId':
    case 'productName':
      return { ...spec, product: null };
    case 'provisioningArtifact':
    case 'provisioningArtifactId':
    case 'provisioningArtifactName':
      return { ...spec, version: null, versionRule: null };
    case 'pathId':
    case 'pathName':
      return { ...spec, path: null };
    case 'provisioningParameters':
      return { ...spec, parameters: key === undefined ? {} : omit(spec.parameters, key) };
    case 'properties':
      return {
        ...spec,
        owner: key === 'launchRole' ? spec.owner : null,
        launchRole: key === 'owner' ? spec.launchRole : null,
      };
    case 'stackInstances':
      return { ...spec, stackInstances: null };
    case 'tags':
      return { ...spec, tags: tagsWithout(spec.tags, key, live, entry) };
    default:
      return spec;
  }
}

/** A tag of ours would be taken away once it is not declared, so it is declared as it is live. */
function tagsWithout(
  tags: Spec['tags'],
  key: string | undefined,
  live: PresentProduct,
  entry: ProductEntry,
): Spec['tags'] {
  if (key === undefined || tags === null) return null;
  const rest = omit(tags, key);
  const current = live.tags.kind === 'read' ? own(live.tags.value, key) : undefined;
  if (current === undefined || !entry.ownTags.includes(key)) return rest;
  const kept: Record<string, string> = Object.assign(Object.create(null), rest);
  kept[key] = current;
  return kept;
}

function omit<T extends ParameterWish | string>(
  record: Readonly<Record<string, T>>,
  key: string,
): Readonly<Record<string, T>> {
  const rest: Record<string, T> = Object.create(null);
  for (const [name, value] of Object.entries(record)) if (name !== key) rest[name] = value;
  return rest;
}
