import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible, visibleJson, withoutUnsafe } from '../../src/domain/visible.ts';

/** Written here anew, by the names of Unicode: what a terminal obeys and what a reader cannot see. */
const UNSEEN = [
  ['C0, a bell', 0x07],
  ['C0, the start of a control sequence', 0x1b],
  ['DEL', 0x7f],
  ['C1, a control sequence in one sign', 0x9b],
  ['C1, the start of an operating system command', 0x9d],
  ['soft hyphen', 0xad],
  ['combining grapheme joiner', 0x34f],
  ['Arabic letter mark', 0x61c],
  ['Hangul filler', 0x3164],
  ['Mongolian vowel separator', 0x180e],
  ['zero width space', 0x200b],
  ['zero width joiner', 0x200d],
  ['right-to-left mark', 0x200f],
  ['line separator', 0x2028],
  ['right-to-left override', 0x202e],
  ['word joiner', 0x2060],
  ['right-to-left isolate', 0x2067],
  ['variation selector', 0xfe0f],
  ['byte order mark', 0xfeff],
  ['interlinear annotation', 0xfff9],
  ['half of a surrogate pair', 0xd800],
  ['tag letter', 0xe0041],
] as const;

describe('visible', () => {
  it.each(UNSEEN)('shows %s as its escape', (_name, code) => {
    const sign = String.fromCodePoint(code);
    const shown = visible(`a${sign}b`);
    expect(shown).toMatch(/^a\\u(?:[0-9a-f]{4}|\{[0-9a-f]{5}\})b$/);
    expect(shown).toContain(code.toString(16));
    expect(withoutUnsafe(`a${sign}b`)).toBe('ab');
  });

  it('names line ends and tabs', () => {
    expect(visible('a\r\n\tb')).toBe('a\\r\\n\\tb');
  });

  it('leaves the letters, signs and emoji of every language as they are', () => {
    const text = 'Zürich, 東京, Ελλάδα, עברית, العربية, हिन्दी, 한국어, 🚀 € – „x“';
    expect(visible(text)).toBe(text);
  });

  it('leaves nothing of any text that a terminal would obey', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });
});

describe('visibleJson', () => {
  it.each(UNSEEN)('holds %s as an escape of JSON', (_name, code) => {
    const value = { [`k${String.fromCodePoint(code)}`]: String.fromCodePoint(code) };
    const json = visibleJson(value);
    expect(json.replaceAll('\n', '')).toMatch(/^[ -~]+$/);
    expect(JSON.parse(json)).toEqual(value);
  });

  it('is the same data as that of JSON.stringify', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(JSON.parse(visibleJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
