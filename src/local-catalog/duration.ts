const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `300ms`, `2s`, `1.5m`, `forever`; null if it is none of these. */
export function parseDuration(text: string): number | null {
  if (text === 'forever') return Number.POSITIVE_INFINITY;
  if (text === '0') return 0;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS.get(unit);
  return amount === undefined || factor === undefined ? null : Number(amount) * factor;
}
