import { REGRESSIONS } from './regressions.ts';
import { Rng } from './rng.ts';
import type { Scenario } from './scenario.ts';

/** Seeds that broke a rule before types had limits here: each replays what it broke it with. */
const BEFORE = new Set(REGRESSIONS.flatMap(({ seed, lanes }) => (lanes === true ? [] : [seed])));

/** Fewer operations of the type may be in flight than of all, by chance of its own. */
export function withLanes(scenario: Scenario): Scenario {
  const { seed, maxInFlight } = scenario;
  if (maxInFlight === 1 || BEFORE.has(seed)) return scenario;
  const rng = new Rng(`lanes of ${seed}`);
  if (!rng.chance(0.3)) return scenario;
  return { ...scenario, maxInFlightOfType: rng.int(1, maxInFlight - 1) };
}
