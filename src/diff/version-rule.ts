import semver from 'semver';
import type { ArtifactView } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import type { VersionRule } from '../domain/values.ts';
import { byText } from './normalize.ts';

/** The version that a rule finds among the active ones that are not deprecated; null: none. */
export function findByRule(
  rule: VersionRule,
  artifacts: readonly ArtifactView[],
): ArtifactView | null {
  const eligible = artifacts.filter((one) => one.active && one.guidance !== 'DEPRECATED');
  switch (rule.kind) {
    case 'latest':
      return eligible.toSorted(byAge)[0] ?? null;
    case 'semver':
      return highest(rule.range, eligible);
    default:
      return rule satisfies never;
  }
}

function highest(range: string, artifacts: readonly ArtifactView[]): ArtifactView | null {
  const versions = artifacts.flatMap((artifact) => {
    const version = versionIn(artifact.name);
    return version !== null && semver.satisfies(version, range) ? [{ artifact, version }] : [];
  });
  const [first] = versions.sort(
    (a, b) => semver.rcompare(a.version, b.version) || byAge(a.artifact, b.artifact),
  );
  return first?.artifact ?? null;
}

/** Whether it may find a version of this name, as far as the name tells. */
export function mayFind(rule: VersionRule, name: string | null): boolean {
  if (rule.kind === 'latest' || name === null) return true;
  const version = versionIn(name);
  return version !== null && semver.satisfies(version, rule.range);
}

/** `1.4.0`, `v1.4.0`, and the short forms `v1.4` and `1`, which people use as names too. */
function versionIn(name: string): string | null {
  const short = /^v?(\d+)(?:\.(\d+))?$/.exec(name.trim());
  if (short !== null) return semver.valid(`${short[1]}.${short[2] ?? 0}.0`);
  return semver.valid(name.trim(), { loose: true });
}

/** Newest first. */
function byAge(a: ArtifactView, b: ArtifactView): number {
  return byText(b.createdAt, a.createdAt) || byText(b.id, a.id);
}

/** Names the rule together with the product that it is about: a change of either asks anew. */
export function ruleKey({
  product,
  versionRule,
}: Pick<Spec, 'product' | 'versionRule'>): string | null {
  if (versionRule === null) return null;
  const range = versionRule.kind === 'semver' ? versionRule.range : null;
  const named = product === null ? null : product.kind === 'id' ? product.id : product.name;
  return JSON.stringify([product?.kind ?? null, named, versionRule.kind, range]);
}
