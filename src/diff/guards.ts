import type { Change } from '../domain/change.ts';
import type { TargetName } from '../domain/ids.ts';
import type { Caps, GuardFinding } from '../domain/plan.ts';

/** How much the changes of one target do, in the measures of the guards. */
export function countWork(
  changes: readonly Pick<Change, 'verdict'>[],
): Readonly<Record<GuardFinding['guard'], number>> {
  const count = (acts: (change: Pick<Change, 'verdict'>) => boolean) => changes.filter(acts).length;
  return {
    maxChanges: count(({ verdict }) => verdict.kind === 'update' || verdict.kind === 'import'),
    maxProvisions: count(({ verdict }) => verdict.kind === 'provision'),
    maxTerminations: count(
      ({ verdict }) => 'steps' in verdict && verdict.steps.includes('terminate'),
    ),
  };
}

/** The limits that the changes of one target exceed: while there is one, nothing of it is changed. */
export function guardTarget(
  target: TargetName,
  changes: readonly Pick<Change, 'verdict'>[],
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
