import type { Change, FieldDifference } from '../domain/change.ts';
import type { ProductRequest, Step } from '../domain/request.ts';
import { instanceIn } from './compare-instances.ts';
import { pairsOf, rectangles } from './rectangles.ts';

/** An order by its verb is one request, whatever of what it names is there. */
const VERB = 'provisioningPreferences.stackSetOperationType';

/** How many requests a step of this change takes: stack instances that form no rectangle take several. */
export function requestsOf({ differences }: Pick<Change, 'differences'>, step: Step): number {
  const own = differences.filter((one) => one.step === step);
  if (step === 'createInstances') return Math.max(1, own.length);
  if (step !== 'deleteInstances' || own.some(({ field }) => field === VERB)) return 1;
  return Math.max(1, rectangles(own.flatMap(({ label }) => instanceIn(label) ?? [])).length);
}

/** What this request of the step changes: of the instances that go, those that it names. */
export function labelsOf(
  differences: readonly FieldDifference[],
  step: Step,
  request: ProductRequest,
): readonly string[] {
  const labels = differences.filter((one) => one.step === step).map(({ label }) => label);
  const preferences = 'preferences' in request ? request.preferences : undefined;
  const { accounts = null, regions = null } = preferences ?? {};
  if (step !== 'deleteInstances' || accounts === null || regions === null) return labels;
  const named = new Set(
    pairsOf({ accounts, regions }).map(({ account, region }) => `${account}/${region}`),
  );
  return labels.filter((label) => {
    const found = instanceIn(label);
    return found === null || named.has(`${found.account}/${found.region}`);
  });
}
