import { documentOf } from '../diff/plan.ts';
import type { PlanBody, TargetPlan } from '../domain/plan.ts';
import type { DesiredState } from './context.ts';
import { hiddenIn } from './evaluate.ts';
import type { Review } from './review.ts';
import { viewOf } from './review-rollouts.ts';
import type { TargetHandle } from './revision.ts';
import type { TargetReconciler } from './target.ts';

/** A target as a plan shows it; `failed` says why it could not be opened. */
export interface Looked {
  readonly handle: Pick<TargetHandle, 'name' | 'accountId' | 'region'>;
  readonly desired: DesiredState;
  readonly opened:
    | { readonly kind: 'ok'; readonly reconciler: Pick<TargetReconciler, 'context'> }
    | { readonly kind: 'failed'; readonly why: string };
  readonly review: Review | null;
}

/** Every selected document, also those of a target that could not be read. */
export function documentsOf({ desired, review }: Looked): PlanBody['documents'] {
  return [...desired.specs.values()].map((spec) => {
    const evaluation = review?.kind === 'ok' ? review.evaluations.get(spec.key) : undefined;
    return documentOf(spec, evaluation === undefined ? 'all' : hiddenIn(evaluation));
  });
}

export function planOfTarget({ handle, opened, review }: Looked): TargetPlan {
  const { name } = handle;
  if (opened.kind === 'failed') {
    const { accountId, region } = handle;
    return { name, accountId, region, unreadable: opened.why, changes: [] };
  }
  const { accountId, region } = opened.reconciler.context;
  if (review?.kind === 'ok') {
    const changes = [...review.evaluations.values(), ...review.removals.values()].map(
      ({ change }) => change,
    );
    const rollouts = review.rollouts.map(viewOf);
    const rolled = rollouts.length === 0 ? {} : { rollouts };
    return { name, accountId, region, unreadable: null, changes, ...rolled };
  }
  const unreadable = review === null ? 'it was not read' : review.why;
  return { name, accountId, region, unreadable, changes: [] };
}
