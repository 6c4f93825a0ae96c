import { describe, expect, test } from 'vitest';
import {
  FILE_LIMITS,
  MAX_ALIASED_NODES,
  MAX_DEPTH,
  MAX_MARKS,
  MAX_PROBLEMS,
} from '../../src/document/limits.ts';
import { type DocumentNode, member, positionAt, textMember } from '../../src/document/node.ts';
import { parseDocuments } from '../../src/document/parse.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const parse = (text: string, file = 'a.yaml') => parseDocuments({ file, bytes: bytesOf(text) });
const codes = (text: string, file = 'a.yaml') =>
  parse(text, file).problems.map(({ at, code }) => `${at?.line}:${at?.column} ${code}`);

/** How many nodes a reader that follows every alias would meet. */
function weight(node: DocumentNode): number {
  switch (node.kind) {
    case 'scalar':
      return 1;
    case 'sequence':
      return node.items.reduce((sum, item) => sum + weight(item), 1);
    case 'mapping':
      return node.entries.reduce((sum, { value }) => sum + 1 + weight(value), 1);
  }
}

test.each(['\u3164', '\ufe0f', '\u115f', '\u00ad', '\u200b'])(
  'a key with a sign that nobody sees is refused: %j',
  (sign) => {
    expect(codes(`a${sign}: b\n`)).toEqual(['1:1 document/control-character']);
  },
);

describe('a stream of documents', () => {
  test('keeps order and positions, and skips and counts what is empty', () => {
    const result = parse('# a comment\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n');
    expect(result.documents.map((document) => positionAt(document, document.root.offset))).toEqual([
      { file: 'a.yaml', line: 2, column: 1 },
      { file: 'a.yaml', line: 7, column: 1 },
    ]);
    expect(result.empty).toBe(2);
    expect(result.problems).toEqual([]);
  });

  test.each(['', '\n\n', '# only a comment\n', '---\n', '---\nnull\n', '\uFEFF'])(
    'an empty file is no error: %j',
    (text) => {
      expect(parse(text)).toMatchObject({ documents: [], broken: [], problems: [], empty: 1 });
    },
  );

  test('a byte order mark is no part of the text', () => {
    const { documents } = parse('\uFEFFname: x\n');
    expect(textMember(documents[0]?.root ?? null, 'name')).toBe('x');
  });

  test.each([
    ['an old code page', [0x61, 0xe9, 0x22], '1:2', 'byte 0xE9 at offset 1'],
    ['the end of a character alone', [0x61, 0x80, 0x22], '1:2', 'byte 0x80 at offset 1'],
    ['after a whole character', [0xc3, 0xa9, 0xff], '1:2', 'byte 0xFF at offset 2'],
    ['a long one that is broken off', [0xf0, 0x9f, 0x98, 0x22], '1:1', 'byte 0xF0 at offset 0'],
    ['the end of the file', [0x61, 0xe9], '1:2', 'the file ends in the middle of a character'],
  ])('text that is not UTF-8 is named by the byte at fault: %s', (_what, bytes, at, message) => {
    const { problems } = parseDocuments({ file: 'a.yaml', bytes: Uint8Array.from(bytes) });
    expect(problems).toHaveLength(1);
    expect(`${problems[0]?.at?.line}:${problems[0]?.at?.column}`).toBe(at);
    expect(problems[0]?.message).toContain(message);
  });

  test('Windows line ends change neither values nor lines', () => {
    const { documents } = parse('a: x\r\nb: >\r\n  one\r\n  two\r\nc: z\r\n');
    const root = documents[0]?.root ?? null;
    expect(textMember(root, 'b')).toBe('one two\n');
    const c = member(root, 'c');
    const document = documents[0];
    expect(document && c && positionAt(document, c.offset)).toMatchObject({ line: 5, column: 4 });
  });

  test('a fault in one document leaves the others as they are', () => {
    const result = parse('a: 1\n---\nb: [1\n---\nc: 3\n');
    expect(
      result.documents.map(({ root }) => textMember(root, 'a') ?? textMember(root, 'c')),
    ).toEqual(['1', '3']);
    expect(result.broken).toHaveLength(1);
    expect(result.broken[0]?.at.line).toBe(3);
  });

  test('every fault of a file is told, not only the first', () => {
    const text = 'a: 1\na: 2\nb: *none\n---\nc: !!int 3\n? [x]\n: y\n---\nd: "\\q"\n';
    expect(codes(text)).toEqual([
      '2:1 document/duplicate-key',
      '3:4 document/bad-alias',
      '5:10 document/unknown-tag',
      '6:3 document/key-not-text',
      '9:5 document/syntax',
    ]);
  });

  test('an escape that makes a whole character of two halves is text', () => {
    expect(parse('a: "\\ud83d\\ude00"').documents).toHaveLength(1);
  });

  test('tags that say what a value is anyway are read; !!str makes a plain scalar text', () => {
    const [document] = parse('!!map\na: !!str 010\nb: !!seq [x]\nc: ! 5\n').documents;
    expect(member(document?.root ?? null, 'a')).toMatchObject({ text: '010', style: 'quoted' });
    expect(member(document?.root ?? null, 'c')).toMatchObject({ text: '5', style: 'quoted' });
  });

  test('a key named like a part of every object is a key like any other', () => {
    const [document] = parse('__proto__: a\nconstructor: b\ntoString: c\n').documents;
    expect(textMember(document?.root ?? null, '__proto__')).toBe('a');
    expect(codes('__proto__: a\n__proto__: b\n')).toEqual(['2:1 document/duplicate-key']);
  });
});

