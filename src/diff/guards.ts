import type { TargetName } from '../domain/ids.ts';
import type { Caps, GuardFinding } from '../domain/plan.ts';
import { type Weighed, type Weight, weightOf } from './weight.ts';

/** How much the changes of one target do, in the measures of the guards. */
export function countWork(
  changes: readonly Weighed[],
): Readonly<Record<GuardFinding['guard'], number>> {
  const weights = changes.map(weightOf);
  const sum = (measure: keyof Weight) => weights.reduce((all, one) => all + one[measure], 0);
  return {
    maxChanges: sum('changes'),
    maxProvisions: sum('provisions'),
    maxTerminations: sum('terminations'),
  };
}

/** The limits that the changes of one target exceed: while there is one, nothing of it is changed. */
export function guardTarget(
  target: TargetName,
  changes: readonly Weighed[],
  caps: Caps,
): readonly GuardFinding[] {
  const planned = countWork(changes);
  const guards = ['maxChanges', 'maxProvisions', 'maxTerminations'] as const;
  return guards.flatMap((guard) =>
    planned[guard] <= caps[guard]
      ? []
      : [{ guard, target, planned: planned[guard], cap: caps[guard] }],
  );
}
