import type { Hold } from '../domain/hold.ts';
import type { ProductKey } from '../domain/ids.ts';
import { announce, announceUnmanaged } from './announce.ts';
import { statusOfTrouble } from './conditions.ts';
import { isoNow, type TargetContext } from './context.ts';
import { heldStatus } from './hold-back.ts';
import { type LookedAt, lagsBehindUs } from './lag.ts';
import { changeIn, type Reviewed, statusesOf } from './review.ts';

/** Puts what a review saw on the board, but where something newer is known. */
export function showReview(
  context: TargetContext,
  review: Reviewed,
  looked: LookedAt,
  holdOf: (key: ProductKey) => Hold | null,
): void {
  const busy = new Set(context.entries.openIntents());
  for (const seen of statusesOf(context, review)) {
    // What came to its end while the rest was read, or just before, was seen as it was before.
    if (busy.has(seen.key) || context.ended.at(seen.key) > looked.monotonicMs) continue;
    if (lags(context, review, seen.key, looked)) continue;
    const view = heldStatus(seen, changeIn(review, seen.key), holdOf(seen.key));
    announce(context, view);
    context.board.set(view);
  }
  const shown = new Set([...review.desired.declared, ...review.removals.keys(), ...busy]);
  if (review.desired.unknownIdentity) {
    showUnknown(context, shown);
    return;
  }
  for (const gone of context.board.keepOnly(context.target, shown))
    if (gone.reason !== 'Terminated') announceUnmanaged(context, gone);
}

/** Nobody knows whether its document is gone, or is in what could not be read. */
function showUnknown(context: TargetContext, shown: ReadonlySet<ProductKey>): void {
  const { board, target, clock } = context;
  for (const view of board.all())
    if (view.target === target && !shown.has(view.key) && view.reason !== 'Terminated') {
      const unknown = {
        stalled: true,
        reason: 'DocumentUnknown',
        message:
          'no document that can be read declares it, and not all of this revision can be read',
        next: 'mend what trueup validate names; until then it is left alone',
      };
      board.set(statusOfTrouble({ ...view, sync: 'Unknown' }, unknown, isoNow(clock)));
    }
}

/** What was just made is absent where AWS does not show it yet. */
function lags(
  context: TargetContext,
  { desired, observation }: Reviewed,
  key: ProductKey,
  looked: LookedAt,
): boolean {
  const spec = desired.specs.get(key);
  const live = observation.products.get(key);
  return spec !== undefined && live?.kind === 'absent' && lagsBehindUs(context, spec, live, looked);
}
