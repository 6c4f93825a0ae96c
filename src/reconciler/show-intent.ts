import type { Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import { statusOfIntent, statusOfLeaving } from './conditions-of-requests.ts';
import { isoNow, type TargetContext } from './context.ts';

/** A request of ours is open: that is the status of what it is about. */
export function showIntent(context: TargetContext, key: ProductKey, intent: Intent): void {
  const spec = context.desired().specs.get(key);
  const before = context.board.get(context.target, key);
  const at = { revision: context.desired().revision, now: isoNow(context.clock) };
  if (spec !== undefined) context.board.set(statusOfIntent(spec, intent, before, at));
  else if (before !== undefined) context.board.set(statusOfLeaving(before, intent, at.now));
}

/** The same while its answer is waited for, which may take long. What it returns takes that back. */
export function showSent(context: TargetContext, key: ProductKey, intent: Intent): () => void {
  const before = context.board.get(context.target, key);
  if (before === undefined) return () => {};
  showIntent(context, key, intent);
  void context.board.flush();
  const shown = context.board.get(context.target, key);
  return () => {
    if (context.board.get(context.target, key) === shown) context.board.set(before);
  };
}
