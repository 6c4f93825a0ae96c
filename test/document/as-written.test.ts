import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isScalar, parseDocument } from 'yaml';
import { parseDocuments } from '../../src/document/parse.ts';
import { readsAsOther } from '../../src/document/scalar.ts';
import { compileSchema, validate } from '../../src/document/schema.ts';

const schema = compileSchema({
  type: 'object',
  properties: {
    text: { type: 'string' },
    number: { type: 'number' },
    flag: { type: 'boolean' },
    either: { type: ['string', 'integer'] },
    any: {},
    list: { type: 'array', items: { type: 'string' } },
    open: { type: 'object', additionalProperties: { type: 'string' } },
  },
});

function read(text: string, file = 'a.yaml') {
  const [document] = parseDocuments({ file, bytes: new TextEncoder().encode(text) }).documents;
  if (document === undefined) throw new Error(`not a document: ${text}`);
  return validate(document, schema);
}

/** The plain scalar that a YAML reader sees in `text: …`, told by the library; null: something else. */
function plainIn(line: string): string | null {
  const document = parseDocument(`text: ${line}\n`, { schema: 'failsafe' });
  const value = document.get('text', true);
  const plain = isScalar(value) && value.type === 'PLAIN' && value.tag === undefined;
  if (document.errors.length > 0 || !plain || value.anchor !== undefined) return null;
  return String(value.value);
}

const NOTABLE = [
  ...['010', '012345678901', '0', '-0', '+1', '1.10', '1.0', '.5', '5.', '1e3', '1E-3', '0x1F'],
  ...['0o17', '0b101', '1_000', '1:30', '190:20:30', '685_230.15', '.inf', '-.INF', '.nan'],
  ...['true', 'True', 'FALSE', 'yes', 'No', 'on', 'OFF', 'y', 'N', '2024-01-01', '2024-1-1'],
  ...['2001-12-14t21:59:43.10-05:00', '2001-12-14 21:59:43.10 -5', '2024-01-01T00:00:00Z'],
  ...['12e03', '1e400', '99999999999999999999', '0.1e1', '-12', 'v1.4.0', '1.4.0', '10.0.0.0/16'],
];

describe('where the schema wants text', () => {
  test.each(NOTABLE)('%s stays what is written', (written) => {
    expect(read(`text: ${written}\n`).value).toEqual({ text: written });
    expect(read(`list: [${written}]\n`).value).toEqual({ list: [written] });
    expect(read(`open: {${written}: ${written}}\n`).value).toEqual({
      open: { [written]: written },
    });
  });

  test('any plain scalar comes back as its text', () => {
    const piece = fc.constantFrom(
      ...'0123456789.+-:_eExob~ ,#%@!&*?|>\'"[]{}ynYNtruefalse\u00e9\u4e00',
    );
    const line = fc.oneof(
      fc.array(piece, { minLength: 1, maxLength: 14 }).map((parts) => parts.join('')),
      fc.constantFrom(...NOTABLE),
      fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' }),
    );
    let plain = 0;
    const property = fc.property(line, (text) => {
      const expected = plainIn(text);
      fc.pre(expected !== null && !['', '~', 'null', 'Null', 'NULL'].includes(expected));
      plain += 1;
      const { value, problems } = read(`text: ${text}\n`);
      expect(value).toEqual({ text: expected });
      expect(problems).toEqual([]);
    });
    fc.assert(property, { numRuns: 1_000 });
    expect(plain).toBe(1_000);
  });

  test('text over several lines is folded as YAML says, and block text keeps its lines', () => {
    expect(read('text: one\n  two\n').value).toEqual({ text: 'one two' });
    expect(read('text: |\n  010\n  yes\n').value).toEqual({ text: '010\nyes\n' });
  });

  test.each(['null', 'Null', 'NULL', '~', ''])(
    '%j is refused, with what to write instead',
    (none) => {
      const { problems } = read(`text: ${none}\n`);
      expect(problems.map(({ code, field }) => `${code} ${field}`)).toEqual([
        'document/null-not-text text',
      ]);
      expect(problems[0]?.next).toContain('""');
    },
  );

  test.each(['"null"', "'~'", '""', "''", '!!str null'])('%s is text', (quoted) => {
    expect(read(`text: ${quoted}\n`).problems).toEqual([]);
  });
});

describe('where the schema wants something else', () => {
  test.each([
    ['number: 1.50', { number: 1.5 }],
    ['number: 1e3', { number: 1000 }],
    ['number: 0x1F', { number: 31 }],
    ['flag: True', { flag: true }],
    ['any: 3', { any: 3 }],
    ['any: null', { any: null }],
    ['any: yes', { any: 'yes' }],
    ['either: 12', { either: 12 }],
    ['either: 1.50', { either: '1.50' }],
  ])('%s', (text, value) => {
    expect(read(text)).toMatchObject({ value, problems: [] });
  });

  test.each(['flag: yes', 'flag: "true"', 'number: "1"', 'number: .nan', 'number: .inf'])(
    '%s is refused: no value is guessed',
    (text) => {
      expect(read(text).problems.map(({ code }) => code)).toEqual(['document/wrong-type']);
    },
  );
});

describe('unquoted values that other readers change', () => {
  test('whatever a YAML 1.1 or 1.2 reader takes for something else is noticed', () => {
    const line = fc.oneof(
      fc.constantFrom(...NOTABLE),
      fc.stringMatching(/^[-+.0-9xobeE_:TZ ynYNtruefalsoOF]{1,12}$/),
    );
    const property = fc.property(line, (text) => {
      const plain = plainIn(text);
      fc.pre(plain !== null);
      const other = (['1.1', '1.2'] as const).some((version) => {
        const value = parseDocument(`text: ${text}\n`, { version, logLevel: 'silent' }).get('text');
        // The library's 1.1 schema takes a bare dot for a number that is none.
        return typeof value !== 'string' && (!Number.isNaN(value) || /nan/i.test(plain ?? ''));
      });
      if (other) expect(readsAsOther(plain), plain).toBe(true);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  test.each([
    'network',
    'v1.4.0',
    '10.20.0.0/16',
    'eu-west-1',
    'team a',
    'never',
    'offset',
    'e3',
    '1.4.0',
    '-',
    'yes please',
  ])('%s needs no quotes', (text) => {
    expect(readsAsOther(text)).toBe(false);
  });

  test('they are listed with their places, values and keys; quoted ones are not', () => {
    const { unquoted } = read('text: 010\nopen:\n  1.0: "2"\n  a: yes\n  b: "yes"\nlist: [x, 3]\n');
    expect(unquoted.map(({ field, at, shown }) => [field, at.line, at.column, shown])).toEqual([
      ['text', 1, 7, '"010"'],
      ['open.1.0', 3, 3, '"1.0"'],
      ['open.a', 4, 6, '"yes"'],
      ['list[1]', 6, 11, '"3"'],
    ]);
  });
});
