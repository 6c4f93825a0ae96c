import { isHalfRecreated } from '../diff/creation-wish.ts';
import {
  failuresOf,
  type Hold,
  holdOf,
  holdsOf,
  type Member,
  pauseOf,
  productOf,
  type Rollout,
  versionOf,
} from '../diff/rollout.ts';
import { planRollouts } from '../diff/rollout-leaders.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { RolloutPart, RolloutView } from '../domain/rollout.ts';
import type { Evaluation } from './evaluate.ts';
import { draftRollouts, type RolloutInput } from './rollout-members.ts';
import { movesVersion } from './rollout-state.ts';

/** Judges the rollouts of a review: each change gets its part in one, or waits where that is held. */
export function reviewRollouts(
  input: RolloutInput & { readonly evaluations: Map<ProductKey, Evaluation> },
): readonly Rollout[] {
  const { evaluations } = input;
  const needsOf = (key: ProductKey) => {
    const spec = evaluations.get(key)?.spec;
    const here = spec?.dependsOn.filter(({ target }) => target === spec.target) ?? [];
    return here.map((one) => one.key);
  };
  const rollouts = planRollouts(draftRollouts(input), needsOf);
  for (const rollout of rollouts) {
    const holds = holdsOf(rollout, seen);
    const urgent = stillToRun(rollout, rollout.urgent);
    const leaders = stillToRun(rollout, rollout.leaders);
    for (const member of rollout.members) {
      const evaluation = evaluations.get(member.key);
      if (evaluation === undefined || !movesVersion(evaluation)) continue;
      const { spec } = evaluation;
      // Nothing is there until it is done: that is not left half done by what others do.
      const isOwed = isHalfRecreated({ spec, entry: input.entryOf(member.key) });
      const hold = isOwed ? null : holdOf(rollout, member.key, seen, () => holds);
      const stage = stageOf(rollout, member);
      const part: RolloutPart = {
        product: productOf(rollout),
        version: versionOf(rollout),
        stage,
        after: stage === 'rest' ? leaders : hold?.kind === 'waits' ? urgent : [],
        isPaused: hold?.kind === 'paused',
      };
      evaluations.set(member.key, judged(evaluation, part, hold));
    }
  }
  return rollouts;
}

const seen = ({ state }: Member) => state;

function judged(evaluation: Evaluation, rollout: RolloutPart, hold: Hold | null): Evaluation {
  const change = { ...evaluation.change, rollout };
  if (hold?.isBlocked !== true) return { ...evaluation, change };
  const { why, next } = hold;
  return { ...evaluation, change: { ...change, verdict: { kind: 'waits', why, next } } };
}

/** How many of those that go first are named with each that follows. */
const NAMED = 10;

function stillToRun({ members }: Rollout, first: ReadonlySet<ProductKey>): readonly string[] {
  return members
    .filter(({ key, state }) => first.has(key) && state.kind !== 'runs')
    .map(({ name }) => name)
    .slice(0, NAMED);
}

function stageOf({ canaries, leaders }: Rollout, { key, state }: Member): RolloutPart['stage'] {
  if (state.kind === 'moves' && state.isAgain) return 'again';
  if (canaries.has(key)) return 'canary';
  return leaders.has(key) ? 'needed' : 'rest';
}

/** A rollout as a plan shows it. */
export function viewOf(rollout: Rollout): RolloutView {
  const { members, canaries, rule } = rollout;
  return {
    product: productOf(rollout),
    version: versionOf(rollout),
    canaries: members.flatMap(({ key, name }) => (canaries.has(key) ? [name] : [])),
    members: members.length,
    running: members.filter(({ state }) => state.kind === 'runs').length,
    maxFailures: rule.maxFailures,
    pauseOnFailure: rule.pauseOnFailure,
    failures: failuresOf(rollout, seen),
    paused: pauseOf(rollout, seen),
  };
}
