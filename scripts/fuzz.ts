/**
 * Hostile input, made and tried: `npm run fuzz -- [--seconds N | --runs N] [--seed S] [--only KIND]
 * [--index N]`. The same seed gives the same inputs. Whatever fails is kept under
 * test/fixtures/fuzz/regressions, where the tests try it ever after. Exit code 1 if something failed.
 */
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz, KINDS } from '../test/fuzz/fuzz.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    runs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    index: { type: 'string' },
    workers: { type: 'string' },
    keep: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const kinds = KINDS.filter((kind) => values.only === undefined || kind === values.only);
if (kinds.length === 0) throw new Error(`--only takes one of ${KINDS.join(', ')}`);
const seconds = Number(values.seconds ?? (values.runs === undefined ? '60' : 'Infinity'));
const index = values.index === undefined ? null : Number(values.index);
let shownMs = 0;

const report = await fuzz({
  kinds,
  seed: Number(values.seed),
  runs: Number(values.runs ?? Number.MAX_SAFE_INTEGER),
  seconds,
  workers: index === null ? Number(values.workers ?? availableParallelism()) : 1,
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
