import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, hmac, type Json, sha256 } from '../../src/domain/canonical.ts';

describe('canonical JSON (RFC 8785)', () => {
  it('gives the example of section 3.2.2', () => {
    const input = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/",' +
        '"literals":[null,true,false]}',
    );
    expect(canonicalJson(input)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts members by UTF-16 code units, as in section 3.2.3', () => {
    const input = {
      '€': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      ö: 'Latin Small Letter O With Diaeresis',
    };
    expect([...canonicalJson(input).matchAll(/:"([^"]*)"/g)].map((match) => match[1])).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it.each([
    [0, '0'],
    [-0, '0'],
    [5e-324, '5e-324'],
    [-1.7976931348623157e308, '-1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [295147905179352830000, '295147905179352830000'],
    [1e21, '1e+21'],
    [9.999999999999997e-7, '9.999999999999997e-7'],
    [333333333.3333332, '333333333.3333332'],
    [1424953923781206.2, '1424953923781206.2'],
  ])('writes the number %s as appendix B does', (number, text) => {
    expect(canonicalJson(number)).toBe(text);
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY]])('refuses %s', (number) => {
    expect(() => canonicalJson(number)).toThrow(RangeError);
  });

  it.each([['a\ud800'], ['\udc00b']])('refuses a lone surrogate', (text) => {
    expect(() => canonicalJson(text)).toThrow(RangeError);
    expect(() => canonicalJson({ [text]: 1 })).toThrow(RangeError);
  });

  it('means the same as what it was given, in whatever order', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        fc.pre(JSON.stringify(value).isWellFormed());
        const text = canonicalJson(value as Json);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});

describe('digests', () => {
  it('agree with SHA-256 of the canonical text', () => {
    expect(sha256('')).toBe(
      'sha256:12ae32cb1ec02d01eda3581b127c1fee3b0dc53572ed6baf239721a03d82e126',
    );
  });

  it('with a key, depend on key, scope and value', () => {
    const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const all = [
      hmac(a, ['x'], 'v'),
      hmac(b, ['x'], 'v'),
      hmac(a, ['y'], 'v'),
      hmac(a, ['x'], 'w'),
    ];
    expect(new Set(all).size).toBe(4);
    expect(hmac(a, ['x', 'y'], 'z')).not.toBe(hmac(a, ['x'], 'yz'));
  });
});
