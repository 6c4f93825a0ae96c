import { type Dirent, lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../reconciler/ports/source.ts';
import { errnoOf, inWords, isExhausted, isMoved, Moved, Unavailable } from './failures.ts';
import {
  byCodeUnits,
  couldHoldDocuments,
  isDesiredState,
  isHidden,
  isKustomization,
  isPlainText,
  printable,
} from './names.ts';

export type Unreadable = Snapshot['unreadable'][number];

/** A desired-state file that may be opened. */
export interface Found {
  /** Relative to the directory, with `/`. */
  readonly path: string;
  /** Where it really stands, inside the root. */
  readonly real: string;
  readonly size: number;
  /** Change time, ms since the epoch by the file system's clock. */
  readonly changed: number;
  readonly mark: string;
}

/** A directory as it was before it was listed. */
interface Visited {
  readonly real: string;
  readonly mark: string;
}

export interface Listing {
  /** Sorted by path. */
  readonly found: readonly Found[];
  readonly unreadable: readonly Unreadable[];
  readonly visited: readonly Visited[];
  /** Equal for two listings only if no file was written, added, removed or replaced in between. */
  readonly stamp: string;
  /** The newest change time of any file or directory, ms since the epoch by the file system's clock. */
  readonly newest: number;
}

export interface WalkLimits {
  readonly maxFiles: number;
  /** Gives way to the rest of the program; called every few hundred entries. */
  readonly breathe: () => Promise<void>;
}

/** Directories of other things may hold anything; a desired-state tree has few files that are not its own. */
const ENTRIES_PER_FILE = 10;
const BREATHE_EVERY = 256;

/**
 * Equal for two looks at a path only if the same file or directory stands there, unwritten. Times
 * in ms carry fractions down to a quarter of a microsecond, far below any file system's tick.
 */
export function markOf(stat: Stats): string {
  return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`;
}

class Walk {
  readonly found: Found[] = [];
  readonly unreadable: Unreadable[] = [];
  readonly visited = new Map<string, Visited>();
  newest = 0;
  #entries = 0;
  #links: { path: string; at: string }[] = [];
  readonly #root: string;
  readonly #limits: WalkLimits;

  constructor(root: string, limits: WalkLimits) {
    this.#root = root;
    this.#limits = limits;
  }

  /**
   * Real directories first, then links: a directory is walked once, under its own name where it has
   * one, so that links can neither loop nor multiply files.
   */
  async run(): Promise<void> {
    await this.#tree(this.#root, '');
    const seen = new Set(this.found.map((file) => file.real));
    while (this.#links.length > 0) {
      const links = this.#links.sort((a, b) => byCodeUnits(a.path, b.path));
      this.#links = [];
      for (const link of links) await this.#link(link.path, link.at, seen);
    }
  }

  async #tree(root: string, prefix: string): Promise<void> {
    const pending = [{ real: root, path: prefix }];
    for (const directory of pending) {
      if (this.visited.has(directory.real)) continue;
      for (const entry of this.#list(directory.real, directory.path)) {
        await this.#count();
        if (isHidden(entry.name)) continue;
        const path = directory.path === '' ? entry.name : `${directory.path}/${entry.name}`;
        const real = join(directory.real, entry.name);
        if (!isPlainText(entry.name)) this.#unnamable(entry, path);
        else if (entry.isDirectory()) pending.push({ real, path });
        else if (entry.isSymbolicLink()) this.#links.push({ path, at: real });
        else if (isDesiredState(entry.name)) this.#file(path, real);
      }
    }
  }

  async #count(): Promise<void> {
    this.#entries += 1;
    const most = this.#limits.maxFiles * ENTRIES_PER_FILE;
    if (this.#entries > most)
      throw new Unavailable(
        `${this.#root} holds more than ${most} entries: it does not look like a desired-state directory`,
      );
    if (this.#entries % BREATHE_EVERY === 0) await this.#limits.breathe();
  }

  #list(real: string, path: string): readonly Dirent[] {
    try {
      const stat = lstatSync(real);
      this.#note(stat);
      const entries = readdirSync(real, { withFileTypes: true });
      this.visited.set(real, { real, mark: markOf(stat) });
      return entries;
    } catch (error) {
      if (path === '') throw rootFailure(real, error);
      this.#refuse(path, error, 'the directory cannot be listed');
      return [];
    }
  }

  #note(stat: Stats): void {
    this.newest = Math.max(this.newest, stat.ctimeMs);
  }

  #unnamable(entry: Dirent, path: string): void {
    if (!entry.isDirectory() && !isDesiredState(entry.name)) return;
    const why = 'its name holds control characters or is not UTF-8';
    this.unreadable.push({ path: printable(path), why, code: 'source/unreadable-file' });
  }

  /** Lists a file; one that is not a regular file (a pipe would hang, a device may act) is named, never opened. */
  #file(path: string, real: string): void {
    try {
      const stat = lstatSync(real);
      this.#note(stat);
      if (stat.isSymbolicLink()) throw new Moved(`${path} became a link`);
      if (!stat.isFile()) {
        const why = `it is ${kindOf(stat)}, not a regular file`;
        this.unreadable.push({ path, why, code: 'source/unreadable-file' });
        return;
      }
      this.found.push({ path, real, size: stat.size, changed: stat.ctimeMs, mark: markOf(stat) });
      if (this.found.length > this.#limits.maxFiles)
        throw new Unavailable(
          `${this.#root} holds more than ${this.#limits.maxFiles} desired-state files`,
        );
    } catch (error) {
      this.#refuse(path, error, 'it cannot be examined');
    }
  }

  async #link(path: string, at: string, seen: Set<string>): Promise<void> {
    const name = path.slice(path.lastIndexOf('/') + 1);
    try {
      const real = realpathSync(at);
      const directory = statSync(real).isDirectory();
      if (real !== this.#root && !real.startsWith(`${this.#root}/`)) {
        if (directory || isDesiredState(name)) this.#escapes(path, real);
        return;
      }
      if (directory) return await this.#tree(real, path);
      if (!isDesiredState(name)) return;
      // One file under two names would be two documents for one provisioned product. A kustomization
      // stays: its name alone decides how the directory is treated.
      if (seen.has(real) && !isKustomization(name)) return;
      seen.add(real);
      this.#file(path, real);
    } catch (error) {
      this.#brokenLink(path, name, error);
    }
  }

  #escapes(path: string, real: string): void {
    const why = `it is a link to ${printable(real)}, outside the directory, and is not followed`;
    this.unreadable.push({ path, why, code: 'source/link-escapes' });
  }

  #brokenLink(path: string, name: string, error: unknown): void {
    const errno = errnoOf(error);
    if (errno === null || isExhausted(errno)) throw error;
    if (!couldHoldDocuments(name)) return;
    const why =
      errno === 'ENOENT' ? 'it is a link that leads nowhere' : `it is a link: ${inWords(errno)}`;
    this.unreadable.push({ path, why, code: 'source/unreadable-file' });
  }

  #refuse(path: string, error: unknown, what: string): void {
    const errno = errnoOf(error);
    if (errno === null || isExhausted(errno)) throw error;
    if (isMoved(errno)) throw new Moved(`${path}: ${inWords(errno)}`);
    this.unreadable.push({
      path,
      why: `${what}: ${inWords(errno)}`,
      code: 'source/unreadable-file',
    });
  }
}

