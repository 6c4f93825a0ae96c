/**
 * Delay before the next try after `failures` failures in a row: exponential with full jitter,
 * so that a thousand products that failed together do not come back together.
 * `chance` is in [0, 1). Never below `baseMs`, never above `capMs`.
 */
export function backoffMs(
  failures: number,
  chance: number,
  baseMs = 5_000,
  capMs = 900_000,
): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(Math.max(failures, 1), 30));
  return Math.round(baseMs + (ceiling - baseMs) * chance);
}

/** An interval with ±10 % jitter, so that many daemons do not read at the same second. */
export function jittered(intervalMs: number, chance: number): number {
  return Math.round(intervalMs * (0.9 + 0.2 * chance));
}
