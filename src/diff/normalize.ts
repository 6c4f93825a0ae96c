import type { DeclaredPath, Fingerprints, ProductEntry } from '../domain/entry.ts';
import type { PathId } from '../domain/ids.ts';
import { kindOf, mayLeaveError } from '../domain/kind.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { ByIdOrName, Spec } from '../domain/spec.ts';

/** Tags that Service Catalog adds by itself; they are never compared and never sent. */
const SYSTEM_TAG = 'aws:';

/** CloudFormation drops blanks at both ends of a parameter value, so both sides are compared without. */
export function comparable(value: string): string {
  return value.trim();
}

/** A lookup that no key from a document or from AWS can fool. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** By UTF-16 code units, which no locale changes. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sortedKeys(record: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(record).sort(byText);
}

export function userTags(tags: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const entries = sortedKeys(tags).flatMap((key): [string, string][] => {
    const value = own(tags, key);
    return value === undefined || key.startsWith(SYSTEM_TAG) ? [] : [[key, value]];
  });
  return new Map(entries);
}

/**
 * The tags that an update sends: live ones without system tags, overlaid by the document's, less
 * those that trueup set before and that are no longer declared. Foreign tags stay: of those that a failed
 * update was to set, as they are on the stack, because Service Catalog may show what was attempted.
 */
export function effectiveTags(
  spec: Spec,
  liveTags: Readonly<Record<string, string>>,
  { ownTags, triedTags }: Pick<ProductEntry, 'ownTags' | 'triedTags'>,
  stack: PresentProduct['stack'],
): ReadonlyMap<string, string> {
  const result = new Map(userTags(liveTags));
  if (stack.kind === 'read') {
    for (const key of triedTags) {
      const running = own(stack.value.tags, key);
      if (running === undefined) result.delete(key);
      else result.set(key, running);
    }
  }
  if (spec.tags === null) return result;
  for (const key of ownTags) result.delete(key);
  for (const [key, value] of userTags(spec.tags)) result.set(key, value);
  return new Map([...result].sort(([a], [b]) => byText(a, b)));
}

/** A declared path as the journal keeps it. */
export function declaredPath(path: ByIdOrName<PathId> | null): DeclaredPath {
  if (path === null) return 'none';
  return path.kind === 'id' ? `id:${path.id}` : `name:${path.name}`;
}

/** Whether the last provisioning operation failed: then product and version come from another record. */
export function lastProvisioningFailed(live: PresentProduct): boolean {
  return (
    live.records.lastProvisioning !== null &&
    live.records.lastProvisioning !== live.records.lastSuccessful
  );
}

/** AWS names no successful record: the version that it shows is one that was attempted. */
export function hasNeverSucceeded({ records }: PresentProduct): boolean {
  return records.lastSuccessful === null && records.lastProvisioning !== null;
}

/** A stable status that one update may end although nothing differs. */
export function isRepairable(live: PresentProduct): boolean {
  if (live.status === 'ERROR') return mayLeaveError(live);
  return live.status === 'TAINTED' || hasNeverSucceeded(live);
}

/** The two texts name one moment, however they are written. */
export function sameInstant(a: string, b: string): boolean {
  return a === b || Date.parse(a) === Date.parse(b);
}

/**
 * The fingerprints that still hold: made with this key, for the last successful record, and, where
 * a stack can be read, for it as it was last updated. `null`: none, so fields that AWS does not return are unverified.
 */
export function validFingerprints(
  entry: ProductEntry,
  live: PresentProduct,
  keyId: string | null,
): Fingerprints | null {
  const prints = entry.fingerprints;
  if (prints === null || keyId === null || prints.keyId !== keyId) return null;
  if (prints.recordId === null || prints.recordId !== live.records.lastSuccessful) return null;
  if (isBlind(live))
    return prints.stackUpdated === null && isUndisturbed(prints, live) ? prints : null;
  if (live.stack.kind !== 'read') return null;
  return sameTime(prints.stackUpdated, live.stack.value.lastUpdated) ? prints : null;
}

/** What a failed record left behind where nothing tells what runs is known to nobody, but to a person who said so since. */
function isUndisturbed({ afterRecord }: Fingerprints, live: PresentProduct): boolean {
  return !lastProvisioningFailed(live) || afterRecord === live.records.lastProvisioning;
}

/** Both `null`: a stack set, which has no such time. */
function sameTime(a: string | null, b: string | null): boolean {
  return a === null || b === null ? a === b : sameInstant(a, b);
}

/** Whether nothing tells the live parameter values: by the type, or because CloudFormation denies it. */
export function isBlind(live: PresentProduct): boolean {
  return kindOf(live) === 'engine' || live.stackDenied;
}

/** Whether an update must carry every value, because nobody else knows them. */
export function needsAllValues(live: PresentProduct): boolean {
  return kindOf(live) === 'engine';
}

/** How people call the version that an update names. */
export function versionOf(
  spec: Spec,
  resolved: { readonly artifactId: string; readonly artifactName: string | null },
): string {
  const declared = spec.version?.kind === 'name' ? spec.version.name : null;
  return declared ?? resolved.artifactName ?? resolved.artifactId;
}
