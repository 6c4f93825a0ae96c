/**
 * 1,000 flips of a git-sync link and of a ConfigMap mount while they are read: how many reads mixed
 * two revisions or lost the last one. Exits 1 if any did.
 *   node bench/link-flips.ts [FLIPS] [FILES]
 */
import { argv } from 'node:process';
import { flipWhileReading } from '../test/source/flipping.ts';

const flips = Number(argv[2] ?? 1_000);
const files = Number(argv[3] ?? 200);
let wrong = 0;

for (const kind of ['git-sync', 'config-map'] as const) {
  const started = performance.now();
  const tally = await flipWhileReading({ kind, flips, files });
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  const lost = tally.last === flips - 1 ? 0 : 1;
  wrong += tally.mixed + tally.short + tally.backwards + lost;
  console.log(
    `${kind}: ${flips} flips of ${files} files in ${seconds} s: ${tally.reads} reads, ` +
      `${tally.revisions} revisions seen, ${tally.mixed} mixed, ${tally.short} short, ` +
      `${tally.backwards} backwards, ${tally.unavailable} gave up for the moment, ` +
      `${tally.hints} hints, last revision ${lost === 0 ? 'read' : 'LOST'}`,
  );
}
process.exitCode = wrong === 0 ? 0 : 1;
