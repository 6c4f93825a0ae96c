import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import schema from '../../schemas/config.schema.json' with { type: 'json' };
import { formatDuration, parseDuration } from '../../src/config/duration.ts';
import { OPTIONS } from '../../src/config/options.ts';
import { readOption } from '../../src/config/read-option.ts';

type Field = Readonly<Record<string, unknown>>;
const fields = schema.properties as Readonly<Record<string, Field>>;

describe('the table of options', () => {
  test('every default is a value that the option takes', () => {
    for (const option of OPTIONS) {
      if (option.default === null) continue;
      expect(readOption(option, option.default), option.name).toMatchObject({ kind: 'ok' });
    }
  });

  test('names, flags, variables and keys follow from each other, and each is unique', () => {
    for (const { name, flag, env, fileKey } of OPTIONS) {
      const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      expect(flag.split(' ')[0]).toBe(`--${words}`);
      expect(env).toBe(`TRUEUP_${words.replaceAll('-', '_').toUpperCase()}`);
      expect([name, null]).toContain(fileKey);
    }
    expect(new Set(OPTIONS.map(({ env }) => env)).size).toBe(OPTIONS.length);
  });

  test('the command line that scripts rely on is there', () => {
    const flags = OPTIONS.map(({ flag }) => flag.split(' ')[0]);
    expect(flags).toEqual(
      expect.arrayContaining([
        ...['--region', '--account', '--log-level', '--log-format', '--journal', '--max-changes'],
        ...['--reads-per-second', '--read-burst', '--writes-per-second', '--max-in-flight'],
        ...['--interval', '--poll-interval', '--settle', '--record-timeout', '--timeout'],
        ...['--shutdown-timeout', '--observe', '--fingerprint-key-file'],
      ]),
    );
  });

  test('the schema has the same options, defaults, ranges and words', () => {
    const keys = OPTIONS.flatMap(({ fileKey }) => (fileKey === null ? [] : [fileKey]));
    const others = [
      '$schema',
      'targets',
      'defaultTarget',
      'rollouts',
      'values',
      'windows',
      'guards',
      'approvals',
    ];
    expect([...keys, ...others].toSorted()).toEqual(Object.keys(fields).toSorted());
    for (const { fileKey, rule, default: written } of OPTIONS) {
      if (fileKey === null) continue;
      const field = fields[fileKey] ?? {};
      expect(field.default === undefined ? null : String(field.default), fileKey).toBe(written);
      if (rule.kind === 'number' || rule.kind === 'integer') {
        expect([field.type, field.minimum, field.maximum]).toEqual([rule.kind, rule.min, rule.max]);
      }
      if (rule.kind === 'choice') expect(field.enum).toEqual(rule.choices);
      if (rule.kind === 'duration') expect(field.$ref).toBe('#/$defs/duration');
      if (rule.kind === 'boolean') expect(field.type).toBe('boolean');
    }
  });
});

describe('durations', () => {
  test.each([
    ['100ms', 100],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['0s', 0],
    ['60m', 3_600_000],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '5', '5 m', '1.5h', '-5m', '30m1h', '5m5m', 'm', '5min', '5M', '1e3s', '٣s'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  test('the shortest form is read back as the same time, and the schema allows it', () => {
    const pattern = new RegExp(schema.$defs.duration.pattern, 'u');
    fc.assert(
      fc.property(fc.nat(7 * 86_400_000), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
        expect(formatDuration(ms)).toMatch(pattern);
      }),
    );
  });

  test('schema and program agree on what a duration is', () => {
    const pattern = new RegExp(schema.$defs.duration.pattern, 'u');
    const text = fc.stringMatching(/^[0-9dhms]{0,8}$/);
    fc.assert(
      fc.property(text, (written) => {
        expect(pattern.test(written)).toBe(parseDuration(written) !== null);
      }),
      { numRuns: 2_000 },
    );
  });
});
