import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BucketState,
  createRateGate,
  FULL_BUCKET,
  type RateLimit,
  takeToken,
} from '../../src/reconciler/limiter.ts';
import { oversleeping, VirtualClock } from '../support/virtual-clock.ts';

const limits = fc.record({
  perSecond: fc.oneof(
    fc.constantFrom(0.1, 1 / 3, 1, 2, 3, 5, 7, 50),
    fc.double({ min: 0.01, max: 1000, noNaN: true }),
  ),
  burst: fc.integer({ min: 1, max: 50 }),
});

/** Worst excess, in tickets, over `burst + perSecond * window` for every pair of start times. */
function worstExcess(limit: RateLimit, starts: readonly number[]): number {
  let worst = Number.NEGATIVE_INFINITY;
  for (let first = 0; first < starts.length; first += 1) {
    for (let last = first; last < starts.length; last += 1) {
      const seconds = ((starts[last] ?? 0) - (starts[first] ?? 0)) / 1000;
      const count = last - first + 1;
      worst = Math.max(worst, count - (limit.burst + limit.perSecond * seconds));
    }
  }
  return worst;
}

/** Start times of `asks` callers, each waiting `gapMs` after the one before asked, all reserving. */
function reserve(limit: RateLimit, startMs: number, gapsMs: readonly number[]): number[] {
  let state: BucketState = FULL_BUCKET;
  let now = startMs;
  return gapsMs.map((gap) => {
    now += gap;
    const taken = takeToken(limit, state, now);
    state = taken.state;
    return now + taken.waitMs;
  });
}

const gaps = fc.array(
  fc.oneof(fc.constant(0), fc.double({ min: 0, max: 20_000, noNaN: true }), fc.nat(50)),
  { minLength: 1, maxLength: 120 },
);
const uptimes = fc.double({ min: 0, max: 1e10, noNaN: true });

describe('takeToken', () => {
  it('never lets more than burst + rate x window through, whatever the arrivals', () => {
    fc.assert(
      fc.property(limits, uptimes, gaps, (limit, start, arrivals) => {
        expect(worstExcess(limit, reserve(limit, start, arrivals))).toBeLessThan(1e-3);
      }),
    );
  });

  it('loses no fraction of a token: a saturated bucket gives exactly burst + rate x time', () => {
    fc.assert(
      fc.property(limits, uptimes, fc.integer({ min: 1, max: 500 }), (limit, start, asks) => {
        const starts = reserve(limit, start, Array<number>(asks).fill(0));
        const ideal = (Math.max(0, asks - limit.burst) * 1000) / limit.perSecond;
        expect((starts.at(-1) ?? 0) - start).toBeCloseTo(ideal, 1);
      }),
    );
  });

  it.each([
    { asked: 0, waits: [0, 0, 0, 200, 400, 600] },
    { asked: 100, waits: [0, 0, 0, 200, 400, 600] },
  ])('gives a full bucket out at once, then spaces by the rate (%o)', ({ asked, waits }) => {
    let state = FULL_BUCKET;
    const seen = waits.map(() => {
      const taken = takeToken({ perSecond: 5, burst: 3 }, state, asked);
      state = taken.state;
      return taken.waitMs;
    });
    expect(seen.map((wait) => Math.round(wait * 1000) / 1000)).toEqual(waits);
  });

  it('refills in fractions: half a token earned is half a token less to wait for', () => {
    const limit = { perSecond: 2, burst: 1 };
    const first = takeToken(limit, FULL_BUCKET, 1000);
    expect(takeToken(limit, first.state, 1250).waitMs).toBe(250);
    expect(takeToken(limit, first.state, 1500).waitMs).toBe(0);
  });

  it('with burst 1 saves nothing up: after any idle time the second start still waits', () => {
    fc.assert(
      fc.property(uptimes, uptimes, (start, idle) => {
        const limit = { perSecond: 1, burst: 1 };
        const [first, second] = reserve(limit, start + idle, [0, 0]);
        expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1000 - 1e-3);
      }),
    );
  });

  it('gives a token back by dropping the state that took it', () => {
    const limit = { perSecond: 1, burst: 1 };
    const first = takeToken(limit, FULL_BUCKET, 0);
    takeToken(limit, first.state, 0);
    expect(takeToken(limit, first.state, 0).waitMs).toBe(1000);
  });
});

