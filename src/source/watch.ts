import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../reconciler/ports/runtime.ts';
import { Unreachable } from './failures.ts';
import type { Pin } from './pin.ts';
import type { Reader, Seen } from './reader.ts';
import type { WatchEvents, Watcher, Watchers } from './watchers.ts';

export interface WatchOptions {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly pollIntervalMs: number;
  readonly watchers: Watchers;
  /** What the last read saw; null while nothing was read, or the read could not say. */
  readonly lastSeen: () => Seen | null;
  readonly onHint: () => void;
  /** Told when the operating system's events fail: from then on only the poll notices changes. */
  readonly onDegraded: (why: string) => void;
}

/** Events come in bursts: a flip makes three, a save two or more. Looking takes half the time at most. */
const DEBOUNCE_MS = 20;
/** Looking may cost this share of the time at most: one part in eleven. */
const REST_PER_WORK = 10;
/** A published tree is changed in place only by repairs; its files' time stamps are seldom looked at. */
const DEEP_LOOK_MS = 60_000;

export function unreachable(error: Unreachable): Seen {
  return { pin: `unreachable: ${error.message}`, stamp: null };
}

/**
 * Compares what is there with what was read last, at every event and at every poll, and hints as
 * long as the two differ. So a lost event costs time, never a revision.
 */
export class Watch {
  readonly #options: WatchOptions;
  readonly #stop = new AbortController();
  #nap = new AbortController();
  /** An event came that has not been looked at. */
  #pending = false;
  #armed: { readonly key: string; readonly watchers: readonly Watcher[] } = {
    key: '',
    watchers: [],
  };
  #deepLookAt: number;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#deepLookAt = options.clock.monotonic();
  }

  /** Resolves once the watchers are set and the first look is done. */
  async start(): Promise<void> {
    const tookMs = await this.#look();
    this.#loop = this.#run(tookMs);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#nap.abort();
    await this.#loop;
    await this.#disarm();
  }

  async #run(tookMs: number): Promise<void> {
    const { clock, pollIntervalMs } = this.#options;
    let took = tookMs;
    while (!this.#closed()) {
      await this.#sleep(Math.max(pollIntervalMs, took * REST_PER_WORK));
      if (this.#closed()) return;
      if (this.#pending) await clock.sleep(Math.max(DEBOUNCE_MS, took), this.#stop.signal);
      this.#pending = false;
      took = await this.#look();
    }
  }

  #closed(): boolean {
    return this.#stop.signal.aborted;
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#pending || this.#closed()) return;
    this.#nap = new AbortController();
    await this.#options.clock.sleep(ms, this.#nap.signal);
  }

  #event(): void {
    this.#pending = true;
    this.#nap.abort();
  }

  /** Returns how long it took, ms. Any failure to look is itself a reason to look closer. */
  async #look(): Promise<number> {
    const { clock, reader, lastSeen, onHint } = this.#options;
    const started = clock.monotonic();
    const deep = started - this.#deepLookAt >= DEEP_LOOK_MS;
    if (deep) this.#deepLookAt = started;
    let seen: Seen | null = null;
    try {
      const look = await reader.look(deep);
      seen = look.seen;
      await this.#arm(look.pin);
    } catch (error) {
      if (error instanceof Unreachable) seen = unreachable(error);
    }
    if (!this.#closed() && !isSame(seen, lastSeen())) onHint();
    return clock.monotonic() - started;
  }

  /**
   * A watcher holds on to a directory, not to a name: when another directory stands under that name,
   * it is deaf. So the key names the directories themselves.
   */
  async #arm(pin: Pin): Promise<void> {
    const key = JSON.stringify([
      pin.publisher === null ? instance(pin.root) : null,
      pin.links.map((link) => [link.path, instance(dirname(link.path))]),
    ]);
    if (key === this.#armed.key) return;
    await this.#disarm();
    let lost = false;
    const events: WatchEvents = {
      onEvent: () => this.#event(),
      onLost: (why) => {
        if (lost) return;
        lost = true;
        this.#options.onDegraded(why);
      },
    };
    const { watchers } = this.#options;
    const armed = pin.links.map((link) => watchers.entry(link.path, events));
    if (pin.publisher === null) armed.push(watchers.tree(pin.root, events));
    this.#armed = { key, watchers: armed };
  }

  async #disarm(): Promise<void> {
    const { watchers } = this.#armed;
    this.#armed = { key: '', watchers: [] };
    await Promise.all(watchers.map((watcher) => watcher.close()));
  }
}

/** Inode numbers are used again, so the time of birth belongs to the name. */
function instance(directory: string): string {
  const stat = lstatSync(directory, { bigint: true });
  return `${directory}:${stat.dev}:${stat.ino}:${stat.birthtimeNs}`;
}

function isSame(now: Seen | null, last: Seen | null): boolean {
  if (now === null || last === null || now.pin !== last.pin) return false;
  return now.stamp === null || now.stamp === last.stamp;
}
