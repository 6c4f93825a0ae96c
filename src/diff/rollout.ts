import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { RolloutFailure, RolloutRule, VersionId } from '../domain/rollout.ts';
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
  /** `isAgain`: as above. */
  | { readonly kind: 'inFlight'; readonly isAgain?: boolean }
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
      /** As above. */
      readonly isAgain?: boolean;
      /** It ran the version when last seen: it keeps its place among the canaries until that is told. */
      readonly mayRun?: true;
    };

export interface Member {
  readonly key: ProductKey;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: MemberState;
}

export interface RolloutDraft {
  readonly target: TargetName;
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
  /** Of these, what goes before the others: what failed and is tried again, and what it waits for. */
  readonly urgent: ReadonlySet<ProductKey>;
}

/** Why one of a rollout may not begin now. */
export interface Hold {
  readonly kind: 'paused' | 'waits';
  readonly why: string;
  readonly next: string | null;
  /** It does not pass by itself. */
  readonly isBlocked: boolean;
}

/** It failed at this version, and the further attempt is to be made or under way. */
export function isTriedAgain(state: MemberState): boolean {
  return 'isAgain' in state && state.isAgain === true;
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

/** What holds those of a rollout that do not go before all others: the same for all of them. */
export interface Holds {
  /** Of those that follow the leaders. */
  readonly rest: Hold | null;
  /** Of the leaders, where nothing is paused. */
  readonly leaders: Hold | null;
}

export function holdsOf(rollout: Rollout, stateOf: (member: Member) => MemberState): Holds {
  return { rest: holdOfRest(rollout, stateOf), leaders: holdOfLeaders(rollout, stateOf) };
}

/** Why this one may not begin its move now; null: it may. */
export function holdOf(
  rollout: Rollout,
  key: ProductKey,
  stateOf: (member: Member) => MemberState,
  holds: () => Holds = () => holdsOf(rollout, stateOf),
): Hold | null {
  const member = rollout.byKey.get(key);
  if (member === undefined) return null;
  const own = stateOf(member);
  // A person, or a new document, asks for exactly this one.
  if (own.kind !== 'waits' && isTriedAgain(own)) return null;
  const { rest, leaders } = holds();
  if (rest?.kind !== 'waits' || !rollout.leaders.has(key)) return rest;
  return rollout.urgent.has(key) ? null : leaders;
}

/** As many failed as pause it, and what is tried again may do so once more: no other canary goes beside that. */
function holdOfLeaders(rollout: Rollout, stateOf: (member: Member) => MemberState): Hold | null {
  const { pauseOnFailure, maxFailures } = rollout.rule;
  if (!pauseOnFailure) return null;
  const again = rollout.members.filter((member) => isTriedAgain(stateOf(member)));
  if (again.length + failuresOf(rollout, stateOf).length < maxFailures) return null;
  const holds = again.flatMap((one) => waitForLeader(rollout, one, stateOf(one)) ?? []);
  return holds.find(({ isBlocked }) => isBlocked) ?? holds[0] ?? null;
}

/** Why nobody of those that follow may begin: the same for all of them. */
function holdOfRest(rollout: Rollout, stateOf: (member: Member) => MemberState): Hold | null {
  const paused = pauseOf(rollout, stateOf);
  if (paused !== null) return { kind: 'paused', ...paused, isBlocked: true };
  const { canary, pauseOnFailure } = rollout.rule;
  if (canary.kind === 'labels' && rollout.canaries.size === 0) return withoutCanary(rollout);
  let waits: Hold | null = null;
  for (const other of rollout.members) {
    const state = stateOf(other);
    const isAgain = pauseOnFailure && isTriedAgain(state);
    if (!rollout.leaders.has(other.key) && !isAgain) continue;
    const hold = waitForLeader(rollout, other, state);
    // What needs a person is what there is to say.
    if (hold?.isBlocked === true) return hold;
    waits ??= hold;
  }
  return waits;
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
    next: `declare another version; or mend the cause, then: ${again(rollout, first.name)}`,
  };
}

function again(rollout: Rollout, name: string): string {
  const retry = `trueup retry ${rollout.target}/${name} (the others follow when it succeeds)`;
  return `${retry}; to go on in spite of it: trueup proceed ${rollout.target}/${productOf(rollout)}`;
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
      const next = `mend the cause, then: ${again(rollout, leader.name)}`;
      return { kind: 'waits', why, next, isBlocked: true };
    }
    case 'waits': {
      const { why, next, isBlocked } = state;
      if (!isBlocked || !isTriedAgain(state))
        return { kind: 'waits', why: `${who} ${why}`, next, isBlocked };
      const goOn = `to go on in spite of it: trueup proceed ${rollout.target}/${productOf(rollout)}`;
      return {
        kind: 'waits',
        why: `${who} failed to move to ${title} before, is to be tried again, and ${why}`,
        next: next === null ? goOn : `${next}; ${goOn}`,
        isBlocked,
      };
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
