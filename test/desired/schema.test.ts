import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import config from '../../schemas/config.schema.json' with { type: 'json' };
import document from '../../schemas/provisioned-product.schema.json' with { type: 'json' };
import { exampleOf } from '../../scripts/docs.ts';
import { resolveReference } from '../../src/document/shape.ts';
import { documentOf, load } from './support.ts';

type Json = Readonly<Record<string, unknown>>;

/** Every property below a schema, with its path; references followed. */
function properties(root: Json, schema: Json, path: string): [string, Json][] {
  const target =
    schema.$ref === undefined ? {} : (resolveReference(root, String(schema.$ref)) as Json);
  const whole: Json = { ...target, ...schema };
  const own = Object.entries((whole.properties ?? {}) as Record<string, Json>);
  const items =
    typeof whole.items === 'object' ? properties(root, whole.items as Json, `${path}[]`) : [];
  const others =
    typeof whole.additionalProperties === 'object'
      ? properties(root, whole.additionalProperties as Json, `${path}.*`)
      : [];
  return [
    ...own.flatMap(([name, child]): [string, Json][] => {
      const resolved =
        child.$ref === undefined ? {} : (resolveReference(root, String(child.$ref)) as Json);
      const at = path === '' ? name : `${path}.${name}`;
      return [[at, { ...resolved, ...child }], ...properties(root, child, at)];
    }),
    ...items,
    ...others,
  ];
}

describe.each([
  ['document', document as Json],
  ['config', config as Json],
])('the %s schema', (_, schema) => {
  test('is a valid JSON Schema of draft 2020-12', () => {
    const ajv = new Ajv2020({ strict: false });
    expect(ajv.validateSchema(schema), JSON.stringify(ajv.errors)).toBe(true);
  });

  test('tells what every field is', () => {
    const silent = properties(schema, schema, '').filter(
      ([, field]) => typeof field.title !== 'string' || !/\.$/.test(String(field.description)),
    );
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  test('every rule that only a pattern can state has words of its own', () => {
    const wordless = JSON.stringify(schema, (_key, value) =>
      typeof value === 'object' &&
      value !== null &&
      'pattern' in value &&
      !('errorMessage' in value)
        ? 'WORDLESS'
        : value,
    );
    expect(wordless).not.toContain('WORDLESS');
  });

  test('shows an example of every field, and each is valid', () => {
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ ...schema, $id: 'root' });
    const silent: string[] = [];
    for (const [path, field] of properties(schema, schema, '')) {
      // What is made of fields of its own shows those.
      const isParent = field.properties !== undefined && field.examples === undefined;
      const examples = (field.examples ?? [exampleOf(field)]) as unknown[];
      if (!isParent && examples.includes(undefined)) silent.push(path);
      const alone = JSON.parse(JSON.stringify(field).replaceAll('"#/', '"root#/')) as Json;
      const check = ajv.compile(alone);
      for (const example of isParent ? [] : examples.filter((one) => one !== undefined))
        expect(check(example), `${path}: ${JSON.stringify(check.errors)}`).toBe(true);
    }
    expect(silent).toEqual([]);
  });

  test('its own examples are valid', () => {
    const ajv = new Ajv2020({ strict: false });
    const check = ajv.compile(schema);
    for (const example of schema.examples as unknown[]) {
      expect(check(example), JSON.stringify(check.errors)).toBe(true);
    }
  });
});

test('every request field of both API pages has a place in the document', () => {
  const fields = properties(document, document, '').map(([path]) => path);
  for (const field of [
    ...['metadata.name', 'spec.provisionedProductId', 'spec.acceptLanguage', 'spec.tags'],
    ...['spec.productId', 'spec.productName', 'spec.pathId', 'spec.pathName'],
    ...['spec.provisioningArtifactId', 'spec.provisioningArtifactName'],
    ...['spec.provisioningParameters.*.value', 'spec.provisioningParameters.*.usePreviousValue'],
    ...[
      'Accounts',
      'Regions',
      'FailureToleranceCount',
      'FailureTolerancePercentage',
      'MaxConcurrencyCount',
      'MaxConcurrencyPercentage',
      'OperationType',
    ].map((name) => `spec.provisioningPreferences.stackSet${name}`),
    ...['spec.properties.owner', 'spec.properties.launchRole'],
  ]) {
    expect(fields).toContain(field);
  }
});

const text = (length: number) => 'x'.repeat(length);
const many = (count: number, entry: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => entry(index)).join(', ');

