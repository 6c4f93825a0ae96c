import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

interface Row {
  readonly complaint: string;
  readonly answer: string;
  readonly tests: string;
}

async function rows(): Promise<readonly Row[]> {
  const page = await read('docs/complaints.md');
  return page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (complaint|---) /.test(line))
    .map((line) => {
      const cells = line.slice(2, -2).split(' | ');
      const [complaint = '', answer = '', tests = ''] = cells;
      expect(cells, line).toHaveLength(3);
      return { complaint, answer, tests };
    });
}

/** Whether a text stands in a file as a whole string literal. */
const isNamed = (source: string, name: string) =>
  ["'", '"', '`'].some((quote) => source.includes(`${quote}${name}${quote}`));

it('every test that docs/complaints.md names is there', async () => {
  const missing: string[] = [];
  let named = 0;
  for (const { tests } of await rows()) {
    if (tests === 'none') continue;
    for (const reference of tests.split('<br>')) {
      const [, path = '', name = ''] = /^`(test\/[\w/-]+\.test\.ts): (.+)`$/.exec(reference) ?? [];
      const source = path === '' ? '' : await read(path).catch(() => '');
      if (!isNamed(source, name)) missing.push(reference);
      named += 1;
    }
  }
  expect(missing).toEqual([]);
  expect(named).toBeGreaterThan(50);
});

it('every complaint has a number or a source and an answer, and what is not shown is said to be missing', async () => {
  const all = await rows();
  expect(all.length).toBeGreaterThan(40);
  for (const { complaint, answer, tests } of all) {
    expect(complaint).toMatch(/#\d+|guide/);
    expect(answer).toMatch(/\w{3}/);
    if (tests === 'none') expect(answer, complaint).toContain('**Not offered');
  }
});
