/** A catalog of 50 in a process of its own, to be killed. Prints its address. */
import { generateSeed } from '../../src/local-catalog/generate.ts';
import { startLocalCatalog } from '../../src/local-catalog/local-catalog.ts';

const catalog = await startLocalCatalog({
  seed: generateSeed(50, { accepted: '1ms', running: '1ms' }),
  statePath: process.argv[2] ?? '',
});
process.stdout.write(`${catalog.url}\n`);
