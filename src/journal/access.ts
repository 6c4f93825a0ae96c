import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { TrueupError } from '../domain/errors/registry.ts';
import type { Clock } from '../reconciler/ports/runtime.ts';
import { inWords, readFailure, unwritable, writeFailure } from './failures.ts';
import type { Items } from './items.ts';

/** After a failed write, whether writing works again is tried this often, ms. */
const RECOVERY_MS = 10_000;
/** What it takes to believe it: more than a few entries need, and pages that later writes can use. */
const PROOF = 'x'.repeat(64 * 1024);

export interface AccessParts {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly items: Items;
  readonly clock: Clock;
  /** Why this process may not write, for as long as it runs; null for the writer. */
  readonly closedToWrites: string | null;
  /** Files that must stay the ones that were opened: what is written to a removed file is lost. */
  readonly guarded: readonly string[];
}

function identityOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? 'missing' : `${stat.dev}:${stat.ino}`;
}

/**
 * Reads and writes of one open database, with the errors that people are shown. A write that fails
 * closes the journal to writes until one works again; damage closes it for good.
 */
export class Access {
  readonly #parts: AccessParts;
  readonly #identities: ReadonlyMap<string, string>;
  readonly #closing = new AbortController();
  #damage: string | null = null;
  #problem: string | null = null;
  #recovery: Promise<void> | null = null;

  constructor(parts: AccessParts) {
    this.#parts = parts;
    this.#identities = new Map(parts.guarded.map((path) => [path, identityOf(path)]));
  }

  get readOnly(): string | null {
    return this.#parts.closedToWrites ?? this.#damage ?? this.#problem;
  }

  read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#noted(readFailure(this.#parts.path, error));
    }
  }

  /** All of `work` or nothing, and on the disk when it returns. */
  write<T>(work: () => T): T {
    const { database, closedToWrites, path } = this.#parts;
    const barred = closedToWrites ?? this.#damage;
    if (barred !== null) throw unwritable(path, barred);
    try {
      this.#assertInPlace();
      database.exec('BEGIN IMMEDIATE');
      const value = work();
      database.exec('COMMIT');
      this.#problem = null;
      return value;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw this.#noted(writeFailure(path, error));
    }
  }

  /** Finds out whether writing works, and notes it if not. Damage is thrown. */
  prove(): void {
    const { items } = this.#parts;
    this.#tolerating(() => {
      this.write(() => {
        items.remove('proof', '', '');
        items.store('proof', '', '', PROOF);
      });
      this.write(() => items.remove('proof', '', ''));
    });
  }

  /** A write whose failure does not matter by itself. Damage is thrown. */
  tryToWrite(work: () => void): void {
    this.#tolerating(() => this.write(work));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#recovery;
    this.#parts.database.close();
  }

  #noted(failure: unknown): unknown {
    if (!(failure instanceof TrueupError)) return failure;
    if (failure.code === 'journal/corrupt') this.#damage ??= failure.message;
    if (failure.code === 'journal/unwritable') {
      this.#problem = inWords(failure.cause);
      this.#recovery ??= this.#recover();
    }
    return failure;
  }

  #assertInPlace(): void {
    for (const [path, identity] of this.#identities) {
      if (identityOf(path) === identity) continue;
      const why = `${path} was removed or replaced while it was in use`;
      throw unwritable(this.#parts.path, why, new Error(why));
    }
  }

  /** While `readOnly` says why not, nobody else writes; so it is tried from here whether it still holds. */
  async #recover(): Promise<void> {
    while (this.#problem !== null && this.#damage === null && !this.#closing.signal.aborted) {
      await this.#parts.clock.sleep(RECOVERY_MS, this.#closing.signal);
      if (!this.#closing.signal.aborted) this.#tryAgain();
    }
    this.#recovery = null;
  }

  #tryAgain(): void {
    try {
      this.prove();
    } catch (error) {
      // Damage has been noted, and `readOnly` tells it from now on.
      if (!(error instanceof TrueupError)) throw error;
    }
  }

  #tolerating(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof TrueupError) || error.code !== 'journal/unwritable') throw error;
    }
  }
}
