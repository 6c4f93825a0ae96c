import type { Measured } from '../diff/change-weight.ts';
import { isHalfRecreated } from '../diff/creation-wish.ts';
import { managedOf } from '../diff/guards.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import { type DesiredState, specDigestOf, type TargetContext } from './context.ts';
import type { Evaluation } from './evaluate.ts';
import type { GuardGate, Judgement } from './guard-gate.ts';
import type { Observation } from './observe.ts';
import type { Removal } from './removals.ts';

type MeasureContext = Pick<TargetContext, 'entries' | 'fingerprinter'>;

export function measuredOf(
  context: MeasureContext,
  { spec, change }: Pick<Evaluation, 'spec' | 'change'>,
): Measured {
  const { verdict } = change;
  const entry = context.entries.get(spec.key);
  const finishes =
    verdict.kind === 'provision' &&
    !verdict.steps.includes('terminate') &&
    isHalfRecreated({ spec, entry }) &&
    (change.instances?.created ?? 0) <= countedWithTermination(entry);
  if (context.fingerprinter === null) return { change, finishes };
  return { change, finishes, specDigest: specDigestOf(context, spec) };
}

/** What its first half counted for both; the document may have come to ask for more stack instances. */
function countedWithTermination({ charges }: ProductEntry): number {
  const first = charges.findLast(({ weights }) => weights.terminations > 0);
  return Math.max(1, first?.weights.provisions ?? 0);
}

/** The whole plan of one target, before the first call of it. */
export async function judgeReview(
  context: MeasureContext & { readonly guard: GuardGate },
  desired: DesiredState,
  { listed }: Pick<Observation, 'listed'>,
  evaluations: ReadonlyMap<ProductKey, Evaluation>,
  removals: ReadonlyMap<ProductKey, Removal>,
): Promise<Judgement> {
  const declared = [...evaluations.values()];
  const leaving = [...removals.values()];
  const isAbsent = (key: ProductKey) => {
    const live = evaluations.get(key)?.live;
    // A selection leaves it out, or its document is invalid: only the listing tells of it.
    return live === undefined ? !listed.has(key) : live.kind === 'absent';
  };
  return context.guard.judge({
    revision: desired.revision,
    managed: managedOf(
      desired.declared.size,
      [...desired.declared].filter(isAbsent).length,
      leaving.map(({ change }) => change),
    ),
    measured: [
      ...declared.map((one) => measuredOf(context, one)),
      ...leaving.map(({ change }) => ({ change })),
    ],
    isSelection: desired.isSelection === true,
    isShown: (key) => desired.isSelection !== true || desired.specs.has(key),
  });
}
