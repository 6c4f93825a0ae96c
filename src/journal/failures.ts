import { TrueupError } from '../domain/errors/registry.ts';

/** Primary result codes of SQLite, https://www.sqlite.org/rescode.html. */
const GENERIC = 1;
const BUSY = 5;
const LOCKED = 6;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;
/** A crash left a write half done, and a read-only connection may not undo it. */
const READ_ONLY_ROLLBACK = 776;

interface SqliteError extends Error {
  readonly errcode: number;
}

function isSqlite(error: unknown): error is SqliteError {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}

/** The primary result code; null for what is not an error of SQLite. */
function primary(error: unknown): number | null {
  return isSqlite(error) ? error.errcode & 0xff : null;
}

export function isBusy(error: unknown): boolean {
  const code = primary(error);
  return code === BUSY || code === LOCKED;
}

export function needsRollback(error: unknown): boolean {
  return isSqlite(error) && error.errcode === READ_ONLY_ROLLBACK;
}

/** The `code` of a file system error; null for anything else. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

const ERRNO_WORDS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EISDIR', 'it is a directory'],
  ['ENOTDIR', 'a part of its path is not a directory'],
]);

/** Why something could not be done with a file, in plain words. */
export function inWords(error: unknown): string {
  const errno = errnoOf(error);
  if (errno !== null) return ERRNO_WORDS.get(errno) ?? `error ${errno}`;
  const code = primary(error);
  if (code === FULL) return 'the disk is full';
  if (code === READ_ONLY) return 'the file or its directory is read-only';
  if (code === BUSY || code === LOCKED) return 'another process keeps it in use';
  return error instanceof Error ? error.message : String(error);
}

const REFUSALS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

/** The file system does not let us write: rights, a read-only medium, a full disk. */
export function isRefusal(error: unknown): boolean {
  const errno = errnoOf(error);
  if (errno !== null) return REFUSALS.has(errno);
  const code = primary(error);
  return code === READ_ONLY || code === FULL || code === CANNOT_OPEN || code === IO_ERROR;
}

/** Every statement is fixed: one that SQLite cannot prepare means that the tables are not ours. */
function isCorrupt(error: unknown): boolean {
  const code = primary(error);
  return code === CORRUPT || code === NOT_A_DATABASE || code === GENERIC;
}

export function corrupt(path: string, why: string, cause?: unknown): TrueupError {
  return new TrueupError('journal/corrupt', `${path} is damaged: ${why}`, { cause });
}

/** What a failed read means. Errors of the program pass unchanged. */
export function readFailure(path: string, error: unknown): unknown {
  if (error instanceof TrueupError) return error;
  if (isCorrupt(error)) return corrupt(path, inWords(error), error);
  if (primary(error) === null && errnoOf(error) === null) return error;
  return new TrueupError('journal/unreadable', `${path} cannot be read: ${inWords(error)}`, {
    cause: error,
  });
}

/** What a failed write means: nothing was stored. Errors of the program pass unchanged. */
export function writeFailure(path: string, error: unknown): unknown {
  if (error instanceof TrueupError) return error;
  if (isCorrupt(error)) return corrupt(path, inWords(error), error);
  if (primary(error) === null && errnoOf(error) === null) return error;
  return unwritable(path, inWords(error), error);
}

export function unwritable(path: string, why: string, cause?: unknown): TrueupError {
  return new TrueupError('journal/unwritable', `${path} cannot be written: ${why}`, { cause });
}
