import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { TrueupError } from '../domain/errors/registry.ts';
import type { Clock } from '../reconciler/ports/runtime.ts';
import { Access } from './access.ts';
import {
  backUp,
  connect,
  connectAsVisitor,
  connectForReading,
  create,
  emptyDatabase,
  inspect,
  moveToMemory,
  newestVersion,
  openItems,
  UPGRADES,
  type Upgrade,
  upgrade,
} from './database.ts';
import { errnoOf, inWords, isRefusal, readFailure } from './failures.ts';
import { Items } from './items.ts';
import { lockForWriting, type WriterLock } from './lock.ts';
import { journalFile } from './place.ts';
import {
  carryOver,
  type FreezesAfterReset,
  freezesBeforeReset,
  moveAside,
  stampOf,
} from './reset.ts';
import { type Writer, writerShape } from './shapes/service.ts';
import { SqliteJournal } from './sqlite-journal.ts';

export interface JournalOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Shown to whoever finds the journal locked. */
  readonly host: string;
  readonly pid: number;
  /**
   * write: the one process that may start changes; creates what is missing. read: never writes and
   * never takes the lock. ask: reads, and may put down a person's request beside the writer.
   */
  readonly mode: 'write' | 'read' | 'ask';
  /** Renames the journal that is there and starts with an empty one; only with `write`. */
  readonly reset?: boolean;
  readonly upgrades?: readonly Upgrade[];
}

/**
 * Opens the journal. Rejects with `journal/locked`, `journal/corrupt`, `journal/newer-schema` or
 * `journal/unreadable`. A journal that cannot be written is no error: its `readOnly` says why.
 */
export async function openJournal(given: JournalOptions): Promise<SqliteJournal> {
  const options = { ...given, path: journalFile(given.path) };
  return options.mode === 'write' ? openForWriting(options) : openForReading(options, null);
}

/** Whether there is a file. Not being able to tell is an error, never "no". */
function isThere(path: string): boolean {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw new TrueupError('journal/unreadable', `${path} is a directory`);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw readFailure(path, error);
  }
}

function openForWriting(options: JournalOptions): SqliteJournal {
  const { path } = options;
  isThere(path);
  let lock: WriterLock | null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    lock = lockForWriting(`${path}-lock`);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return openForReading(options, inWords(error));
  }
  if (lock === null) throw locked(options);
  try {
    return openLocked(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openLocked(options: JournalOptions, lock: WriterLock): SqliteJournal {
  const { path, clock, host, pid } = options;
  let reset: FreezesAfterReset | null = null;
  try {
    if (options.reset === true && isThere(path)) {
      reset = freezesBeforeReset(path);
      moveAside(path, stampOf(clock));
    }
    if (!isThere(path)) create(path, pid);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    lock.release();
    return openForReading(options, inWords(error));
  }
  const { database, items } = openChecked(
    options,
    () => connect(path),
    (found, version) => {
      backUp(found, `${path}.v${version}.${stampOf(clock)}`);
      return found;
    },
  );
  const guarded = [path, lock.path];
  const access = new Access({ path, database, items, clock, closedToWrites: null, guarded });
  const writer: Writer = { host, pid, since: new Date(clock.now()).toISOString() };
  access.tryToWrite(() => items.store('writer', '', '', writer));
  access.prove();
  if (reset?.kind === 'kept') reset = carryOver(access, items, reset);
  const release = () => lock.release();
  return new SqliteJournal({
    path,
    access,
    items,
    clock,
    missing: false,
    reset,
    writeBeside: null,
    release,
  });
}

/** `refusal` is why a would-be writer has to make do with reading; null if nobody wanted to write. */
function openForReading(options: JournalOptions, refusal: string | null): SqliteJournal {
  const { path, clock, mode } = options;
  const missing = !isThere(path);
  const { database, items } = missing
    ? open(path, emptyDatabase)
    : openChecked(options, () => connectForReading(path), moveToMemory);
  const why = missing ? `there is no journal at ${path}` : 'it was opened for reading only';
  const closedToWrites = refusal ?? why;
  const access = new Access({ path, database, items, clock, closedToWrites, guarded: [] });
  const writeBeside =
    mode === 'ask' && !missing ? (work: (rows: Items) => void) => putBeside(path, work) : null;
  return new SqliteJournal({
    path,
    access,
    items,
    clock,
    missing,
    reset: null,
    writeBeside,
    release: () => {},
  });
}

interface Opened {
  readonly database: DatabaseSync;
  readonly items: Items;
}

function open(path: string, connection: () => DatabaseSync): Opened {
  const database = connection();
  return { database, items: new Items(database, path) };
}

/** Connects, upgrades the database that `prepare` returns if it is old, and reads every row once. */
function openChecked(
  options: JournalOptions,
  connection: () => DatabaseSync,
  prepare: (found: DatabaseSync, version: number) => DatabaseSync,
): Opened {
  const { path, upgrades = UPGRADES } = options;
  let database: DatabaseSync | null = null;
  try {
    database = connection();
    const newest = newestVersion(upgrades);
    const version = inspect(database, path, newest);
    if (version < newest) {
      database = prepare(database, version);
      upgrade(database, version, upgrades);
    }
    return { database, items: openItems(database, path) };
  } catch (error) {
    database?.close();
    throw readFailure(path, error);
  }
}

/** All of `work` or nothing, and on the disk when it returns. */
function putBeside(path: string, work: (items: Items) => void): void {
  const database = connectAsVisitor(path);
  try {
    database.exec('BEGIN IMMEDIATE');
    work(new Items(database, path));
    database.exec('COMMIT');
  } finally {
    // Closing undoes what was not committed.
    database.close();
  }
}

function locked({ path }: JournalOptions): TrueupError {
  const holder = holderOf(path);
  const who =
    holder === null
      ? 'another process'
      : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new TrueupError('journal/locked', `${path} is in use by ${who}`);
}

/** Best effort: that the journal is locked is known, by whom may not be readable. */
function holderOf(path: string): Writer | null {
  try {
    const database = connectForReading(path);
    try {
      return new Items(database, path).get('writer', '', '', writerShape)?.value ?? null;
    } finally {
      database.close();
    }
  } catch {
    return null;
  }
}
