import type { Rng } from '../simulation/rng.ts';
import { scalar, WORDS } from './words.ts';

type LineEdit = (lines: string[], at: number, rng: Rng) => void;

const indentOf = (line: string) => /^ */.exec(line)?.[0] ?? '';

function replaceValue(lines: string[], at: number, value: string): void {
  const line = lines[at] ?? '';
  const colon = line.indexOf(': ');
  lines[at] = colon === -1 ? `${indentOf(line)}- ${value}` : `${line.slice(0, colon + 2)}${value}`;
}

const nested = (rng: Rng) => {
  const depth = rng.pick([2, 10, 63, 64, 65, 200, 5_000]);
  const [open, close] = rng.pick([
    ['[', ']'],
    ['{a: ', '}'],
    ['- ', ''],
    ['? ', ''],
    ['&a [', ']'],
  ] as const);
  return open.repeat(depth) + close.repeat(rng.chance(0.8) ? depth : depth - 1);
};

const many = (rng: Rng) => {
  const count = rng.chance(0.03) ? 20_000 : rng.pick([3, 51, 101, 1_000]);
  const item = rng.pick([
    (n: number) => `k${n}: v`,
    (n: number) => `"${n}": ${n}`,
    (n: number) => `? [${n}]\n: x`,
    (n: number) => `same: ${n}`,
    (n: number) => `&a${n} k${n}: *a${n}`,
  ]);
  return Array.from({ length: count }, (_, n) => item(n));
};

const bomb = (rng: Rng) => {
  const levels = rng.int(2, 12);
  const width = rng.int(2, 12);
  return Array.from({ length: levels }, (_, n) => {
    const inner = n === 0 ? 'x' : Array.from({ length: width }, () => `*b${n - 1}`).join(', ');
    return `b${n}: &b${n} [${inner}]`;
  });
};

const indented = (lines: readonly string[], indent: string) => lines.map((line) => indent + line);

const EDITS: readonly LineEdit[] = [
  (lines, at) => lines.splice(at, 1),
  (lines, at) => lines.splice(at, 0, lines[at] ?? ''),
  (lines, at, rng) => lines.splice(rng.int(0, lines.length), 0, ...lines.splice(at, rng.int(1, 5))),
  (lines, at, rng) => {
    lines[at] = ' '.repeat(rng.int(0, 6)) + (lines[at] ?? '').trimStart();
  },
  (lines, at) => {
    lines[at] = `\t${lines[at] ?? ''}`;
  },
  (lines, at, rng) => replaceValue(lines, at, scalar(rng)),
  (lines, at, rng) => replaceValue(lines, at, scalar(rng)),
  (lines, at, rng) => replaceValue(lines, at, nested(rng)),
  (lines, at, rng) => {
    const line = lines[at] ?? '';
    lines[at] = line.replace(/[^\s:-][^:]*(?=:)/, () => rng.pick([rng.pick(WORDS), scalar(rng)]));
  },
  (lines, at, rng) => {
    const line = lines[at] ?? '';
    const mark = rng.pick([
      '&a ',
      '*a ',
      '*a',
      '!!str ',
      '!!int ',
      '!x ',
      '!<tag:x> ',
      '&a !!map ',
      '!!binary ',
      '<<: *a #',
    ]);
    lines[at] = line.includes(': ') ? line.replace(': ', `: ${mark}`) : mark + line;
  },
  (lines, at, rng) => {
    const head = rng.pick(['|', '>', '|+9', '>-1', '|-', '> # c', '|2']);
    replaceValue(lines, at, head);
    lines.splice(
      at + 1,
      0,
      ...indented([scalar(rng), '', scalar(rng)], `${indentOf(lines[at] ?? '')}  `),
    );
  },
  (lines, at, rng) =>
    lines.splice(
      at,
      0,
      rng.pick(['---', '...', '%YAML 1.1', '%TAG ! x', '--- |', '# c', '? ', ': ']),
    ),
  (lines, at, rng) => lines.splice(at, 0, ...indented(many(rng), indentOf(lines[at] ?? ''))),
  (lines, at, rng) => lines.splice(at, 0, ...indented(bomb(rng), indentOf(lines[at] ?? ''))),
  (lines, at, rng) => {
    const line = lines[at] ?? '';
    const place = rng.int(0, line.length);
    lines[at] =
      line.slice(0, place) +
      rng.pick([
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        ' #',
        '"',
        "'",
        '\\',
        '&',
        '*',
        '!',
        '|',
        '%',
        '@',
        '`',
      ]) +
      line.slice(place + rng.int(0, 2));
  },
];

/** Changes to the file as a whole. */
const WHOLE: readonly ((text: string, rng: Rng) => string)[] = [
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.replaceAll('\n', '\r'),
  (text) => text.replaceAll('\n', '\u0085'),
  (text) => text.replaceAll('\n', '\u2028'),
  (text) => `\uFEFF${text}`,
  (text, rng) => `${text}---\n`.repeat(rng.chance(0.1) ? 1_001 : rng.pick([2, 30])),
  (text) => text.replaceAll('  ', '\t'),
  (text) => text.replaceAll(': ', ':'),
  (text, rng) => text + ' '.repeat(rng.pick([1, 100_000])),
];

/** A few changes that know what YAML and JSON are made of. */
export function mutateText(text: string, rng: Rng, others: readonly string[]): string {
  const lines = text.split('\n');
  for (let left = rng.pick([1, 1, 1, 2, 3, 5]); left > 0; left -= 1) {
    if (lines.length === 0) lines.push('');
    rng.pick(EDITS)(lines, rng.int(0, lines.length - 1), rng);
  }
  let result = lines.join('\n');
  if (rng.chance(0.1)) result = rng.pick(WHOLE)(result, rng);
  if (rng.chance(0.1) && others.length > 0) {
    const other = rng.pick(others);
    result = result.slice(0, rng.int(0, result.length)) + rng.pick(['', '\n---\n', '\n']) + other;
  }
  return result;
}
