/** Kills the real daemon with SIGKILL: `npm run crashes -- --kills N [--seed S]`. Exit code 1 on a complaint. */
import { crash } from '../test/crashes/crashes.ts';
import { scriptNamed, wholeNumber } from './arguments.ts';

const values = scriptNamed(
  'crashes',
  'Kills the real daemon with SIGKILL; exit code 1 on a complaint.',
)
  .option('--kills <number>', 'how often', wholeNumber(1), 100)
  .option('--seed <number>', 'of commits, faults and times', wholeNumber(0), 1)
  .parse()
  .opts<{ readonly kills: number; readonly seed: number }>();
const report = await crash({
  ...values,
  onKill: (done) => {
    process.stderr.write(`${done} of ${values.kills} kills\n`);
  },
});
const { complaints, ...figures } = report;
console.log(JSON.stringify({ ...figures, wallMs: Math.round(figures.wallMs) }));
for (const complaint of complaints) console.log(complaint);
console.log(complaints.length === 0 ? 'every record of ours is its own request' : 'NOT GOOD');
process.exitCode = complaints.length === 0 ? 0 : 1;
