import { fault, quote } from '../document/fault.ts';
import type { Problem } from '../domain/problem.ts';
import type { RolloutRule } from '../domain/rollout.ts';
import type { ReadConfigFile, RolloutEntry } from './read-config-file.ts';

const DEFAULT_CANARIES = 1;
const DEFAULT_MAX_FAILURES = 1;

/** The rules of the file with their defaults; a product may have one. */
export function resolveRollouts({ content, at }: ReadConfigFile): {
  readonly rules: readonly RolloutRule[];
  readonly problems: readonly Problem[];
} {
  const entries = content.rollouts ?? [];
  const unlabelled = entries.flatMap(({ canary }, index) => {
    if (typeof canary !== 'object' || Object.keys(canary.labels).length > 0) return [];
    const place = at(`/rollouts/${index}/canary/labels`);
    const field = `rollouts[${index}].canary.labels`;
    return [fault('config/no-canary-label', place, 'there is no label', { field })];
  });
  const repeated = entries.flatMap(({ product }, index) => {
    const first = entries.findIndex((other) => other.product === product);
    if (first === index) return [];
    const message = `there is a rule for the product ${quote(product)} on line ${at(`/rollouts/${first}`)?.line}`;
    const field = `rollouts[${index}].product`;
    return [
      fault('config/duplicate-rollout', at(`/rollouts/${index}/product`), message, { field }),
    ];
  });
  const rules = entries.map((entry, index): RolloutRule => {
    const place = at(`/rollouts/${index}/product`);
    return place === null ? ruleOf(entry) : { ...ruleOf(entry), at: place };
  });
  return { rules, problems: [...unlabelled, ...repeated] };
}

function ruleOf({ product, canary, maxFailures, pauseOnFailure }: RolloutEntry): RolloutRule {
  return {
    product,
    canary:
      typeof canary === 'object'
        ? { kind: 'labels', labels: canary.labels }
        : { kind: 'count', count: canary ?? DEFAULT_CANARIES },
    maxFailures: maxFailures ?? DEFAULT_MAX_FAILURES,
    pauseOnFailure: pauseOnFailure ?? true,
  };
}
