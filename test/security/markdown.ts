/** Markdown of a code host, cut down to what matters here: what of a comment is code, and what is not. */

const FENCE = /^(`{3,})/;

/** The comment without its fenced blocks. A fence that is never closed takes the rest with it. */
function withoutFences(markdown: string): string {
  const kept: string[] = [];
  let open: string | null = null;
  for (const line of markdown.split('\n')) {
    const fence = FENCE.exec(line)?.[1] ?? null;
    if (open === null && fence !== null) open = fence;
    else if (open !== null && fence !== null && fence.length >= open.length && /^`+\s*$/.test(line))
      open = null;
    else if (open === null) kept.push(line);
  }
  if (open !== null) throw new Error('a fence is never closed');
  return kept.join('\n');
}

/** A table is cut into cells before anybody looks for code in it. */
const cellsOf = (line: string) => (line.startsWith('|') ? line.split('|') : [line]);

/** Everything that a reader's page would format, link, mention or run. */
export function formattedPart(markdown: string): string {
  return withoutFences(markdown)
    .split('\n')
    .flatMap(cellsOf)
    .map((part) => part.replace(/<code>[^<>@[\]`]*<\/code>/g, ''))
    .map((part) => part.replace(/(?<!`)(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g, ''))
    .join('\n');
}

/** Rows of tables, each as the number of its cells. */
export function cellCounts(markdown: string): readonly number[] {
  return withoutFences(markdown)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').length - 2);
}
