import type { Mutant } from './mutants.ts';

type Edit = Mutant['edits'][number];

/** The text of one file of a mutant, with its bug in it. Each edit has to find its text exactly once. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return edits.reduce((before, { file, from, to }) => {
    const found = before.split(from).length - 1;
    if (found !== 1) throw new Error(`${file} has this text ${found} times, not once: ${from}`);
    return before.replace(from, () => to);
  }, text);
}
