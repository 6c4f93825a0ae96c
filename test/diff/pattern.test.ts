import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesWhole } from '../../src/diff/pattern.ts';

describe('matchesWhole', () => {
  it.each([
    ['[a-z]+', 'abc', 'matches'],
    ['[a-z]+', 'abc1', 'differs'],
    ['^[a-z]+$', 'abc', 'matches'],
    ['a|b', 'ab', 'differs'],
    ['(a|b)', 'b', 'matches'],
    ['[\\w-]+', 'a-b_c', 'matches'],
    ['[\\w\\-.]+', 'a-b.c', 'matches'],
    ['\\d{12}', '012345678901', 'matches'],
    ['\\d{12}', '12345678901', 'differs'],
    [
      'arn:aws[a-z-]*:iam::\\d{12}:role\\/[\\w+=,.@-]+',
      'arn:aws:iam::012345678901:role/x',
      'matches',
    ],
    ['(([0-9]{1,3})\\.){3}[0-9]{1,3}(/[0-9]{1,2})?', '10.20.0.0/16', 'matches'],
    ['(?:a)(?=b)b', 'ab', 'matches'],
    ['.*', '', 'matches'],
  ] as const)('%s against %s: %s', (pattern, value, verdict) => {
    expect(matchesWhole(pattern, value)).toBe(verdict);
  });

  it.each([
    ['\\p{Alpha}+', 'POSIX class'],
    ['\\Aabc\\z', 'Java anchors'],
    ['\\Qa.b\\E', 'quotation'],
    ['(?i)abc', 'inline flag'],
    ['a++b', 'possessive quantifier'],
    ['[a-z&&[^x]]+', 'intersection of classes'],
    ['[a-z&&c]+', 'intersection'],
    ['[a-z[0-9]]+', 'union'],
    ['[]a]', 'a bracket first in a class'],
    ['(a)\\1', 'back reference'],
    ['(unclosed', 'not a pattern at all'],
  ])('does not guess about %s (%s)', (pattern) => {
    expect(matchesWhole(pattern, 'abc')).toBe('unchecked');
  });

  it.each([
    ['(a+)+', `${'a'.repeat(4_000)}!`],
    ['(a|aa)*', `${'a'.repeat(4_000)}!`],
    ['((a)*)*', `${'a'.repeat(4_000)}!`],
    ['(?:a*)*', `${'a'.repeat(4_000)}!`],
    ['([a-z]+)+x', `${'a'.repeat(4_000)}!`],
    ['(a|a){2,}', `${'a'.repeat(4_000)}!`],
    ['(a*){12}b', 'a'.repeat(250)],
    ['a?'.repeat(60) + 'a'.repeat(60), `${'a'.repeat(59)}!`],
    ['.*.*.*.*.*.*.*x', 'a'.repeat(250)],
    ['(?=(a*)*b)(?!(a|aa)+c).*', 'a'.repeat(200)],
  ])('%s is told at once, however it repeats itself', (pattern, value) => {
    const started = performance.now();
    expect(matchesWhole(pattern, value)).toBe('differs');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it.each([
    ['(((a{1,99}){1,99}){1,99})', 'written out, too long'],
    [`${'(?=.*'.repeat(20)}b${')'.repeat(20)}`, 'too many steps', 'a'.repeat(4_096)],
  ])('gives up on %s in time (%s)', (pattern, _why, value = 'a'.repeat(4_096)) => {
    const started = performance.now();
    expect(matchesWhole(pattern, value)).toBe('unchecked');
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('says what the matcher of JavaScript says, wherever that one ends', () => {
    const leaf = fc.constantFrom(
      ...['a', 'b', '.', '\\d', '[a-c]', '[^a]', '\\.', '\\b', '^', '$', '[\\w-]', '1', '\\B'],
    );
    const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `${a}${b}`),
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
        fc
          .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{0,}', '*?'))
          .map(([a, times]) => `(${a})${times}`),
        fc.tuple(fc.constantFrom('?=', '?!'), tie('pattern')).map(([kind, a]) => `(${kind}${a})`),
      ),
    }));
    const value = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '.', '-'), maxLength: 7 });
    let told = 0;
    fc.assert(
      fc.property(pattern, value, (source, text) => {
        const verdict = matchesWhole(source, text);
        if (verdict === 'unchecked') return;
        told += 1;
        expect(verdict === 'matches').toBe(new RegExp(`^(?:${source})$`).test(text));
      }),
      { numRuns: 3_000 },
    );
    expect(told).toBeGreaterThan(2_500);
  });
});
