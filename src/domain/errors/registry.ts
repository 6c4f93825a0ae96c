import { awsErrors } from './aws.ts';
import { cliErrors } from './cli.ts';
import { configErrors } from './config.ts';
import { documentErrors } from './document.ts';
import type { ErrorEntry } from './entry.ts';
import { journalErrors } from './journal.ts';
import { planErrors } from './plan.ts';
import { preflightErrors } from './preflight.ts';
import { sourceErrors } from './source.ts';

/** Every error code trueup can show. Codes are stable: scripts match on them; none is ever reused. */
export const ERRORS = {
  ...documentErrors,
  ...sourceErrors,
  ...journalErrors,
  ...awsErrors,
  ...planErrors,
  ...preflightErrors,
  ...configErrors,
  ...cliErrors,
} as const;

export type ErrorCode = keyof typeof ERRORS;

export function errorEntry(code: ErrorCode): ErrorEntry {
  return ERRORS[code];
}

/** An error that ends a command: it carries its registry code, what happened and what to do next. */
export class TrueupError extends Error {
  readonly code: ErrorCode;
  readonly next: string;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { readonly next?: string; readonly cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TrueupError';
    this.code = code;
    this.next = options?.next ?? errorEntry(code).next;
  }
}
