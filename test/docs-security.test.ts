import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

/** Whether a text stands in a file as a whole string literal. */
const isNamed = (source: string, name: string) =>
  ["'", '"', '`'].some((quote) => source.includes(`${quote}${name}${quote}`));

it('every threat of docs/security.md names what stops it and a test that is there', async () => {
  const page = await read('docs/security.md');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:they try|it does|---)/.test(line));
  const missing: string[] = [];
  let named = 0;
  for (const row of rows) {
    const [threat = '', answer = '', tests = '', ...more] = row.slice(2, -2).split(' | ');
    expect(more, row).toEqual([]);
    expect(threat.length, row).toBeGreaterThan(5);
    expect(answer, row).toMatch(/\w{3}/);
    for (const reference of tests.split('<br>')) {
      const [, path = '', name = ''] = /^`(test\/[\w/-]+\.test\.ts): (.+)`$/.exec(reference) ?? [];
      const source = path === '' ? '' : await read(path).catch(() => '');
      if (!isNamed(source, name)) missing.push(reference);
      named += 1;
    }
  }
  expect(missing).toEqual([]);
  expect(rows.length).toBeGreaterThan(25);
  expect(named).toBeGreaterThan(40);
});
