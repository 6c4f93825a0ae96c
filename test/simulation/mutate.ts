/** Preloaded with `--import`: applies the mutant named by TRUEUP_MUTANT to the source as it is loaded. */
import { registerHooks } from 'node:module';
import { MUTANTS } from './mutants.ts';

const mutant = MUTANTS.find(({ name }) => name === process.env.TRUEUP_MUTANT);
if (mutant === undefined) throw new Error(`no mutant "${process.env.TRUEUP_MUTANT}"`);
const open = new Set(mutant.edits);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const edits = mutant.edits.filter(({ file }) => url.endsWith(`/${file}`));
    if (edits.length === 0 || loaded.source === undefined || loaded.source === null) return loaded;
    let text =
      typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
    for (const edit of edits) {
      if (text.split(edit.from).length !== 2)
        throw new Error(`the mutant "${mutant.name}" does not fit ${edit.file} exactly once`);
      text = text.replace(edit.from, () => edit.to);
      open.delete(edit);
    }
    return { ...loaded, source: text };
  },
});

process.on('exit', () => {
  if (open.size > 0) process.exitCode = 3;
});