describe('createRateGate', () => {
  it('spaces real grants by the limit although the process wakes up late', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ perSecond: fc.constantFrom(1, 2, 5), burst: fc.integer({ min: 1, max: 4 }) }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 30, maxLength: 30 }),
        async (limit, stallsMs) => {
          const clock = new VirtualClock();
          let turn = 0;
          const stallMs = () => stallsMs[turn++ % stallsMs.length] ?? 0;
          const gate = createRateGate(limit, oversleeping(clock, stallMs));
          const starts: number[] = [];
          const all = Array.from({ length: 30 }, () =>
            gate.take().then(() => starts.push(clock.monotonic())),
          );
          await clock.until(Promise.all(all));
          expect(worstExcess(limit, starts)).toBeLessThan(1e-3);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each([
    { perSecond: 1, burst: 1 },
    { perSecond: 5, burst: 20 },
    { perSecond: 5, burst: 1 },
  ])(
    'uses at least 97 % of $perSecond a second, burst $burst, under saturation, timers 2 ms late',
    async (limit) => {
      const clock = new VirtualClock();
      const gate = createRateGate(
        limit,
        oversleeping(clock, () => 2),
      );
      const asks = 200;
      await clock.until(Promise.all(Array.from({ length: asks }, () => gate.take())));
      const allowed = limit.burst + (limit.perSecond * clock.monotonic()) / 1000;
      expect(asks / allowed).toBeGreaterThanOrEqual(0.97);
      expect(asks / allowed).toBeLessThanOrEqual(1);
    },
  );

  it('spaces by the end of what happens last before one goes, and keeps the others waiting meanwhile', async () => {
    const clock = new VirtualClock();
    const gate = createRateGate({ perSecond: 1, burst: 1 }, clock);
    const starts: number[] = [];
    const go = () => starts.push(clock.monotonic());
    const slowly = () => clock.sleep(1_500);
    const failing = () => Promise.reject(new Error('no answer'));
    const all = [
      gate.take().then(go),
      gate.take(undefined, slowly).then(go),
      expect(gate.take(undefined, failing)).rejects.toThrow('no answer'),
      gate.take().then(go),
    ];
    await clock.until(Promise.all(all));
    expect(starts.map(Math.round)).toEqual([0, 2_500, 3_500]);
  });

  it('serves first come, first served', async () => {
    const clock = new VirtualClock();
    const gate = createRateGate({ perSecond: 10, burst: 2 }, clock);
    const order: number[] = [];
    const all = [0, 1, 2, 3, 4, 5].map((n) => gate.take().then(() => order.push(n)));
    await clock.until(Promise.all(all));
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    expect(clock.monotonic()).toBeCloseTo(400, 2);
  });

  it('rejects a cancelled waiter at once and hands its place and its ticket on', async () => {
    const clock = new VirtualClock();
    const gate = createRateGate({ perSecond: 1, burst: 1 }, clock);
    await gate.take();
    const why = new Error('stopped');
    const first = new AbortController();
    const second = new AbortController();
    const outcome = (take: Promise<void>) =>
      take.then(
        () => 'granted',
        (error: unknown) => error,
      );
    const head = outcome(gate.take(first.signal));
    const queued = outcome(gate.take(second.signal));
    let granted = -1;
    const last = gate.take().then(() => {
      granted = clock.monotonic();
    });
    await clock.pass(400);
    second.abort(why);
    expect(await Promise.race([head, queued])).toBe(why);
    first.abort(why);
    expect(await head).toBe(why);
    expect(clock.monotonic()).toBe(400);
    await clock.until(last);
    expect(granted).toBeCloseTo(1000, 2);
  });

  it('refuses a signal that is already aborted without using a token', async () => {
    const clock = new VirtualClock();
    const gate = createRateGate({ perSecond: 1, burst: 1 }, clock);
    await expect(gate.take(AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    await gate.take();
    expect(clock.sleeps).toEqual([]);
  });

  it.each([
    { perSecond: 0, burst: 1 },
    { perSecond: Number.NaN, burst: 1 },
    { perSecond: Number.POSITIVE_INFINITY, burst: 1 },
    { perSecond: 1, burst: 0 },
    { perSecond: 1, burst: 1.5 },
  ])('refuses the limit %o', (limit) => {
    expect(() => createRateGate(limit, new VirtualClock())).toThrow(RangeError);
  });
});
