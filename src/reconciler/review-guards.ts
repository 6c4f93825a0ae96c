import { instancesMade, type Measured } from '../diff/change-weight.ts';
import { managedOf } from '../diff/guards.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { DesiredState, TargetContext } from './context.ts';
import type { Evaluation } from './evaluate.ts';
import type { GuardGate, Judgement } from './guard-gate.ts';
import type { Removal } from './removals.ts';

export function measuredOf(
  { entries }: Pick<TargetContext, 'entries'>,
  { spec, effective, live, change }: Pick<Evaluation, 'spec' | 'effective' | 'live' | 'change'>,
): Measured {
  return { change, instances: instancesMade(effective, live, entries.get(spec.key), change) };
}

/** The whole plan of one target, before the first call of it. */
export async function judgeReview(
  context: Pick<TargetContext, 'entries'> & { readonly guard: GuardGate },
  desired: DesiredState,
  evaluations: ReadonlyMap<ProductKey, Evaluation>,
  removals: ReadonlyMap<ProductKey, Removal>,
): Promise<Judgement> {
  const declared = [...evaluations.values()];
  const leaving = [...removals.values()];
  const absent = declared.filter(({ live }) => live.kind === 'absent').length;
  return context.guard.judge({
    revision: desired.revision,
    managed: managedOf(
      desired.declared.size,
      absent,
      leaving.map(({ change }) => change),
    ),
    measured: [
      ...declared.map((one) => measuredOf(context, one)),
      ...leaving.map(({ change }) => ({ change, instances: 0 })),
    ],
    isShown: (key) =>
      desired.isSelection !== true || desired.specs.has(key) || !desired.declared.has(key),
  });
}
