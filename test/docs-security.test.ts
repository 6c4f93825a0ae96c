import { expect, it } from 'vitest';
import { lookUpTests, readRepository } from './support/named-tests.ts';

it('every threat of docs/security.md names what stops it and a test that is there', async () => {
  const page = await readRepository('docs/security.md');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:they try|it does|---)/.test(line));
  const shown: string[] = [];
  for (const row of rows) {
    const [threat = '', answer = '', tests = '', ...more] = row.slice(2, -2).split(' | ');
    expect(more, row).toEqual([]);
    expect(threat.length, row).toBeGreaterThan(5);
    expect(answer, row).toMatch(/\w{3}/);
    shown.push(tests);
  }
  const { named, missing } = await lookUpTests(shown);
  expect(missing).toEqual([]);
  expect(rows.length).toBeGreaterThan(25);
  expect(named).toBeGreaterThan(40);
});
