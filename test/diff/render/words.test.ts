import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockOf, cellOf, codeOf, htmlCode } from '../../../src/diff/render/markdown-escape.ts';
import {
  duration,
  joined,
  nextFor,
  plural,
  shownPair,
  thousands,
  utc,
  visible,
  wrap,
} from '../../../src/diff/render/words.ts';
import type { Shown } from '../../../src/domain/change.ts';

const text = (value: string): Shown => ({ kind: 'text', text: value });
const hidden: Shown = { kind: 'hidden' };
const none = (note: string): Shown => ({ kind: 'none', note });

describe('visible', () => {
  it.each([
    ['plain é 漢 😀', 'plain é 漢 😀'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u001b[31mred', '\\u001b[31mred'],
    ['\u009b31m', '\\u009b31m'],
    ['\u202eevil', '\\u202eevil'],
    ['zero\u200bwidth', 'zero\\u200bwidth'],
    ['line\u2028end', 'line\\u2028end'],
    ['lone \ud800 half', 'lone \\ud800 half'],
  ])('writes %j as %j', (given, expected) => {
    expect(visible(given)).toBe(expected);
  });

  it('leaves nothing that steers a terminal, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (given) => {
        expect(visible(given)).not.toMatch(
          // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
          /[\u0000-\u001f\u007f-\u009f\u2028\u202a-\u202e\u2066-\u2069]/,
        );
      }),
    );
  });
});

describe('shownPair', () => {
  it.each<[string, Shown, Shown, string, string]>([
    ['texts', text('a'), text('b'), 'a', 'b'],
    ['empty and blanks are seen', text(''), text(' b '), '""', '" b "'],
    ['a secret that changes', hidden, hidden, '(hidden)', '(hidden, new)'],
    ['a secret that is new', none('not in 1.0'), hidden, 'not in 1.0', '(hidden)'],
    [
      'principals of one account',
      text('arn:aws:iam::111122223333:role/a'),
      text('arn:aws:iam::111122223333:user/b'),
      'role/a',
      'user/b',
    ],
    [
      'principals of two accounts',
      text('arn:aws:iam::111122223333:role/a'),
      text('arn:aws:iam::444455556666:role/a'),
      'arn:aws:iam::111122223333:role/a',
      'arn:aws:iam::444455556666:role/a',
    ],
  ])('%s', (_what, live, desired, left, right) => {
    expect(shownPair({ live, desired })).toEqual({ live: left, desired: right });
  });

  it('cuts long values where they differ, so that the difference is seen', () => {
    const same = 'x'.repeat(1_000);
    const pair = shownPair({ live: text(`${same}A${same}`), desired: text(`${same}B${same}`) });
    expect(pair.live).toMatch(/^…x+Ax+… \(2,001 characters\)$/);
    expect(pair.desired).toMatch(/^…x+Bx+… \(2,001 characters\)$/);
    expect(pair.live.length).toBeLessThan(200);
  });
});

describe('wrap', () => {
  it('keeps lines within 80 columns, loses no word, and indents what follows', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(words, (list) => {
        const lines = wrap(list.join(' '), '  ', '      ');
        expect(lines.map((line) => line.trim()).join(' ')).toBe(list.join(' '));
        expect(lines.every((line) => line.length <= 80)).toBe(true);
        expect(lines.slice(1).every((line) => line.startsWith('      '))).toBe(true);
      }),
    );
  });

  it('does not cut a word that is too long for a line', () => {
    expect(wrap('x'.repeat(100), '', '')).toEqual(['x'.repeat(100)]);
    const beforeSign = 'x'.repeat(77);
    expect(wrap(`${beforeSign} 80 % of 8`, '', '')).toEqual([beforeSign, '80 % of 8']);
  });
});

describe('figures', () => {
  it.each([
    [thousands(0), '0'],
    [thousands(999), '999'],
    [thousands(1_000), '1,000'],
    [thousands(1_234_567), '1,234,567'],
    [plural(1, 'call', 'calls'), '1 call'],
    [plural(0, 'call', 'calls'), '0 calls'],
    [joined(['a', 'b', 'c']), 'a, b and c'],
    [joined(['a']), 'a'],
    [duration(0), '0s'],
    [duration(59_999), '59s'],
    [duration(664_000), '11m04s'],
    [duration(7_500_000), '2h 05m'],
    [duration(525_600_000), '6d 02h'],
    [utc('2026-11-21T14:02:11.500Z'), '2026-11-21 14:02:11 UTC'],
    [utc('2026-11-21T15:02:11+01:00'), '2026-11-21 14:02:11 UTC'],
    [utc('some\ntime'), 'some\\ntime'],
  ])('%s', (given, expected) => {
    expect(given).toBe(expected);
  });
});

describe('Markdown escapes', () => {
  const hostile = fc.string({
    unit: fc.constantFrom(
      '`',
      '|',
      '\\',
      '<',
      '>',
      '\n',
      '@',
      '#',
      '*',
      '_',
      '[',
      ']',
      '(',
      ')',
      '!',
      '&',
      ';',
      'a',
      ' ',
      '~',
    ),
    maxLength: 30,
  });

  it('code spans end only where they should', () => {
    fc.assert(
      fc.property(hostile, (given) => {
        const span = codeOf(given);
        const fence = /^`+/.exec(span)?.[0] ?? '';
        const inner = span.slice(fence.length, -fence.length);
        expect(span.endsWith(fence) && !span.includes('\n')).toBe(true);
        expect((inner.match(/`+/g) ?? []).some((run) => run.length === fence.length)).toBe(false);
        expect(inner).not.toMatch(/^`|`$/);
      }),
    );
  });

  it('cells do not end their row or column', () => {
    fc.assert(
      fc.property(hostile, (given) => {
        expect(cellOf(given)).not.toMatch(/[|\n]/);
      }),
    );
  });

  it('code elements carry text only', () => {
    fc.assert(
      fc.property(hostile, (given) => {
        const inner = htmlCode(given)
          .replace(/^<code>/, '')
          .replace(/<\/code>$/, '');
        expect(inner).not.toMatch(/[<>`|*_[\]()!@\\~]/);
        const decoded = inner.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
        expect(decoded).toBe(visible(given));
      }),
    );
  });

  it('blocks are closed by their own fence only', () => {
    expect(blockOf('diff', ['- a', '+ ````'])).toBe('`````diff\n- a\n+ ````\n`````');
    expect(blockOf('diff', ['- a'])).toBe('```diff\n- a\n```');
  });
});

describe('nextFor', () => {
  it('names what to retry, so that the command can be copied', () => {
    const next = 'fix the cause, then change the document or ask again with trueup retry';
    expect(nextFor(next, 'prod', 'net-a')).toBe(`${next} prod/net-a`);
    expect(nextFor('ask again with trueup retry once it is over', 'prod', 'net-a')).toBe(
      'ask again with trueup retry prod/net-a once it is over',
    );
  });

  it('leaves a name that is there, and every other sentence, as they are', () => {
    const named = 'ask again with trueup retry prod/net-a';
    expect(nextFor(named, 'prod', 'net-b')).toBe(named);
    expect(nextFor('use an allowed value', 'prod', 'net-b')).toBe('use an allowed value');
  });
});
