import {
  failuresOf,
  holdOf,
  type Member,
  pauseOf,
  planRollouts,
  productOf,
  type Rollout,
  versionOf,
} from '../diff/rollout.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { RolloutPart, RolloutView } from '../domain/rollout.ts';
import type { Evaluation } from './evaluate.ts';
import { draftRollouts, movesVersion, type RolloutInput } from './rollout-members.ts';

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
  for (const rollout of rollouts)
    for (const member of rollout.members) {
      const evaluation = evaluations.get(member.key);
      if (evaluation === undefined || !movesVersion(evaluation)) continue;
      evaluations.set(member.key, judged(rollout, member, evaluation));
    }
  return rollouts;
}

const seen = ({ state }: Member) => state;

function judged(rollout: Rollout, member: Member, evaluation: Evaluation): Evaluation {
  const hold = holdOf(rollout, member.key, seen);
  const part = partOf(rollout, member, hold?.kind === 'paused');
  const change = { ...evaluation.change, rollout: part };
  if (hold?.isBlocked !== true) return { ...evaluation, change };
  const { why, next } = hold;
  return { ...evaluation, change: { ...change, verdict: { kind: 'waits', why, next } } };
}

function partOf(rollout: Rollout, { key, state }: Member, isPaused: boolean): RolloutPart {
  const stage = stageOf();
  const leaders = rollout.members.filter(
    (one) => rollout.leaders.has(one.key) && one.state.kind !== 'runs',
  );
  const after = stage === 'rest' ? leaders.map(({ name }) => name) : [];
  return { product: productOf(rollout), version: versionOf(rollout), stage, after, isPaused };

  function stageOf(): RolloutPart['stage'] {
    if (state.kind === 'moves' && state.isAgain) return 'again';
    if (rollout.canaries.has(key)) return 'canary';
    return rollout.leaders.has(key) ? 'needed' : 'rest';
  }
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
