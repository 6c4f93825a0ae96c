import { type ErrorCode, errorEntry } from '../domain/errors/registry.ts';
import type { Position, Problem } from '../domain/problem.ts';

interface ProblemParts {
  readonly code: ErrorCode;
  readonly at: Position;
  readonly field: string;
  readonly message: string;
  readonly next?: string;
}

/** A problem that stops a change. Without `next`, the registry's own next step is given. */
export function problem(parts: ProblemParts): Problem {
  return { ...parts, severity: 'error', next: parts.next ?? errorEntry(parts.code).next };
}

/** A problem that people should know of and that stops nothing. */
export function warning(parts: ProblemParts): Problem {
  return { ...problem(parts), severity: 'warning' };
}

/** `"value"` with control characters escaped, as messages quote values. */
export function quoted(value: string): string {
  return JSON.stringify(value);
}

/** At most `limit` of the items, then how many there are besides. */
export function listed(items: readonly string[], limit = 10): string {
  if (items.length === 0) return 'none';
  if (items.length <= limit) return items.join(', ');
  return `${items.slice(0, limit).join(', ')} and ${items.length - limit} more`;
}
