import type { Clock } from '../../src/reconciler/ports/runtime.ts';
import { real } from './patch.ts';

/** One life of a simulated process; when it is over, nothing that it asked for is ever answered. */
export interface Life {
  dead: boolean;
}

interface Sleeper {
  readonly dueMs: number;
  readonly life: Life | null;
  readonly wake: () => void;
}

const START_MS = Date.UTC(2026, 10, 21, 12);
export const never = (): Promise<never> => new Promise(() => undefined);

/**
 * Time of the whole simulated world. It passes only when everybody sleeps. AWS has its own wall
 * clock; that of the simulated machine may jump.
 */
export class SimClock {
  #elapsedMs = 0;
  #jumpMs = 0;
  #lastJumpMs = Number.NEGATIVE_INFINITY;
  /** Sorted by due time; equal times in the order in which they were asked for. */
  #sleepers: Sleeper[] = [];
  readonly #turns: number;
  /** Moments at which something was woken. */
  steps = 0;

  /** `turns`: rounds of the event loop after which nothing that is in memory only is under way. */
  constructor(turns: number) {
    this.#turns = turns;
  }

  /** Wall time of AWS. */
  aws(): number {
    return START_MS + this.#elapsedMs;
  }

  /** Wall time of the simulated machine. */
  wall(): number {
    return START_MS + this.#elapsedMs + this.#jumpMs;
  }

  elapsed(): number {
    return this.#elapsedMs;
  }

  jump(ms: number): void {
    this.#jumpMs += ms;
    this.#lastJumpMs = this.#elapsedMs;
  }

  /** Whether the wall clock of the simulated machine has jumped since then. */
  hasJumpedSince(elapsedMs: number): boolean {
    return this.#lastJumpMs >= elapsedMs;
  }

  get jumpedMs(): number {
    return this.#jumpMs;
  }

  /** The clock of one process. */
  of(life: Life): Clock {
    return {
      now: () => this.wall(),
      monotonic: () => this.#elapsedMs,
      sleep: (ms, signal) => this.sleep(ms, life, signal),
    };
  }

  sleep(ms: number, life: Life | null, signal?: AbortSignal): Promise<void> {
    if (life?.dead === true) return never();
    if (signal?.aborted === true || !(ms > 0)) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        dueMs: this.#elapsedMs + ms,
        life,
        wake: () => {
          const at = this.#sleepers.indexOf(sleeper);
          if (at >= 0) this.#sleepers.splice(at, 1);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#insert(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  #insert(sleeper: Sleeper): void {
    let low = 0;
    let high = this.#sleepers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#sleepers[middle];
      if (other !== undefined && other.dueMs <= sleeper.dueMs) low = middle + 1;
      else high = middle;
    }
    this.#sleepers.splice(low, 0, sleeper);
  }

  /** A dead process sleeps for ever. */
  bury(life: Life): void {
    life.dead = true;
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.life !== life);
  }

  /** Lets everything run that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < this.#turns; turn += 1)
      await new Promise<void>((resolve) => real.turn(resolve));
  }

  /** Lets this much time pass; after each moment `look` is told, and `true` ends it early. */
  async pass(ms: number, look: () => boolean = () => false): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    for (;;) {
      await this.settle();
      if (look()) return;
      const next = this.#sleepers[0];
      if (next === undefined || next.dueMs > endMs) break;
      this.steps += 1;
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.wake();
    }
    this.#elapsedMs = endMs;
  }
}
