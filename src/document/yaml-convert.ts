import { isAlias, isMap, isScalar, isSeq, type Pair } from 'yaml';
import type { Position, Problem } from '../domain/problem.ts';
import { fault } from './fault.ts';
import { MAX_ALIASED_NODES, MAX_DEPTH } from './limits.ts';
import type { DocumentNode, MappingEntry, ScalarNode } from './node.ts';
import { checkKey, checkText } from './rules.ts';

/** `refuse`: only !!str, !!map, !!seq. A set: these local tags are kept on their nodes too. */
export type TagPolicy = 'refuse' | ReadonlySet<string>;

/** A converted node with what it would weigh, were its aliases written out. */
interface Weighed {
  readonly node: DocumentNode;
  readonly nodes: number;
  readonly depth: number;
}

const CORE = 'tag:yaml.org,2002:';
/**
 * Only these are named in messages. Names of other tags and of aliases are not: a password that
 * starts with `!` or `*` and was left without quotes reads as one.
 */
const KNOWN_TAGS: ReadonlySet<string> = new Set(
  'binary bool float int map merge null omap pairs seq set str timestamp'.split(' '),
);
const EMPTY = (offset: number): Weighed => ({
  node: { kind: 'scalar', text: '', style: 'plain', offset, tag: null },
  nodes: 1,
  depth: 0,
});

/**
 * The library's tree → ours. Aliases become references to one shared node, so the result is as
 * small as the text; what they would expand to is only counted, and refused above the limit.
 */
export function convert(
  contents: unknown,
  place: (offset: number) => Position,
  tags: TagPolicy,
): { readonly root: DocumentNode; readonly problems: readonly Problem[] } {
  const converter = new Converter(place, tags);
  return { root: converter.node(contents, 0, 0).node, problems: converter.problems };
}

class Converter {
  readonly problems: Problem[] = [];
  readonly #place: (offset: number) => Position;
  readonly #tags: TagPolicy;
  /** null while the anchored node is being built: an alias to it would contain itself. */
  readonly #anchors = new Map<string, Weighed | null>();
  #aliasedNodes = 0;
  readonly #report = (problem: Problem) => {
    this.problems.push(problem);
  };

  constructor(place: (offset: number) => Position, tags: TagPolicy) {
    this.#place = place;
    this.#tags = tags;
  }

  node(source: unknown, before: number, depth: number): Weighed {
    if (isAlias(source)) return this.#alias(source.source, source.range?.[0] ?? before, depth);
    if (!isScalar(source) && !isMap(source) && !isSeq(source)) return EMPTY(before);
    const anchor = source.anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, null);
    const offset = source.range?.[0] ?? before;
    if (!isScalar(source) && depth >= MAX_DEPTH) {
      const message = `the nesting is deeper than ${MAX_DEPTH} levels`;
      this.#report(fault('document/too-deep', this.#place(offset), message));
      return EMPTY(offset);
    }
    const weighed = isScalar(source)
      ? this.#scalar(source, offset)
      : isMap(source)
        ? this.#mapping(source, offset, depth)
        : this.#sequence(source, offset, depth);
    if (anchor !== undefined) this.#anchors.set(anchor, weighed);
    return weighed;
  }

  #alias(name: string, offset: number, depth: number): Weighed {
    const target = this.#anchors.get(name);
    const at = this.#place(offset);
    if (target === undefined || target === null) {
      const why =
        target === null ? 'stands inside the value it names' : 'names no anchor before it';
      this.#report(fault('document/bad-alias', at, `the alias ${why}`));
      return EMPTY(offset);
    }
    const already = this.#aliasedNodes;
    this.#aliasedNodes += target.nodes;
    if (this.#aliasedNodes > MAX_ALIASED_NODES) {
      if (already <= MAX_ALIASED_NODES) {
        const message = `written out, the aliases of this document hold more than ${MAX_ALIASED_NODES} values`;
        this.#report(fault('document/alias-bomb', at, message));
      }
      return { ...EMPTY(offset), nodes: target.nodes };
    }
    if (depth + target.depth > MAX_DEPTH) {
      const message = `with this alias the nesting is deeper than ${MAX_DEPTH} levels`;
      this.#report(fault('document/too-deep', at, message));
      return EMPTY(offset);
    }
    return target;
  }

  #scalar(
    source: { readonly type?: string | undefined; readonly value: unknown; readonly tag?: string },
    offset: number,
  ): Weighed {
    const tag = this.#tag(source.tag, 'str', offset);
    const plain = source.type === 'PLAIN' && (source.tag === undefined || tag !== null);
    const node: ScalarNode = {
      kind: 'scalar',
      text: String(source.value),
      style: plain ? 'plain' : 'quoted',
      offset,
      tag,
    };
    checkText(node, this.#place, this.#report);
    return { node, nodes: 1, depth: 0 };
  }

  #mapping(
    source: { readonly items: readonly Pair[]; readonly tag?: string },
    offset: number,
    depth: number,
  ): Weighed {
    const tag = this.#tag(source.tag, 'map', offset);
    const entries: MappingEntry[] = [];
    const refused: string[] = [];
    const seen = new Map<string, number>();
    let nodes = 1;
    let deepest = 0;
    for (const pair of source.items) {
      const key = this.node(pair.key, offset, depth + 1).node;
      const value = this.node(pair.value, key.offset, depth + 1);
      nodes += 1 + value.nodes;
      deepest = Math.max(deepest, value.depth);
      if (key.kind !== 'scalar') {
        const message = 'the key is a list or a mapping; keys are text';
        this.#report(fault('document/key-not-text', this.#place(key.offset), message));
        refused.push('');
      } else if (checkKey(key, seen, this.#place, this.#report)) {
        entries.push({ key, value: value.node });
      } else refused.push(key.text);
    }
    const lost = refused.length === 0 ? {} : { refused };
    return { node: { kind: 'mapping', entries, ...lost, offset, tag }, nodes, depth: deepest + 1 };
  }

  #sequence(
    source: { readonly items: readonly unknown[]; readonly tag?: string },
    offset: number,
    depth: number,
  ): Weighed {
    const tag = this.#tag(source.tag, 'seq', offset);
    const items = source.items.map((item) => this.node(item, offset, depth + 1));
    const nodes = items.reduce((sum, item) => sum + item.nodes, 1);
    const deepest = items.reduce((most, item) => Math.max(most, item.depth), 0);
    return {
      node: { kind: 'sequence', items: items.map((item) => item.node), offset, tag },
      nodes,
      depth: deepest + 1,
    };
  }

  /** The tag to keep on the node; null for none and for those that only repeat what the node is. */
  #tag(tag: string | undefined, own: 'str' | 'map' | 'seq', offset: number): string | null {
    if (tag === undefined || tag === '!' || tag === CORE + own) return null;
    if (this.#tags !== 'refuse' && this.#tags.has(tag)) return tag;
    const name = tag.startsWith(CORE) ? tag.slice(CORE.length) : '';
    const message = KNOWN_TAGS.has(name) ? `the tag !!${name} is not read` : 'the tag is not known';
    this.#report(fault('document/unknown-tag', this.#place(offset), message));
    return null;
  }
}
