import { describe, expect, it } from 'vitest';
import { recordDropped, recreationBegun } from '../../src/diff/recreation.ts';
import { asDigest } from '../../src/domain/ids.ts';
import { anEntry, anIntent } from './build.ts';

/** As the journal has it: made under this key. */
const content = (name: string, key = 'k1') => asDigest(`hmac:${name}#trueup-spec-1.${key}`);
const [A, B, C] = [content('a'), content('b'), content('c')];

describe('recreationBegun', () => {
  it.each([
    ['the first one', null, [], C, { recreated: C, recreatedBefore: [] }],
    ['one after others', B, [A], C, { recreated: C, recreatedBefore: [B, A] }],
    ['one that was had before, asked for again', B, [A], A, { recreated: A, recreatedBefore: [B] }],
    ['the last one, asked for again', B, [A], B, { recreated: B, recreatedBefore: [A] }],
    [
      'one after those of another key, which may be any',
      content('a', 'k0'),
      [content('b', 'k0'), A],
      C,
      { recreated: C, recreatedBefore: [A] },
    ],
    ['an end that is no recreation', B, [A], null, { recreated: null, recreatedBefore: [B, A] }],
    [
      'an end of what never was recreated',
      null,
      [],
      null,
      { recreated: null, recreatedBefore: [] },
    ],
  ])('%s', (_what, recreated, recreatedBefore, of, expected) => {
    expect(recreationBegun(anEntry({ recreated, recreatedBefore }), of)).toEqual(expected);
  });

  it('keeps the newest 20', () => {
    const many = Array.from({ length: 25 }, (_, i) => content(`${i}`));
    const after = recreationBegun(anEntry({ recreated: A, recreatedBefore: many }), B);
    expect(after.recreatedBefore).toEqual([A, ...many.slice(0, 19)]);
  });
});

describe('recordDropped', () => {
  const noted = { recreated: B, recreatedBefore: [A] };

  it.each([
    [
      'the end that was to recreate this content',
      'terminate',
      B,
      { recreated: A, recreatedBefore: [] },
    ],
    ['an end for another content', 'terminate', C, noted],
    ['an update of the same content', 'update', B, noted],
    ['its second half', 'provision', B, noted],
  ] as const)('of %s', (_what, step, specDigest, expected) => {
    const intent = anIntent({ step, specDigest });
    expect(recordDropped(anEntry({ ...noted, intent }))).toMatchObject({
      intent: null,
      ...expected,
    });
  });

  it('of the first recreation leaves that there was none', () => {
    const intent = anIntent({ step: 'terminate', specDigest: B });
    expect(recordDropped(anEntry({ recreated: B, intent }))).toMatchObject({
      recreated: null,
      recreatedBefore: [],
    });
  });
});
