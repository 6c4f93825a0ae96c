import { describe, expect, it } from 'vitest';
import { crash } from './crashes.ts';

describe('the daemon, killed with SIGKILL at random points', () => {
  it.each([
    ['plain files', 1, 9],
    ["git-sync's link", 2, 16],
  ])(
    'makes each request once: %s',
    async (_how, seed, kills) => {
      const report = await crash({ kills, seed });
      expect(report.complaints).toEqual([]);
      expect(report.records).toBeGreaterThan(kills / 3);
      expect(report.records).toBe(report.distinct);
    },
    180_000,
  );
});
