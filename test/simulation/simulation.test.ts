import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type SimulateOptions, simulateSeeds } from './processes.ts';
import { REGRESSIONS } from './regressions.ts';

const MUTATE = fileURLToPath(new URL('mutate.ts', import.meta.url));
const LONG_MS = 480_000;

const run = (options: Partial<SimulateOptions>) =>
  simulateSeeds({ tier: 1, from: 1, count: 1, processes: 1, mode: 'all', ...options });

describe('the simulation', () => {
  it.each([
    [1, 2_000],
    [2, 200],
  ] as const)(
    'breaks no rule: tier %i, %i seeds',
    async (tier, count) => {
      const summary = await run({ tier, count, processes: 2 });
      expect(summary.violations).toEqual([]);
      expect(summary.problems).toEqual([]);
      expect(summary.seeds).toBe(count);
      expect(summary.updates).toBeGreaterThan(count);
      expect(summary.crashes).toBeGreaterThan(count / 4);
    },
    LONG_MS,
  );

  it.each([1, 2] as const)(
    'replays one run from one seed: tier %i',
    async (tier) => {
      const [once, again, other] = await Promise.all([
        run({ tier, from: 11, count: 4 }),
        run({ tier, from: 11, count: 4, processes: 2 }),
        run({ tier, from: 12, count: 4 }),
      ]);
      expect(again.hash).toBe(once.hash);
      expect(other.hash).not.toBe(once.hash);
    },
    LONG_MS,
  );

  it(
    'runs a seed in the same way alone and after others',
    async () => {
      const after = new Map<number, string>();
      await run({ from: 1, count: 60, onSeed: ({ seed, hash }) => after.set(seed, hash) });
      for (const seed of [60, 41, 23]) {
        const alone = await run({ from: seed, onSeed: ({ hash }) => after.set(-seed, hash) });
        expect(alone.seeds).toBe(1);
        expect(after.get(-seed), `seed ${seed}`).toBe(after.get(seed));
      }
    },
    LONG_MS,
  );

  it(
    'breaks no rule on seeds that once broke one',
    async () => {
      for (const { seed } of REGRESSIONS)
        expect((await run({ from: seed })).violations, `seed ${seed}`).toEqual([]);
    },
    LONG_MS,
  );

  it(
    'sees a bug that was put back',
    async () => {
      for (const { seed, mutant } of REGRESSIONS) {
        if (mutant === null) continue;
        const env = { TRUEUP_MUTANT: mutant };
        const { violations } = await run({ from: seed, env, nodeArgs: ['--import', MUTATE] });
        expect(violations, mutant).toHaveLength(1);
      }
    },
    LONG_MS,
  );
});
