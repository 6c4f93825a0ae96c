import { visible } from '../domain/visible.ts';

/** What JSON can carry. */
export type Plain = null | boolean | number | string | readonly Plain[] | { [name: string]: Plain };

const DEEPEST = 6;

const UNSHOWABLE = '(cannot be shown)';

export type Redact = (text: string) => string;

/** The fields of a line as plain data that is safe to show. Never throws, whatever they hold. */
export function plainFields(fields: object, redact: Redact): Record<string, Plain> {
  return plainRecord(Object.keys(fields), (name) => Reflect.get(fields, name), redact, 0);
}

/**
 * One text or other value as plain data: texts redacted, and without characters that steer a
 * terminal. Never throws.
 */
export function plain(value: unknown, redact: Redact): Plain {
  return shown(() => value, redact, 0) ?? null;
}

/** `undefined`: there is nothing to show. */
function shown(get: () => unknown, redact: Redact, depth: number): Plain | undefined {
  try {
    const value = get();
    return value === undefined ? undefined : plainOf(value, redact, depth);
  } catch {
    return UNSHOWABLE;
  }
}

function plainOf(value: unknown, redact: Redact, depth: number): Plain {
  switch (typeof value) {
    case 'string':
      return harmless(redact(value));
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : plainObject(value, redact, depth);
    default:
      return `(${typeof value})`;
  }
}

function plainObject(value: object, redact: Redact, depth: number): Plain {
  if (depth >= DEEPEST) return '(too deep)';
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? '(no time)' : value.toISOString();
  }
  if (value instanceof Error) {
    return plainOf({ name: value.name, message: value.message }, redact, depth);
  }
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].map((item) => shown(() => item, redact, depth + 1) ?? null);
  }
  return value instanceof Map
    ? plainRecord([...value.keys()], (key) => value.get(key), redact, depth + 1)
    : plainRecord(Object.keys(value), (name) => Reflect.get(value, name), redact, depth + 1);
}

function plainRecord<Key>(
  keys: readonly Key[],
  get: (key: Key) => unknown,
  redact: Redact,
  depth: number,
): Record<string, Plain> {
  const record: Record<string, Plain> = Object.create(null);
  for (const key of keys) {
    const item = shown(() => get(key), redact, depth);
    if (item !== undefined) record[String(plain(String(key), redact))] = item;
  }
  return record;
}

/** A status message of AWS, or a document, must not be able to forge a line or move the cursor. */
export function harmless(text: string): string {
  return visible(text.toWellFormed());
}
