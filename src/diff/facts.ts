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
    return refine({ ...input, comparison, resolved: facts.resolved, definitions });
  }
  const why = whyNoFacts(facts);
  const unreadable = comparison.deferred.map((field) => ({ ...field, why: why ?? field.why }));
  return { ...comparison, unreadable: [...comparison.unreadable, ...unreadable], deferred: [] };
}

/** Why the product's facts are not there; null if nobody asked for them. */
export function whyNoFacts(facts: UpdateFacts | null): string | null {
  if (facts === null) return null;
  if (facts.resolved.kind === 'unreadable') return facts.resolved.why;
  return facts.definitions.kind === 'read'
    ? null
    : `parameters of the version: ${whyOpen(facts.definitions)}`;
}
