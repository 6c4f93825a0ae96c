/**
 * Hostile input, made and tried: `npm run fuzz -- [--seconds N | --runs N] [--seed S] [--only KIND]
 * [--index N]`. The same seed gives the same inputs. Whatever fails is kept under
 * test/fixtures/fuzz/regressions, where the tests try it ever after. Exit code 1 if something failed.
 */
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { Option } from 'commander';
import { fuzz, KINDS } from '../test/fuzz/fuzz.ts';
import { scriptNamed, wholeNumber } from './arguments.ts';

const values = scriptNamed(
  'fuzz',
  'Hostile input, made and tried; exit code 1 if something failed.',
)
  .option('--seconds <number>', 'how long (default: 60, without --runs)', wholeNumber(1))
  .option('--runs <number>', 'how many inputs', wholeNumber(1))
  .option('--seed <number>', 'the same gives the same inputs', wholeNumber(0), 1)
  .addOption(new Option('--only <kind>', 'one kind of input').choices(KINDS))
  .option('--index <number>', 'one input of that kind, as a failure names it', wholeNumber(0))
  .option('--workers <number>', 'at once', wholeNumber(1), availableParallelism())
  .option('--no-keep', 'keep no file of what fails')
  .parse()
  .opts<{
    readonly seconds?: number;
    readonly runs?: number;
    readonly seed: number;
    readonly only?: string;
    readonly index?: number;
    readonly workers: number;
    readonly keep: boolean;
  }>();
const kinds = KINDS.filter((kind) => values.only === undefined || kind === values.only);
const seconds = values.seconds ?? (values.runs === undefined ? 60 : Number.POSITIVE_INFINITY);
const index = values.index ?? null;
let shownMs = 0;

const report = await fuzz({
  kinds,
  seed: values.seed,
  runs: values.runs ?? Number.MAX_SAFE_INTEGER,
  seconds,
  workers: index === null ? values.workers : 1,
  index,
  keep: values.keep,
  onProgress: (executions, passed) => {
    if (performance.now() - shownMs < 5_000) return;
    shownMs = performance.now();
    process.stderr.write(`${executions} executions in ${passed.toFixed(0)} s\n`);
  },
  onCrash: ({ kind, index: at, complaint, file }) => {
    console.log(`${kind}, npm run fuzz -- --only ${kind} --seed ${values.seed} --index ${at}:`);
    console.log(`  ${complaint}`);
    if (file !== null) console.log(`  kept as ${relative(process.cwd(), file)}`);
  },
});
for (const { kind, ms, index: at, size } of report.slowest)
  console.log(`slowest of ${kind}: ${ms.toFixed(0)} ms for ${size} bytes (--index ${at})`);
console.log(
  [
    `seed ${values.seed}: ${report.executions} executions in ${report.seconds.toFixed(1)} s`,
    `${(report.executions / report.seconds).toFixed(0)}/s`,
    `${report.crashes.length} crashes`,
    `peak ${report.peakRssMiB} MiB`,
  ].join(', '),
);
process.exitCode = report.crashes.length === 0 ? 0 : 1;
