import { fault, quote } from '../document/fault.ts';
import type { Problem } from '../domain/problem.ts';
import type { RolloutRule } from '../domain/rollout.ts';
import type { Spec } from '../domain/spec.ts';
import { nearest } from '../domain/suggest.ts';

/**
 * Rules for a product that no document names: a misspelled one would hold nothing back, and nobody
 * would notice. Only where every document names its product, because else it cannot be told.
 */
export function unknownRollouts(
  rules: readonly RolloutRule[],
  specs: readonly Spec[],
): readonly Problem[] {
  const names = new Set<string>();
  for (const { product } of specs) {
    if (product?.kind !== 'name') return [];
    names.add(product.name);
  }
  if (names.size === 0) return [];
  return rules.flatMap(({ product, at }, index) => {
    if (product === '*' || product.startsWith('prod-') || names.has(product)) return [];
    const meant = nearest(product, [...names]);
    const next = meant === null ? {} : { next: `did you mean ${quote(meant)}?` };
    const message = `no document is for the product ${quote(product)}: this rule holds nothing back`;
    const field = `rollouts[${index}].product`;
    return [
      fault('config/unknown-rollout', at ?? null, message, { field, severity: 'warning', ...next }),
    ];
  });
}
