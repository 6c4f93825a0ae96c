import type { ResolvedTarget } from '../diff/resolve.ts';
import { mayFind, ruleKey } from '../diff/version-rule.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { VersionId } from '../domain/rollout.ts';
import type { Spec } from '../domain/spec.ts';
import type { Evaluation } from './evaluate.ts';

/** Which version a document is for, where that was not looked up. */

/** Where its rule found nothing yet, what was resolved is the version that runs, and not the wanted one. */
export function resolvedOf({ effective, facts }: Evaluation): ResolvedTarget | null {
  if (facts?.resolved.kind !== 'resolved') return null;
  return effective.version === null && effective.versionRule !== null ? null : facts.resolved;
}

/** It is for this version, or may be: what may be a canary is never passed by. */
export function mayBeFor(
  spec: Spec,
  live: PresentProduct | null,
  entry: ProductEntry,
  version: VersionId,
): boolean {
  if (!isForProduct(spec, live, version)) return false;
  if (spec.version === null && spec.versionRule !== null)
    return mayBeFound(spec, live, entry, version);
  const wish = spec.version ?? liveVersion(live);
  if (wish === null) return false;
  return wish.kind === 'id' ? wish.id === version.artifactId : wish.name === version.artifactName;
}

function isForProduct(
  spec: Spec,
  live: PresentProduct | null,
  { productId, productName }: VersionId,
): boolean {
  const product = spec.product ?? liveProduct(live);
  if (product === null) return false;
  return product.kind === 'id' ? product.id === productId : product.name === productName;
}

/** By the rule alone: the versions of the product were not listed. */
function mayBeFound(
  spec: Spec,
  live: PresentProduct | null,
  { appliedVersion: applied }: ProductEntry,
  { artifactId, artifactName }: VersionId,
): boolean {
  if (spec.versionRule === null || !mayFind(spec.versionRule, artifactName)) return false;
  // It only reports a newer version, and stays at the one that its rule found before.
  const stays =
    spec.reconcile.onNewVersion === 'report' && live !== null && live.status !== 'ERROR';
  return !stays || applied?.rule !== ruleKey(spec) || applied.artifactId === artifactId;
}

function liveProduct(live: PresentProduct | null) {
  return live?.product.kind === 'read'
    ? ({ kind: 'id', id: live.product.value.id } as const)
    : null;
}

function liveVersion(live: PresentProduct | null) {
  return live?.version.kind === 'read'
    ? ({ kind: 'id', id: live.version.value.id } as const)
    : null;
}
