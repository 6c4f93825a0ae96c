import { type JsonSchemaObject, resolveReference } from './shape.ts';

const ANNOTATIONS: ReadonlySet<string> = new Set([
  'title',
  'description',
  'markdownDescription',
  'default',
  'examples',
  'deprecated',
  '$comment',
]);

/**
 * The same schema with every `$ref` into itself replaced by what it names. ajv calls a function for
 * each `$ref` and joins the error lists with every call, which takes quadratic time on a long list
 * of broken values. A reference to something that contains itself stays.
 */
export function dereference(root: JsonSchemaObject): JsonSchemaObject {
  return visit(root, root, []) as JsonSchemaObject;
}

function visit(schema: unknown, root: JsonSchemaObject, open: readonly string[]): unknown {
  if (Array.isArray(schema)) return schema.map((item) => visit(item, root, open));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref, ...others } = schema as JsonSchemaObject;
  const siblings = Object.fromEntries(
    Object.entries(others).map(([key, value]) => [key, visit(value, root, open)]),
  );
  if (typeof $ref !== 'string') return $ref === undefined ? siblings : { $ref, ...siblings };
  if (open.includes($ref) || isRecursive($ref, root)) return { $ref, ...siblings };
  const target = visit(resolveReference(root, $ref), root, [...open, $ref]);
  const onlyNotes = Object.keys(siblings).every((key) => ANNOTATIONS.has(key));
  if (onlyNotes && typeof target === 'object') return { ...target, ...siblings };
  return { ...siblings, allOf: [target, ...((siblings.allOf as unknown[] | undefined) ?? [])] };
}

function isRecursive(start: string, root: JsonSchemaObject): boolean {
  const seen = new Set<string>();
  const pending = [start];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const reference of referencesIn(resolveReference(root, next))) {
      if (reference === start) return true;
      if (!seen.has(reference)) pending.push(reference);
      seen.add(reference);
    }
  }
  return false;
}

function referencesIn(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : referencesIn(value),
  );
}
