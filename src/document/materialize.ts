import type { DocumentNode, MappingNode, ScalarNode } from './node.ts';
import { pointerStep } from './pointer.ts';
import { coreValue, readsAsOther } from './scalar.ts';
import type { Shape } from './shape.ts';

/** Plain data of a document: null-prototype objects, arrays, text, numbers, booleans, null. */
export type Value = null | boolean | number | string | readonly Value[] | ValueObject;

export interface ValueObject {
  readonly [key: string]: Value | undefined;
}

/** A place that needs a word, with the shape that was wanted there. */
export interface Noted {
  readonly pointer: string;
  readonly node: ScalarNode;
  readonly sensitive: boolean;
  readonly isKey: boolean;
}

export interface Materialized {
  readonly value: Value;
  /** Plain scalars taken as text that other YAML readers take for something else. */
  readonly unquoted: readonly Noted[];
  /** null, ~ or nothing where text is wanted. */
  readonly nulls: readonly Noted[];
}

function wantsNumber(types: NonNullable<Shape['types']>, value: number): boolean {
  return types.has('number') || (types.has('integer') && Number.isInteger(value));
}

/** Nodes → values. Where the schema wants text, a plain scalar is its source text. */
export function materialize(root: DocumentNode, shape: Shape): Materialized {
  const unquoted: Noted[] = [];
  const nulls: Noted[] = [];

  function scalar(node: ScalarNode, at: Shape, pointer: string): Value {
    if (node.style === 'quoted') return node.text;
    const { types, sensitive } = at;
    const core = coreValue(node.text);
    if (types === null) return core;
    if (core === null) {
      if (types.has('string') && !types.has('null')) {
        nulls.push({ pointer, node, sensitive, isKey: false });
        return '';
      }
      return null;
    }
    if (typeof core === 'boolean' && types.has('boolean')) return core;
    if (typeof core === 'number' && wantsNumber(types, core)) return core;
    if (!types.has('string')) return core;
    if (readsAsOther(node.text)) unquoted.push({ pointer, node, sensitive, isKey: false });
    return node.text;
  }

  function mapping(node: MappingNode, at: Shape, pointer: string): Value {
    const object: Record<string, Value> = Object.create(null);
    for (const { key, value } of node.entries) {
      const inner = `${pointer}${pointerStep(key.text)}`;
      if (key.style === 'plain' && !at.known.has(key.text) && readsAsOther(key.text)) {
        unquoted.push({ pointer: inner, node: key, sensitive: false, isKey: true });
      }
      object[key.text] = build(value, at.property(key.text), inner);
    }
    return object;
  }

  function build(node: DocumentNode, at: Shape, pointer: string): Value {
    switch (node.kind) {
      case 'scalar':
        return scalar(node, at, pointer);
      case 'mapping':
        return mapping(node, at, pointer);
      case 'sequence':
        return node.items.map((item, index) => build(item, at.item, `${pointer}/${index}`));
    }
  }

  return { value: build(root, shape, ''), unquoted, nulls };
}
