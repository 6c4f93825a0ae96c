import { isMeant } from '../diff/approval.ts';
import { makePlan } from '../diff/plan.ts';
import type { ApprovalWish } from '../domain/guard.ts';
import type { Digest, TargetName } from '../domain/ids.ts';
import type { DesiredState } from './context.ts';
import type { GuardGate } from './guard-gate.ts';
import { documentsOf, type Looked, planOfTarget } from './plan-of.ts';
import type { Review, Reviewed } from './review.ts';
import type { Revision, TargetHandle } from './revision.ts';
import type { Shared } from './shared.ts';
import type { TargetReconciler } from './target.ts';

/** Every target as the daemon last saw it. */
export interface Whole {
  readonly states: readonly {
    readonly handle: TargetHandle;
    readonly reconciler: TargetReconciler | null;
    readonly review: Review | null;
  }[];
  readonly revision: Revision;
  desired(target: TargetName): DesiredState | null;
}

/** The whole plan is only needed where a guard holds something back: it can be approved by that. */
export async function approvedByPlan(
  whole: Whole,
  reconciler: TargetReconciler,
  review: Reviewed,
  { approvals = [] }: Pick<Shared, 'approvals'>,
): Promise<Reviewed> {
  const { set } = review.judgement.report;
  const digest = review.guards.length === 0 ? null : digestOf(whole);
  if (digest === null || set === null) return review;
  for (const one of whole.states)
    if (one.reconciler !== null && one.review?.kind === 'ok')
      await one.reconciler.context.guard.notePlan(one.review.judgement, digest);
  let approved: Reviewed = review;
  for (const wish of approvals)
    if (isMeant(wish.digest, digest))
      approved = await approvedBy(reconciler.context.guard, approved, wish, set);
  return approved;
}

/** Digest of the plan of all targets, as `plan` prints it; null while one has not been looked at in this revision. */
function digestOf({ states, revision, desired }: Whole): Digest | null {
  const looked = states.flatMap(({ handle, reconciler, review }): readonly Looked[] => {
    const wanted = desired(handle.name);
    if (wanted === null || reconciler === null || review === null) return [];
    return [{ handle, desired: wanted, opened: { kind: 'ok', reconciler }, review }];
  });
  const isMissing = states.some(({ handle, review }) => {
    const wanted = desired(handle.name);
    if (wanted === null || wanted.specs.size + wanted.invalid.size === 0) return false;
    return review === null || (review.kind === 'ok' && review.desired.revision !== wanted.revision);
  });
  if (isMissing) return null;
  return makePlan({
    targets: looked.map(planOfTarget),
    documents: looked.flatMap(documentsOf),
    problems: revision.problems,
  }).digest;
}

/** The answer was yes: what was approved with the command is kept, and the plan is judged with what could be. */
export async function agreed(guard: GuardGate, review: Review): Promise<Review> {
  if (review.kind === 'failed' || !(await guard.give())) return review;
  const judgement = await guard.judgeAgain(review.judgement);
  return { ...review, judgement, guards: judgement.refused };
}

/** Allows what the review holds back, and returns the review as it is judged with that. */
export async function approvedBy(
  guard: GuardGate,
  review: Reviewed,
  wish: ApprovalWish,
  set: Digest,
): Promise<Reviewed> {
  await guard.approvePlanned(review.judgement, set, wish);
  const judgement = await guard.judgeAgain(review.judgement);
  return { ...review, judgement, guards: judgement.refused };
}
