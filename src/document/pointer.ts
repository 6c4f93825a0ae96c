import type { DocumentNode, MappingEntry, MappingNode } from './node.ts';

/** JSON Pointer (RFC 6901) → its steps. */
export function stepsOf(pointer: string): readonly string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function pointerStep(step: string | number): string {
  return `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Steps as people read them: `spec.tags.team`, `targets[0].name`. */
export function dotted(steps: readonly string[]): string {
  return steps.reduce((path, step) => {
    if (/^[0-9]+$/.test(step) && path !== '') return `${path}[${step}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');
}

export interface Found {
  readonly node: DocumentNode;
  /** The entry that holds the node, where it is the value of a key. */
  readonly entry: MappingEntry | null;
}

/** The node at a path; where the path leaves the document, the last node that exists. */
export function follow(root: DocumentNode, steps: readonly string[]): Found {
  let found: Found = { node: root, entry: null };
  for (const step of steps) {
    const { node } = found;
    if (node.kind === 'mapping') {
      const entry = entriesOf(node).get(step);
      if (entry === undefined) return found;
      found = { node: entry.value, entry };
    } else if (node.kind === 'sequence') {
      const item = node.items[Number(step)];
      if (item === undefined) return found;
      found = { node: item, entry: null };
    } else return found;
  }
  return found;
}

const indexes = new WeakMap<MappingNode, ReadonlyMap<string, MappingEntry>>();

/** By key, made once for a mapping: a long one may be asked for hundreds of its keys. */
function entriesOf(node: MappingNode): ReadonlyMap<string, MappingEntry> {
  const known = indexes.get(node);
  if (known !== undefined) return known;
  const index = new Map(node.entries.map((entry) => [entry.key.text, entry]));
  indexes.set(node, index);
  return index;
}
