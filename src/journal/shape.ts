/**
 * Checks JSON that was read against the form that the program expects. Strict both ways: a missing
 * member would be taken for "nothing there", an unknown one would be lost at the next write.
 */
export type Shape<T> = (value: unknown, at: string) => T;

/** `at` names the member, `expected` what should have stood there. Never the value: it may be anything. */
export class ShapeError extends Error {
  constructor(at: string, expected: string) {
    super(`${at === '' ? 'the whole' : at} is not ${expected}`);
    this.name = 'ShapeError';
  }
}

function members(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ShapeError(at, 'an object');
  return value as Readonly<Record<string, unknown>>;
}

const below = (at: string, name: string) => (at === '' ? name : `${at}.${name}`);

/** Any text, or one of the branded kinds of text. */
export function text<T extends string = string>(): Shape<T> {
  return (value, at) => {
    if (typeof value !== 'string') throw new ShapeError(at, 'a text');
    return value as T;
  };
}

export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  return (value, at) => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw new ShapeError(at, `one of ${words.join(', ')}`);
    return word;
  };
}

export const number: Shape<number> = (value, at) => {
  if (typeof value !== 'number') throw new ShapeError(at, 'a number');
  return value;
};

export const boolean: Shape<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw new ShapeError(at, 'true or false');
  return value;
};

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => (value === null ? null : shape(value, at));
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw new ShapeError(at, 'a list');
    return value.map((item: unknown, index) => shape(item, `${at}[${index}]`));
  };
}

/** Members by names that come from documents: the record has no prototype that a name could reach. */
export function record<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, at) => {
    const result: Record<string, T> = Object.create(null);
    for (const [name, member] of Object.entries(members(value, at)))
      result[name] = shape(member, below(at, name));
    return result;
  };
}

const FALLBACKS = new WeakMap<object, { readonly value: unknown } | 'leftOut'>();

/** A member that rows of earlier versions lack; they are read as if it had been this. */
export function since<T>(shape: Shape<T>, value: T): Shape<T> {
  const own: Shape<T> = (given, at) => shape(given, at);
  FALLBACKS.set(own, { value });
  return own;
}

/** A member that may be left out. */
export function optional<T>(shape: Shape<T>): Shape<T> {
  const own: Shape<T> = (given, at) => shape(given, at);
  FALLBACKS.set(own, 'leftOut');
  return own;
}

export function object<T extends object>(
  shapes: { readonly [K in keyof T]-?: Shape<T[K]> },
): Shape<T> {
  const known = Object.entries(shapes) as [string, Shape<unknown>][];
  const names = new Set(known.map(([name]) => name));
  return (value, at) => {
    const given = members(value, at);
    for (const name of Object.keys(given))
      if (!names.has(name))
        throw new ShapeError(below(at, name), 'a member that this version knows');
    return Object.fromEntries(
      known.flatMap(([name, shape]): [string, unknown][] => {
        if (Object.hasOwn(given, name)) return [[name, shape(given[name], below(at, name))]];
        const fallback = FALLBACKS.get(shape);
        if (fallback === undefined) throw new ShapeError(below(at, name), 'there');
        return fallback === 'leftOut' ? [] : [[name, fallback.value]];
      }),
    ) as T;
  };
}

/** A union: the member `by` says which of the shapes it is. */
export function variant<T extends object>(
  by: string,
  shapes: Readonly<Record<string, Shape<T>>>,
): Shape<T> {
  const known = new Map(Object.entries(shapes));
  return (value, at) => {
    const kind = members(value, at)[by];
    const shape = typeof kind === 'string' ? known.get(kind) : undefined;
    if (shape === undefined)
      throw new ShapeError(below(at, by), `one of ${[...known.keys()].join(', ')}`);
    return shape(value, at);
  };
}
