/** Edit distance with swaps of neighbours, given up above `limit`. Case counts nothing. */
export function editDistance(left: string, right: string, limit: number): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const change = (above[j - 1] ?? 0) + (same ? 0 : 1);
      const best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change);
      row.push(swapped ? Math.min(best, (before[j - 2] ?? 0) + 1) : best);
    }
    if (Math.min(...row) > limit) return limit + 1;
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}

/** The allowed word that was most likely meant, if one is near enough. */
export function nearest(word: string, allowed: readonly string[]): string | null {
  const limit = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  if (word.length > 200) return null;
  const begun = allowed.filter((candidate) => candidate.startsWith(word));
  if (word.length > 2 && begun.length === 1) return begun[0] ?? null;
  const held = allowed.filter((candidate) => isPart(word, candidate));
  if (word.length > 4 && held.length === 1) return held[0] ?? null;
  let best: string | null = null;
  let least = limit + 1;
  for (const candidate of allowed) {
    const distance = editDistance(word, candidate, limit);
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** The same for a person to choose from: two or three where the word begins just these. */
export function likely(word: string, allowed: readonly string[]): readonly string[] {
  const begun = word.length > 2 ? allowed.filter((candidate) => candidate.startsWith(word)) : [];
  if (begun.length === 2 || begun.length === 3) return begun;
  const meant = nearest(word, allowed);
  return meant === null ? [] : [meant];
}

/** Of a long name people remember the word that matters to them. */
function isPart(word: string, candidate: string): boolean {
  return candidate.toLowerCase().includes(word.toLowerCase());
}
