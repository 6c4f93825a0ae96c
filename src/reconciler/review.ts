import type { Change } from '../domain/change.ts';
import { errorEntry } from '../domain/errors/registry.ts';
import type { ProductKey, ProvisionedProductId } from '../domain/ids.ts';
import type { GuardFinding } from '../domain/plan.ts';
import { formatPosition, type Position, type Problem } from '../domain/problem.ts';
import type { Step } from '../domain/request.ts';
import type { ProductStatusView } from '../domain/status.ts';
import { explainFailure } from './catalog-facts.ts';
import { statusOfChange, statusOfInvalid, statusOfTrouble } from './conditions.ts';
import { type DesiredState, isoNow, type TargetContext } from './context.ts';
import { type EvaluateContext, type Evaluation, evaluate } from './evaluate.ts';
import { type Observation, observeAll } from './observe.ts';

/** One look at a whole target: what is live, and what each document would change. */
export type Review =
  | {
      readonly kind: 'ok';
      /** What was reviewed: it says nothing about any other revision. */
      readonly desired: DesiredState;
      readonly observation: Observation;
      readonly evaluations: ReadonlyMap<ProductKey, Evaluation>;
      /** Limits that the whole plan ran into: while there is one, nothing of this target is changed. */
      readonly guards: readonly GuardFinding[];
    }
  /** The target could not be read; nothing is known and nothing may be done. */
  | { readonly kind: 'failed'; readonly why: string };

export interface ReviewContext extends EvaluateContext {
  readonly maxChanges: number;
}

export async function reviewTarget(context: ReviewContext, desired: DesiredState): Promise<Review> {
  const specs = [...desired.specs.values()];
  const observed = await observeAll(context, specs);
  if (observed.kind === 'failed') return { kind: 'failed', why: explainFailure(observed.failure) };
  const observation = observed.value;
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
  refuseShared(evaluations);
  return { kind: 'ok', desired, observation, evaluations, guards: guard(context, evaluations) };
}

/** Two documents, one by name and one by id, can turn out to mean one provisioned product. */
function refuseShared(evaluations: Map<ProductKey, Evaluation>): void {
  const owners = new Map<ProvisionedProductId, ProductKey[]>();
  for (const [key, { change }] of evaluations) {
    const id = change.provisionedProductId;
    if (id !== null) owners.set(id, [...(owners.get(id) ?? []), key]);
  }
  for (const keys of owners.values()) {
    if (keys.length < 2) continue;
    const changes = keys.flatMap((key) => evaluations.get(key)?.change ?? []);
    for (const key of keys) {
      const evaluation = evaluations.get(key);
      if (evaluation === undefined) continue;
      const others = changes.filter((change) => change.key !== key).map((change) => change.at);
      evaluations.set(key, {
        ...evaluation,
        change: sharedProduct(evaluation.change, others),
      });
    }
  }
}

function sharedProduct(change: Change, others: readonly Position[]): Change {
  const message = `another document means the same provisioned product ${change.provisionedProductId}: ${others.map(formatPosition).join(', ')}`;
  const problem: Problem = {
    code: 'plan/shared-product',
    severity: 'error',
    at: change.at,
    field: '',
    message,
    next: errorEntry('plan/shared-product').next,
  };
  return { ...change, verdict: { kind: 'refused', problems: [problem] } };
}

function guard(
  context: ReviewContext,
  evaluations: ReadonlyMap<ProductKey, Evaluation>,
): readonly GuardFinding[] {
  const planned = [...evaluations.values()].filter(
    ({ change }) => change.verdict.kind === 'update',
  ).length;
  if (planned <= context.maxChanges) return [];
  return [{ guard: 'maxChanges', target: context.target, planned, cap: context.maxChanges }];
}

/** What may run: for each name the steps that the reviewed plan holds. */
export function allowedSteps(review: Review): ReadonlyMap<ProductKey, readonly Step[]> {
  const allowed = new Map<ProductKey, readonly Step[]>();
  if (review.kind === 'failed' || review.guards.length > 0) return allowed;
  for (const [key, { change }] of review.evaluations)
    if (change.verdict.kind === 'update') allowed.set(key, change.verdict.steps);
  return allowed;
}

/** The statuses that follow from a review. */
export function statusesOf(
  context: TargetContext,
  review: Extract<Review, { kind: 'ok' }>,
): readonly ProductStatusView[] {
  const now = isoNow(context.clock);
  const { revision, specs, invalid } = context.desired();
  const [finding] = review.guards;
  const views: ProductStatusView[] = [];
  for (const spec of specs.values()) {
    const evaluation = review.evaluations.get(spec.key);
    const live = review.observation.products.get(spec.key);
    if (evaluation === undefined || live === undefined) continue;
    const view = statusOfChange(spec, evaluation.change, live, { revision, now });
    const held = finding !== undefined && evaluation.change.verdict.kind === 'update';
    views.push(held ? statusOfTrouble(view, guardTrouble(finding), now) : view);
  }
  for (const [key, document] of invalid) {
    const before = context.board.get(context.target, key);
    views.push(statusOfInvalid(context.target, key, document, before, { revision, now }));
  }
  return views;
}

function guardTrouble(finding: GuardFinding) {
  return {
    stalled: true,
    reason: 'HeldByGuard',
    message: `the plan changes ${finding.planned} provisioned products, the cap is ${finding.cap}`,
    next: `change fewer at once, or allow exactly this with --max-changes ${finding.planned}`,
  };
}
