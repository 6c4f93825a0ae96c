import { expect, test } from 'vitest';
import { EXAMPLE_SEED, runLocal, seedFor } from '../../src/local-catalog/run-local.ts';

test('serves until told to stop, and says how to reach it', async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const running = runLocal(
    { port: 0, seedFile: null, generate: 3, stateFile: null },
    { print: (line) => lines.push(line), signal: stop.signal },
  );
  await expect.poll(() => lines.length).toBeGreaterThan(8);
  const url = /export AWS_ENDPOINT_URL=(\S+)/.exec(lines.join('\n'))?.[1] ?? '';
  expect(await (await fetch(`${url}/_local/counts`)).json()).toEqual({ total: 0, operations: {} });
  expect(lines[1]).toContain('3 provisioned products');
  stop.abort();
  await running;
  await expect(fetch(url)).rejects.toThrow();
});

test.each([
  [{ seedFile: null, generate: null }, 8],
  [{ seedFile: EXAMPLE_SEED, generate: null }, 8],
  [{ seedFile: null, generate: 12 }, 12],
])('%j starts with %i provisioned products', async (options, count) => {
  expect((await seedFor(options)).provisioned).toHaveLength(count);
});

test('a seed file that is not there is an error, not an empty catalog', async () => {
  await expect(seedFor({ seedFile: '/nonexistent/seed.yaml', generate: null })).rejects.toThrow(
    'ENOENT',
  );
});
