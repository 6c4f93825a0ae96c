import type { Rollout } from '../diff/rollout.ts';
import type { Change } from '../domain/change.ts';
import type { GuardFinding } from '../domain/guard.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { Step } from '../domain/request.ts';
import type { RolloutRule } from '../domain/rollout.ts';
import type { Spec } from '../domain/spec.ts';
import type { ProductStatusView } from '../domain/status.ts';
import { explainFailure } from './catalog-facts.ts';
import { statusOfChange, statusOfInvalid, statusOfRemoval, statusOfTrouble } from './conditions.ts';
import { type DesiredState, isoNow, type TargetContext } from './context.ts';
import type { Wait } from './dependencies.ts';
import { type EvaluateContext, type Evaluation, evaluate } from './evaluate.ts';
import type { GuardGate, Judgement } from './guard-gate.ts';
import { guardTrouble } from './guard-trouble.ts';
import { type Observation, type ObserveContext, observeAll } from './observe.ts';
import { sourcesOf } from './prepare-spec.ts';
import { type Removal, type RemovalContext, reviewRemovals } from './removals.ts';
import { refuseRenamed } from './renames.ts';
import { judgeReview } from './review-guards.ts';
import { reviewRollouts } from './review-rollouts.ts';
import { refuseShared } from './shared-product.ts';

/** One look at a whole target: what is live, and what each document would change. */
export type Review =
  | {
      readonly kind: 'ok';
      /** What was reviewed: it says nothing about any other revision. */
      readonly desired: DesiredState;
      readonly observation: Observation;
      readonly evaluations: ReadonlyMap<ProductKey, Evaluation>;
      /** Of products whose documents are gone. */
      readonly removals: ReadonlyMap<ProductKey, Removal>;
      readonly judgement: Judgement;
      /** Guards that refuse the plan: while there is one, only what is approved may run. */
      readonly guards: readonly GuardFinding[];
      readonly rollouts: readonly Rollout[];
    }
  /** The target could not be read; nothing is known and nothing may be done. */
  | { readonly kind: 'failed'; readonly why: string };

export type Reviewed = Extract<Review, { readonly kind: 'ok' }>;

export interface ReviewContext extends EvaluateContext, RemovalContext, ObserveContext {
  readonly rolloutRules: readonly RolloutRule[];
  readonly guard: GuardGate;
  waitsOn(spec: Spec): Wait | null;
}

export async function reviewTarget(context: ReviewContext, desired: DesiredState): Promise<Review> {
  const specs = [...desired.specs.values()];
  const { known } = context;
  await known.keep(context);
  const gone = [...known.missing(context, desired), ...known.renamed(context, desired)];
  const ids = gone.flatMap(({ provisionedProductId: id }) => id ?? []);
  // What it made under a document that is invalid now need not have been read back.
  for (const key of context.rolloutRules.length === 0 ? [] : desired.invalid.keys()) {
    const id = known.get(key)?.provisionedProductId ?? context.entries.get(key).ownedId;
    if (id !== null) ids.push(id);
  }
  const observed = await observeAll(context, specs, new Set(ids));
  if (observed.kind === 'failed') return { kind: 'failed', why: explainFailure(observed.failure) };
  const observation = observed.value;
  // All questions about values at once, so that they go in as few batches as there can be.
  await context.values().versions(specs.filter((one) => !one.reconcile.suspend).flatMap(sourcesOf));
  const evaluations = new Map<ProductKey, Evaluation>();
  await Promise.all(
    specs.map(async (spec) => {
      const live = observation.products.get(spec.key) ?? {
        kind: 'unreadable',
        why: 'it was not looked at',
      };
      evaluations.set(spec.key, await evaluate(context, spec, live));
    }),
  );
  refuseShared(desired, observation.products, evaluations);
  const removals = await reviewRemovals(context, desired, observation, evaluations);
  refuseRenamed(context, desired, evaluations);
  holdDependants(context, desired, evaluations);
  const rollouts = reviewRollouts({
    target: context.target,
    rules: context.rolloutRules,
    desired,
    observation,
    evaluations,
    entryOf: (key) => context.entries.get(key),
    knownOf: (key) => context.known.get(key),
  });
  // What a rollout holds back holds back what depends on it.
  if (rollouts.length > 0) holdDependants(context, desired, evaluations);
  const judgement = await judgeReview(context, desired, observation, evaluations, removals);
  const leaving = new Map(
    [...evaluations].map(([key, { change }]) => [key, change.instances?.removed ?? 0]),
  );
  return {
    kind: 'ok',
    desired,
    observation: { ...observation, leaving },
    evaluations,
    removals,
    judgement,
    guards: judgement.refused,
    rollouts,
  };
}

/**
 * What depends on something that needs a person is not begun, and says for what it waits. What
 * depends on something that is only on its way stays in the plan; its turn comes later.
 */
