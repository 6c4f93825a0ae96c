import type { Hold } from '../domain/hold.ts';
import type { ProductKey } from '../domain/ids.ts';
import { announce, announceUnmanaged } from './announce.ts';
import type { TargetContext } from './context.ts';
import { heldStatus } from './hold-back.ts';
import { lagsBehindUs } from './lag.ts';
import { changeIn, type Reviewed, statusesOf } from './review.ts';

/** Puts what a review saw on the board, but where something newer is known; `startedMs`: monotonic. */
export function showReview(
  context: TargetContext,
  review: Reviewed,
  startedMs: number,
  holdOf: (key: ProductKey) => Hold | null,
): void {
  const busy = new Set(context.entries.openIntents());
  for (const seen of statusesOf(context, review)) {
    // What came to its end while the rest was read, or just before, was seen as it was before.
    if (busy.has(seen.key) || context.ended.at(seen.key) > startedMs) continue;
    if (lags(context, review, seen.key)) continue;
    const view = heldStatus(seen, changeIn(review, seen.key), holdOf(seen.key));
    announce(context, view);
    context.board.set(view);
  }
  const shown = new Set([...review.desired.declared, ...review.removals.keys(), ...busy]);
  for (const gone of context.board.keepOnly(context.target, shown))
    if (gone.reason !== 'Terminated') announceUnmanaged(context, gone);
}

/** What was just made is absent where AWS does not show it yet. */
function lags(
  context: TargetContext,
  { desired, observation }: Reviewed,
  key: ProductKey,
): boolean {
  const spec = desired.specs.get(key);
  const live = observation.products.get(key);
  return spec !== undefined && live?.kind === 'absent' && lagsBehindUs(context, spec, live);
}
