/** Shows that the simulation catches each deliberate bug: `npm run mutants -- [--seeds N] [--only TEXT]`. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MUTANTS, type Mutant } from '../test/simulation/mutants.ts';
import { simulateSeeds } from '../test/simulation/processes.ts';
import { scriptNamed, wholeNumber } from './arguments.ts';

const values = scriptNamed('mutants', 'Shows that the simulation catches each deliberate bug.')
  .option('--seeds <number>', 'tried at most for each', wholeNumber(1), 4000)
  .option('--only <text>', 'only those whose name holds this', '')
  .parse()
  .opts<{ readonly seeds: number; readonly only: string }>();
const MUTATE = fileURLToPath(new URL('../test/simulation/mutate.ts', import.meta.url));
const waiting = MUTANTS.filter(({ name }) => name.includes(values.only));
const total = waiting.length;
if (total === 0) throw new Error(`no mutant has a name with "${values.only}"`);
let missed = 0;

async function work(): Promise<void> {
  for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift())
    console.log(await verdict(mutant));
}

async function verdict(mutant: Mutant): Promise<string> {
  const summary = await simulateSeeds({
    tier: 1,
    from: 1,
    count: values.seeds,
    processes: 1,
    mode: 'first',
    env: { TRUEUP_MUTANT: mutant.name },
    nodeArgs: ['--import', MUTATE],
  });
  const [broken] = summary.violations;
  const seconds = `${(summary.wallMs / 1000).toFixed(1)} s`;
  if (broken !== undefined && broken.rule !== 'harness')
    return `caught  seed ${String(broken.seed).padEnd(5)} rule ${broken.rule.padEnd(26)} ${seconds.padStart(7)}  ${mutant.name}`;
  missed += 1;
  const why = broken?.message ?? summary.problems.join('; ');
  return `MISSED  after ${summary.seeds} seeds, ${seconds}: ${mutant.name} ${why}`;
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`${total - missed} of ${total} mutants caught`);
process.exitCode = missed > 0 ? 1 : 0;
