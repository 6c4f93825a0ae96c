import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import schema from '../../schemas/local-catalog.schema.json' with { type: 'json' };
import { DEFAULT_BEHAVIOUR, DEFAULT_TIMING } from '../../src/local-catalog/behaviour.ts';
import { DueQueue } from '../../src/local-catalog/due-queue.ts';
import { parseDuration } from '../../src/local-catalog/duration.ts';
import { parseQueryBody } from '../../src/local-catalog/query-body.ts';
import { SortedIndex } from '../../src/local-catalog/sorted-index.ts';

test('what is due comes out by time, and in order of arrival at one time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = new DueQueue();
      for (const [index, at] of times.entries()) queue.push({ at, place: '', id: String(index) });
      const out: [number, number][] = [];
      for (let due = queue.pop(20); due !== null; due = queue.pop(20))
        out.push([due.at, Number(due.id)]);
      const expected = times
        .map((at, index): [number, number] => [at, index])
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      expect(out).toEqual(expected);
    }),
  );
});

test('nothing comes out before its time', () => {
  const queue = new DueQueue();
  queue.push({ at: 5, place: '', id: 'a' });
  expect([queue.pop(4), queue.next(), queue.pop(5)?.id, queue.next()]).toEqual([
    null,
    5,
    'a',
    null,
  ]);
});

test('a sorted index is a sorted set that can be paged from anywhere', () => {
  const key = fc.string({ minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.boolean())), key, fc.nat(5), (steps, after, limit) => {
      const index = new SortedIndex();
      const model = new Set<string>();
      for (const [item, adds] of steps) {
        if (adds) {
          index.add(item);
          model.add(item);
        } else {
          index.remove(item);
          model.delete(item);
        }
      }
      const sorted = [...model].sort();
      expect(index.keys()).toEqual(sorted);
      const behind = sorted.filter((item) => item > after).slice(0, limit);
      expect(index.after(after, limit)).toEqual(behind);
      expect(index.after(null, limit)).toEqual(sorted.slice(0, limit));
    }),
  );
});

test.each([
  ['300ms', 300],
  ['2s', 2_000],
  ['1.5m', 90_000],
  ['1h', 3_600_000],
  ['30d', 2_592_000_000],
  ['0', 0],
  ['forever', Number.POSITIVE_INFINITY],
  ['2', null],
  ['s', null],
  ['-1s', null],
  ['1 s', null],
])('duration %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each([
  ['A.member.1=x&A.member.2=y', { A: ['x', 'y'] }],
  ['A.member.2=y&A.member.10=z&A.member.1=x', { A: ['x', 'y', 'z'] }],
  ['T.member.1.Key=k&T.member.1.Value=a%20b%2B', { T: [{ Key: 'k', Value: 'a b+' }] }],
  ['A=', { A: '' }],
])('query body %s', (body, expected) => expect(parseQueryBody(body)).toEqual(expected));

describe('the published schema and the program know the same', () => {
  const switches = Object.keys(schema.$defs.behaviour.properties).sort();

  test('switches', () => expect(switches).toEqual(Object.keys(DEFAULT_BEHAVIOUR).sort()));

  test('timings', () =>
    expect(Object.keys(schema.$defs.timing.properties).sort()).toEqual(
      Object.keys(DEFAULT_TIMING).sort(),
    ));

  test('and the documentation names every switch', () => {
    const page = readFileSync(new URL('../../docs/local-catalog.md', import.meta.url), 'utf8');
    expect(switches.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
