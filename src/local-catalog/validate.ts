import { AwsError } from './aws-error.ts';
import type { Shape, ShapeData } from './shape.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** How the wire carries values: JSON has types, a query string has only text. */
export type Typing = 'json' | 'query';

interface Check {
  readonly typing: Typing;
  readonly problems: string[];
}

/**
 * Checks a request against the shape of its operation, as the service's front door does: first the
 * types (SerializationException), then every constraint at once in one message. Members that the
 * shape does not know are dropped, as AWS does. Maps come back as Map, so that a key such as
 * `__proto__` is nothing special.
 */
export function validateInput<T>(
  shape: Shape<T>,
  input: Json,
  typing: Typing,
  code: 'ValidationException' | 'ValidationError',
): T {
  const check: Check = { typing, problems: [] };
  const value = convert(shape, input, '', check);
  const { problems } = check;
  if (problems.length > 0) {
    const errors = problems.length === 1 ? 'error' : 'errors';
    throw new AwsError(
      code,
      `${problems.length} validation ${errors} detected: ${problems.join('; ')}`,
    );
  }
  return value as T;
}

function convert(shape: Shape, value: Json, path: string, check: Check): unknown {
  switch (shape.kind) {
    case 'string':
      return convertText(shape, value, path, check);
    case 'integer':
      return convertInteger(shape, value, path, check);
    case 'boolean':
      return convertBoolean(value, check);
    case 'list':
      return convertList(shape, value, path, check);
    case 'map':
      return convertMap(shape, value, path, check);
    case 'struct':
      return convertStruct(shape, value, path, check);
    default:
      return shape satisfies never;
  }
}

type Of<K extends ShapeData['kind']> = Extract<ShapeData, { kind: K }>;

function convertText(shape: Of<'string'>, value: Json, path: string, check: Check): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') throw wrongType(value, 'a String');
  const shown = `Value '${value}' at '${path}'`;
  if (shape.values !== undefined && !shape.values.includes(value))
    problem(check, shown, `satisfy enum value set: [${shape.values.join(', ')}]`);
  const length = [...value].length;
  if (shape.min !== undefined && length < shape.min)
    problem(check, shown, `have length greater than or equal to ${shape.min}`);
  if (shape.max !== undefined && length > shape.max)
    problem(check, shown, `have length less than or equal to ${shape.max}`);
  if (shape.pattern !== undefined && !shape.pattern.check.test(value))
    problem(check, shown, `satisfy regular expression pattern: ${shape.pattern.shown}`);
  return value;
}

function convertInteger(shape: Of<'integer'>, value: Json, path: string, check: Check): number {
  const number = check.typing === 'query' && typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw wrongType(value, 'an Integer');
  const shown = `Value '${number}' at '${path}'`;
  if (shape.min !== undefined && number < shape.min)
    problem(check, shown, `have value greater than or equal to ${shape.min}`);
  if (shape.max !== undefined && number > shape.max)
    problem(check, shown, `have value less than or equal to ${shape.max}`);
  return number;
}

function convertBoolean(value: Json, check: Check): boolean {
  if (typeof value === 'boolean') return value;
  if (check.typing === 'query' && (value === 'true' || value === 'false')) return value === 'true';
  throw wrongType(value, 'a Boolean');
}

function convertList(shape: Of<'list'>, value: Json, path: string, check: Check): unknown[] {
  if (check.typing === 'query' && value === '') return [];
  if (!Array.isArray(value)) throw wrongType(value, 'a List');
  checkSize(shape, value.length, value, path, check);
  return value.map((item: Json, index) =>
    convert(shape.of, item, `${path}.${index + 1}.member`, check),
  );
}

function convertMap(
  shape: Of<'map'>,
  value: Json,
  path: string,
  check: Check,
): Map<unknown, unknown> {
  if (!isObject(value)) throw wrongType(value, 'a Map');
  const entries = Object.entries(value);
  checkSize(shape, entries.length, value, path, check);
  const result = new Map<unknown, unknown>();
  for (const [key, item] of entries) {
    if (item === undefined || item === null) continue;
    result.set(
      convert(shape.key, key, `${path}.${key}.key`, check),
      convert(shape.value, item, `${path}.${key}.member`, check),
    );
  }
  return result;
}

function convertStruct(
  shape: Of<'struct'>,
  value: Json,
  path: string,
  check: Check,
): Record<string, unknown> {
  if (check.typing === 'query' && value === '') return convertStruct(shape, {}, path, check);
  if (!isObject(value)) throw wrongType(value, 'a Structure');
  const result: Record<string, unknown> = Object.create(null);
  for (const [name, member] of shape.members) {
    const at = path === '' ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
    const item = Object.hasOwn(value, name) ? value[name] : undefined;
    if (item !== undefined && item !== null) result[name] = convert(member, item, at, check);
    else if (shape.required.has(name)) problem(check, `Value null at '${at}'`, 'not be null');
  }
  return result;
}

function checkSize(
  limits: { readonly min?: number; readonly max?: number },
  size: number,
  value: Json,
  path: string,
  check: Check,
): void {
  const shown = `Value '${summary(value)}' at '${path}'`;
  if (limits.min !== undefined && size < limits.min)
    problem(check, shown, `have length greater than or equal to ${limits.min}`);
  if (limits.max !== undefined && size > limits.max)
    problem(check, shown, `have length less than or equal to ${limits.max}`);
}

function problem(check: Check, shown: string, rule: string): void {
  check.problems.push(`${shown} failed to satisfy constraint: Member must ${rule}`);
}

function wrongType(value: Json, wanted: string): AwsError {
  const got = isObject(value) ? 'STRUCTURE' : Array.isArray(value) ? 'LIST' : typeof value;
  return new AwsError(
    'SerializationException',
    `${got.toUpperCase()}_VALUE can not be converted to ${wanted}`,
  );
}

function summary(value: Json): string {
  const whole = JSON.stringify(value);
  return whole.length > 200 ? `${whole.slice(0, 200)}...` : whole;
}

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
