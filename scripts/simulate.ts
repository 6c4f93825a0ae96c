/**
 * Deterministic simulation: `npm run simulate -- --seeds N [--seed S] [--tier 1|2] [--trace]`.
 * Without --tier both are run, tier 2 with a tenth of the seeds. Exit code 1 if a rule was broken.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type SeedLine, type Summary, simulateSeeds } from '../test/simulation/processes.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    tier: { type: 'string' },
    processes: { type: 'string' },
    trace: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed ?? '1');
const seeds = Number(values.seeds ?? (values.seed === undefined ? '2000' : '1'));
const processes = Number(values.processes ?? availableParallelism());
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
    mode: values.trace ? 'trace' : values.all ? 'all' : 'first',
    onSeed: (line, done) => {
      if (values.trace) console.log(line.trace.join('\n'));
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
  if (!values.trace && !values.all) console.log(line.trace.slice(-60).join('\n'));
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
