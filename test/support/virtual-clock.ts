import { setImmediate as macrotask } from 'node:timers/promises';
import type { Clock } from '../../src/reconciler/ports.ts';

export interface VirtualClock extends Clock {
  /** Lets everything that can run now run, then moves time to the next sleeper, until `ms` are over. */
  advance(ms: number): Promise<void>;
  /** Advances from sleeper to sleeper until `work` has settled; then its outcome. */
  settle<T>(work: Promise<T>): Promise<T>;
  /** How long each sleep was asked to be, in order. */
  readonly sleeps: readonly number[];
}

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock that moves only when it is told to. Wall time starts at `startMs`; both run together. */
export function virtualClock(startMs = Date.UTC(2026, 10, 21, 14, 2, 11)): VirtualClock {
  let elapsed = 0;
  const sleeps: number[] = [];
  const sleepers = new Set<Sleeper>();

  const nextSleeper = (): Sleeper | undefined =>
    [...sleepers].reduce<Sleeper | undefined>(
      (first, sleeper) => (first === undefined || sleeper.at < first.at ? sleeper : first),
      undefined,
    );

  const wakeNext = (limit: number): boolean => {
    const sleeper = nextSleeper();
    if (sleeper === undefined || sleeper.at > limit) return false;
    elapsed = Math.max(elapsed, sleeper.at);
    sleeper.wake();
    return true;
  };

  return {
    sleeps,
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    sleep(ms, signal) {
      if (signal?.aborted === true || !(ms > 0)) return Promise.resolve();
      sleeps.push(ms);
      return new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper: Sleeper = { at: elapsed + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
      });
    },
    async advance(ms) {
      const until = elapsed + ms;
      do await macrotask();
      while (wakeNext(until));
      elapsed = until;
    },
    async settle(work) {
      let settled = false;
      const done = () => {
        settled = true;
      };
      work.then(done, done);
      while (!settled) {
        await macrotask();
        wakeNext(Number.POSITIVE_INFINITY);
      }
      return await work;
    },
  };
}