/** At the limit it passes, one further it does not. */
describe('limits of the API', () => {
  test.each<[string, (size: number) => string, number]>([
    ['productId', (size) => `productId: prod-${text(size - 5)}`, 100],
    ['productName', (size) => `productName: ${text(size)}`, 8191],
    ['provisioningArtifactId', (size) => `provisioningArtifactId: pa-${text(size - 3)}`, 100],
    ['provisioningArtifactName', (size) => `provisioningArtifactName: ${text(size)}`, 8192],
    ['pathId', (size) => `pathId: ${text(size)}`, 100],
    ['pathName', (size) => `pathName: ${text(size)}`, 100],
    ['provisionedProductId', (size) => `provisionedProductId: pp-${text(size - 3)}`, 100],
    ['acceptLanguage', (size) => `acceptLanguage: ${text(size)}`, 100],
    ['a parameter key', (size) => `provisioningParameters: {${text(size)}: v}`, 1000],
    ['a parameter value', (size) => `provisioningParameters: {P: ${text(size)}}`, 4096],
    [
      'a parameter value in its long form',
      (size) => `provisioningParameters: {P: {value: ${text(size)}}}`,
      4096,
    ],
    ['a tag key', (size) => `tags: {${text(size)}: v}`, 128],
    ['a tag value', (size) => `tags: {k: ${text(size)}}`, 256],
    ['tags', (size) => `tags: {${many(size, (index) => `k${index}: v`)}}`, 50],
    [
      'owner',
      (size) => `properties: {owner: "arn:aws:iam::123456789012:role/${text(size - 31)}"}`,
      1024,
    ],
    ['physicalId', (size) => `expect: {physicalId: ${text(size)}}`, 2048],
  ])('%s', (_, spec, limit) => {
    expect(load({ 'a.yaml': documentOf('net', spec(limit)) }).problems).toEqual([]);
    expect(load({ 'a.yaml': documentOf('net', spec(limit + 1)) }).specs).toEqual([]);
  });

  test('the name', () => {
    expect(load({ 'a.yaml': documentOf(text(128)) }).problems).toEqual([]);
    expect(load({ 'a.yaml': documentOf(text(129)) }).specs).toEqual([]);
    for (const name of ['-a', '.a', '_a', 'a b', 'a/b', 'ä']) {
      expect(load({ 'a.yaml': documentOf(name) }).specs, name).toEqual([]);
    }
  });

  test.each([
    ['an empty parameter value', 'provisioningParameters: {P: ""}', true],
    ['an empty tag value', 'tags: {k: ""}', false],
    ['an empty product name', 'productName: ""', false],
    ['letters of any script in a tag', 'tags: {größe: 大}', true],
    ['a semicolon in a tag', 'tags: {k: "a;b"}', false],
    ['a reserved tag', 'tags: {"AWS:k": v}', false],
    ['a tag that only begins like one', 'tags: {awsk: v}', true],
    ['an owner that is a user', 'properties: {owner: "arn:aws:iam::123456789012:user/a/b"}', true],
    [
      'an owner that is a session',
      'properties: {owner: "arn:aws-us-gov:sts::123456789012:assumed-role/r/s"}',
      true,
    ],
    [
      'an owner that is the root user',
      'properties: {owner: "arn:aws:iam::123456789012:root"}',
      false,
    ],
    [
      'an owner in an account of 11 digits',
      'properties: {owner: "arn:aws:iam::12345678901:role/r"}',
      false,
    ],
    [
      'a session of two parts only',
      'properties: {owner: "arn:aws:sts::123456789012:assumed-role/r"}',
      false,
    ],
    [
      'a launch role that is a session',
      'properties: {launchRole: "arn:aws:sts::123456789012:assumed-role/r/s"}',
      false,
    ],
    ['ids with a slash', 'productId: a/b', false],
  ])('%s: allowed %j', (_, spec, allowed) => {
    expect(load({ 'a.yaml': documentOf('net', spec) }).specs).toHaveLength(allowed ? 1 : 0);
  });

  test.each([
    ['stackSetAccounts: ["123456789012"]', true],
    ['stackSetAccounts: ["12345678901"]', false],
    ['stackSetAccounts: []', false],
    ['stackSetRegions: []', false],
    ['stackSetRegions: [us-gov-east-1]', true],
    ['stackSetRegions: [europe]', false],
    ['stackSetFailureToleranceCount: 0', true],
    ['stackSetFailureToleranceCount: -1', false],
    ['stackSetFailureTolerancePercentage: 100', true],
    ['stackSetFailureTolerancePercentage: 101', false],
    ['stackSetMaxConcurrencyCount: 1', true],
    ['stackSetMaxConcurrencyCount: 0', false],
    ['stackSetMaxConcurrencyPercentage: 0', false],
    ['stackSetMaxConcurrencyCount: 1, stackSetMaxConcurrencyPercentage: 1', false],
    ['stackSetOperationType: UPDATE', true],
    ['stackSetOperationType: DELETE', false],
    [
      'stackSetOperationType: CREATE, stackSetAccounts: ["123456789012"], stackSetRegions: [eu-west-1]',
      true,
    ],
    ['stackSetOperationType: CREATE, stackSetAccounts: ["123456789012"]', false],
    ['stackSetOperationType: delete', false],
  ])('stack sets: %s, by the schema allowed %j', (preferences, allowed) => {
    const spec = `provisioningPreferences: {${preferences}}`;
    const { problems } = load({ 'a.yaml': documentOf('net', spec) });
    const beyond = problems.filter(({ code }) => code !== 'document/not-supported');
    expect(beyond.length === 0).toBe(allowed);
  });
});
