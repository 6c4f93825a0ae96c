import { expect, it } from 'vitest';
import { lookUpTests, readRepository } from './support/named-tests.ts';

interface Row {
  readonly complaint: string;
  readonly answer: string;
  readonly tests: string;
}

async function rows(): Promise<readonly Row[]> {
  const page = await readRepository('docs/complaints.md');
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

it('every test that docs/complaints.md names is there', async () => {
  const shown = (await rows()).map(({ tests }) => tests).filter((tests) => tests !== 'none');
  const { named, missing } = await lookUpTests(shown);
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