describe('bounds', () => {
  test('bytes', () => {
    const text = '#'.repeat(FILE_LIMITS.bytes);
    expect(codes(text)).toEqual([]);
    expect(codes(`${text}#`)).toEqual(['1:1 document/too-large']);
    expect(codes(`${text}#`, '-')).toEqual([]);
  });

  test('documents, empty ones included', () => {
    const fill = (count: number) => 'a: 1\n---\n'.repeat(count - 1);
    expect(codes(`${fill(FILE_LIMITS.documents)}a: 1\n`)).toEqual([]);
    expect(codes(`${fill(FILE_LIMITS.documents + 1)}a: 1\n`)).toEqual([
      `${2 * FILE_LIMITS.documents}:1 document/too-many-documents`,
    ]);
    expect(codes('---\n'.repeat(5_000)).map((code) => code.split(' ')[1])).toEqual([
      'document/too-many-documents',
    ]);
  });

  test.each([
    ['lists in brackets', (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`, 'a.yaml'],
    ['lists of dashes', (depth: number) => `${'- '.repeat(depth)}x`, 'a.yaml'],
    ['mappings', (depth: number) => `${'{a: '.repeat(depth)}${'}'.repeat(depth)}`, 'a.yaml'],
    ['JSON', (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`, 'a.json'],
  ])('nesting of %s', (_, nested, file) => {
    expect(codes(nested(MAX_DEPTH), file)).toEqual([]);
    expect(codes(nested(MAX_DEPTH + 1), file)[0]).toContain('document/too-deep');
    expect(codes(nested(100_000), file)).toHaveLength(1);
  });

  test('nesting through aliases', () => {
    const half = MAX_DEPTH / 2;
    const outer = (depth: number) => `b: ${'['.repeat(depth)}*a${']'.repeat(depth)}\n`;
    const inner = `a: &a ${'['.repeat(half)}${']'.repeat(half)}\n`;
    expect(codes(inner + outer(half - 1))).toEqual([]);
    expect(codes(inner + outer(half))).toEqual([`2:${4 + half} document/too-deep`]);
  });

  test('anchors, tags and directives', () => {
    expect(codes(`${'!!str '.repeat(10)}a\n`)[0]).toContain('document/syntax');
    expect(codes('&a '.repeat(MAX_MARKS + 1))[0]).toContain('document/too-complex');
    expect(codes('%a\n'.repeat(MAX_MARKS + 1))[0]).toContain('document/too-complex');
  });

  test('syntax errors: the list is cut, and says so', () => {
    expect(codes(']'.repeat(100_000)).at(-1)).toContain('document/too-complex');
    const many = parse('- "" x\n'.repeat(5_000)).problems;
    expect(many).toHaveLength(MAX_PROBLEMS + 1);
    expect(many.at(-1)?.code).toBe('document/more-problems');
  });

  test('duplicate keys of a long mapping are found without comparing every pair', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `${index.toString(36)}:\n`).join('');
    expect(codes(`${keys}0:\n`)).toEqual(['100001:1 document/duplicate-key']);
  });
});

