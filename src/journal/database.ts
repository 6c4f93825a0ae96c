import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { TrueupError } from '../domain/errors/registry.ts';
import { corrupt, needsRollback } from './failures.ts';
import { CREATE_ITEMS, Items } from './items.ts';

/** "trup": says that a database file is a journal of this program. */
const APPLICATION_ID = 0x74727570;
const SCHEMA_VERSION = 1;

/** Brings a journal from the version before `to` up to it. */
export interface Upgrade {
  readonly to: number;
  readonly run: (database: DatabaseSync) => void;
}

/** In order, one for each version after the first. */
export const UPGRADES: readonly Upgrade[] = [];

export function newestVersion(upgrades: readonly Upgrade[]): number {
  return upgrades.at(-1)?.to ?? SCHEMA_VERSION;
}

/**
 * How long a statement of the writer waits for another process, ms: transactions take a few ms each.
 * It waits without doing anything else, so not for long.
 */
const WRITER_PATIENCE_MS = 5_000;
/** Commands beside the writer may have to find a gap between many of its writes. */
const VISITOR_PATIENCE_MS = 15_000;

/**
 * A rollback journal, because a write-ahead log cannot be read on read-only media; truncated, not
 * deleted, because with synchronous=FULL a deletion itself may be lost, and the change with it.
 */
const SETTINGS = `
  PRAGMA journal_mode = TRUNCATE;
  PRAGMA synchronous = FULL;
  PRAGMA temp_store = MEMORY`;

/** Connects for reading and writing. Creates the file if it is missing, which no caller wants to rely on. */
export function connect(path: string, patienceMs = WRITER_PATIENCE_MS): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: patienceMs });
  try {
    database.exec(SETTINGS);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Connects to write beside the writer. */
export function connectAsVisitor(path: string): DatabaseSync {
  return connect(path, VISITOR_PATIENCE_MS);
}

/** Connects for reading only, after undoing what a crash may have left half written. */
export function connectForReading(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: VISITOR_PATIENCE_MS, readOnly: true });
  try {
    database.exec('PRAGMA temp_store = MEMORY');
    pragma(database, 'user_version');
    return database;
  } catch (error) {
    database.close();
    if (!needsRollback(error)) throw error;
    const writable = new DatabaseSync(path, { timeout: VISITOR_PATIENCE_MS });
    try {
      pragma(writable, 'user_version');
    } finally {
      writable.close();
    }
    return new DatabaseSync(path, { timeout: VISITOR_PATIENCE_MS, readOnly: true });
  }
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function describe(database: DatabaseSync, version: number): void {
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}`);
}

/** Builds an empty journal beside its place and moves it there whole, so that none is ever half made. */
export function create(path: string, pid: number): void {
  const unfinished = `${path}.${pid}.new`;
  rmSync(unfinished, { force: true });
  closeSync(openSync(unfinished, 'wx', 0o600));
  try {
    const database = connect(unfinished);
    try {
      database.exec(`BEGIN; ${CREATE_ITEMS};`);
      describe(database, SCHEMA_VERSION);
      database.exec('COMMIT');
    } finally {
      database.close();
    }
    // What a crash left beside a journal that is gone would be played into the new one.
    for (const left of [unfinished, path]) rmSync(`${left}-journal`, { force: true });
    renameSync(unfinished, path);
    syncDirectory(dirname(path));
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Makes a rename in a directory outlive a power failure. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The schema version of a journal that is whole as far as SQLite can tell; throws what it is not. */
export function inspect(database: DatabaseSync, path: string, newest: number): number {
  const [version, application] = [
    Number(pragma(database, 'user_version')),
    pragma(database, 'application_id'),
  ];
  if (application !== APPLICATION_ID)
    throw corrupt(path, 'it does not bear the mark of a trueup journal');
  const problem = pragma(database, 'quick_check');
  if (problem !== 'ok')
    throw corrupt(path, `SQLite says: ${String(problem).replaceAll('\n', '; ')}`);
  if (version > newest)
    throw new TrueupError(
      'journal/newer-schema',
      `${path} has schema version ${version}; this trueup knows up to ${newest}`,
    );
  return version;
}

/** Upgrades in one transaction: all steps or none. */
export function upgrade(database: DatabaseSync, from: number, upgrades: readonly Upgrade[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    let version = from;
    for (const step of upgrades.filter((candidate) => candidate.to > from)) {
      step.run(database);
      version = step.to;
    }
    describe(database, version);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** A copy of the journal as it is, for the case that the upgrade was a mistake. */
export function backUp(database: DatabaseSync, to: string): void {
  // Made first, and empty: SQLite would give it everybody's read permission.
  closeSync(openSync(to, 'wx', 0o600));
  database.prepare('VACUUM INTO ?').run(to);
}

/** The same journal in memory, where it may be upgraded without touching the file. */
export function moveToMemory(database: DatabaseSync): DatabaseSync {
  const copy = new DatabaseSync(':memory:');
  copy.deserialize(database.serialize());
  database.close();
  return copy;
}

/** A journal that was never written: for reading where there is no file. */
export function emptyDatabase(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec(CREATE_ITEMS);
  describe(database, SCHEMA_VERSION);
  return database;
}

/** Checks every row and returns the rows. */
export function openItems(database: DatabaseSync, path: string): Items {
  const items = new Items(database, path);
  items.verify();
  return items;
}
