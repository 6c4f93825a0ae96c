import type { ProductKey } from '../domain/ids.ts';
import type { RolloutRule } from '../domain/rollout.ts';
import { byText } from './normalize.ts';
import { isTriedAgain, type Member, type Rollout, type RolloutDraft } from './rollout.ts';

/**
 * Chooses who goes first in each rollout. Whatever a leader waits for, by `needs` or because it is
 * held in a rollout of its own, becomes a leader too: so no circle of waiting can arise. The same of what
 * is tried again, which goes before the other leaders.
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
      urgent: new Set(again),
    };
  });
  const grows = (one: Growing) =>
    growBy(one, one.urgent, rollouts, needsOf) || growBy(one, one.leaders, rollouts, needsOf);
  while (rollouts.some(grows));
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

type Growing = Rollout & { readonly leaders: Set<ProductKey>; readonly urgent: Set<ProductKey> };

/** Whether what these of it, its leaders for instance, wait for had to be added to them. */
function growBy(
  rollout: Growing,
  first: Set<ProductKey>,
  all: readonly Growing[],
  needsOf: (key: ProductKey) => readonly ProductKey[],
): boolean {
  const before = first.size;
  const seen = new Set<ProductKey>();
  const open = [...first];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    const member = rollout.byKey.get(key);
    if (member !== undefined && member.state.kind !== 'runs') first.add(key);
    open.push(...needsOf(key), ...waitedFor(key, all));
  }
  return first.size > before;
}

/** Those of its own rollout that go before this one. */
function waitedFor(key: ProductKey, all: readonly Growing[]): readonly ProductKey[] {
  const own = all.find(({ byKey }) => byKey.has(key));
  if (own === undefined || own.urgent.has(key)) return [];
  return [...(own.leaders.has(key) ? own.urgent : own.leaders)];
}
