import { targetGuards } from '../../src/diff/target-guards.ts';
import type { Change } from '../../src/domain/change.ts';
import { type Caps, type TargetGuards, WEIGHTLESS } from '../../src/domain/guard.ts';
import type { TargetPlan } from '../../src/domain/plan.ts';

export const ABSOLUTE: Caps = { maxChanges: 50, maxProvisions: 10, maxTerminations: 3 };

const NOTHING_SENT = { window: WEIGHTLESS, revision: WEIGHTLESS };

/** What the guards say of a plan before which nothing was sent. */
export function guardsOf(
  targets: readonly Pick<TargetPlan, 'name' | 'changes'>[],
  caps: Caps = ABSOLUTE,
  managed = 100,
): readonly TargetGuards[] {
  return targets.map(({ name, changes }) =>
    targetGuards({
      target: name,
      caps,
      managed,
      measured: changes.map((change: Change) => ({ change })),
      sent: NOTHING_SENT,
      standing: [],
    }),
  );
}
