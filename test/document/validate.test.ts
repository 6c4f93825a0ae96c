import { describe, expect, test } from 'vitest';
import { parseDocuments } from '../../src/document/parse.ts';
import { compileSchema, validate } from '../../src/document/schema.ts';
import type { JsonSchemaObject } from '../../src/document/shape.ts';
import { editDistance, likely, nearest } from '../../src/domain/suggest.ts';

function check(schema: JsonSchemaObject, text: string, relativeTo?: string) {
  const [document] = parseDocuments({
    file: 'a.yaml',
    bytes: new TextEncoder().encode(text),
  }).documents;
  if (document === undefined) throw new Error(`not a document: ${text}`);
  return validate(document, compileSchema(schema), relativeTo === undefined ? {} : { relativeTo });
}

const told = (schema: JsonSchemaObject, text: string) =>
  check(schema, text).problems.map(
    ({ at, code, field, message, next }) =>
      `${at?.line}:${at?.column} ${code} ${field} | ${message} | ${next}`,
  );

const closed = (properties: JsonSchemaObject, more: JsonSchemaObject = {}): JsonSchemaObject => ({
  type: 'object',
  additionalProperties: false,
  properties,
  ...more,
});

describe('each broken rule in words', () => {
  const text = { type: 'string' };
  test.each<[string, JsonSchemaObject, string, string]>([
    [
      'an unknown key that is near a known one',
      closed({ productName: text }),
      'productNmae: x',
      '1:1 document/unknown-key productNmae | the key "productNmae" is not known here | did you mean "productName"?',
    ],
    [
      'an unknown key that is near none',
      closed({ b: text, a: text }),
      'color: x',
      '1:1 document/unknown-key color | the key "color" is not known here | use one of: a, b',
    ],
    [
      'a missing key',
      closed({ inner: closed({ a: text }, { required: ['a'] }) }),
      'inner: {}',
      '1:8 document/missing-key inner.a | the key "a" is missing | add "a"',
    ],
    [
      'a wrong type',
      closed({ a: { type: ['string', 'array'] } }),
      'a: {b: 1}',
      '1:4 document/wrong-type a | a mapping stands where text or a list is wanted | write text or a list here',
    ],
    [
      'a list without entries',
      closed({ a: { type: 'array', minItems: 1 } }),
      'a: []',
      '1:4 document/bad-value a | it is empty, at least one entry is needed | write a value that follows the rule',
    ],
    [
      'a word of a list',
      closed({ a: { enum: ['enforce', 'observe'] } }),
      'a: enforced',
      '1:4 document/bad-value a | "enforced" is not allowed here (allowed: enforce, observe) | did you mean "enforce"?',
    ],
    [
      'a pattern with a message',
      closed({ a: { type: 'string', pattern: '^[a-z]+$', errorMessage: 'small letters' } }),
      'a: X',
      '1:4 document/bad-value a | "X" is not allowed: small letters | write a value that follows the rule',
    ],
    [
      'a pattern without one',
      closed({ a: { type: 'string', pattern: '^[a-z]+$' } }),
      'a: X',
      '1:4 document/bad-value a | "X" is not allowed: it must match ^[a-z]+$ | write a value that follows the rule',
    ],
    [
      'a length, in characters as people count them',
      closed({ a: { type: 'string', maxLength: 2 } }),
      'a: 😀😀😀',
      '1:4 document/bad-value a | "😀😀😀" is not allowed: at most 2 characters, it has 3 | write a value that follows the rule',
    ],
    [
      'a range',
      closed({ a: { type: 'integer', minimum: 3 } }),
      'a: 2',
      '1:4 document/bad-value a | 2 is not allowed: it must be at least 3 | write a value that follows the rule',
    ],
    [
      'a list that is too long',
      closed({ a: { type: 'array', maxItems: 1 } }),
      'a: [1, 2]',
      '1:4 document/bad-value a | at most 1 entries are allowed | write a value that follows the rule',
    ],
    [
      'an entry twice',
      closed({ a: { type: 'array', items: text, uniqueItems: true } }),
      'a: [x, x]',
      '1:4 document/bad-value a | every entry may stand only once | write a value that follows the rule',
    ],
    [
      'a key that breaks a rule, at the key',
      closed({
        a: {
          type: 'object',
          propertyNames: { pattern: '^[a-z]+$', errorMessage: 'small letters' },
        },
      }),
      'a:\n  b: 1\n  C: 2',
      '3:3 document/bad-value a.C | the key "C" is not allowed: small letters | write a value that follows the rule',
    ],
    [
      'a choice, told once',
      closed({
        a: {
          oneOf: [
            { type: 'object', required: ['x'] },
            { type: 'object', required: ['y'] },
          ],
        },
      }),
      'a: {}',
      '1:4 document/conflict a | the value fits none, or more than one, of the allowed forms | keep exactly one',
    ],
    [
      'nothing, where something nested is wanted, is most often a mistake of indentation',
      closed({ a: { type: 'object' } }),
      'a:',
      '1:3 document/wrong-type a | nothing (null) stands where a mapping is wanted | indent below it what belongs to it, or remove the line',
    ],
    [
      'a value of the wrong type breaks no further rule',
      closed({ a: { type: 'object', not: { required: ['x'] }, minProperties: 1 } }),
      'a: x',
      '1:4 document/wrong-type a | text "x" stands where a mapping is wanted | write a mapping here',
    ],
  ])('%s', (_, schema, document, expected) => {
    expect(told(schema, document)).toEqual([expected]);
  });

  test('of two fields that exclude each other, the later one is at fault', () => {
    const schema = closed(
      { id: text, name: text },
      {
        allOf: [
          { not: { required: ['id', 'name'] }, errorMessage: 'id and name: give one, not both' },
        ],
      },
    );
    const message = 'id and name: give one, not both | keep exactly one';
    expect(told(schema, 'id: a\nname: b\n')).toEqual([`2:1 document/conflict name | ${message}`]);
    expect(told(schema, 'name: b\nid: a\n')).toEqual([`2:1 document/conflict id | ${message}`]);
  });

  test('all of them at once, in the order of the file', () => {
    const schema = closed({ a: text, b: { type: 'integer' } }, { required: ['c'] });
    expect(told(schema, 'x: 1\nb: y\na: ~\n').map((line) => line.split(' | ')[0])).toEqual([
      '1:1 document/missing-key c',
      '1:1 document/unknown-key x',
      '2:4 document/wrong-type b',
      '3:4 document/null-not-text a',
    ]);
  });

  test('fields can be named relative to the part that all of them are in', () => {
    const schema = closed({
      spec: closed({ tags: { type: 'object', additionalProperties: text } }),
    });
    const { problems } = check(schema, 'spec: {tags: {a: [1]}}\nspecs: 1', 'spec');
    expect(problems.map(({ field }) => field)).toEqual(['tags.a', 'specs']);
  });
});

