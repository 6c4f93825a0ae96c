import type { RolloutRule } from '../../src/domain/rollout.ts';
import { SECRET_PREFIX, type Wish } from './estate.ts';
import { REGRESSIONS } from './regressions.ts';
import { Rng } from './rng.ts';
import type { Scenario, Step } from './scenario.ts';

/** Seeds that broke a rule before these variants came: each replays what it broke it with. */
const BEFORE = new Set(REGRESSIONS.flatMap(({ seed, varied }) => (varied === true ? [] : [seed])));

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
  const { seed, names, maxChanges, maxProvisions } = scenario;
  // What waits for canaries counts as planned, so a low limit would hold up both.
  if (Math.min(maxChanges, maxProvisions) < 5) return scenario;
  if (names.length === 1 || BEFORE.has(seed)) return scenario;
  const rng = new Rng(`rollout of ${seed}`);
  if (!rng.chance(0.3)) return scenario;
  const rollout: RolloutRule = {
    product: rng.pick(['network', '*']),
    canary: { kind: 'count', count: rng.pick([1, 1, 2]) },
    maxFailures: rng.pick([1, 1, 2]),
    pauseOnFailure: rng.chance(0.8),
  };
  return { ...scenario, rollout, steps: withMoves(scenario, rng) };
}

/** One commit brings all of them to the other version; some of those fail there. */
function withMoves({ first, steps }: Scenario, rng: Rng): readonly Step[] {
  if (!rng.chance(0.7)) return steps;
  const at = rng.int(0, steps.length);
  const commits = steps
    .slice(0, at)
    .flatMap(({ action }) => (action.kind === 'commit' ? action.wishes : []));
  const latest = new Map([...first, ...commits].map((wish) => [wish.name, wish]));
  const wishes = [...latest.values()].map(
    (wish): Wish => ({
      ...wish,
      version: wish.version === 'v1' ? 'v2' : 'v1',
      spoilt: null,
      cidr: rng.chance(0.3) ? rng.pick(['boom-1', 'boom-2']) : wish.cidr,
    }),
  );
  const move: Step = { action: { kind: 'commit', wishes }, thenMs: rng.int(0, 20 * 60_000) };
  return steps.toSpliced(at, 0, move);
}

const ENGINES = ['CONTROL_TOWER_ACCOUNT', 'TERRAFORM_CLOUD'] as const;

/** Nothing tells the values of what an engine made, and a document must give them all. */
export function withKind(scenario: Scenario): Scenario {
  const { seed } = scenario;
  if (BEFORE.has(seed)) return scenario;
  const rng = new Rng(`kind of ${seed}`);
  if (!rng.chance(0.3)) return scenario;
  const whole = (wish: Wish): Wish => ({
    ...wish,
    ...(wish.life?.stored == null ? { secret: wish.secret ?? `${SECRET_PREFIX}at-birth` } : {}),
    mode: wish.mode ?? 'one',
    extra: 'x',
  });
  return {
    ...scenario,
    kind: rng.pick(ENGINES),
    first: scenario.first.map(whole),
    steps: scenario.steps.map(({ action, ...step }) =>
      action.kind === 'commit'
        ? { ...step, action: { ...action, wishes: action.wishes.map(whole) } }
        : { ...step, action },
    ),
  };
}
