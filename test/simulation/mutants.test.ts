import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyEdits } from './apply-edits.ts';
import { MUTANTS } from './mutants.ts';
import { REGRESSIONS } from './regressions.ts';

const ROOT = new URL('../../', import.meta.url);

describe('the deliberate bugs of the simulation', () => {
  it.each(MUTANTS)('fit the source: $name', ({ edits }) => {
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const text = readFileSync(new URL(file, ROOT), 'utf8');
      const mine = edits.filter((edit) => edit.file === file);
      expect(applyEdits(text, mine)).not.toBe(text);
    }
  });

  it('are found by their names', () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(REGRESSIONS.flatMap(({ mutant }) => mutant ?? [])),
    );
  });

  it('do not fit where their text is missing or stands twice', () => {
    const edit = { file: 'src/a.ts', from: 'a < b', to: 'a <= b' };
    expect(applyEdits('return a < b;', [edit])).toBe('return a <= b;');
    for (const text of ['return b < a;', 'return a < b || a < b;'])
      expect(() => applyEdits(text, [edit])).toThrow(/src\/a\.ts has this text [02] times/);
  });
});
