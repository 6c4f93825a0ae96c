import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { SourceFile } from '../reconciler/ports/source.ts';
import { errnoOf, inWords, isExhausted, isMoved, Moved, Unavailable } from './failures.ts';
import { byCodeUnits } from './names.ts';
import { type Found, type Listing, markOf, type Unreadable } from './walk.ts';

/** Never through a link, and never hanging on a pipe that took the place of a file. */
const OPEN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const BREATHE_EVERY = 128;

/**
 * Time stamps come in ticks: a file written twice within one tick looks unwritten the second time.
 * So bytes read this soon after a change are read again, as git does with its index. Two seconds
 * is the coarsest tick of a file system in use.
 */
const TICK_MS = 2_000;

export interface ReadLimits {
  readonly maxFileBytes: number;
  readonly maxTotalBytes: number;
  readonly breathe: () => Promise<void>;
}

export interface Contents {
  readonly files: readonly SourceFile[];
  readonly unreadable: readonly Unreadable[];
}

interface Kept {
  readonly file: SourceFile;
  readonly mark: string;
  readonly trusted: boolean;
}

/**
 * Bytes of the files of the last listing. A file whose time stamps did not move is not read again,
 * and a file whose bytes are the same stays the same object, so that nobody parses it again.
 */
export class ContentCache {
  #kept = new Map<string, Kept>();
  readonly #limits: ReadLimits;
  /** One byte more than the limit, so that a file that grew is noticed. */
  readonly #scratch: Uint8Array;

  constructor(limits: ReadLimits) {
    this.#limits = limits;
    this.#scratch = new Uint8Array(limits.maxFileBytes + 1);
  }

  /** From here on, every file is read again, whatever its time stamps say. */
  distrust(): void {
    for (const [path, kept] of this.#kept) this.#kept.set(path, { ...kept, trusted: false });
  }

  /**
   * Reads what a listing found. `now` is the wall clock before the listing was made. Throws Moved
   * if a file is not what the listing saw, Unavailable if all files together are too large.
   */
  async read(listing: Listing, now: number): Promise<Contents> {
    const next = new Map<string, Kept>();
    const unreadable: Unreadable[] = [...listing.unreadable];
    let total = 0;
    let opened = 0;
    for (const found of listing.found) {
      const kept = this.#kept.get(found.path);
      if (kept?.trusted === true && kept.mark === found.mark) {
        next.set(found.path, kept);
      } else {
        const outcome = this.#open(found, kept?.file);
        if ('code' in outcome) unreadable.push(outcome);
        else
          next.set(found.path, {
            file: outcome,
            mark: found.mark,
            trusted: found.changed < now - TICK_MS,
          });
        opened += 1;
        if (opened % BREATHE_EVERY === 0) await this.#limits.breathe();
      }
      total += next.get(found.path)?.file.bytes.length ?? 0;
      if (total > this.#limits.maxTotalBytes)
        throw new Unavailable(
          `the desired-state files hold more than ${this.#limits.maxTotalBytes} bytes together`,
        );
    }
    this.#kept = next;
    return {
      files: [...next.values()].map((kept) => kept.file),
      unreadable: unreadable.sort((a, b) => byCodeUnits(a.path, b.path)),
    };
  }

  #open(found: Found, before: SourceFile | undefined): SourceFile | Unreadable {
    const { maxFileBytes } = this.#limits;
    if (found.size > maxFileBytes) {
      const why = `it has ${found.size} bytes; the limit is ${maxFileBytes}`;
      return { path: found.path, why, code: 'source/file-too-large' };
    }
    let bytes: Uint8Array;
    try {
      bytes = this.#bytes(found);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === null || isExhausted(errno)) throw error;
      if (isMoved(errno)) throw new Moved(`${found.path}: ${inWords(errno)}`);
      const why = `it cannot be read: ${inWords(errno)}`;
      return { path: found.path, why, code: 'source/unreadable-file' };
    }
    if (before !== undefined && Buffer.compare(before.bytes, bytes) === 0) return before;
    return { path: found.path, bytes: bytes.slice() };
  }

  /** A view of the scratch buffer, good until the next file is read. */
  #bytes(found: Found): Uint8Array {
    const descriptor = openSync(found.real, OPEN);
    try {
      if (markOf(fstatSync(descriptor)) !== found.mark)
        throw new Moved(`${found.path} changed while it was read`);
      let length = 0;
      for (;;) {
        const room = this.#scratch.length - length;
        const count = room === 0 ? 0 : readSync(descriptor, this.#scratch, length, room, null);
        if (count === 0) break;
        length += count;
      }
      if (length !== found.size) throw new Moved(`${found.path} changed while it was read`);
      return this.#scratch.subarray(0, length);
    } finally {
      closeSync(descriptor);
    }
  }
}
