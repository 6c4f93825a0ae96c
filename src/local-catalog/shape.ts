/**
 * A small language for the input shapes of AWS operations. One declarative shape per operation
 * gives both the TypeScript type of the validated input and the checks that the service's front
 * door makes before the operation itself sees anything.
 */
interface StringShape {
  readonly kind: 'string';
  readonly min?: number;
  readonly max?: number;
  /** Must match the whole value, as AWS's own patterns do. */
  readonly pattern?: Pattern;
  readonly values?: readonly string[];
}
interface IntegerShape {
  readonly kind: 'integer';
  readonly min?: number;
  readonly max?: number;
}
interface BooleanShape {
  readonly kind: 'boolean';
}
interface ListShape {
  readonly kind: 'list';
  readonly of: Shape;
  readonly min?: number;
  readonly max?: number;
}
interface MapShape {
  readonly kind: 'map';
  readonly key: Shape;
  readonly value: Shape;
  readonly min?: number;
  readonly max?: number;
}
interface StructShape {
  readonly kind: 'struct';
  readonly members: ReadonlyMap<string, Shape>;
  readonly required: ReadonlySet<string>;
}

/** A pattern as AWS prints it in its message, and as this program checks it. */
export interface Pattern {
  readonly shown: string;
  readonly check: RegExp;
}

export type ShapeData =
  | StringShape
  | IntegerShape
  | BooleanShape
  | ListShape
  | MapShape
  | StructShape;

/** `as` never exists at run time: it only carries the type of a value that passed the shape. */
export type Shape<T = unknown> = ShapeData & { readonly as?: T };

export type Infer<S> = S extends { readonly as?: infer T } ? T : never;

export function pattern(shown: string, check = new RegExp(`^(?:${shown})$`, 'u')): Pattern {
  return { shown, check };
}

export function text(limits: Omit<StringShape, 'kind' | 'values'> = {}): Shape<string> {
  return { kind: 'string', ...limits };
}

export function oneOf<const V extends string>(...values: readonly V[]): Shape<V> {
  return { kind: 'string', values };
}

export function integer(min?: number, max?: number): Shape<number> {
  return {
    kind: 'integer',
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

export const flag: Shape<boolean> = { kind: 'boolean' };

export function list<T>(
  of: Shape<T>,
  limits: { readonly min?: number; readonly max?: number } = {},
): Shape<readonly T[]> {
  return { kind: 'list', of, ...limits };
}

export function map<K extends string, V>(
  key: Shape<K>,
  value: Shape<V>,
  limits: { readonly min?: number; readonly max?: number } = {},
): Shape<ReadonlyMap<K, V>> {
  return { kind: 'map', key, value, ...limits };
}

type Members = Readonly<Record<string, Shape>>;
type Struct<M extends Members, R extends keyof M> = {
  readonly [K in R]: Infer<M[K]>;
} & { readonly [K in Exclude<keyof M, R>]?: Infer<M[K]> | undefined };

/** A structure; members named after the first argument are required. */
export function struct<M extends Members, R extends keyof M & string = never>(
  members: M,
  ...required: readonly R[]
): Shape<Struct<M, R>> {
  return {
    kind: 'struct',
    members: new Map(Object.entries(members)),
    required: new Set<string>(required),
  };
}
