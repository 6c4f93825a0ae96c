/** One simulation process: `worker.ts TIER FROM COUNT [STRIDE]`; one JSON line on standard output per seed. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaks } from './patch.ts';
import { runSeed } from './run.ts';

const [tierText, fromText, countText, strideText = '1', mode = ''] = process.argv.slice(2);
const tier = tierText === '2' ? 2 : 1;
const from = Number(fromText);
const stride = Number(strideText);
if (tier === 2)
  await Promise.all([
    import('@aws-sdk/client-service-catalog'),
    import('@aws-sdk/client-cloudformation'),
    import('@aws-sdk/client-secrets-manager'),
    import('@aws-sdk/client-sts'),
  ]);
// Simulated processes die, the machine does not: nothing has to reach a disk.
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const scratch = mkdtempSync(join(memory, 'trueup-simulation-'));
process.on('unhandledRejection', (error) => {
  process.stdout.write(`${JSON.stringify({ kind: 'unhandled', error: String(error) })}\n`);
});
for (let index = 0; index < Number(countText); index += 1) {
  const seed = from + index * stride;
  const result = await runSeed(seed, tier, scratch);
  const failed = result.violation !== null;
  const trace = failed || mode === 'trace' ? result.trace : [];
  process.stdout.write(`${JSON.stringify({ kind: 'seed', ...result, trace })}\n`);
  if (failed && mode === 'first') break;
}
process.stdout.write(`${JSON.stringify({ kind: 'end', leaks: [...leaks] })}\n`);
rmSync(scratch, { recursive: true, force: true });
