import { sha256 } from '../domain/canonical.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { Digest } from '../domain/ids.ts';
import { kindOf } from '../domain/kind.ts';
import type { Live, PresentProduct, StackInstance } from '../domain/live.ts';
import type { StackSetRequest, Step } from '../domain/request.ts';
import type { Spec, StackInstancesWish } from '../domain/spec.ts';
import { byText } from './normalize.ts';
import {
  distinct,
  keyOf,
  pairsOf,
  type Rectangle,
  rectangles,
  type Where,
  without,
} from './rectangles.ts';

/** What is to happen to the instances of a stack set; each entry is one request. */
export interface InstancePlan {
  readonly field: string;
  readonly create: readonly Rectangle[];
  readonly remove: readonly Rectangle[];
  /** Declared, there, and behind the stack set. */
  readonly outdated: readonly Rectangle[];
  /** Declared for UPDATE, which creates none. */
  readonly missing: readonly Rectangle[];
  /** There and not declared, and not to be removed. */
  readonly surplus: readonly Rectangle[];
  /** Declared and in a state that no update ends. */
  readonly inoperable: readonly Rectangle[];
}

const NOTHING = {
  create: [],
  remove: [],
  outdated: [],
  missing: [],
  surplus: [],
  inoperable: [],
} as const;

/** Whether the instances are needed to tell what differs. */
export function needsInstances(spec: Spec, status: string): boolean {
  if (spec.stackInstances !== null || status === 'TAINTED') return true;
  const { preferences } = spec;
  return (
    preferences !== null &&
    (preferences.accounts !== null ||
      preferences.regions !== null ||
      preferences.operation !== 'UPDATE')
  );
}

/** null: nothing is declared about instances, or they were not read. */
export function planInstances(
  spec: Spec,
  live: PresentProduct,
  entry: ProductEntry,
): InstancePlan | null {
  if (kindOf(live) !== 'stackSet' || live.instances.kind !== 'read') return null;
  return planFor(spec, live.instances.value, entry);
}

/** Whether nothing is to be done about these instances, nor said of one that nothing updates. */
export function areAsDeclared(
  spec: Spec,
  there: readonly StackInstance[],
  entry: ProductEntry,
): boolean {
  const { create, remove, outdated, missing, inoperable } = planFor(spec, there, entry);
  return [create, remove, outdated, missing, inoperable].every((some) => some.length === 0);
}

function planFor(spec: Spec, there: readonly StackInstance[], entry: ProductEntry): InstancePlan {
  if (spec.stackInstances !== null) return byWish(spec, spec.stackInstances, there);
  const operation = spec.preferences?.operation ?? 'UPDATE';
  return operation === 'UPDATE' ? byUpdate(spec, there) : byVerb(spec, operation, there, entry);
}

function byWish(
  spec: Spec,
  wish: StackInstancesWish,
  there: readonly StackInstance[],
): InstancePlan {
  const wanted = pairsOf(wish);
  const surplus = rectangles(without(there, wanted));
  return {
    ...NOTHING,
    ...states(there, wanted),
    field: 'stackInstances',
    create: rectangles(without(wanted, there)),
    remove: spec.reconcile.removeInstances ? surplus : [],
    surplus: spec.reconcile.removeInstances ? [] : surplus,
  };
}

/** UPDATE names instances that are there; what it does not name is nobody's wish. */
function byUpdate({ preferences }: Spec, there: readonly StackInstance[]): InstancePlan {
  const accounts = preferences?.accounts ?? distinct(there.map((one) => one.account));
  const regions = preferences?.regions ?? distinct(there.map((one) => one.region));
  const isDeclared = preferences?.accounts != null || preferences?.regions != null;
  const wanted = isDeclared ? pairsOf({ accounts, regions }) : there;
  const field =
    preferences?.accounts == null
      ? 'provisioningPreferences.stackSetRegions'
      : 'provisioningPreferences.stackSetAccounts';
  const missing = rectangles(without(wanted, there));
  return { ...NOTHING, ...states(there, wanted), field, missing };
}

