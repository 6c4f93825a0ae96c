import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    sequence: { shuffle: { tests: true } },
    // The longest files start programs and wait for them: one worker on two cores leaves both idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
