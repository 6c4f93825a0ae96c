import { isHalfRecreated } from '../diff/creation-wish.ts';
import type { Change } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { Hold } from '../domain/hold.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { Live } from '../domain/live.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ProductStatusView } from '../domain/status.ts';
import { statusOfTrouble } from './conditions.ts';
import { about, isoNow, type TargetContext } from './context.ts';
import type { HoldOptions } from './holds.ts';

/** What is frozen is looked at again after this long: it costs no call. */
const FROZEN_AGAIN_MS = 5_000;
/** Longest wait for a window: the wall clock, which decides, may jump meanwhile. */
const WINDOW_AGAIN_MS = 15_000;

const REASONS = { freeze: 'Frozen', window: 'Window', unknown: 'Frozen' } as const satisfies Record<
  Hold['kind'],
  string
>;

/** Whether a freeze or a window keeps this pass from going on; the outcome then. */
export async function heldPass(context: TargetContext, key: ProductKey): Promise<Outcome | null> {
  const hold = await context.hold(key);
  if (hold === null) return null;
  // What no reviewed plan allows would not be done either: the next review queues it.
  if (context.allowed(key) === undefined) return { kind: 'left' };
  const before = context.board.get(context.target, key);
  if (before?.condition === 'Reconciling') {
    if (before.reason !== REASONS[hold.kind])
      context.log.write('info', 'product.held', { ...about(context, key), reason: hold.why });
    context.board.set(statusOfHold(before, hold, isoNow(context.clock)));
  }
  return { kind: 'again', afterMs: againMs(context, hold), why: hold.why };
}

function againMs({ clock }: TargetContext, { kind, until }: Hold): number {
  if (kind !== 'window') return FROZEN_AGAIN_MS;
  const leftMs = until === null ? WINDOW_AGAIN_MS : until - clock.now();
  return Math.min(WINDOW_AGAIN_MS, Math.max(1, leftMs));
}

/** It waits, and this is for what. */
function statusOfHold(before: ProductStatusView, hold: Hold, now: string) {
  const { why: message, next } = hold;
  return statusOfTrouble(
    before,
    { stalled: false, reason: REASONS[hold.kind], message, next },
    now,
  );
}

/** The status of a change that would be carried out if nothing held it. */
export function heldStatus(
  view: ProductStatusView,
  change: Change | undefined,
  hold: Hold | null,
): ProductStatusView {
  const isWaiting = view.condition === 'Reconciling' && change !== undefined;
  if (hold === null || !isWaiting || !('steps' in change.verdict)) return view;
  return statusOfHold(view, hold, view.updatedAt);
}

/** Why the call that is about to be made may not be made, or null. */
export async function whyHeld(context: TargetContext, key: ProductKey): Promise<string | null> {
  if (context.observeOnly) return 'only observing: nothing is sent (run --observe)';
  return context.held(key) ?? (await context.hold(key))?.why ?? null;
}

/**
 * Why no request may be sent again, or null: what an earlier process left open may run, and fill a slot
 * that nothing counts, until it was looked for. What a person gave up before that is not open any more.
 */
export function whyNotRepeatedYet({ unattended, entries }: TargetContext): string | null {
  return [...unattended].some((key) => entries.get(key).intent !== null)
    ? 'another request that an earlier process left open was not looked for yet'
    : null;
}

/** A recreation whose termination is done: until it is provisioned again there is nothing. */
export function replacing(
  context: Pick<TargetContext, 'desired' | 'entries' | 'observation'>,
  key: ProductKey,
): HoldOptions {
  const spec = context.desired().specs.get(key);
  const entry = context.entries.get(key);
  const isHalfDone = spec !== undefined && isHalfRecreated({ spec, entry });
  // What is done to one that somebody has made in its place is a start of its own.
  return {
    isReplacing: isHalfDone && !isMadeAnew(context.observation()?.products.get(key), entry),
  };
}

/** What was seen came after our termination: that look knows a record which is neither of it nor before it. */
function isMadeAnew(live: Live | undefined, { lastResult }: ProductEntry): boolean {
  if (live?.kind !== 'present' || lastResult === null) return false;
  const { last } = live.records;
  return last !== lastResult.base && last !== lastResult.recordId;
}