/** Once for each content, and only where live state proves that something is left to do. */
function byVerb(
  spec: Spec,
  operation: 'CREATE' | 'DELETE',
  there: readonly StackInstance[],
  entry: ProductEntry,
): InstancePlan {
  const field = 'provisioningPreferences.stackSetOperationType';
  const named = verbTarget(spec);
  const run = instancesRun(spec);
  if (named === null || run === null || entry.instancesRun === run) return { ...NOTHING, field };
  const wanted = pairsOf(named);
  const isDue =
    operation === 'CREATE'
      ? without(wanted, there).length > 0
      : without(wanted, there).length < wanted.length;
  if (!isDue) return { ...NOTHING, field };
  return operation === 'CREATE'
    ? { ...NOTHING, field, create: [named] }
    : { ...NOTHING, field, remove: [named] };
}

function verbTarget({ preferences }: Spec): Rectangle | null {
  if (preferences === null || preferences.operation === 'UPDATE') return null;
  const { accounts, regions } = preferences;
  if (accounts === null || regions === null) return null;
  return { accounts: accounts.toSorted(byText), regions: regions.toSorted(byText) };
}

/** What tells one CREATE or DELETE from another; null: the document declares neither. */
function instancesRun(spec: Spec): Digest | null {
  const named = verbTarget(spec);
  if (named === null || spec.preferences === null) return null;
  const { operation } = spec.preferences;
  return sha256({ version: 'trueup-instances-1', operation, ...named });
}

/**
 * The CREATE or DELETE of a document that is as declared: whoever carried it out, it is done, and an
 * instance that somebody brings back or takes away later is no reason to carry it out again.
 */
export function orderDone(spec: Spec, live: Live): Digest | null {
  if (live.kind !== 'present' || kindOf(live) !== 'stackSet') return null;
  return live.instances.kind === 'read' ? instancesRun(spec) : null;
}

/** The run that a success of this step completes; null: none. */
export function runOf(spec: Spec, step: Step): Digest | null {
  return step === 'createInstances' || step === 'deleteInstances' ? instancesRun(spec) : null;
}

function states(there: readonly StackInstance[], wanted: readonly Where[]) {
  const named = new Set(wanted.map(keyOf));
  const declared = there.filter((one) => named.has(keyOf(one)));
  const of = (status: string) => rectangles(declared.filter((one) => one.status === status));
  return { outdated: of('OUTDATED'), inoperable: of('INOPERABLE') };
}

/** The stack set's part of a request; undefined: it says nothing about one. */
export function stackSetRequest(
  spec: Spec,
  live: PresentProduct,
  entry: ProductEntry,
  step: Step,
): StackSetRequest | undefined {
  if (kindOf(live) !== 'stackSet') return undefined;
  const { preferences } = spec;
  const common = {
    failureTolerance: preferences?.failureTolerance ?? null,
    maxConcurrency: preferences?.maxConcurrency ?? null,
  };
  const plan = planInstances(spec, live, entry);
  if (step === 'createInstances' || step === 'deleteInstances') {
    const [first] = (step === 'createInstances' ? plan?.create : plan?.remove) ?? [];
    if (first === undefined) return undefined;
    return { operation: step === 'createInstances' ? 'CREATE' : 'DELETE', ...first, ...common };
  }
  if (preferences === null && spec.stackInstances === null) return undefined;
  const names = preferences?.operation === 'UPDATE' ? preferences : null;
  return {
    operation: 'UPDATE',
    accounts: names?.accounts?.toSorted(byText) ?? null,
    regions: names?.regions?.toSorted(byText) ?? null,
    ...common,
  };
}

/**
 * Whether the plan removes an instance that is there and that this earlier look did not show. What an
 * order names besides, and is not there, cannot be removed.
 */
export function removesMore(
  plan: InstancePlan | null,
  live: PresentProduct,
  earlier: PresentProduct,
): boolean {
  if (plan === null || plan.remove.length === 0) return false;
  if (live.instances.kind !== 'read' || earlier.instances.kind !== 'read') return false;
  const going = new Set(plan.remove.flatMap(pairsOf).map(keyOf));
  const there = live.instances.value.filter((one) => going.has(keyOf(one)));
  return without(there, earlier.instances.value).length > 0;
}

/** How many requests a step still takes: instances that form no rectangle take several. */
export function requestsLeft(
  spec: Spec,
  live: PresentProduct,
  entry: ProductEntry,
  step: Step,
): number {
  if (step !== 'createInstances' && step !== 'deleteInstances') return 1;
  const plan = planInstances(spec, live, entry);
  return (step === 'createInstances' ? plan?.create : plan?.remove)?.length ?? 1;
}
