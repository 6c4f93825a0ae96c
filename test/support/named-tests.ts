import { readFile } from 'node:fs/promises';

export const readRepository = (path: string) =>
  readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Whether a text stands in a file as a whole string literal. */
const isNamed = (source: string, name: string) =>
  ["'", '"', '`'].some((quote) => source.includes(`${quote}${name}${quote}`));

/** What the last cell of a table names as `path: title`, and which of it is not there. */
export async function lookUpTests(
  cells: readonly string[],
): Promise<{ readonly named: number; readonly missing: readonly string[] }> {
  const references = cells.flatMap((cell) => cell.split('<br>'));
  const missing: string[] = [];
  for (const reference of references) {
    const [, path = '', name = ''] = /^`(test\/[\w/-]+\.test\.ts): (.+)`$/.exec(reference) ?? [];
    const source = path === '' ? '' : await readRepository(path).catch(() => '');
    if (!isNamed(source, name)) missing.push(reference);
  }
  return { named: references.length, missing };
}
