import type { Change } from '../domain/change.ts';
import {
  type Caps,
  GUARDS,
  type GuardFinding,
  type GuardName,
  type Weights,
} from '../domain/guard.ts';
import type { TargetName } from '../domain/ids.ts';

/** How long what was sent counts where nothing else is said. */
export const WINDOW_MS = 24 * 3_600_000;

/** A guard is near where more than this share of its allowance is used. */
const NEAR = 0.8;

export interface Allowance {
  readonly allowed: number;
  readonly bound: GuardFinding['bound'];
  readonly absolute: number;
  readonly floor: number | null;
  readonly share: number | null;
}

const ABSOLUTE = {
  updates: 'maxChanges',
  provisions: 'maxProvisions',
  terminations: 'maxTerminations',
} as const satisfies Record<GuardName, keyof Caps>;

/** allowed = min(absolute, max(floor, ceil(share × managed))). */
export function allowanceOf(guard: GuardName, caps: Caps, managed: number): Allowance {
  const absolute = caps[ABSOLUTE[guard]];
  const relative = caps.shares?.[guard];
  if (relative === undefined)
    return { allowed: absolute, bound: 'absolute', absolute, floor: null, share: null };
  const { floor, share } = relative;
  const byShare = shareOf(share, managed);
  const wanted = Math.max(floor, byShare);
  if (absolute < wanted) return { allowed: absolute, bound: 'absolute', absolute, floor, share };
  const bound = byShare >= floor ? 'share' : 'floor';
  return { allowed: wanted, bound, absolute, floor, share };
}

/** In hundredths of a percent, so that 0.3 × 10 is 3 and not a trifle more. */
function shareOf(share: number, managed: number): number {
  return Math.ceil((Math.round(share * 10_000) * managed) / 10_000);
}

/** What was sent and is not charged to an approval. */
export interface SentBefore {
  readonly window: Weights;
  readonly revision: Weights;
}

export interface GuardInput {
  readonly target: TargetName;
  readonly caps: Caps;
  readonly managed: number;
  readonly sent: SentBefore;
  /** Without what is approved. */
  readonly planned: Weights;
  readonly approved: Weights;
}

/** What was sent counts in the window and in its revision, whichever is more. */
function usedOf(guard: GuardName, { window, revision }: SentBefore): number {
  return Math.max(window[guard], revision[guard]);
}

/** Each guard of a target. While one is refused, only what is approved may run there. */
export function judgeGuards(input: GuardInput): readonly GuardFinding[] {
  return GUARDS.map((guard) => {
    const allowance = allowanceOf(guard, input.caps, input.managed);
    const planned = input.planned[guard];
    const total = usedOf(guard, input.sent) + planned;
    // Nothing planned is never too much, however much was sent.
    const excess = planned === 0 ? 0 : Math.max(0, total - allowance.allowed);
    const isNear = planned > 0 && total > NEAR * allowance.allowed;
    return {
      guard,
      target: input.target,
      verdict: excess > 0 ? 'refused' : isNear ? 'warning' : 'ok',
      planned,
      approved: input.approved[guard],
      sentInWindow: input.sent.window[guard],
      sentInRevision: input.sent.revision[guard],
      windowMs: input.caps.windowMs ?? WINDOW_MS,
      ...allowance,
      managed: input.managed,
      excess,
    };
  });
}

/** Whether one more of this weight keeps within every allowance. */
export function fits(
  weights: Weights,
  sent: SentBefore,
  caps: Caps,
  managed: number,
): GuardName | null {
  const over = GUARDS.find(
    (guard) =>
      weights[guard] > 0 &&
      usedOf(guard, sent) + weights[guard] > allowanceOf(guard, caps, managed).allowed,
  );
  return over ?? null;
}

/**
 * How large the estate is that shares are taken of: what the revision declares and is there, and what
 * the journal still holds of documents that are gone. So neither a directory full of new documents
 * nor an empty one changes what is allowed by itself.
 */
export function managedOf(
  declared: number,
  absent: number,
  leaving: readonly Pick<Change, 'verdict'>[],
): number {
  const still = leaving.filter(({ verdict }) => verdict.kind !== 'inSync').length;
  return Math.max(0, declared - absent) + still;
}
