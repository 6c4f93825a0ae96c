import { visible } from './words.ts';

/** Text in a code span, where it can neither format nor mention nor link. */
export function codeOf(text: string): string {
  const safe = clipped(text);
  const fence = '`'.repeat(longestRun(safe) + 1);
  const pad = safe === '' || safe.startsWith('`') || safe.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${safe}${pad}${fence}`;
}

/** Text in a table cell. A table is cut at its bars before code is looked for, so they are entities. */
export function cellOf(text: string): string {
  return /[|\\]/.test(text) ? htmlCode(text) : codeOf(text);
}

/** A fenced block that nothing inside can close. */
export function blockOf(language: string, lines: readonly string[]): string {
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return [`${fence}${language}`, ...lines, fence].join('\n');
}

/** Text in an HTML `code` element. Every sign that HTML or Markdown might read is an entity. */
export function htmlCode(text: string): string {
  const safe = clipped(text).replace(
    /[^\p{L}\p{N} /-]/gu,
    (sign) => `&#${sign.codePointAt(0) ?? 0xfffd};`,
  );
  return `<code>${safe}</code>`;
}

const LENGTH_MAX = 500;

function clipped(text: string): string {
  const safe = visible(text);
  return safe.length <= LENGTH_MAX ? safe : `${safe.slice(0, LENGTH_MAX)}…`.toWellFormed();
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((max, run) => Math.max(max, run.length), 0);
}
