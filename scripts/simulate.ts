/**
 * Deterministic simulation: `npm run simulate -- --seeds N [--seed S] [--tier 1|2] [--trace]`.
 * Without --tier both are run, tier 2 with a tenth of the seeds. Exit code 1 if a rule was broken.
 */
import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { type SeedLine, type Summary, simulateSeeds } from '../test/simulation/processes.ts';
import { scriptNamed, wholeNumber } from './arguments.ts';

const values = scriptNamed(
  'simulate',
  'Deterministic simulation; exit code 1 if a rule was broken.',
)
  .option('--seeds <number>', 'how many seeds (default: 2000, or 1 with --seed)', wholeNumber(1))
  .option('--seed <number>', 'the first of them', wholeNumber(0))
  .addOption(
    new Option(
      '--tier <tier>',
      'only this (default: both, tier 2 with a tenth of the seeds)',
    ).choices(['1', '2']),
  )
  .option('--processes <number>', 'at once', wholeNumber(1), availableParallelism())
  .option('--trace', 'print what happens')
  .option('--all', 'go on after a broken rule')
  .parse()
  .opts<{
    readonly seeds?: number;
    readonly seed?: number;
    readonly tier?: '1' | '2';
    readonly processes: number;
    readonly trace?: true;
    readonly all?: true;
  }>();
const first = values.seed ?? 1;
const seeds = values.seeds ?? (values.seed === undefined ? 2000 : 1);
const { processes } = values;
const tiers = values.tier === undefined ? [1, 2] : [Number(values.tier)];
let broken = 0;

for (const tier of tiers) {
  const count =
    tiers.length === 1 ? seeds : Math.max(1, Math.round(tier === 1 ? seeds : seeds / 10));
  let shownMs = performance.now();
  const summary = await simulateSeeds({
    tier: tier === 2 ? 2 : 1,
    from: first,
    count,
    processes: Math.min(processes, count),
    mode: values.trace === true ? 'trace' : values.all === true ? 'all' : 'first',
    onSeed: (line, done) => {
      if (values.trace === true) console.log(line.trace.join('\n'));
      if (line.violation !== null) tell(line);
      if (performance.now() - shownMs < 2_000) return;
      shownMs = performance.now();
      process.stderr.write(`tier ${tier}: ${done} of ${count}\n`);
    },
  });
  console.log(lineOf(summary));
  broken += summary.violations.length + summary.problems.length;
  for (const problem of summary.problems) console.log(problem);
}
process.exitCode = broken > 0 ? 1 : 0;

function tell(line: SeedLine): void {
  if (values.trace !== true && values.all !== true) console.log(line.trace.slice(-60).join('\n'));
  console.log(`seed ${line.seed}, tier ${line.tier}, broke rule ${line.violation?.rule}:`);
  console.log(`  ${line.violation?.message}`);
  console.log(`  npm run simulate -- --seed ${line.seed} --tier ${line.tier} --trace`);
}

function lineOf(summary: Summary): string {
  const seconds = summary.wallMs / 1000;
  return [
    `tier ${summary.tier}: ${summary.seeds} seeds in ${seconds.toFixed(1)} s (${(summary.seeds / seconds).toFixed(1)}/s)`,
    `${(summary.simulatedMs / 3_600_000).toFixed(0)} simulated hours`,
    `${summary.calls} calls`,
    `${summary.updates} operations of ours`,
    `${summary.faults} faults`,
    `${summary.crashes} crashes`,
    `${summary.violations.length} violations`,
    `hash ${summary.hash}`,
  ].join(', ');
}
