import { describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import type { Config } from '../../src/config/config.ts';
import { readOnce } from '../../src/wire/directory.ts';

/** What `-` reads; nothing else of either is looked at. */
async function piped(text: string) {
  const io = { readInput: async () => new TextEncoder().encode(text) } as unknown as Io;
  const read = await readOnce(io, {} as Config, '-', { write: () => undefined });
  if (read.kind !== 'ok') throw new Error(read.why);
  return read.snapshot;
}

describe('standard input', () => {
  it('is a revision by its content: the guards count what was sent for each', async () => {
    const [one, other, again] = [await piped('a: 1'), await piped('a: 2'), await piped('a: 1')];
    expect(one.revision).toMatch(/^sha256:[0-9a-f]{12}$/);
    expect(other.revision).not.toBe(one.revision);
    expect(other.digest).not.toBe(one.digest);
    expect(again).toEqual(one);
    expect(one.files.map(({ path }) => path)).toEqual(['-']);
  });
});
