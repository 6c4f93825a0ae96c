import { whatIsUnread } from '../diff/decide.ts';
import { planInstances, removesMore, requestsLeft } from '../diff/stack-set.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { Step } from '../domain/request.ts';
import type { TargetContext } from './context.ts';
import type { Evaluation } from './evaluate.ts';

/** AWS carries out one import at a time; one may be open since an earlier process. */
export function isImporting({ importing, entries }: TargetContext, key: ProductKey): boolean {
  return (
    importing.size > 0 ||
    entries.openIntents().some((one) => one !== key && entries.get(one).intent?.step === 'import')
  );
}

export function isAllowed(
  context: TargetContext,
  key: ProductKey,
  steps: readonly Step[],
): boolean {
  const allowed = context.allowed(key);
  return allowed !== undefined && steps.every((step) => allowed.includes(step));
}

/**
 * Somebody has put another one under this name since the plan was judged, or made it one of another
 * product: what the plan holds is no wish to replace that. Our own records do so by the plan.
 */
export function isAnother(context: TargetContext, { spec, live }: Evaluation): boolean {
  const reviewed = context.observation()?.products.get(spec.key);
  if (live.kind !== 'present' || reviewed?.kind !== 'present') return false;
  const { last } = live.records;
  if (last !== null && context.entries.get(spec.key).ownRecords.includes(last)) return false;
  if (live.id !== reviewed.id) return true;
  if (live.product.kind !== 'read' || reviewed.product.kind !== 'read') return false;
  return live.product.value.id !== reviewed.product.value.id;
}

/** A stack instance that was not there when the plan was judged is not removed by it. */
export function removesUnreviewed(
  context: TargetContext,
  { spec, live, change }: Evaluation,
): boolean {
  if (change.verdict.kind === 'provision') {
    const held = context.observation()?.leaving?.get(spec.key) ?? 0;
    return (change.instances?.removed ?? 0) > held;
  }
  const reviewed = context.observation()?.products.get(spec.key);
  if (live.kind !== 'present' || reviewed?.kind !== 'present') return false;
  return removesMore(planInstances(spec, live, context.entries.get(spec.key)), live, reviewed);
}

/**
 * Whether it counts as done with this request. Not where some field could not be read: it may differ.
 * Stack instances that one request cannot name take several of one step.
 */
export function isLastRequest(context: TargetContext, { spec, live, change }: Evaluation): boolean {
  if (change.verdict.kind === 'provision') return change.verdict.steps.length === 1;
  if (change.verdict.kind !== 'update' || live.kind !== 'present') return true;
  const [step] = change.verdict.steps;
  if (step === undefined || change.verdict.steps.length > 1) return step === undefined;
  if (whatIsUnread(change).length > 0) return false;
  return requestsLeft(spec, live, context.entries.get(spec.key), step) <= 1;
}
