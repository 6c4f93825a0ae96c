import type { ProductEntry } from '../domain/entry.ts';
import type { ProductStatusView } from '../domain/status.ts';

/**
 * Since when it is as its status says, by what the journal holds of the request that it is about: when
 * that failed or was refused, or when it was first sent. null: the journal does not tell.
 */
export function sinceOf(view: ProductStatusView, entry: ProductEntry): string | null {
  const { intent, latch, lastResult } = entry;
  if (view.condition === 'Ready') return null;
  if (intent !== null && intent.recordId === view.recordId && view.recordId !== null)
    return intent.firstSentAt;
  if (view.condition !== 'Stalled') return null;
  if (lastResult?.kind === 'failed' && lastResult.recordId === view.recordId) return lastResult.at;
  return latch?.kind === 'stalled' && latch.recordId === view.recordId ? latch.at : null;
}
