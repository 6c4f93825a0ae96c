import { describe, expect, test } from 'vitest';
import { resolveParameters } from '../../src/local-catalog/parameters.ts';
import { normaliseSeed } from '../../src/local-catalog/seed.ts';
import type { ParameterInput } from '../../src/local-catalog/seed-input.ts';

function versionWith(parameters: Readonly<Record<string, ParameterInput>>) {
  const seed = normaliseSeed({ products: [{ name: 'p', versions: [{ name: 'v', parameters }] }] });
  const version = seed.products[0]?.versions[0];
  if (version === undefined) throw new Error('no version');
  return version;
}

type Given = Readonly<
  Record<string, string | { readonly previous: true; readonly value?: string }>
>;

function resolve(
  parameters: Readonly<Record<string, ParameterInput>>,
  given: Given,
  live: Readonly<Record<string, string>> | null = null,
  omitted: 'default' | 'previous' = 'default',
) {
  const result = resolveParameters(
    versionWith(parameters),
    Object.entries(given).map(([key, item]) =>
      typeof item === 'string'
        ? { key, value: item, usePrevious: false }
        : { key, value: item.value ?? null, usePrevious: true },
    ),
    live === null ? null : Object.entries(live).map(([key, value]) => ({ key, value })),
    omitted,
  );
  return result.kind === 'refused'
    ? result.message
    : Object.fromEntries(result.parameters.map((item) => [item.key, item.value]));
}

const previous = { previous: true } as const;

describe('which value a parameter gets', () => {
  test.each([
    ['the given one', { A: { default: 'd' } }, { A: 'x' }, { A: 'l' }, { A: 'x' }],
    ['an empty text', { A: { default: 'd' } }, { A: '' }, null, { A: '' }],
    ['without blanks at its ends', { A: {} }, { A: '  x y ' }, null, { A: 'x y' }],
    [
      'the default when left out, not the live one',
      { A: { default: 'd' } },
      {},
      { A: 'l' },
      { A: 'd' },
    ],
    [
      'the live one when asked for',
      { A: { default: 'd' } },
      { A: previous },
      { A: 'l' },
      { A: 'l' },
    ],
    [
      'the live one with an empty value beside it',
      { A: {} },
      { A: { previous: true, value: '' } },
      { A: 'l' },
      { A: 'l' },
    ],
  ] as const)('%s', (_, parameters, given, live, expected) => {
    expect(resolve(parameters, given, live)).toEqual(expected);
  });

  test('the live one when left out, if the catalog is told so', () => {
    expect(resolve({ A: { default: 'd' } }, {}, { A: 'l' }, 'previous')).toEqual({ A: 'l' });
  });
});

describe("CloudFormation's refusals, in its words", () => {
  const number = { type: 'Number' };
  test.each([
    [
      'unknown keys',
      { A: {} },
      { A: 'x', B: 'y', C: 'z' },
      'Parameters: [B, C] do not exist in the template',
    ],
    ['missing values', { A: {}, B: {} }, {}, 'Parameters: [A, B] must have values'],
    [
      'previous and a value',
      { A: {} },
      { A: { previous: true, value: 'x' } },
      'Invalid input for parameter key A. Cannot specify usePreviousValue as true and non empty value for a parameter',
    ],
    [
      'not one of the allowed',
      { A: { allowedValues: ['x', 'y'] } },
      { A: 'z' },
      "Parameter 'A' must be one of AllowedValues",
    ],
    [
      'too short',
      { A: { minLength: 3 } },
      { A: 'ab' },
      "Parameter 'A' must contain at least 3 characters",
    ],
    [
      'too long',
      { A: { maxLength: 3 } },
      { A: 'abcd' },
      "Parameter 'A' must contain at most 3 characters",
    ],
    [
      'pattern matches only a part',
      { A: { allowedPattern: '[a-z]+' } },
      { A: 'abc1' },
      "Parameter 'A' must match pattern [a-z]+",
    ],
    [
      'its own words',
      { A: { allowedPattern: '[a-z]+', constraintDescription: 'letters only.' } },
      { A: '1' },
      "Parameter 'A' failed to satisfy constraint: letters only.",
    ],
    ['no number', { A: number }, { A: 'two' }, "Parameter 'A' must be a number"],
    ['empty is no number', { A: number }, { A: '' }, "Parameter 'A' must be a number"],
    [
      'too small',
      { A: { ...number, minValue: 2 } },
      { A: '1' },
      "Parameter 'A' must be a number not less than 2",
    ],
    [
      'too big',
      { A: { ...number, maxValue: 2 } },
      { A: '3' },
      "Parameter 'A' must be a number not greater than 2",
    ],
    [
      'one wrong of a list',
      { A: { type: 'CommaDelimitedList', allowedValues: ['x', 'y'] } },
      { A: 'x, z' },
      "Parameter 'A' must be one of AllowedValues",
    ],
    [
      'a default is held to the rules too',
      { A: { default: 'z', allowedValues: ['x'] } },
      {},
      "Parameter 'A' must be one of AllowedValues",
    ],
  ] as const)('%s', (_, parameters, given, message) => {
    expect(resolve(parameters, given as Given)).toBe(message);
  });

  test('previous value of a key that the old template did not have', () => {
    expect(resolve({ A: {}, B: {} }, { A: previous, B: previous }, { A: 'l' })).toBe(
      'Cannot specify usePreviousValue as true for a parameter key not in the previous template',
    );
  });

  test('a key such as __proto__ is nothing special', () => {
    expect(resolve({ A: {} }, JSON.parse('{"A": "x", "__proto__": "y"}'))).toBe(
      'Parameters: [__proto__] do not exist in the template',
    );
  });
});
