import type { Digest, ProductKey, RecordId, TargetName, Token } from './ids.ts';
import type { Step } from './request.ts';

/** What is counted apart. A replacement (another product) counts as an update and as a termination. */
export const GUARDS = ['updates', 'provisions', 'terminations'] as const;
export type GuardName = (typeof GUARDS)[number];

/** How much of each: provisioned products, and stack instances one by one. */
export type Weights = Readonly<Record<GuardName, number>>;

export const WEIGHTLESS: Weights = { updates: 0, provisions: 0, terminations: 0 };

/** Grows with the estate: so much of what is managed, and at least `floor`. `share` is from 0 to 1. */
export interface Share {
  readonly floor: number;
  readonly share: number;
}

/** How much may happen in one target without a person's word. */
export interface Caps {
  /** Updates and imports, whatever the size of the estate. */
  readonly maxChanges: number;
  readonly maxProvisions: number;
  /** Terminations and replacements. */
  readonly maxTerminations: number;
  /** Left out: the absolute caps alone hold. */
  readonly shares?: Readonly<Record<GuardName, Share>>;
  /** How long what was sent counts; left out: 24 h. 0: each look counts for itself, its revision too. */
  readonly windowMs?: number;
}

/** One request that was sent, as the guards count it. It lies in the entry of its provisioned product. */
export interface Charge {
  readonly token: Token;
  /** ISO 8601 UTC, by the wall clock. */
  readonly at: string;
  readonly revision: string;
  readonly weights: Weights;
  /** The approved set that it is charged to, and the change in it; null: it counts for the guards. */
  readonly approved: { readonly set: Digest; readonly change: Digest } | null;
  /** Steps of the same change that are to follow, counted with this one. Left out: none. */
  readonly rest?: ChargedRest;
}

export interface ChargedRest {
  /** What the document asked for: what it asks for since is another change. */
  readonly specDigest: Digest;
  readonly steps: readonly Step[];
}

/** One change as a person approves it. It stands while its digest does, and that covers its base. */
export interface ApprovedChange {
  readonly key: ProductKey;
  readonly name: string;
  readonly digest: Digest;
  readonly base: RecordId | null;
  readonly steps: readonly Step[];
  /** Of its differences, where it takes several steps: what is left of it after the first is known by them. */
  readonly parts: readonly Digest[];
}

/** A set of changes of one target and one revision that a person allowed. */
export interface Approval {
  readonly target: TargetName;
  readonly revision: string;
  /** Digest of the set. */
  readonly set: Digest;
  /** The digest by which it was asked for: of the set, or of a whole plan that held it. */
  readonly asked: string;
  readonly strict: boolean;
  readonly at: string;
  readonly changes: readonly ApprovedChange[];
}

/** A set of changes that a guard holds back: what can be approved. */
export interface HeldPlan {
  readonly target: TargetName;
  readonly revision: string;
  readonly set: Digest;
  /** Digests of whole plans that held it, newest first. */
  readonly plans: readonly Digest[];
  readonly at: string;
  /** In words: what is too much. */
  readonly why: string;
  readonly changes: readonly ApprovedChange[];
}

/** A person's wish to allow what bears this digest, or a beginning of it that cannot be mistaken. */
export interface ApprovalWish {
  readonly digest: string;
  readonly strict: boolean;
  /** It stands in trueup.yaml or among the arguments of `run`: it is not said anew at each start. */
  readonly isLasting?: boolean;
}

/** One guard of one target, with every figure that it was judged by. */
export interface GuardFinding {
  readonly guard: GuardName;
  readonly target: TargetName;
  readonly verdict: 'ok' | 'warning' | 'refused';
  /** Of this plan; what is approved not among it. */
  readonly planned: number;
  readonly approved: number;
  readonly sentInWindow: number;
  readonly sentInRevision: number;
  readonly windowMs: number;
  readonly allowed: number;
  /** Which of the three the allowance is. */
  readonly bound: 'absolute' | 'floor' | 'share';
  readonly absolute: number;
  /** null: only the absolute cap is set. */
  readonly floor: number | null;
  readonly share: number | null;
  readonly managed: number;
  /** By how much it is exceeded; 0: it is not. */
  readonly excess: number;
}

/** What became of an approved set at this look. */
export interface ApprovalView {
  readonly set: Digest;
  readonly asked: string;
  readonly strict: boolean;
  /** Approved as all or nothing, and a part of it moved before any of it was begun: nothing of it runs. */
  readonly isVoid: boolean;
  /** Names; `standing` may run, `waiting` may run later, `sent` was begun, `moved` is another change by now. */
  readonly standing: readonly string[];
  readonly waiting: readonly string[];
  readonly sent: readonly string[];
  readonly moved: readonly string[];
}

/** The guards of one target: what they say depends on what was sent before, so no digest covers it. */
export interface TargetGuards {
  readonly target: TargetName;
  /** Digest of the changes that would act: approving it allows exactly these. null: none would. */
  readonly set: Digest | null;
  readonly findings: readonly GuardFinding[];
  readonly approvals: readonly ApprovalView[];
  /** Names of those whose recreation was begun: no guard holds what is left of it. Left out: none. */
  readonly finishing?: readonly string[];
  /** Of each change that runs although a guard refuses: approved, or such a rest. Left out: none. */
  readonly free?: readonly ProductKey[];
}
