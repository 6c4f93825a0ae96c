import configSchema from '../../schemas/config.schema.json' with { type: 'json' };
import seedSchema from '../../schemas/local-catalog.schema.json' with { type: 'json' };
import documentSchema from '../../schemas/provisioned-product.schema.json' with { type: 'json' };
import type { Rng } from '../simulation/rng.ts';

/** Every name that a schema gives to a member, however deep. */
function namesIn(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(key === 'properties' ? Object.keys(value) : []),
    ...namesIn(value),
  ]);
}

/** Names that every object has, and names that are hard to see, to write or to keep apart. */
const AWKWARD = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
  'length',
  '0',
  '-1',
  '""',
  '"a\\u202eb"',
  '"\\u200b"',
  '"\\0"',
  '<<',
  'ключ',
  'e\u0301',
  '\u00e9',
];

export const WORDS: readonly string[] = [
  ...new Set([...namesIn(documentSchema), ...namesIn(configSchema), ...namesIn(seedSchema)]),
  ...AWKWARD,
];

/** Text without quotes that means something else to somebody. */
const TRICKY = [
  '~',
  'null',
  'yes',
  'NO',
  'true',
  '0',
  '-0',
  '010',
  '0x1F',
  '0o17',
  '1_000',
  '1e999',
  '.inf',
  '-.INF',
  '.nan',
  '190:20:30',
  '2026-11-21',
  '012345678901',
  '111122223333',
  '1.10',
  '9007199254740993',
  '"\\ud800"',
  '"\\x1b[31m"',
  '"\\u202e"',
  '"\\U0010FFFF"',
  '"\\U00110000"',
  '"\\q"',
  "''",
  "'it''s'",
  '"unclosed',
  '{}',
  '[]',
  '[,]',
  '{a}',
  '{a: b, a: c}',
  '*a',
  '&a',
  '!!null x',
  '../../etc/passwd',
  '/proc/self/environ',
  '$' + '{HOME}',
  '/aws/reference/secretsmanager/x',
  'arn:aws:iam::111122223333:role/x',
  'trueup/v1',
  'trueup/v2',
  'treuup/v1',
  '^1.4',
  '>=1 <2 || ^3',
  '1h30m',
  '-5s',
  '99999999999h',
  '/tags/a~1b',
  '/~2',
  '{usePreviousValue: true}',
  '{useDefault: true, value: x}',
  '{valueFrom: {env: __proto__}}',
  '{valueFrom: {secretsManager: {secretId: prod/x, key: __proto__}}}',
  `{semver: "${'*'.repeat(300)}"}`,
];

/** A value, most often one that somebody could have meant. */
export function scalar(rng: Rng): string {
  return rng.weighted<() => string>([
    [10, () => rng.pick(TRICKY)],
    [3, () => rng.pick(WORDS)],
    [2, () => String(rng.int(-5, 5_000))],
    [1, () => `"${'x'.repeat(rng.pick([63, 128, 129, 257, 4_096, 4_097, 9_000]))}"`],
    [
      1,
      () =>
        rng
          .pick(['a', '\\', 'ü', '🚀', '"', ' '])
          .repeat(rng.chance(0.05) ? 70_000 : rng.pick([1, 100])),
    ],
    [1, () => `"${String.fromCodePoint(rng.int(0x20, 0xd7ff)).repeat(3)}"`],
  ])();
}

const isPlain = (word: string) => /^\w+$/.test(word);

/** A structure made of the schemas' names and tricky values, as JSON or as flow YAML. */
export function structure(rng: Rng): string {
  const quoted = rng.chance(0.5);
  let left = rng.int(5, 120);
  const leaf = () => {
    const value = scalar(rng);
    const asIs = !quoted || /^(?:[{["]|true|null|-?\d+$)/.test(value);
    return asIs ? value : JSON.stringify(value);
  };
  const key = () => {
    const word = rng.pick(WORDS);
    return quoted && isPlain(word) ? `"${word}"` : word;
  };
  const build = (depth: number): string => {
    left -= 1;
    if (left <= 0 || depth > 7 || rng.chance(0.35)) return leaf();
    const count = rng.int(0, 6);
    if (rng.chance(0.15))
      return `[${Array.from({ length: count }, () => build(depth + 1)).join(', ')}]`;
    return `{${Array.from({ length: count }, () => `${key()}: ${build(depth + 1)}`).join(', ')}}`;
  };
  const name = rng.pick(['a', 'b', 'net', 'x y', '__proto__']);
  const head = '"apiVersion": "trueup/v1", "kind": "ProvisionedProduct"';
  return `{${head}, "metadata": {"name": "${name}", "labels": ${build(1)}}, "spec": ${build(1)}}`;
}
