import type { VersionDefinitions } from '../domain/live.ts';
import type { UpdateFacts } from './assess.ts';
import type { Comparison } from './compare.ts';
import { type CompareInput, whyOpen } from './finding.ts';
import { refine } from './refine.ts';

/** What the facts tell is told; what they do not tell because they are not there is unreadable. */
export function withFacts(
  input: CompareInput,
  comparison: Comparison,
  facts: UpdateFacts | null,
): Comparison {
  if (facts?.resolved.kind === 'resolved' && facts.definitions.kind === 'read') {
    const definitions = facts.definitions.value;
    const known = { ...comparison, noEcho: new Set(secretKeys(comparison, facts.current)) };
    return refine({ ...input, comparison: known, resolved: facts.resolved, definitions });
  }
  const why = whyNoFacts(facts);
  const unreadable = comparison.deferred.map((field) => ({ ...field, why: why ?? field.why }));
  return { ...comparison, unreadable: [...comparison.unreadable, ...unreadable], deferred: [] };
}

/** What is known to be NoEcho, or is by what a version says: the live one where its stack may not be read. */
export function secretKeys(
  { noEcho }: Pick<Comparison, 'noEcho'>,
  ...versions: readonly UpdateFacts['definitions'][]
): readonly string[] {
  const keys = versions.flatMap((one) => (one.kind === 'read' ? noEchoOf(one.value) : []));
  return [...noEcho, ...keys];
}

export function noEchoOf({ parameters }: VersionDefinitions): readonly string[] {
  return parameters.filter((one) => one.noEcho).map((one) => one.key);
}

/** Why the product's facts are not there; null if nobody asked for them. */
export function whyNoFacts(facts: UpdateFacts | null): string | null {
  if (facts === null) return null;
  if (facts.resolved.kind === 'unreadable') return facts.resolved.why;
  return facts.definitions.kind === 'read'
    ? null
    : `parameters of the version: ${whyOpen(facts.definitions)}`;
}
