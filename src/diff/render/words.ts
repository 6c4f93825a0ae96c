import type { Shown } from '../../domain/change.ts';

/** What people notice by colour on a terminal; everywhere else `paint` is the identity. */
export type Style = 'heading' | 'update' | 'drift' | 'refused' | 'quiet' | 'good';
export type Paint = (style: Style, text: string) => string;

export const noPaint: Paint = (_style, text) => text;

/**
 * Control characters, and the invisible ones that reorder or hide text: neither a document nor AWS
 * may steer the terminal or the page that shows them.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line, with every unsafe character written as an escape. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (sign) => {
    const code = sign.charCodeAt(0).toString(16).padStart(4, '0');
    return NAMED[sign] ?? `\\u${code}`;
  });
}

const VALUE_MAX = 160;
const LEAD = 24;

/** A value as people see it. Long ones are cut around the first place where they differ. */
export function shownText(value: Shown, other: Shown): string {
  switch (value.kind) {
    case 'hidden':
      return '(hidden)';
    case 'none':
      return visible(value.note);
    case 'text':
      return excerpt(value.text, other.kind === 'text' ? other.text : '');
    default:
      return value satisfies never;
  }
}

function excerpt(value: string, other: string): string {
  if (value === '' || value !== value.trim()) return JSON.stringify(visible(value));
  if (value.length <= VALUE_MAX) return visible(value);
  let same = 0;
  while (same < value.length && value[same] === other[same]) same++;
  const start = Math.max(0, Math.min(same - LEAD, value.length - VALUE_MAX));
  const end = start + VALUE_MAX;
  const before = start === 0 ? '' : '…';
  const after = end >= value.length ? '' : '…';
  const part = visible(value.slice(start, end));
  return `${before}${part}${after} (${thousands(value.length)} characters)`;
}

export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function plural(count: number, one: string, many: string): string {
  return `${thousands(count)} ${count === 1 ? one : many}`;
}

/** `2026-11-21 14:02:11 UTC`, or the text itself where it is no time. */
export function utc(iso: string): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return visible(iso);
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `6d 02h`, `2h 05m`, `11m04s`, `12s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
  if (hours > 0) return `${hours}h ${two(minutes % 60)}m`;
  return minutes > 0 ? `${minutes}m${two(seconds % 60)}s` : `${seconds}s`;
}

export const WIDTH = 80;

/** Breaks a sentence at blanks so that it fits; `hang` indents all lines but the first. */
export function wrap(text: string, indent: string, hang: string): readonly string[] {
  const lines: string[] = [];
  let line = indent;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = hang;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
