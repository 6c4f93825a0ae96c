import type { Change } from '../domain/change.ts';

/** Waits that end so close together are over at one look, ms. */
const TOGETHER_MS = 30_000;

/**
 * How long until what failed, for something that passes by itself, may be tried again, ms. Only a plan that
 * is made then holds it: the one of now says that it waits. null: nothing waits so.
 */
export function nextWaitEndMs(
  changes: readonly Pick<Change, 'verdict'>[],
  nowMs: number,
): number | null {
  const waits = changes
    .flatMap(({ verdict }) =>
      verdict.kind === 'latched' && verdict.latch.kind === 'backoff'
        ? [Date.parse(verdict.latch.until) - nowMs]
        : [],
    )
    .filter((waitMs) => waitMs > 0);
  const firstMs = Math.min(...waits);
  const together = waits.filter((waitMs) => waitMs <= firstMs + TOGETHER_MS);
  return together.length === 0 ? null : Math.max(...together);
}
