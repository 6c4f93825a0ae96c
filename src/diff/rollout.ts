import type { ProductKey } from '../domain/ids.ts';
import type { RolloutFailure, RolloutRule, VersionId } from '../domain/rollout.ts';
import { byText } from './normalize.ts';
import { listed } from './problems.ts';

/**
 * Rollouts: the provisioned products of one target that move to the same version of the same
 * product. The canaries go first; the rest follows when they run the version; after `maxFailures`
 * failed moves nothing more begins.
 */

/** How far a provisioned product is on its way to the version. */
export type MemberState =
  | { readonly kind: 'runs' }
  /** It may begin. `isAgain`: it failed at this version before, and is to be tried again. */
  | { readonly kind: 'moves'; readonly isAgain: boolean }
  | { readonly kind: 'inFlight' }
  | { readonly kind: 'failed'; readonly failure: Omit<RolloutFailure, 'name'> }
  /** It failed, and a person said that the others go on all the same. */
  | { readonly kind: 'waived' }
  | {
      readonly kind: 'waits';
      /** A clause: `is suspended`. */
      readonly why: string;
      readonly next: string | null;
      /** It does not pass by itself. */
      readonly isBlocked: boolean;
    };

export interface Member {
  readonly key: ProductKey;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: MemberState;
}

export interface RolloutDraft {
  readonly version: VersionId;
  readonly rule: RolloutRule;
  readonly members: readonly Member[];
}

export interface Rollout extends RolloutDraft {
  /** Sorted by name. */
  readonly members: readonly Member[];
  readonly byKey: ReadonlyMap<ProductKey, Member>;
  readonly canaries: ReadonlySet<ProductKey>;
  /** What must run the version before the rest begins: the canaries, and what they wait for. */
  readonly leaders: ReadonlySet<ProductKey>;
}

/** Why one of a rollout may not begin now. */
export interface Hold {
  readonly kind: 'paused' | 'waits';
  readonly why: string;
  readonly next: string | null;
  /** It does not pass by itself. */
  readonly isBlocked: boolean;
}

/**
 * Chooses who goes first in each rollout. Whatever a leader waits for, by `needs` or because it is
 * held in a rollout of its own, becomes a leader too: so no circle of waiting can arise.
 */
