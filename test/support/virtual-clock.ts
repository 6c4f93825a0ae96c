import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/reconciler/ports/runtime.ts';

interface Sleeper {
  readonly dueMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Rounds of the event loop after which nothing that is in memory only is still under way. */
const SETTLED_TURNS = 12;

/** Time that passes only when everybody sleeps: hours run in milliseconds, in the same order each time. */
export class VirtualClock implements Clock {
  /** How long each sleep was asked to be, in order. */
  readonly sleeps: number[] = [];
  #elapsedMs = 0;
  #wallMs: number;
  #order = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs = Date.UTC(2026, 10, 21, 14, 2, 11)) {
    this.#wallMs = startMs;
  }

  now(): number {
    return this.#wallMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  /** Moves the wall clock alone, as an administrator or NTP would. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true || !(ms > 0)) return Promise.resolve();
    this.sleeps.push(ms);
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        dueMs: this.#elapsedMs + ms,
        order: this.#order++,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  /** Lets everything run that needs no time. */
  async settle(): Promise<void> {
    for (let i = 0; i < SETTLED_TURNS; i++) await turn();
  }

  /** Runs until the work has ended. Fails if everybody waits for something that no time brings. */
  until<T>(work: Promise<T>, mostMs = 24 * 3_600_000): Promise<T> {
    return this.#drive(work, this.#elapsedMs + mostMs, () => {
      throw new Error(`nothing more happens after ${this.#elapsedMs} ms`);
    });
  }

  /** The same for work that waits for the disk or a process as well, which takes real time. */
  untilRead<T>(work: Promise<T>): Promise<T> {
    return this.#drive(work, Number.POSITIVE_INFINITY, () => undefined);
  }

  /** Lets this much time pass. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    do await this.settle();
    while (this.#wakeNext(endMs));
    this.#elapsedMs = endMs;
    await this.settle();
  }

  async #drive<T>(work: Promise<T>, endMs: number, onIdle: () => void): Promise<T> {
    let done = false;
    const marked = work.finally(() => {
      done = true;
    });
    marked.catch(() => undefined);
    for (;;) {
      await this.settle();
      if (done) return marked;
      if (!this.#wakeNext(endMs)) onIdle();
    }
  }

  #wakeNext(endMs: number): boolean {
    const [next] = [...this.#sleepers].sort((a, b) => a.dueMs - b.dueMs || a.order - b.order);
    if (next === undefined || next.dueMs > endMs) return false;
    this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
    next.wake();
    return true;
  }
}

/** The same time for somebody whose sleep ends late, by what `lateMs` says each time. */
export const oversleeping = (clock: VirtualClock, lateMs: () => number): Clock => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  sleep: (ms, signal) => clock.sleep(ms + lateMs(), signal),
});
