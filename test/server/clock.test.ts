import { setTimeout as timer } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/server/clock.ts';

vi.mock('node:timers/promises', async (original) => {
  const real = await original<typeof import('node:timers/promises')>();
  return { ...real, setTimeout: vi.fn(real.setTimeout) };
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.mocked(timer).mockReset();
});

describe('systemClock', () => {
  it('tells wall time and a monotonic time that does not start at the epoch', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
    expect(systemClock.monotonic()).toBeLessThan(Date.UTC(2000));
    expect(systemClock.monotonic()).toBeLessThanOrEqual(systemClock.monotonic());
  });

  it.each([1, 3.3, 12])('sleeps at least %f ms, never a fraction less', async (ms) => {
    for (let round = 0; round < 5; round += 1) {
      const from = systemClock.monotonic();
      await systemClock.sleep(ms);
      expect(systemClock.monotonic() - from).toBeGreaterThanOrEqual(ms);
    }
  });

  it.each([0, -5, Number.NaN])('returns at once for %f ms', async (ms) => {
    await systemClock.sleep(ms);
    expect(timer).not.toHaveBeenCalled();
  });

  it('wakes without error when the signal aborts, before or during the sleep', async () => {
    await systemClock.sleep(3_600_000, AbortSignal.abort());
    const controller = new AbortController();
    const sleeping = systemClock.sleep(3_600_000, controller.signal);
    controller.abort(new Error('stop'));
    await expect(sleeping).resolves.toBeUndefined();
  });

  it('sleeps longer than one Node timer can, in pieces', async () => {
    const days30 = 30 * 86_400_000;
    let monotonic = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => monotonic);
    const pieces: number[] = [];
    vi.mocked(timer).mockImplementation((ms) => {
      pieces.push(ms ?? 0);
      monotonic += ms ?? 0;
      return Promise.resolve() as never;
    });
    await systemClock.sleep(days30);
    expect(pieces).toEqual([2_147_483_647, days30 - 2_147_483_647]);
  });
});
