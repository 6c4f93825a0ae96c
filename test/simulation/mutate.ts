/** Preloaded with `--import`: applies the mutant named by TRUEUP_MUTANT to the source as it is loaded. */
import { registerHooks } from 'node:module';
import { applyEdits } from './apply-edits.ts';
import { MUTANTS } from './mutants.ts';

const mutant = MUTANTS.find(({ name }) => name === process.env.TRUEUP_MUTANT);
if (mutant === undefined) throw new Error(`no mutant "${process.env.TRUEUP_MUTANT}"`);
const open = new Set(mutant.edits);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const edits = mutant.edits.filter(({ file }) => url.endsWith(`/${file}`));
    if (edits.length === 0 || loaded.source === undefined || loaded.source === null) return loaded;
    const text =
      typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
    const source = applyEdits(text, edits);
    for (const edit of edits) open.delete(edit);
    return { ...loaded, source };
  },
});

process.on('exit', () => {
  if (open.size > 0) process.exitCode = 3;
});
