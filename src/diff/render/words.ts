import type { Shown } from '../../domain/change.ts';
import { visible } from '../../domain/visible.ts';

export { visible };

/** What people notice by colour on a terminal; everywhere else `paint` is the identity. */
export type Style = 'heading' | 'update' | 'drift' | 'refused' | 'quiet' | 'good';
export type Paint = (style: Style, text: string) => string;

export const noPaint: Paint = (_style, text) => text;

const VALUE_MAX = 160;
const LEAD = 24;

/** Both sides of a difference as people see them. */
export function shownPair(difference: { readonly live: Shown; readonly desired: Shown }): {
  readonly live: string;
  readonly desired: string;
} {
  const { live, desired } = withoutCommonArn(difference.live, difference.desired);
  const isSecret = live.kind === 'hidden' && desired.kind === 'hidden';
  return {
    live: shownText(live, desired),
    desired: isSecret ? '(hidden, new)' : shownText(desired, live),
  };
}

/** Of two principals of one account only what tells them apart. */
function withoutCommonArn(live: Shown, desired: Shown) {
  if (live.kind !== 'text' || desired.kind !== 'text') return { live, desired };
  const prefix = /^arn:[^:]*:(?:iam|sts)::\d{12}:/.exec(live.text)?.[0];
  if (prefix === undefined || !desired.text.startsWith(prefix)) return { live, desired };
  const rest = (text: string): Shown => ({ kind: 'text', text: text.slice(prefix.length) });
  return { live: rest(live.text), desired: rest(desired.text) };
}

/** Long values are cut around the first place where they differ. */
function shownText(value: Shown, other: Shown): string {
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

/** `a`, `a and b`, `a, b and c`. */
export function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
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

/** The time of day alone where it is of the same day (UTC) as `now`. */
export function clock(iso: string, now: string): string {
  const text = utc(iso);
  return text.slice(0, 10) === utc(now).slice(0, 10) ? text.slice(11, 19) : text;
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

/** Breaks a sentence at blanks, but for those before %, so that it fits; `hang` indents all lines but the first. */
export function wrap(text: string, indent: string, hang: string): readonly string[] {
  const lines: string[] = [];
  let line = indent;
  let isEmpty = true;
  for (const word of text.split(/ (?!%)/)) {
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

/** A next step that tells to `trueup retry` names what, so that it can be copied. */
export function nextFor(next: string, target: string, name: string): string {
  return next.replace(/\btrueup retry\b(?! \S*\/)/g, () => `trueup retry ${target}/${name}`);
}
