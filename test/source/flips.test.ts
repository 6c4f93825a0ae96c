import { describe, expect, it } from 'vitest';
import { flipWhileReading } from './flipping.ts';

describe.each(['git-sync', 'config-map'] as const)('150 flips of %s while reading', (kind) => {
  it('never mix two revisions, and end with the last one', async () => {
    const tally = await flipWhileReading({ kind, flips: 150, files: 40 });
    expect(tally).toMatchObject({ mixed: 0, short: 0, backwards: 0, last: 149 });
    expect(tally.revisions).toBeGreaterThan(5);
  });
});
