import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { KINDS, keptInputs, pathOf } from './corpus.ts';
import { execute } from './execute.ts';
import { fuzz } from './fuzz.ts';
import { prepareJournal } from './good-journal.ts';
import { makeInput } from './make.ts';

beforeAll(prepareJournal);

const QUIET = { seed: 1, seconds: 60, workers: 1, index: null, keep: false } as const;

describe('inputs that are kept', () => {
  it.each(
    keptInputs().map(({ kind, file }) => [kind, relative(process.cwd(), file), file] as const),
  )('%s: %s', async (kind, _shown, file) => {
    expect(await execute(kind, { path: pathOf(kind, file), bytes: readFileSync(file) })).toBeNull();
  });
});

describe('the fuzzer', () => {
  it('finds nothing in a short run', async () => {
    const report = await fuzz({ ...QUIET, kinds: KINDS, runs: 500 });
    expect(report.crashes).toEqual([]);
    expect(report.executions).toBe(500);
  }, 60_000);

  it('makes the same inputs from the same seed, and others from another', () => {
    for (const kind of KINDS) {
      const made = (seed: number) =>
        Array.from({ length: 40 }, (_, index) => {
          const { path, bytes } = makeInput(kind, seed, index);
          return `${path} ${Buffer.from(bytes).toString('base64')}`;
        });
      expect(made(5)).toEqual(made(5));
      expect(made(6)).not.toEqual(made(5));
    }
  });

  it('reaches both sides: inputs that are taken and inputs that are refused', async () => {
    const { loadDesired } = await import('../../src/desired/load.ts');
    const { ONE_TARGET } = await import('../desired/support.ts');
    const codes = new Set<string>();
    let taken = 0;
    for (let index = 0; index < 400; index += 1) {
      const desired = loadDesired([makeInput('documents', 1, index)], ONE_TARGET);
      taken += desired.specs.length > 0 ? 1 : 0;
      for (const { code } of desired.problems) codes.add(code);
    }
    expect(taken).toBeGreaterThan(20);
    expect(codes.size).toBeGreaterThan(20);
  });

  it('notices a hang, a thread that holds too much or ends, an error and a complaint', async () => {
    const report = await fuzz({
      ...QUIET,
      kinds: ['stdin'],
      runs: 20,
      hangMs: 10_000,
      executor: new URL('sabotage.ts', import.meta.url),
    });
    expect(report.crashes.map(({ index, complaint }) => `${index} ${complaint}`)).toEqual([
      expect.stringMatching(/^3 did not end within 1\d\d\d\d ms$/),
      expect.stringMatching(/^6 ended its process: Worker terminated due to reaching memory limit/),
      expect.stringMatching(/^9 ended its process/),
      '12 ended its process: not foreseen',
      '15 read as something else',
    ]);
  }, 60_000);
});