describe('values that may be secrets', () => {
  const secret = { type: 'string', writeOnly: true };
  const schema = closed({
    p: {
      type: 'object',
      additionalProperties: {
        type: ['string', 'object'],
        writeOnly: true,
        maxLength: 8,
        additionalProperties: false,
        properties: { value: { type: 'string', maxLength: 8 }, keep: { const: true } },
      },
    },
    list: { type: 'array', items: secret },
  });

  test.each([
    'p: {a: hunter2hunter2}',
    'p: {a: {value: hunter2hunter2}}',
    'p: {a: {value: {x: hunter2}}}',
    'p: {a: {value: [hunter2]}}',
    'p: {a: {keep: hunter2}}',
    'p: {a: [hunter2]}',
    'list: [[hunter2]]',
    'list: {a: hunter2}',
  ])('are not quoted: %s', (text) => {
    const { problems } = check(schema, text);
    expect(problems).not.toEqual([]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  test('nor where they look like a number', () => {
    const { unquoted, problems } = check(schema, 'p: {a: 424242}');
    expect(problems).toEqual([]);
    expect(unquoted).toMatchObject([{ field: 'p.a', shown: null }]);
  });
});

test('untrusted text in a message cannot steer a terminal', () => {
  const schema = closed({ a: { enum: ['x'] } });
  const [problem] = check(schema, 'a: "\\e[31m\\u202e\\x9b\\nred"').problems;
  expect(problem?.message).toBe(
    '"\\u{1b}[31m\\u{202e}\\u{9b}\\u{a}red" is not allowed here (allowed: x)',
  );
});

describe('values', () => {
  const open = compileSchema({ type: 'object' });
  const read = (text: string) => {
    const [document] = parseDocuments({
      file: 'a.yaml',
      bytes: new TextEncoder().encode(text),
    }).documents;
    if (document === undefined) throw new Error('not a document');
    return validate(document, open);
  };

  test('have no prototype, so that no key of a document means anything to the program', () => {
    const { value } = read('__proto__: {polluted: yes}\nconstructor: x\nlist: [{__proto__: 1}]\n');
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'list']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const { list } = value as unknown as { list: readonly object[] };
    expect(Object.getPrototypeOf(list[0])).toBeNull();
  });

  test('a position for every pointer, and for the nearest parent of what is not there', () => {
    const { at, keyAt } = read('a:\n  "b/c~d": [x, y]\n');
    expect(at('')).toMatchObject({ line: 1, column: 1 });
    expect(at('/a/b~1c~0d/1')).toMatchObject({ line: 2, column: 16 });
    expect(keyAt('/a/b~1c~0d')).toMatchObject({ line: 2, column: 3 });
    expect(at('/a/none/deeper')).toMatchObject({ line: 2, column: 3 });
  });

  test('an aliased value is told where it is written', () => {
    const { at } = read('a: &x {b: 1}\nc: *x\n');
    expect(at('/c/b')).toMatchObject({ line: 1, column: 11 });
  });
});

describe('schemas with references', () => {
  const list = {
    $defs: {
      node: {
        type: 'object',
        additionalProperties: false,
        properties: { name: { $ref: '#/$defs/name' }, next: { $ref: '#/$defs/node' } },
      },
      name: { type: 'string', maxLength: 3 },
    },
    $ref: '#/$defs/node',
  };

  test('may refer to themselves', () => {
    expect(told(list, 'next: {next: {name: 0123}}')).toEqual([
      '1:21 document/bad-value next.next.name | "0123" is not allowed: at most 3 characters, it has 4 | write a value that follows the rule',
    ]);
  });

  test('a rule beside a reference holds as well', () => {
    const schema = closed({ a: { $ref: '#/$defs/name', pattern: '^x' } }, { $defs: list.$defs });
    expect(told(schema, 'a: xxx')).toEqual([]);
    expect(told(schema, 'a: yyyy')).toHaveLength(2);
  });
});

describe('did you mean', () => {
  test.each([
    ['provisoningParameters', 'provisioningParameters'],
    ['productname', 'productName'],
    ['taregt', 'target'],
    ['usePrev', 'usePreviousValue'],
    ['parameters', 'provisioningParameters'],
    ['Previous', 'usePreviousValue'],
    ['name', null],
    ['targt', 'target'],
    ['colour', null],
    ['x', null],
    ['__proto__', null],
  ])('%s → %s', (word, meant) => {
    const known = ['provisioningParameters', 'productName', 'target', 'usePreviousValue', 'tags'];
    expect(nearest(word, known)).toBe(meant);
  });

  test.each([
    ['product', ['productId', 'productName']],
    ['productN', ['productName']],
    ['provisioning', ['provisioningParameters']],
    ['pr', []],
    ['taregt', ['target']],
    ['colour', []],
  ])('%s → any of %j', (word, meant) => {
    const known = ['productId', 'productName', 'provisioningParameters', 'target', 'tags'];
    expect(likely(word, known)).toEqual(meant);
  });

  test('the error names them all', () => {
    const schema = closed({ productId: { type: 'string' }, productName: { type: 'string' } });
    expect(told(schema, 'product: network').join()).toContain(
      'did you mean "productId" or "productName"?',
    );
  });

  test.each([
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['abc', 'ab', 1],
    ['abc', 'xyz', 3],
    ['', 'ab', 2],
  ])('from %j to %j in %i steps', (from, to, steps) => {
    expect(editDistance(from, to, 5)).toBe(steps);
  });
});
