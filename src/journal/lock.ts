import { closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { errnoOf, isBusy } from './failures.ts';

/** Two that start in the same moment step back from each other and try again, this long, ms. */
const PATIENCE_MS = 500;

/** The right to write, held until `release` or until the process ends in whatever way. */
export interface WriterLock {
  readonly path: string;
  /** May be called again. */
  release(): void;
}

/**
 * An open exclusive transaction on an empty database file of its own: the lock is the operating
 * system's and dies with the process, and readers of the journal never meet it. The file stays when
 * the lock goes, because removing it could take it from under the next holder. Returns null if
 * another process holds the lock; throws if the file cannot be made or locked.
 */
export function lockForWriting(path: string): WriterLock | null {
  makeEmpty(path);
  const database = new DatabaseSync(path, { timeout: PATIENCE_MS });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return {
    path,
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}

/** Never opens a file that exists: closing it again would drop this process's own locks on it. */
function makeEmpty(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}
