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

  it.each(['(a+)+', '(a|aa)*', '((a)*)*', '(?:a*)*', '([a-z]+)+x', '(a|a){2,}'])(
    'does not try %s on a long value',
    (pattern) => {
      const started = performance.now();
      expect(matchesWhole(pattern, `${'a'.repeat(60)}!`)).toBe('unchecked');
      expect(matchesWhole(pattern, `${'a'.repeat(19)}!`)).toBe('differs');
      expect(performance.now() - started).toBeLessThan(1_000);
    },
  );

  it('checks a repeated group without risk at any permitted length', () => {
    expect(matchesWhole('([a-z])+', 'a'.repeat(256))).toBe('matches');
    expect(matchesWhole('([a-z])+', 'a'.repeat(257))).toBe('unchecked');
  });
});
