import type { CallCounts } from '../domain/plan.ts';

/** What several targets called, as one. */
export function sumCalls(counts: readonly CallCounts[]): CallCounts {
  const sums = new Map<string, number>();
  for (const { byOperation } of counts)
    for (const [operation, count] of Object.entries(byOperation))
      sums.set(operation, (sums.get(operation) ?? 0) + count);
  const byOperation = Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { byOperation, total: [...sums.values()].reduce((sum, count) => sum + count, 0) };
}
