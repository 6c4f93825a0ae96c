import type { ProductKey } from '../domain/ids.ts';
import type { RolloutRule } from '../domain/rollout.ts';
import { byText } from './normalize.ts';
import { isTriedAgain, type Member, type Rollout, type RolloutDraft } from './rollout.ts';

/**
 * Chooses who goes first in each rollout. Whatever a leader waits for, by `needs` or because it is
 * held in a rollout of its own, becomes a leader too: so no circle of waiting can arise.
 */
export function planRollouts(
  drafts: readonly RolloutDraft[],
  needsOf: (key: ProductKey) => readonly ProductKey[],
): readonly Rollout[] {
  const rollouts = drafts.toSorted(byVersion).map((draft) => {
    const members = draft.members.toSorted(byName);
    const canaries = new Set(chooseCanaries(draft.rule, members).map(({ key }) => key));
    const isAgain = ({ state }: Member) => draft.rule.pauseOnFailure && isTriedAgain(state);
    const again = members.filter(isAgain).map(({ key }) => key);
    return {
      ...draft,
      members,
      byKey: new Map(members.map((member) => [member.key, member])),
      canaries,
      leaders: new Set([...canaries, ...again]),
    };
  });
  while (rollouts.some((rollout) => leadMore(rollout, rollouts, needsOf)));
  return rollouts;
}

function byVersion({ version: a }: RolloutDraft, { version: b }: RolloutDraft): number {
  return byText(a.productId, b.productId) || byText(a.artifactId, b.artifactId);
}

function byName(a: Member, b: Member): number {
  return byText(a.name, b.name) || byText(a.key, b.key);
}

/** Those with the labels; or the first by name, of which those that run the version, or may, come first. */
function chooseCanaries({ canary }: RolloutRule, members: readonly Member[]): readonly Member[] {
  if (canary.kind === 'labels') {
    const wanted = Object.entries(canary.labels);
    return members.filter(({ labels }) =>
      wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value),
    );
  }
  return members.toSorted((a, b) => rank(a) - rank(b) || byName(a, b)).slice(0, canary.count);
}

function rank({ state }: Member): number {
  if (state.kind === 'runs') return 0;
  return state.kind === 'waits' && state.mayRun === true ? 1 : 2;
}

type Growing = Rollout & { readonly leaders: Set<ProductKey> };

/** Whether what its leaders wait for had to be added to them. */
function leadMore(
  rollout: Growing,
  all: readonly Growing[],
  needsOf: (key: ProductKey) => readonly ProductKey[],
): boolean {
  const before = rollout.leaders.size;
  const seen = new Set<ProductKey>();
  const open = [...rollout.leaders];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    const member = rollout.byKey.get(key);
    if (member !== undefined && member.state.kind !== 'runs') rollout.leaders.add(key);
    open.push(...needsOf(key), ...waitedFor(key, all));
  }
  return rollout.leaders.size > before;
}

/** The leaders of the rollout in which this one is of the rest. */
function waitedFor(key: ProductKey, all: readonly Growing[]): readonly ProductKey[] {
  const own = all.find(({ byKey }) => byKey.has(key));
  return own === undefined || own.leaders.has(key) ? [] : [...own.leaders];
}
