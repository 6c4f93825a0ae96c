/** Kills the real daemon with SIGKILL: `npm run crashes -- --kills N [--seed S]`. Exit code 1 on a complaint. */
import { parseArgs } from 'node:util';
import { crash } from '../test/crashes/crashes.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
const report = await crash({
  kills: Number(values.kills),
  seed: Number(values.seed),
  onKill: (done) => {
    process.stderr.write(`${done} of ${values.kills} kills\n`);
  },
});
const { complaints, ...figures } = report;
console.log(JSON.stringify({ ...figures, wallMs: Math.round(figures.wallMs) }));
for (const complaint of complaints) console.log(complaint);
console.log(complaints.length === 0 ? 'every record of ours is its own request' : 'NOT GOOD');
process.exitCode = complaints.length === 0 ? 0 : 1;
