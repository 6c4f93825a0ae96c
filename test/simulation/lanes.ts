import type { RolloutRule } from '../../src/domain/rollout.ts';
import { REGRESSIONS } from './regressions.ts';
import { Rng } from './rng.ts';
import type { Scenario } from './scenario.ts';

/** Seeds that broke a rule before there were such scenarios: each replays what it broke it with. */
const BEFORE = new Set(REGRESSIONS.flatMap(({ seed, lanes }) => (lanes === true ? [] : [seed])));

/** Fewer operations of the type may be in flight than of all, by chance of its own. */
export function withLanes(scenario: Scenario): Scenario {
  const { seed, maxInFlight } = scenario;
  if (maxInFlight === 1 || BEFORE.has(seed)) return scenario;
  const rng = new Rng(`lanes of ${seed}`);
  if (!rng.chance(0.3)) return scenario;
  return { ...scenario, maxInFlightOfType: rng.int(1, maxInFlight - 1) };
}

/** Canaries go first, and a failure holds back the rest, by chance of its own. */
export function withRollout(scenario: Scenario): Scenario {
  const { seed, names } = scenario;
  if (names.length === 1 || BEFORE.has(seed)) return scenario;
  const rng = new Rng(`rollout of ${seed}`);
  if (!rng.chance(0.3)) return scenario;
  const rollout: RolloutRule = {
    product: rng.pick(['network', '*']),
    canary: { kind: 'count', count: rng.pick([1, 1, 2]) },
    maxFailures: rng.pick([1, 1, 2]),
    pauseOnFailure: rng.chance(0.8),
  };
  return { ...scenario, rollout };
}
