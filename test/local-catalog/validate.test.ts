import { describe, expect, test } from 'vitest';
import { SERVICES } from '../../src/local-catalog/registry.ts';
import type { Shape } from '../../src/local-catalog/shape.ts';
import { type Json, type JsonObject, validateInput } from '../../src/local-catalog/validate.ts';
import { refusal, smallSeed, start, updateNet } from './harness.ts';

/** Every operation that is served, with its shape. */
const operations = SERVICES.flatMap((service) =>
  [...service.operations.values()].map((operation) => ({
    name: `${service.name}:${operation.name}`,
    shape: operation.shape,
    typing: service.protocol.kind,
    code: service.validationCode,
  })),
);

/** Values that break one rule of a shape each, and the rule as AWS would say it. */
function* violations(shape: Shape): Generator<{ value: Json; rule: string }> {
  if (shape.kind === 'string') {
    if (shape.min !== undefined && shape.min > 0)
      yield { value: '', rule: `have length greater than or equal to ${shape.min}` };
    if (shape.max !== undefined)
      yield {
        value: 'x'.repeat(shape.max + 1),
        rule: `have length less than or equal to ${shape.max}`,
      };
    if (shape.pattern !== undefined)
      yield {
        value: '§\u0001',
        rule: `satisfy regular expression pattern: ${shape.pattern.shown}`,
      };
    if (shape.values !== undefined)
      yield { value: 'NONE_OF_THEM', rule: `satisfy enum value set: [${shape.values.join(', ')}]` };
  }
  if (shape.kind === 'integer') {
    if (shape.min !== undefined)
      yield { value: shape.min - 1, rule: `have value greater than or equal to ${shape.min}` };
    if (shape.max !== undefined)
      yield { value: shape.max + 1, rule: `have value less than or equal to ${shape.max}` };
  }
  if (shape.kind === 'list') {
    if (shape.max !== undefined)
      yield {
        value: Array.from({ length: shape.max + 1 }, () => good(shape.of)),
        rule: `have length less than or equal to ${shape.max}`,
      };
    if (shape.min !== undefined)
      yield { value: [], rule: `have length greater than or equal to ${shape.min}` };
    for (const item of violations(shape.of)) yield { value: [item.value], rule: item.rule };
  }
  if (shape.kind === 'map') {
    if (shape.min !== undefined)
      yield { value: {}, rule: `have length greater than or equal to ${shape.min}` };
    for (const key of violations(shape.key))
      if (typeof key.value === 'string')
        yield { value: { [key.value]: good(shape.value) }, rule: key.rule };
  }
  if (shape.kind === 'struct')
    for (const [name, member] of shape.members) {
      if (shape.required.has(name))
        yield { value: without(good(shape), name), rule: 'not be null' };
      for (const item of violations(member))
        yield { value: { ...good(shape), [name]: item.value }, rule: item.rule };
    }
}

const without = (value: JsonObject, name: string) =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));

/** A value that a shape accepts, with only what is required. */
function good(shape: Extract<Shape, { kind: 'struct' }>): JsonObject;
function good(shape: Shape): Json;
function good(shape: Shape): Json {
  switch (shape.kind) {
    case 'string':
      return shape.values?.[0] ?? textFor(shape.pattern?.shown, shape.min ?? 1);
    case 'integer':
      return shape.min ?? 1;
    case 'boolean':
      return true;
    case 'list':
      return [good(shape.of)];
    case 'map':
      return { [String(good(shape.key))]: good(shape.value) };
    case 'struct':
      return Object.fromEntries(
        [...shape.required].flatMap((name) => {
          const member = shape.members.get(name);
          return member === undefined ? [] : [[name, good(member)]];
        }),
      );
    default:
      return shape satisfies never;
  }
}

function textFor(pattern: string | undefined, min: number): string {
  if (pattern === '^[0-9]{12}$') return '111122223333';
  if (pattern?.startsWith('arn:') === true) return 'arn:aws:sns:eu-west-1:111122223333:topic';
  return 'x'.repeat(Math.max(1, min));
}

