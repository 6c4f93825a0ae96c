import type { UnmanagedProduct } from '../domain/plan.ts';
import type { ProductStatusView } from '../domain/status.ts';
import { idOf } from './lags-behind.ts';

/** What a look took off the board: no document declares it any more, and nothing is done to it. */
export function leftUnmanaged(
  before: readonly ProductStatusView[],
  after: readonly ProductStatusView[],
): readonly UnmanagedProduct[] {
  const shown = new Set(after.map(idOf));
  return before
    .filter((view) => !shown.has(idOf(view)) && view.reason !== 'Terminated')
    .map(({ target, name, at }) => ({ target, name, at }))
    .sort((a, b) => compare(a.target, b.target) || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
