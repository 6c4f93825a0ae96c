import type { Clock } from './ports/runtime.ts';

/**
 * A rate limit on the monotonic clock: in any window of `w` seconds at most
 * `burst + perSecond * w` tickets are given out. `burst` 1 is strict spacing: two tickets are
 * always at least `1 / perSecond` seconds apart, however long nothing was asked for.
 */
export interface RateLimit {
  /** Sustained rate; finite and above 0, may be a fraction. */
  readonly perSecond: number;
  /** Whole number, at least 1. */
  readonly burst: number;
}

/**
 * A token bucket, kept as the one time from which its level follows, so that fractions of a token
 * are never rounded away: with `d = fullAtMs - now`, the bucket lacks `d * perSecond / 1000` tokens.
 */
export interface BucketState {
  /** Monotonic ms at which the bucket is full again; full if that is past. */
  readonly fullAtMs: number;
}

export const FULL_BUCKET: BucketState = { fullAtMs: Number.NEGATIVE_INFINITY };

/** Sleeps shorter than this would not move a clock that counts in double-precision ms. */
const GRAIN_MS = 0.001;

/**
 * Takes one token, in advance if need be. `state` holds it as taken; it may be used `waitMs` after
 * `nowMs` (monotonic; may repeat, never goes back). Whoever drops `state` gives the token back.
 */
export function takeToken(
  limit: RateLimit,
  state: BucketState,
  nowMs: number,
): { readonly state: BucketState; readonly waitMs: number } {
  const intervalMs = 1000 / limit.perSecond;
  const fromMs = Math.max(state.fullAtMs, nowMs);
  const earlyMs = fromMs - nowMs - (limit.burst - 1) * intervalMs;
  const waitMs = earlyMs > 0 ? Math.ceil(earlyMs / GRAIN_MS) * GRAIN_MS : 0;
  return { state: { fullAtMs: fromMs + intervalMs }, waitMs };
}

/** Hands out tickets at a limited rate, first come, first served. */
export interface RateGate {
  /**
   * Resolves when the caller may go. Rejects with the signal's reason as soon as it aborts; a
   * ticket that was waited for and not given out costs nothing. `last` is what must happen right
   * before the caller goes: it runs when its turn has come, and nobody else's does meanwhile.
   */
  take(signal?: AbortSignal, last?: () => Promise<void>): Promise<void>;
}

/**
 * A gate around `takeToken`. A token is taken at the moment its ticket is given out and not when
 * it was asked for: so tickets stay apart even when a stalled process wakes up late.
 */
export function createRateGate(limit: RateLimit, clock: Clock): RateGate {
  assertLimit(limit);
  let state = FULL_BUCKET;
  let previous: Promise<void> = Promise.resolve();

  const untilFree = async (signal: AbortSignal | undefined): Promise<BucketState> => {
    for (;;) {
      signal?.throwIfAborted();
      const next = takeToken(limit, state, clock.monotonic());
      if (next.waitMs === 0) return next.state;
      await clock.sleep(next.waitMs, signal);
    }
  };
  const turn = async (signal?: AbortSignal, last?: () => Promise<void>): Promise<void> => {
    if (last !== undefined) {
      await untilFree(signal);
      await last();
    }
    state = await untilFree(signal);
  };

  return {
    take(signal, last) {
      const mine = previous.then(() => turn(signal, last));
      previous = mine.catch(() => undefined);
      return signal === undefined ? mine : untilAborted(mine, signal);
    },
  };
}

function assertLimit(limit: RateLimit): void {
  if (!(limit.perSecond > 0 && Number.isFinite(limit.perSecond))) {
    throw new RangeError(`a rate must be a finite number above 0, not ${limit.perSecond}`);
  }
  if (!(Number.isSafeInteger(limit.burst) && limit.burst >= 1)) {
    throw new RangeError(`a burst must be a whole number of at least 1, not ${limit.burst}`);
  }
}

/** `work`, or the signal's reason as soon as it aborts. */
async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
