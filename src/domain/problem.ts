import type { ErrorCode } from './errors/registry.ts';

/** Where something stands in the desired state. Line and column count from 1. */
export interface Position {
  /** Path relative to the desired-state directory, with `/`; `-` for standard input. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Something a person should mend. `message` says what is wrong and quotes the value and the rule;
 * `next` says what to do about it. Neither may carry a secret.
 */
export interface Problem {
  readonly code: ErrorCode;
  readonly severity: 'error' | 'warning';
  readonly at: Position | null;
  /** The field, dotted and relative to `spec` where it is inside it; '' for a whole document or file. */
  readonly field: string;
  readonly message: string;
  readonly next: string;
}

export function formatPosition(at: Position | null): string {
  return at === null ? '-' : `${at.file}:${at.line}:${at.column}`;
}