function holdDependants(
  context: ReviewContext,
  desired: DesiredState,
  evaluations: Map<ProductKey, Evaluation>,
): void {
  const done = new Set<ProductKey>();
  const hold = (evaluation: Evaluation): void => {
    const { spec, change } = evaluation;
    if (done.has(spec.key)) return;
    done.add(spec.key);
    for (const { target, key } of spec.dependsOn) {
      const other = target === context.target ? evaluations.get(key) : undefined;
      if (other !== undefined) hold(other);
    }
    const wait = 'steps' in change.verdict ? blockOf(context, desired, spec, evaluations) : null;
    if (wait !== null)
      evaluations.set(spec.key, {
        ...evaluation,
        change: { ...change, verdict: { kind: 'waits', ...wait } },
      });
  };
  for (const evaluation of [...evaluations.values()]) hold(evaluation);
}

function blockOf(
  context: ReviewContext,
  desired: DesiredState,
  spec: Spec,
  evaluations: ReadonlyMap<ProductKey, Evaluation>,
): Wait | null {
  for (const dependency of spec.dependsOn) {
    const isHere = dependency.target === context.target;
    const invalid = isHere ? desired.invalid.get(dependency.key) : undefined;
    const other = isHere ? evaluations.get(dependency.key) : undefined;
    const who = `waits for ${isHere ? '' : `${dependency.target}/`}${dependency.name}, which`;
    if (invalid !== undefined)
      return { why: `${who} has an invalid document`, next: invalid.problem.next };
    if (other === undefined) {
      const wait = context.waitsOn({ ...spec, dependsOn: [dependency] });
      if (wait?.isBlocked === true) return wait;
      continue;
    }
    const blocked = blockedBy(other.change.verdict) ?? unavailable(other);
    if (blocked !== null) return { why: `${who} ${blocked.why}`, next: blocked.next };
  }
  return null;
}

/** Reported like any difference, but nothing is there that works, and trueup does not see to it. */
function unavailable({ live, change: { verdict } }: Evaluation): Wait | null {
  if (verdict.kind !== 'reported') return null;
  const next = 'let trueup see to it, or take it out of dependsOn';
  if (live.kind === 'absent') return { why: 'does not exist, and trueup only observes it', next };
  return live.kind === 'present' && live.status === 'ERROR'
    ? { why: 'is in ERROR, and trueup only observes it', next }
    : null;
}

function blockedBy(verdict: Change['verdict']): Wait | null {
  switch (verdict.kind) {
    case 'refused':
      return { why: `is refused: ${verdict.problems[0].message}`, next: verdict.problems[0].next };
    case 'latched':
      return verdict.latch.kind === 'stalled'
        ? { why: `is stalled: ${verdict.latch.reason}`, next: verdict.latch.next }
        : null;
    case 'suspended':
      return { why: 'is suspended', next: null };
    case 'waits':
      return { why: verdict.why, next: verdict.next };
    case 'inSync':
    case 'update':
    case 'provision':
    case 'import':
    case 'terminate':
    case 'reported':
    case 'busy':
    case 'unreadable':
      return null;
    default:
      return verdict satisfies never;
  }
}

/** What was judged of one name, whether its document is there or gone. */
export function changeIn(review: Reviewed, key: ProductKey): Change | undefined {
  return (review.evaluations.get(key) ?? review.removals.get(key))?.change;
}

/** What may run: for each name the steps that the reviewed plan holds. */
export function allowedSteps(review: Review): ReadonlyMap<ProductKey, readonly Step[]> {
  const allowed = new Map<ProductKey, readonly Step[]>();
  if (review.kind === 'failed') return allowed;
  for (const [key, { change }] of [...review.evaluations, ...review.removals])
    if ('steps' in change.verdict && passesGuards(review, key))
      allowed.set(key, change.verdict.steps);
  return allowed;
}

/** While a guard refuses the plan, only what a person allowed runs. */
function passesGuards({ guards, judgement }: Reviewed, key: ProductKey): boolean {
  return guards.length === 0 || judgement.runs.has(key) || judgement.finishing.has(key);
}

/** The statuses that follow from a review. */
export function statusesOf(context: TargetContext, review: Reviewed): readonly ProductStatusView[] {
  const now = isoNow(context.clock);
  const { revision, specs, invalid } = context.desired();
  const [finding] = review.guards;
  const heldView = (view: ProductStatusView) =>
    finding === undefined || passesGuards(review, view.key)
      ? view
      : statusOfTrouble(view, guardTrouble(finding, review.judgement), now);
  const views: ProductStatusView[] = [];
  for (const spec of specs.values()) {
    const evaluation = review.evaluations.get(spec.key);
    const live = review.observation.products.get(spec.key);
    if (evaluation === undefined || live === undefined) continue;
    const view = statusOfChange(spec, evaluation.change, live, { revision, now });
    const acts = 'steps' in evaluation.change.verdict;
    views.push(acts ? heldView(view) : view);
  }
  for (const { change } of review.removals.values()) {
    const view = statusOfRemoval(change, { revision, now });
    views.push(change.verdict.kind === 'terminate' ? heldView(view) : view);
  }
  for (const [key, document] of invalid) {
    const before = context.board.get(context.target, key);
    views.push(statusOfInvalid(context.target, key, document, before, { revision, now }));
  }
  return views;
}
