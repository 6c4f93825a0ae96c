import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText } from '../../src/aws/text.ts';
import { Redactor } from '../../src/reconciler/redact.ts';

function redactor(...values: string[]): Redactor {
  const made = new Redactor();
  for (const value of values) made.learn(value);
  return made;
}

describe('a value that is secret is taken out of a text', () => {
  it.each([
    ['hunter2!', 'Value hunter2! is weak', 'Value (hidden) is weak'],
    [' hunter2 ', 'Value hunter2 is weak', 'Value (hidden) is weak'],
    ['two\nlines', 'got two lines', 'got (hidden)'],
    ['two \n\t lines', 'got two   lines', 'got (hidden)'],
    ['two\u0007bells', 'got twobells', 'got (hidden)'],
    ['a"quoted\\one', 'got {"P":"a\\"quoted\\\\one"}', 'got {"P":"(hidden)"}'],
    ['line\nend', 'got "line\\nend"', 'got "(hidden)"'],
    ['(.*)[+]$^{1}|/-', 'got (.*)[+]$^{1}|/-.', 'got (hidden).'],
    ['abc', 'abc in abcdef', '(hidden) in abcdef'],
    ['ünï', 'ünï in günïx', '(hidden) in günïx'],
    ['$&$1', 'got $&$1', 'got (hidden)'],
    ['long-secret-value', `${'x'.repeat(30)} long-sec…`, `${'x'.repeat(30)} (hidden)…`],
    ['two long\nlines of it', 'x two long lines o…', 'x (hidden)…'],
    ['two long\nlines of it', 'x two long li…', 'x (hidden)…'],
    ['two  long lines', 'x two lo…', 'x (hidden)…'],
    ['ab😀cd😀ef', 'x 😀 ab😀cd😀e…', 'x 😀 (hidden)…'],
    ['two long\nlines of it', 'x no lines of it…', 'x no lines of it…'],
    ['pass\u2764\ufe0fWord', 'got pass\u2764Word', 'got (hidden)'],
    ['hunter\u200bSecret', 'got hunterSecret', 'got (hidden)'],
    ['   ', 'all   blank', 'all   blank'],
    ['', 'empty', 'empty'],
  ])('%j in %j', (secret, text, clean) => {
    expect(redactor(secret).redact(text)).toBe(clean);
  });

  it('the longest first, so that none leaves a part of another', () => {
    const clean = redactor('1234', '34567890').redact('got 1234567890');
    expect(clean).toBe('got 12(hidden)');
  });

  it('whatever it is, and whatever becomes of it on its way', () => {
    const letters = fc.string({
      minLength: 4,
      maxLength: 8,
      unit: fc.constantFrom(...'QWXZ"\\$('),
    });
    const gaps = fc.constantFrom(
      '',
      ' ',
      '\n',
      ' \t ',
      '\u0000',
      '\u202e',
      '\r\n',
      '\u200b',
      '\u00ad',
      '\ufe0f',
    );
    fc.assert(
      fc.property(letters, gaps, letters, (first, gap, second) => {
        const secret = `${first}${gap}${second}`;
        const hidden = redactor(secret);
        for (const text of [secret, cleanText(secret), cleanText(secret).replace(/\s+/g, ' ')])
          expect(hidden.redact(`got ${text} it`)).toBe('got (hidden) it');
        expect(hidden.redact(`got ${JSON.stringify(secret)} it`)).toBe('got "(hidden)" it');
      }),
    );
  });

  it('where its cut end looks like its beginning', () => {
    const hidden = redactor('XXQQ\nQXXQ\nQQQQ');
    expect(hidden.redact('got XXQQ QXXQ Q…')).toBe('got (hidden)…');
  });

  it('wherever it is cut, once four signs of it are there', () => {
    const lines = fc.array(
      fc.string({ minLength: 4, maxLength: 8, unit: fc.constantFrom(...'QWXZ') }),
      {
        minLength: 2,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(lines, fc.nat(), (parts, at) => {
        const secret = parts.join('\n');
        const text = cleanText(secret);
        const cut = text.slice(0, 4 + (at % (text.length - 4)));
        expect(redactor(secret).redact(`got ${cut}…`)).toBe('got (hidden)…');
      }),
    );
  });

  it('blanks out nothing else, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (secret) => {
        const text = 'a message of AWS, with nothing in it';
        fc.pre(!/[a-zA-Z]/.test(secret) && ![',', ' '].includes(secret.trim()));
        expect(redactor(secret).redact(text)).toBe(text);
      }),
    );
  });
});