export function planRollouts(
  drafts: readonly RolloutDraft[],
  needsOf: (key: ProductKey) => readonly ProductKey[],
): readonly Rollout[] {
  const rollouts = drafts.map((draft) => {
    const members = draft.members.toSorted(byName);
    const canaries = new Set(chooseCanaries(draft.rule, members).map(({ key }) => key));
    const isAgain = ({ state }: Member) =>
      draft.rule.pauseOnFailure && state.kind === 'moves' && state.isAgain;
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

function byName(a: Member, b: Member): number {
  return byText(a.name, b.name) || byText(a.key, b.key);
}

/** Those with the labels; or the first by name, of which those that run the version come first. */
function chooseCanaries({ canary }: RolloutRule, members: readonly Member[]): readonly Member[] {
  if (canary.kind === 'labels') {
    const wanted = Object.entries(canary.labels);
    return members.filter(({ labels }) =>
      wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value),
    );
  }
  const runs = ({ state }: Member) => Number(state.kind !== 'runs');
  return members.toSorted((a, b) => runs(a) - runs(b) || byName(a, b)).slice(0, canary.count);
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

/** What failed and is counted, by the states of this moment. */
export function failuresOf(
  rollout: Rollout,
  stateOf: (member: Member) => MemberState,
): readonly RolloutFailure[] {
  return rollout.members.flatMap((member) => {
    const state = stateOf(member);
    return state.kind === 'failed' ? [{ name: member.name, ...state.failure }] : [];
  });
}

/** Why this one may not begin its move now; null: it may. */
export function holdOf(
  rollout: Rollout,
  key: ProductKey,
  stateOf: (member: Member) => MemberState,
): Hold | null {
  const member = rollout.byKey.get(key);
  if (member === undefined) return null;
  const own = stateOf(member);
  // A person, or a new document, asks for exactly this one.
  if (own.kind === 'moves' && own.isAgain) return null;
  const paused = pauseOf(rollout, stateOf);
  if (paused !== null) return { kind: 'paused', ...paused, isBlocked: true };
  if (rollout.leaders.has(key)) return null;
  const { canary, pauseOnFailure } = rollout.rule;
  if (canary.kind === 'labels' && rollout.canaries.size === 0) return withoutCanary(rollout);
  for (const other of rollout.members) {
    const state = stateOf(other);
    const isAgain = pauseOnFailure && state.kind === 'moves' && state.isAgain;
    if (!rollout.leaders.has(other.key) && !isAgain) continue;
    const hold = waitForLeader(rollout, other, state);
    if (hold !== null) return hold;
  }
  return null;
}

/** Why nothing more of it begins; null: it is not paused. */
export function pauseOf(
  rollout: Rollout,
  stateOf: (member: Member) => MemberState,
): { readonly why: string; readonly next: string } | null {
  const { pauseOnFailure, maxFailures } = rollout.rule;
  if (!pauseOnFailure) return null;
  const failures = failuresOf(rollout, stateOf);
  const [first] = failures;
  if (first === undefined || failures.length < maxFailures) return null;
  const who =
    failures.length === 1
      ? first.name
      : `${failures.length} of ${rollout.members.length} (${listed(
          failures.map(({ name }) => name),
          3,
        )})`;
  return {
    why: `its rollout is paused: ${who} failed to move to ${titleOf(rollout)}: record ${first.recordId}: ${first.reason}`,
    next: `declare another version; or, once the cause is mended, trueup retry ${first.name}: the others follow when it succeeds; or trueup proceed ${productOf(rollout)}: they go on in spite of it`,
  };
}

function withoutCanary(rollout: Rollout): Hold {
  const { canary } = rollout.rule;
  const labels = canary.kind === 'labels' ? Object.entries(canary.labels) : [];
  const wanted = labels.map(([key, value]) => `${key}=${value}`).join(', ');
  return {
    kind: 'waits',
    why: `its rollout has no canary: no document for ${titleOf(rollout)} in this target has the labels ${wanted}`,
    next: 'label one of them, or choose the canaries by their number',
    isBlocked: true,
  };
}

function waitForLeader(rollout: Rollout, leader: Member, state: MemberState): Hold | null {
  const role = rollout.canaries.has(leader.key) ? 'canary ' : '';
  const who = `waits for ${role}${leader.name}, which`;
  const title = titleOf(rollout);
  switch (state.kind) {
    case 'runs':
    case 'waived':
      return null;
    case 'moves':
      return waiting(`${who} goes to ${title} first`);
    case 'inFlight':
      return waiting(`${who} is on its way to ${title}`);
    case 'failed': {
      if (!rollout.rule.pauseOnFailure) return null;
      const { recordId, reason } = state.failure;
      const why = `${who} failed to move to ${title}: record ${recordId}: ${reason}`;
      const next = `trueup retry ${leader.name}; or trueup proceed ${productOf(rollout)}: the others go on in spite of it`;
      return { kind: 'waits', why, next, isBlocked: true };
    }
    case 'waits': {
      const { why, next, isBlocked } = state;
      return { kind: 'waits', why: `${who} ${why}`, next, isBlocked };
    }
    default:
      return state satisfies never;
  }
}

function waiting(why: string): Hold {
  return { kind: 'waits', why, next: null, isBlocked: false };
}

export function productOf({ version }: Pick<RolloutDraft, 'version'>): string {
  return version.productName ?? version.productId;
}

export function versionOf({ version }: Pick<RolloutDraft, 'version'>): string {
  return version.artifactName ?? version.artifactId;
}

function titleOf(rollout: Pick<RolloutDraft, 'version'>): string {
  return `${productOf(rollout)} ${versionOf(rollout)}`;
}

/** The rule for a product: by its id, by its name, else the one for all. */
export function ruleFor(
  rules: readonly RolloutRule[],
  product: { readonly id: string; readonly name: string | null },
): RolloutRule | null {
  const by = (wanted: string | null) => rules.find((rule) => rule.product === wanted) ?? null;
  return by(product.id) ?? by(product.name) ?? by('*');
}
