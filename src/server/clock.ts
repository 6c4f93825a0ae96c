import { setTimeout as timer } from 'node:timers/promises';
import type { Clock } from '../reconciler/ports/runtime.ts';

/** Node fires at once when asked for more, so longer sleeps are cut into pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real clock: wall time for what is stored and shown, monotonic time for everything else. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep,
};

/** Never wakes early: a timer may fire a fraction of a ms before its time is over. */
async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const until = performance.now() + ms;
  while (signal?.aborted !== true) {
    const left = until - performance.now();
    if (!(left > 0)) return;
    const piece = Math.min(Math.ceil(left), LONGEST_TIMER_MS);
    await timer(piece, undefined, signal === undefined ? {} : { signal }).catch(ignoreAbort);
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