describe('aliases', () => {
  /** Levels of lists, each holding the one before `width` times. */
  function levels(width: number, count: number): { text: string; aliased: number } {
    let text = `l0: &l0 [${Array(width).fill('x').join(', ')}]\n`;
    let weightOfOne = width + 1;
    let aliased = 0;
    for (let level = 1; level <= count; level += 1) {
      text += `l${level}: &l${level} [${Array(width)
        .fill(`*l${level - 1}`)
        .join(', ')}]\n`;
      aliased += width * weightOfOne;
      weightOfOne = 1 + width * weightOfOne;
    }
    return { text, aliased };
  }

  test.each([
    [1, 1],
    [2, 10],
    [2, 11],
    [2, 12],
    [9, 3],
    [9, 4],
    [9, 30],
    [20, 2],
    [20, 3],
    [100, 1],
    [100, 2],
  ])('width %i, %i levels: refused exactly when they stand for too much', (width, count) => {
    const { text, aliased } = levels(width, count);
    const { documents, broken, problems } = parse(text);
    const refused = aliased > MAX_ALIASED_NODES;
    expect(problems.map(({ code }) => code)).toEqual(refused ? ['document/alias-bomb'] : []);
    const root = documents[0]?.root ?? broken[0]?.document?.root;
    expect(root).toBeDefined();
    // What anybody can walk afterwards is bounded by the text and the limit, refused or not.
    if (root !== undefined) expect(weight(root)).toBeLessThan(text.length + MAX_ALIASED_NODES);
  });

  test('an alias is the value of its anchor, the last one of that name', () => {
    const [document] = parse('a: &x one\nb: *x\nc: &x two\nd: *x\n').documents;
    const root = document?.root ?? null;
    expect([textMember(root, 'b'), textMember(root, 'd')]).toEqual(['one', 'two']);
  });

  test('inside an anchored value its own name means itself, not an earlier one', () => {
    expect(codes('a: &x one\nb: &x [*x]\n')).toEqual(['2:8 document/bad-alias']);
  });

  test('an anchor of one document is not known in the next', () => {
    expect(codes('a: &x one\n---\nb: *x\n')).toEqual(['3:4 document/bad-alias']);
  });
});

describe('bytes that are no text', () => {
  test.each([
    ['a lone continuation byte', [0x61, 0x3a, 0x0a, 0x80], '2:1'],
    ['an overlong form', [0x61, 0x0a, 0x62, 0xc0, 0xaf], '2:2'],
    ['a surrogate', [0xed, 0xa0, 0x80], '1:1'],
    ['beyond Unicode', [0x61, 0xf5, 0x80, 0x80, 0x80], '1:2'],
    ['cut in the middle', [0x61, 0x0a, 0xe2, 0x82], '2:1'],
    ['after a wide character', [0xf0, 0x9f, 0x98, 0x80, 0xff], '1:3'],
  ])('%s', (_, values, place) => {
    const result = parseDocuments({ file: 'a.yaml', bytes: Uint8Array.from(values) });
    expect(result.documents).toEqual([]);
    expect(result.problems.map(({ at, code }) => `${at?.line}:${at?.column} ${code}`)).toEqual([
      `${place} document/bad-utf8`,
    ]);
  });

  test.each(['\u0000', '\u0007', '\u001b', '\u007f', '\u009b'])('control character %j', (char) => {
    expect(codes(`a: b\nc: d${char}\n`)).toEqual(['2:5 document/control-character']);
  });
});

describe('JSON files', () => {
  test('are read as JSON, with numbers as they are written', () => {
    const [document] = parse('{"a": 1.10, "b": [true, null, "x\\n\\u00e9"]}', 'a.json').documents;
    const root = document?.root ?? null;
    expect(member(root, 'a')).toMatchObject({ text: '1.10', style: 'plain' });
    const list = member(root, 'b');
    expect(
      list?.kind === 'sequence' && list.items.map((item) => item.kind === 'scalar' && item.text),
    ).toEqual(['true', 'null', 'x\né']);
  });

  test('may be indented by tabs', () => {
    expect(codes('{\n\t"a":\t1\n}\n', 'a.json')).toEqual([]);
  });

  test('a long string costs no stack', () => {
    expect(codes(`["${'x'.repeat(1_000_000)}"]`, 'a.json')).toEqual([]);
    expect(codes(`["${'\\n'.repeat(500_000)}"]`, 'a.json')).toEqual([]);
    expect(codes(`["${'\\n'.repeat(500_000)}`, 'a.json')).toEqual(['1:2 document/syntax']);
  });

  test.each([
    ['{"a": 010}', '1:8'],
    ["{'a': 1}", '1:2'],
    ['{"a": 1,}', '1:9'],
    ['{"a" 1}', '1:6'],
    ['{"a": yes}', '1:7'],
    ['[1 2]', '1:4'],
    ['{"a": "\t"}', '1:7'],
    ['{"a": "\\x"}', '1:7'],
    ['{"a": 1} {"b": 2}', '1:10'],
    ['{"a": 1', '1:8'],
  ])('refuses what is not JSON: %s', (text, place) => {
    expect(codes(text, 'a.json')).toEqual([`${place} document/syntax`]);
  });
});

test('no message quotes the text at a fault, which may be a secret', () => {
  const faults = [
    'p: "hunter2" hunter2',
    "p: 'hunter2",
    'p: *hunter2',
    'p: &hunter2 &hunter2 x',
    'p: !hunter2 x',
    'p: !!hunter2 x',
    'p: @hunter2',
    'p: [hunter2',
    'p: "hunter2\\q"',
    'p: hunter2: hunter2',
    '%hunter2\np: x',
    'p:\n\thunter2',
    'p: |hunter2\n x',
  ];
  for (const text of faults) {
    const { problems } = parse(text);
    expect(problems, text).not.toEqual([]);
    for (const problem of problems) expect(JSON.stringify(problem), text).not.toContain('hunter2');
  }
});
