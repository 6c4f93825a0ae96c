import { type ErrorCode, errorEntry } from '../domain/errors/registry.ts';
import type { Position, Problem } from '../domain/problem.ts';
import { MAX_PROBLEMS } from './limits.ts';

export interface FaultOptions {
  readonly field?: string;
  readonly next?: string;
  readonly severity?: 'error' | 'warning';
}

/** A problem of the registry; `next` is the registry's unless a better one is known. */
export function fault(
  code: ErrorCode,
  at: Position | null,
  message: string,
  options: FaultOptions = {},
): Problem {
  return {
    code,
    severity: options.severity ?? 'error',
    at,
    field: options.field ?? '',
    message,
    next: options.next ?? errorEntry(code).next,
  };
}

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** True where text holds characters that an editor does not show or a terminal obeys. */
export function hasInvisible(text: string): boolean {
  return text.search(INVISIBLE) !== -1;
}

/** Untrusted text for a message: in quotes, cut, and with nothing that a terminal would obey. */
export function quote(text: string, limit = 60): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  const escaped = cut
    .replace(/["\\]/g, '\\$&')
    .replace(INVISIBLE, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
  return `"${escaped}"`;
}

/** At most MAX_PROBLEMS, with a last one that says that there are more. */
export function capped(problems: readonly Problem[]): Problem[] {
  if (problems.length <= MAX_PROBLEMS) return [...problems];
  const at = problems[MAX_PROBLEMS - 1]?.at ?? null;
  const message = `more than ${MAX_PROBLEMS} problems in one document; the rest is not listed`;
  return [...problems.slice(0, MAX_PROBLEMS), fault('document/more-problems', at, message)];
}
