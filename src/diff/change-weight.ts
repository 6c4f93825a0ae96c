import type { Change } from '../domain/change.ts';
import type { Intent, ProductEntry } from '../domain/entry.ts';
import { GUARDS, WEIGHTLESS, type Weights } from '../domain/guard.ts';
import type { Live } from '../domain/live.ts';
import type { StackSetRequest } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import { planInstances } from './stack-set.ts';

/** A change with the stack instances that it makes, which its differences do not tell one by one. */
export interface Measured {
  readonly change: Pick<Change, 'key' | 'name' | 'base' | 'verdict' | 'differences'>;
  readonly instances: number;
  /** The second half of a recreation, which was counted with its first: to hold it would leave nothing. */
  readonly finishes?: boolean;
}

/** How many stack instances a change of this document makes. */
export function instancesMade(
  spec: Spec,
  live: Live,
  entry: ProductEntry,
  { verdict }: Pick<Change, 'verdict'>,
): number {
  if (verdict.kind === 'provision') return instancesNamed(spec.stackInstances ?? spec.preferences);
  if (verdict.kind !== 'update' || live.kind !== 'present') return 0;
  if (!verdict.steps.includes('createInstances')) return 0;
  const plan = planInstances(spec, live, entry);
  return (plan?.create ?? []).reduce((sum, one) => sum + instancesNamed(one), 0);
}

function instancesNamed(
  named: {
    readonly accounts: readonly string[] | null;
    readonly regions: readonly string[] | null;
  } | null,
): number {
  return (named?.accounts?.length ?? 0) * (named?.regions?.length ?? 0);
}

/** How much a change does, in the measures of the guards. What does not act weighs nothing. */
export function weightOf({ change, instances, finishes }: Measured): Weights {
  const { verdict, differences } = change;
  if (finishes === true) return WEIGHTLESS;
  switch (verdict.kind) {
    case 'update': {
      const removed = differences.filter(({ step }) => step === 'deleteInstances').length;
      const terminations = removed + Number(isReplacement(change));
      return { updates: 1, provisions: instances, terminations };
    }
    case 'import':
      return { ...WEIGHTLESS, updates: 1 };
    case 'provision': {
      const terminations = Number(verdict.steps.includes('terminate'));
      return { updates: 0, provisions: Math.max(1, instances), terminations };
    }
    case 'terminate':
      return { ...WEIGHTLESS, terminations: 1 };
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
  // A recreation counts whole with its first request, so that the second is never one too many.
  if (step === 'terminate' && change.verdict.kind === 'provision') return weightOf(measured);
  switch (request.operation) {
    case 'UpdateProvisionedProduct': {
      const named = instancesOf(request.preferences);
      const replaced = step === 'update' && isReplacement(change);
      return {
        updates: 1,
        provisions: step === 'createInstances' ? named : 0,
        terminations: (step === 'deleteInstances' ? named : 0) + Number(replaced),
      };
    }
    case 'UpdateProvisionedProductProperties':
    case 'ImportAsProvisionedProduct':
      return { ...WEIGHTLESS, updates: 1 };
    case 'ProvisionProduct':
      return { ...WEIGHTLESS, provisions: Math.max(1, instancesOf(request.preferences)) };
    case 'TerminateProvisionedProduct':
      return { ...WEIGHTLESS, terminations: 1 };
    default:
      return request satisfies never;
  }
}

function instancesOf(preferences: StackSetRequest | undefined): number {
  return preferences === undefined ? 0 : instancesNamed(preferences);
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
