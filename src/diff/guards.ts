import type { Change } from '../domain/change.ts';
import type { TargetName } from '../domain/ids.ts';
import type { Caps, GuardFinding } from '../domain/plan.ts';

type Measured = Pick<Change, 'verdict' | 'differences'>;

/** How much the changes of one target do, in the measures of the guards. */
export function countWork(
  changes: readonly Measured[],
): Readonly<Record<GuardFinding['guard'], number>> {
  const count = (acts: (change: Measured) => boolean) => changes.filter(acts).length;
  const terminations = count(
    ({ verdict }) => 'steps' in verdict && verdict.steps.includes('terminate'),
  );
  return {
    maxChanges: count(({ verdict }) => verdict.kind === 'update' || verdict.kind === 'import'),
    maxProvisions: count(({ verdict }) => verdict.kind === 'provision'),
    maxTerminations: changes.reduce((sum, one) => sum + removedInstances(one), terminations),
  };
}

/** To remove a stack instance is to delete its stack, so each counts as a termination. */
function removedInstances({ verdict, differences }: Measured): number {
  if (verdict.kind !== 'update') return 0;
  return differences.filter(({ step }) => step === 'deleteInstances').length;
}

/** The limits that the changes of one target exceed: while there is one, nothing of it is changed. */
export function guardTarget(
  target: TargetName,
  changes: readonly Measured[],
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