function rootFailure(root: string, error: unknown): unknown {
  const errno = errnoOf(error);
  if (errno === null) return error;
  if (isMoved(errno)) return new Moved(`${root}: ${inWords(errno)}`);
  return new Unavailable(`${root} cannot be listed: ${inWords(errno)}`);
}

function kindOf(stat: Stats): string {
  if (stat.isFIFO()) return 'a named pipe';
  if (stat.isSocket()) return 'a socket';
  if (stat.isCharacterDevice() || stat.isBlockDevice()) return 'a device';
  return 'something else';
}

/**
 * Lists every desired-state file below a pinned root, without opening any. Throws Moved if the tree
 * changes under it, Unavailable if it cannot be listed or is too large.
 */
export async function walk(root: string, limits: WalkLimits): Promise<Listing> {
  const state = new Walk(root, limits);
  await state.run();
  const found = state.found.sort((a, b) => byCodeUnits(a.path, b.path));
  const unreadable = state.unreadable.sort((a, b) => byCodeUnits(a.path, b.path));
  const files = found.map((file) => `${file.path}\0${file.mark}`);
  const refused = unreadable.map((file) => `${file.path}\0${file.code}:${file.why}`);
  return {
    found,
    unreadable,
    visited: [...state.visited.values()],
    stamp: [...files, '', ...refused].join('\n'),
    newest: state.newest,
  };
}

/** Throws Moved if a directory of the listing was changed since: entries may be missing from it. */
export function assertUntouched(listing: Listing): void {
  for (const directory of listing.visited) {
    const stat = lstatSync(directory.real, { throwIfNoEntry: false });
    if (stat === undefined || markOf(stat) !== directory.mark)
      throw new Moved(`${directory.real} changed while it was read`);
  }
}
