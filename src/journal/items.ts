import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { corrupt } from './failures.ts';
import { type Shape, ShapeError } from './shape.ts';

/** What the journal keeps, each as JSON under (kind, target, key). */
export type Kind =
  | 'account'
  | 'approval'
  | 'daemon'
  | 'document'
  | 'entry'
  | 'freeze'
  | 'held'
  | 'proof'
  | 'remembered'
  | 'request'
  | 'status'
  | 'writer';

export interface Item<T> {
  readonly target: string;
  readonly key: string;
  readonly version: number;
  readonly value: T;
}

interface Row {
  readonly kind: string;
  readonly target: string;
  readonly key: string;
  readonly version: number;
  readonly body: string;
}

/** One table for everything: what a shared store with keys and conditional writes can hold as well. */
export const CREATE_ITEMS = `
  CREATE TABLE items (
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (kind, target, key)
  ) STRICT, WITHOUT ROWID`;

const COLUMNS = 'kind, target, key, version, body, digest';

/** A flipped bit in a text is still a text: SQLite cannot see it, the digest does. */
function digestOf(row: Row): string {
  return hash('sha256', JSON.stringify([row.kind, row.target, row.key, row.version, row.body]));
}

function isRow(row: Readonly<Record<string, unknown>>): row is Record<string, unknown> & Row {
  return (
    typeof row.kind === 'string' &&
    typeof row.target === 'string' &&
    typeof row.key === 'string' &&
    typeof row.version === 'number' &&
    typeof row.body === 'string'
  );
}

const nameOf = (row: Pick<Row, 'kind' | 'target' | 'key'>) =>
  `the ${row.kind} row of ${[row.target, row.key].filter((part) => part !== '').join('/') || 'this journal'}`;

/** In the order of SQLite, which is that of the bytes. */
function isBefore(left: readonly Buffer[], right: readonly Buffer[]): boolean {
  for (const [index, part] of left.entries()) {
    const order = Buffer.compare(part, right[index] ?? Buffer.alloc(0));
    if (order !== 0) return order < 0;
  }
  return false;
}

/**
 * The rows of one open database. Synchronous, without transactions of its own; every row that is
 * read is checked against its digest and its shape, and a failure names it.
 */
export class Items {
  readonly #path: string;
  readonly #one: StatementSync;
  readonly #ofTarget: StatementSync;
  readonly #ofKind: StatementSync;
  readonly #all: StatementSync;
  readonly #store: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync, path: string) {
    const where = (condition: string) =>
      database.prepare(`SELECT ${COLUMNS} FROM items ${condition} ORDER BY kind, target, key`);
    this.#path = path;
    this.#one = where('WHERE kind = ? AND target = ? AND key = ?');
    this.#ofTarget = where('WHERE kind = ? AND target = ?');
    this.#ofKind = where('WHERE kind = ?');
    this.#all = where('');
    // A row that is the same already is left alone: no page is written for it.
    this.#store = database.prepare(`
      INSERT INTO items (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body, digest = excluded.digest
      WHERE digest IS NOT excluded.digest`);
    this.#remove = database.prepare('DELETE FROM items WHERE kind = ? AND target = ? AND key = ?');
  }

  get<T>(kind: Kind, target: string, key: string, shape: Shape<T>): Item<T> | null {
    const row = this.#one.get(kind, target, key);
    return row === undefined ? null : this.#item(row, shape);
  }

  ofTarget<T>(kind: Kind, target: string, shape: Shape<T>): readonly Item<T>[] {
    return this.#ofTarget.all(kind, target).map((row) => this.#item(row, shape));
  }

  ofKind<T>(kind: Kind, shape: Shape<T>): readonly Item<T>[] {
    return this.#ofKind.all(kind).map((row) => this.#item(row, shape));
  }

  /** Creates or replaces. `version` is the new one. */
  store(kind: Kind, target: string, key: string, value: unknown, version = 1): void {
    const body = JSON.stringify(value);
    const digest = digestOf({ kind, target, key, version, body });
    this.#store.run(kind, target, key, version, body, digest);
  }

  remove(kind: Kind, target: string, key: string): void {
    this.#remove.run(kind, target, key);
  }

  /** These rows and no others of this kind and target; equal ones are left alone. */
  replace<T>(
    kind: Kind,
    target: string,
    rows: readonly (readonly [string, T])[],
    shape: Shape<T>,
  ): void {
    const stored = this.ofTarget(kind, target, shape);
    const before = new Map(stored.map((item) => [item.key, JSON.stringify(item.value)]));
    for (const [key, value] of rows) {
      if (before.get(key) !== JSON.stringify(value)) this.store(kind, target, key, value);
      before.delete(key);
    }
    for (const key of before.keys()) this.remove(kind, target, key);
  }

  /**
   * Reads every row: one with a damaged key would else be missing where it is looked for. So would the
   * rows of a page that another page was written over: each page by itself is sound, only the order
   * of the rows gives it away.
   */
  verify(): void {
    let before: readonly Buffer[] | null = null;
    for (const found of this.#all.iterate()) {
      const row = this.#verified(found);
      const key = [row.kind, row.target, row.key].map((part) => Buffer.from(part));
      if (before !== null && !isBefore(before, key))
        throw corrupt(this.#path, `${nameOf(row)} is out of order`);
      before = key;
    }
  }

  #verified(row: Readonly<Record<string, unknown>>): Row {
    if (!isRow(row)) throw corrupt(this.#path, 'a row has a column of the wrong type');
    if (digestOf(row) !== row.digest)
      throw corrupt(this.#path, `${nameOf(row)} does not fit its checksum`);
    return row;
  }

  #item<T>(given: Readonly<Record<string, unknown>>, shape: Shape<T>): Item<T> {
    const row = this.#verified(given);
    try {
      const value = shape(JSON.parse(row.body), '');
      return { target: row.target, key: row.key, version: row.version, value };
    } catch (error) {
      if (!(error instanceof ShapeError || error instanceof SyntaxError)) throw error;
      throw corrupt(this.#path, `${nameOf(row)} cannot be understood: ${error.message}`, error);
    }
  }
}
