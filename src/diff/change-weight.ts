import type { Change } from '../domain/change.ts';
import type { Intent } from '../domain/entry.ts';
import { type ChargedRest, GUARDS, WEIGHTLESS, type Weights } from '../domain/guard.ts';
import type { Digest } from '../domain/ids.ts';
import type { StackSetRequest, Step } from '../domain/request.ts';

export interface Measured {
  readonly change: Pick<Change, 'key' | 'name' | 'base' | 'verdict' | 'differences' | 'instances'>;
  /** The second half of a recreation, which was counted with its first: to hold it would leave nothing. */
  readonly finishes?: boolean;
  /** What its document asks for; left out: there is none, or no key to tell it by. */
  readonly specDigest?: Digest;
  /** What is left of an update that was counted with an earlier step of it. */
  readonly isRest?: boolean;
}

const NO_INSTANCES = { created: 0, removed: 0 };

/**
 * How much a change does, in the measures of the guards. What does not act weighs nothing. A stack
 * instance is a stack: to create one is to provision it, to remove one is to terminate it.
 */
export function weightOf({ change, finishes, isRest }: Measured): Weights {
  const { verdict } = change;
  const { created, removed } = change.instances ?? NO_INSTANCES;
  if (finishes === true) return WEIGHTLESS;
  switch (verdict.kind) {
    case 'update': {
      const terminations = removed + Number(isReplacement(change));
      return { updates: Number(isRest !== true), provisions: created, terminations };
    }
    case 'import':
      return { ...WEIGHTLESS, updates: 1 };
    case 'provision': {
      const terminations = verdict.steps.includes('terminate') ? Math.max(1, removed) : 0;
      return { updates: 0, provisions: Math.max(1, created), terminations };
    }
    case 'terminate':
      return { ...WEIGHTLESS, terminations: Math.max(1, removed) };
    case 'inSync':
    case 'waits':
    case 'reported':
    case 'suspended':
    case 'busy':
    case 'latched':
    case 'refused':
    case 'unreadable':
      return WEIGHTLESS;
    default:
      return verdict satisfies never;
  }
}

/** Another product: CloudFormation may replace everything that runs. */
function isReplacement({ differences }: Measured['change']): boolean {
  return differences.some(
    ({ field, step }) => step === 'update' && (field === 'productId' || field === 'productName'),
  );
}

/** How much one request of a change does. */
export function weightOfRequest(
  { request, step }: Pick<Intent, 'request' | 'step'>,
  measured: Measured,
): Weights {
  const { change } = measured;
  if (measured.finishes === true) return WEIGHTLESS;
  const { created, removed } = change.instances ?? NO_INSTANCES;
  // A recreation counts whole with its first request, so that the second is never one too many.
  if (step === 'terminate' && change.verdict.kind === 'provision') return weightOf(measured);
  switch (request.operation) {
    case 'UpdateProvisionedProduct': {
      const named = instancesOf(request.preferences);
      const replaced = step === 'update' && isReplacement(change);
      // An order may name instances that are not there: those that go were counted one by one.
      const going = step === 'deleteInstances' ? Math.min(named, removed) : 0;
      return {
        updates: 1,
        provisions: step === 'createInstances' ? named : 0,
        terminations: going + Number(replaced),
      };
    }
    case 'UpdateProvisionedProductProperties':
    case 'ImportAsProvisionedProduct':
      return { ...WEIGHTLESS, updates: 1 };
    case 'ProvisionProduct':
      return { ...WEIGHTLESS, provisions: Math.max(1, created) };
    case 'TerminateProvisionedProduct':
      return { ...WEIGHTLESS, terminations: Math.max(1, removed) };
    default:
      return request satisfies never;
  }
}

/** The steps that follow this request of a change and are counted with it. */
export function restAfter(
  { request, step }: Pick<Intent, 'request' | 'step'>,
  { change, specDigest }: Measured,
): ChargedRest | undefined {
  if (specDigest === undefined || !('steps' in change.verdict)) return undefined;
  const { steps } = change.verdict;
  const at = steps.indexOf(step);
  if (at < 0) return undefined;
  const named = 'preferences' in request ? instancesOf(request.preferences) : 0;
  const { created, removed } = change.instances ?? NO_INSTANCES;
  // Stack instances that form many groups take a request for each.
  const goesOn =
    (step === 'createInstances' && named < created) ||
    (step === 'deleteInstances' && named < removed);
  const left = steps.slice(goesOn ? at : at + 1);
  return left.length === 0 ? undefined : { specDigest, steps: left };
}

/** Whether the update holds nothing but what an earlier step of it was counted with. */
export function isWithin(rest: ChargedRest | undefined, { change, specDigest }: Measured): boolean {
  const { verdict } = change;
  return (
    rest !== undefined &&
    rest.specDigest === specDigest &&
    verdict.kind === 'update' &&
    verdict.steps.every((step: Step) => rest.steps.includes(step))
  );
}

function instancesOf(preferences: StackSetRequest | undefined): number {
  return (preferences?.accounts?.length ?? 0) * (preferences?.regions?.length ?? 0);
}

export function plus(a: Weights, b: Weights): Weights {
  return {
    updates: a.updates + b.updates,
    provisions: a.provisions + b.provisions,
    terminations: a.terminations + b.terminations,
  };
}

export function sumOf(weights: Iterable<Weights>): Weights {
  let sum = WEIGHTLESS;
  for (const one of weights) sum = plus(sum, one);
  return sum;
}

export function isWeightless(weights: Weights): boolean {
  return GUARDS.every((guard) => weights[guard] === 0);
}
