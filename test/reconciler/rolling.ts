import type { RolloutRule } from '../../src/domain/rollout.ts';
import type { DesiredState } from '../../src/reconciler/context.ts';
import { PRIORITY } from '../../src/reconciler/queue.ts';
import { invalidDocument, keyOf, MINUTE } from './networks.ts';
import type { Incarnation, World } from './world.ts';

/** One canary; the first failure pauses. */
export const RULE: RolloutRule = {
  ...{ product: 'network', maxFailures: 1, pauseOnFailure: true },
  canary: { kind: 'count', count: 1 },
};

/** A product of which v2 breaks with the Cidr `bad`. */
export const breaking = (name: string) => ({
  ...{ name, paths: [{ portfolio: 'platform' }] },
  versions: ['v1', 'v2'].map((version) => ({
    ...{ name: version, parameters: { Cidr: {} } },
    failsWhen:
      version === 'v2'
        ? [{ parameter: 'Cidr', value: 'bad', message: 'the template is broken' }]
        : [],
  })),
});

/** What is wished for, where the document of one cannot be read any more. */
export function withInvalid({ desired }: World, name: string): DesiredState {
  const key = keyOf(name);
  const specs = new Map([...desired.specs].filter(([one]) => one !== key));
  return { ...desired, revision: 'r2', specs, invalid: new Map([[key, invalidDocument(name)]]) };
}

/** What is wished for, where a selection takes only some of it. */
export function selecting({ desired }: World, ...names: readonly string[]): DesiredState {
  const keys = new Set(names.map(keyOf));
  const [specs, leftOut] = [true, false].map(
    (isMeant) => new Map([...desired.specs].filter(([key]) => keys.has(key) === isMeant)),
  );
  return {
    ...desired,
    isSelection: true,
    specs: specs ?? new Map(),
    leftOut: leftOut ?? new Map(),
  };
}

/** One look at this, and a minute for what may go. */
export async function lookAt(
  world: World,
  { reconciler }: Incarnation,
  desired: DesiredState,
): Promise<void> {
  reconciler.setDesired(desired);
  const review = await world.clock.until(reconciler.review());
  reconciler.release(review, PRIORITY.commit);
  await world.clock.pass(MINUTE);
}
