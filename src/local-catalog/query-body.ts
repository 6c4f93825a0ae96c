import type { Json, JsonObject } from './validate.ts';

type Tree = Map<string, Tree | string>;

/**
 * `Name.member.1.Key=value` and the like, as nested data. Whether a number is text is for the
 * shape to say; everything stays text here.
 */
export function parseQueryBody(body: string): JsonObject {
  const root: Tree = new Map();
  for (const [name, value] of new URLSearchParams(body)) {
    const parts = name.split('.').filter((part) => part !== 'member');
    const last = parts.pop() ?? '';
    let tree = root;
    for (const part of parts) {
      const next = tree.get(part);
      if (next instanceof Map) {
        tree = next;
        continue;
      }
      const created: Tree = new Map();
      tree.set(part, created);
      tree = created;
    }
    tree.set(last, value);
  }
  return asObject(root);
}

function asObject(tree: Tree): JsonObject {
  return Object.fromEntries([...tree].map(([name, value]) => [name, plain(value)]));
}

function plain(value: Tree | string): Json {
  if (typeof value === 'string') return value;
  const names = [...value.keys()];
  if (!names.every((name) => /^\d+$/.test(name))) return asObject(value);
  return names.sort((a, b) => Number(a) - Number(b)).map((name) => plain(value.get(name) ?? ''));
}
