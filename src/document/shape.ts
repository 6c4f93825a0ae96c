/** A JSON Schema as this module reads it: an object or a boolean. */
export type JsonSchema = boolean | JsonSchemaObject;

export interface JsonSchemaObject {
  readonly [keyword: string]: unknown;
}

type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'object' | 'array';

/**
 * What a place in a document may hold, as far as reading a plain scalar needs it: every subschema
 * that may apply there, flattened. Choices (anyOf, oneOf, if) are joined; ajv judges afterwards.
 */
export interface Shape {
  /** null: every type is allowed. */
  readonly types: ReadonlySet<TypeName> | null;
  /** Its value may be a secret (`writeOnly` in the schema) and is never quoted. */
  readonly sensitive: boolean;
  /** Names under `properties`. */
  readonly known: ReadonlySet<string>;
  property(name: string): Shape;
  readonly item: Shape;
}

export function shapeOf(root: JsonSchemaObject): Shape {
  return new FlatShape([root], root, false);
}

class FlatShape implements Shape {
  readonly types: ReadonlySet<TypeName> | null;
  readonly sensitive: boolean;
  readonly known: ReadonlySet<string>;
  readonly #root: JsonSchemaObject;
  readonly #flat: readonly JsonSchemaObject[];
  readonly #properties = new Map<string, Shape>();
  #others: Shape | null = null;
  #item: Shape | null = null;

  constructor(schemas: readonly unknown[], root: JsonSchemaObject, sensitive: boolean) {
    this.#root = root;
    this.#flat = flatten(schemas, root);
    this.types = typesOf(this.#flat);
    this.sensitive = sensitive || this.#flat.some((schema) => schema.writeOnly === true);
    this.known = new Set(this.#flat.flatMap((schema) => Object.keys(record(schema.properties))));
  }

  property(name: string): Shape {
    const cached = this.#properties.get(name);
    if (cached !== undefined) return cached;
    const patterned = this.#flat.some((schema) => isObject(schema.patternProperties));
    if (!this.known.has(name) && !patterned) {
      this.#others ??= this.#child(this.#propertySchemas(name));
      return this.#others;
    }
    const shape = this.#child(this.#propertySchemas(name));
    if (this.known.has(name)) this.#properties.set(name, shape);
    return shape;
  }

  get item(): Shape {
    this.#item ??= this.#child(this.#flat.map((schema) => schema.items));
    return this.#item;
  }

  #child(schemas: readonly unknown[]): Shape {
    return new FlatShape(schemas, this.#root, this.sensitive);
  }

  #propertySchemas(name: string): readonly unknown[] {
    return this.#flat.flatMap((schema) => {
      const properties = record(schema.properties);
      const matching = Object.entries(record(schema.patternProperties))
        .filter(([pattern]) => new RegExp(pattern, 'u').test(name))
        .map(([, subschema]) => subschema);
      if (Object.hasOwn(properties, name)) return [properties[name], ...matching];
      return matching.length > 0 ? matching : [schema.additionalProperties];
    });
  }
}

const NESTED = ['allOf', 'anyOf', 'oneOf'] as const;
const CONDITIONAL = ['if', 'then', 'else'] as const;

function flatten(schemas: readonly unknown[], root: JsonSchemaObject): JsonSchemaObject[] {
  const flat = new Set<JsonSchemaObject>();
  const visit = (schema: unknown): void => {
    if (!isObject(schema) || flat.has(schema)) return;
    flat.add(schema);
    if (typeof schema.$ref === 'string') visit(resolveReference(root, schema.$ref));
    for (const keyword of NESTED) {
      const nested = schema[keyword];
      if (Array.isArray(nested)) nested.forEach(visit);
    }
    for (const keyword of CONDITIONAL) visit(schema[keyword]);
    Object.values(record(schema.dependentSchemas)).forEach(visit);
  };
  schemas.forEach(visit);
  return [...flat];
}

function typesOf(flat: readonly JsonSchemaObject[]): ReadonlySet<TypeName> | null {
  const types = new Set<TypeName>();
  for (const { type } of flat) {
    if (typeof type === 'string') types.add(type as TypeName);
    if (Array.isArray(type)) for (const name of type) types.add(name as TypeName);
  }
  return types.size === 0 ? null : types;
}

/** Only references into the same schema: `#/$defs/name`. */
export function resolveReference(root: JsonSchemaObject, reference: string): unknown {
  if (!reference.startsWith('#'))
    throw new Error(`schema reference ${reference} leaves the schema`);
  return reference
    .slice(2)
    .split('/')
    .filter((step) => step !== '')
    .reduce<unknown>((schema, step) => record(schema)[step], root);
}

function isObject(value: unknown): value is JsonSchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function record(value: unknown): JsonSchemaObject {
  return isObject(value) ? value : {};
}
