import { readdirSync } from 'node:fs';
import type { Clock } from '../reconciler/ports/runtime.ts';
import type { SnapshotResult } from '../reconciler/ports/source.ts';
import { ContentCache, type Contents } from './contents.ts';
import { DanglingLink, errnoOf, inWords, isMoved, Moved, Unavailable } from './failures.ts';
import { isHidden, isPlainText, printable } from './names.ts';
import { type Pin, pinDirectory } from './pin.ts';
import { snapshotOf } from './snapshot.ts';
import { assertUntouched, type Listing, type Unreadable, walk } from './walk.ts';

export interface ReaderOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly settleMs: number;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  readonly maxTotalBytes: number;
}

/** What one look at the directory saw. Two looks with equal pin and stamp saw the same state. */
export interface Seen {
  readonly pin: string;
  /** null: only the links were looked at. */
  readonly stamp: string | null;
}

interface Pass {
  readonly pin: Pin;
  readonly listing: Listing;
  readonly contents: Contents;
}

const MAX_ATTEMPTS = 40;
/** A link that leads nowhere is most often seen between a flip and the removal of the old tree. */
const MAX_DANGLING = 6;
const MAX_PAUSE_MS = 100;
/** A directory that differs at each of so many passes is given up until the next look. */
const MAX_ROUNDS = 10;
/** Time stamps can be forged and clocks turned back: now and then every byte is read again. */
const FULL_READ_MS = 15 * 60_000;

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Reads whole revisions and never mixes two; every failure is Unavailable with a reason. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #cache: ContentCache;
  #fullReadAt = Number.NEGATIVE_INFINITY;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#cache = new ContentCache({ ...options, breathe });
  }

  async read(): Promise<{ readonly result: SnapshotResult; readonly seen: Seen }> {
    const now = this.#options.clock.monotonic();
    const full = now - this.#fullReadAt >= FULL_READ_MS;
    if (full) this.#cache.distrust();
    const pass = await this.#settled();
    if (full) this.#fullReadAt = now;
    const seen = { pin: pass.pin.identity, stamp: pass.listing.stamp };
    const why = this.#emptiness(pass.contents);
    return why === null
      ? { result: { kind: 'ok', snapshot: snapshotOf(pass.contents, pass.pin.publisher) }, seen }
      : { result: { kind: 'unavailable', why }, seen };
  }

  /** Nothing to read is never taken for "nothing is desired". */
  #emptiness({ files, unreadable }: Contents): string | null {
    const { directory } = this.#options;
    const first = unreadable[0];
    if (files.length > 0) return null;
    return first === undefined
      ? `${directory} holds no .yaml, .yml or .json file`
      : `no desired-state file in ${directory} can be read; the first is ${first.path}: ${first.why}`;
  }

  /** Looks without opening a file. `deep`: at every file's time stamps; else plain trees only. */
  async look(deep: boolean): Promise<{ readonly pin: Pin; readonly seen: Seen }> {
    const pin = pinDirectory(this.#options.directory);
    const whole = deep || pin.publisher === null;
    const stamp = whole ? (await this.#list(pin)).stamp : null;
    return { pin, seen: { pin: pin.identity, stamp } };
  }

  /**
   * A published tree is complete, so one pass will do. Any other directory may be half-written: two
   * equal passes are needed, after the settle time without a change. Where the clocks of machine and
   * file system disagree, that time lies between the passes.
   */
  async #settled(): Promise<Pass> {
    const { clock, settleMs, directory } = this.#options;
    let first = await this.#pass();
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      if (first.pin.publisher !== null) return first;
      const rest = settleMs - (clock.now() - first.listing.newest);
      if (rest > 0) await clock.sleep(Math.min(rest, settleMs));
      const second = await this.#pass();
      if (isEqual(first, second)) return second;
      first = second;
    }
    throw new Unavailable(`${directory} kept changing while it was read`);
  }

  async #pass(): Promise<Pass> {
    let dangling = 0;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once();
      } catch (error) {
        if (error instanceof DanglingLink) dangling += 1;
        const again = error instanceof Moved || error instanceof DanglingLink;
        if (!again || dangling >= MAX_DANGLING) throw error;
        if (attempt >= MAX_ATTEMPTS)
          throw new Unavailable(
            `${this.#options.directory} changed during each of ${attempt} reads (${error.message})`,
          );
        await this.#options.clock.sleep(Math.min(2 ** attempt, MAX_PAUSE_MS));
      }
    }
  }

  /** Resolve, read, resolve again: a difference means that the parts may not belong together. */
  async #once(): Promise<Pass> {
    const { clock, directory } = this.#options;
    const now = clock.now();
    try {
      const pin = pinDirectory(directory);
      const listing = await this.#list(pin);
      const contents = await this.#cache.read(listing, now);
      if (pin.publisher !== null) assertUntouched(listing);
      if (pinDirectory(directory).identity !== pin.identity)
        throw new Moved('its link was pointed elsewhere');
      return { pin, listing, contents };
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === null) throw error;
      if (isMoved(errno)) throw new Moved(inWords(errno));
      throw new Unavailable(`${directory} cannot be read: ${inWords(errno)}`);
    }
  }

  async #list(pin: Pin): Promise<Listing> {
    const listing = await walk(pin.root, { maxFiles: this.#options.maxFiles, breathe });
    const strays = pin.mount === null ? [] : straysOf(pin.mount);
    if (strays.length === 0) return listing;
    const stamp = `${listing.stamp}\n${strays.map((stray) => stray.path).join('\n')}`;
    return { ...listing, unreadable: [...listing.unreadable, ...strays], stamp };
  }
}

/** Beside `..data` stand links into it and nothing else; what else is there belongs to no revision. */
function straysOf(mount: string): readonly Unreadable[] {
  return readdirSync(mount, { withFileTypes: true })
    .filter((entry) => !isHidden(entry.name) && !entry.isSymbolicLink())
    .map((entry) => ({
      path: isPlainText(entry.name) ? entry.name : printable(entry.name),
      why: 'it stands beside ..data and is not part of what ..data publishes',
      code: 'source/unreadable-file',
    }));
}

function isEqual(a: Pass, b: Pass): boolean {
  return (
    a.pin.identity === b.pin.identity &&
    a.listing.stamp === b.listing.stamp &&
    a.contents.files.length === b.contents.files.length &&
    a.contents.files.every((file, index) => file === b.contents.files[index])
  );
}