describe.each(operations)('$name', ({ shape, typing, code }) => {
  const check = (value: Json) => validateInput(shape, asWritten(value, typing), typing, code);

  test('accepts what its shape allows and drops what it does not know', () => {
    const value = good(shape) as JsonObject;
    expect(Object.keys(check({ ...value, NoSuchMember: 'x' }) as object).sort()).toEqual(
      Object.keys(value).sort(),
    );
  });

  test('refuses every violation of every constraint, naming the rule', () => {
    for (const { value, rule } of violations(shape)) {
      const refused = attempt(() => check(value));
      expect([JSON.stringify(value)?.slice(0, 80), refused]).toEqual([
        JSON.stringify(value)?.slice(0, 80),
        {
          code,
          message: expect.stringContaining(`failed to satisfy constraint: Member must ${rule}`),
        },
      ]);
    }
  });
});

/** A query string has only texts. */
function asWritten(value: Json, typing: 'json' | 'query'): Json {
  if (typing === 'json' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => asWritten(item, typing));
  if (typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, asWritten(item ?? null, typing)]),
    );
  return String(value);
}

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
}

describe('messages as AWS words them', () => {
  test.each([
    [
      'ProvisionProduct',
      { ProvisionedProductName: 'My Test Sandbox1', ProvisionToken: 't' },
      "1 validation error detected: Value 'My Test Sandbox1' at 'provisionedProductName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9][a-zA-Z0-9._-]*",
    ],
    [
      'DescribeProvisionedProduct',
      { Name: 'a b' },
      "1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9][a-zA-Z0-9._-]*",
    ],
    [
      'UpdateProvisionedProduct',
      { ProvisionedProductId: 'pp-net' },
      "1 validation error detected: Value null at 'updateToken' failed to satisfy constraint: Member must not be null",
    ],
    [
      'UpdateProvisionedProduct',
      updateNet({ UpdateToken: 't', Tags: [{ Key: 'a', Value: '' }] }),
      "1 validation error detected: Value '' at 'tags.1.member.value' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'UpdateProvisionedProduct',
      { UpdateToken: '-x', ProvisionedProductId: 'a b' },
      /^2 validation errors detected: .*at 'provisionedProductId'.*; .*at 'updateToken'/,
    ],
  ])('%s %j', async (operation, input, message) => {
    const h = await start(smallSeed());
    const refused = await refusal(h.call(operation, input));
    expect(refused).toMatchObject({ code: 'ValidationException', status: 400 });
    if (typeof message === 'string') expect(refused.message).toBe(message);
    else expect(refused.message).toMatch(message);
  });

  test.each([
    [{ PageSize: 'ten' }],
    [{ Filters: [] }],
    [{ AccessLevelFilter: 'Account' }],
    [{ PageSize: 1.5 }],
  ])('a wrong type is a SerializationException: %j', async (input) => {
    const h = await start(smallSeed());
    expect((await refusal(h.call('SearchProvisionedProducts', input as JsonObject))).code).toBe(
      'SerializationException',
    );
  });

  test('a body that is no JSON is a SerializationException', async () => {
    const h = await start(smallSeed());
    const response = await h.catalog.handle({
      method: 'POST',
      path: '/',
      headers: {
        'x-amz-target': 'AWS242ServiceCatalogService.SearchProvisionedProducts',
        authorization: 'x',
      },
      body: '{',
    });
    expect([response.status, JSON.parse(response.body).__type]).toEqual([
      400,
      'SerializationException',
    ]);
  });

  test('members such as __proto__ and constructor are nothing special', async () => {
    const h = await start(smallSeed());
    const body = '{"__proto__": {"Name": "net"}, "constructor": {"Name": "net"}}';
    const refused = await refusal(h.call('DescribeProvisionedProduct', JSON.parse(body)));
    expect(refused.code).toBe('InvalidParametersException');
    const properties = JSON.parse(
      '{"ProvisionedProductId": "pp-net", "IdempotencyToken": "t", "ProvisionedProductProperties": {"__proto__": "x"}}',
    );
    expect((await refusal(h.call('UpdateProvisionedProductProperties', properties))).code).toBe(
      'ValidationException',
    );
  });
});
