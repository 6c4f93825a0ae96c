import type { Position, Problem } from '../domain/problem.ts';
import { capped, fault } from './fault.ts';
import { MAX_DEPTH } from './limits.ts';
import type { LineIndex } from './lines.ts';
import type { DocumentNode, MappingEntry, ScalarNode } from './node.ts';
import { checkKey, checkText } from './rules.ts';

/** Stops the reader at the first place where the text is not JSON. */
class Stop extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
/** Control characters but these three are refused before; in strings JSON allows none. */
const STRING = /"[^"\\\t\r\n]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\t\r\n]*)*"/y;
const WORD = /(?:true|false|null)/y;

export interface JsonResult {
  /** null: empty text, or text that is not JSON (then there is a problem). */
  readonly root: DocumentNode | null;
  readonly problems: readonly Problem[];
}

/** Strict JSON with positions. JSON.parse keeps no positions and takes the last of two equal keys. */
export function readJson(file: string, text: string, lines: LineIndex): JsonResult {
  const reader = new JsonReader(file, text, lines);
  try {
    return { root: reader.document(), problems: capped(reader.problems) };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { root: null, problems: capped([...reader.problems, error.problem]) };
  }
}

class JsonReader {
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #place: (offset: number) => Position;
  #at = 0;
  readonly #report = (problem: Problem) => {
    this.problems.push(problem);
  };

  constructor(file: string, text: string, lines: LineIndex) {
    this.#text = text;
    this.#place = (offset) => ({ file, ...lines.at(offset) });
  }

  document(): DocumentNode | null {
    this.#take(SPACE);
    if (this.#at === this.#text.length) return null;
    const root = this.#value(1);
    this.#take(SPACE);
    if (this.#at < this.#text.length) this.#stop('only one value may stand in a JSON file');
    return root;
  }

  #value(depth: number): DocumentNode {
    const char = this.#text[this.#at];
    if (char === '{' || char === '[') {
      if (depth > MAX_DEPTH) {
        const message = `the nesting is deeper than ${MAX_DEPTH} levels`;
        throw new Stop(fault('document/too-deep', this.#place(this.#at), message));
      }
      return char === '{' ? this.#mapping(depth) : this.#sequence(depth);
    }
    if (char === '"') return this.#string();
    const offset = this.#at;
    const text = this.#take(NUMBER) || this.#take(WORD);
    if (text === '') this.#stop('a value is expected here');
    return { kind: 'scalar', text, style: 'plain', offset, tag: null };
  }

  #mapping(depth: number): DocumentNode {
    const offset = this.#at;
    const entries: MappingEntry[] = [];
    const refused: string[] = [];
    const seen = new Map<string, number>();
    this.#members('}', () => {
      if (this.#text[this.#at] !== '"') this.#stop('a key in double quotes is expected here');
      const key = this.#string();
      this.#take(SPACE);
      if (this.#text[this.#at] !== ':') this.#stop('a colon is expected after the key');
      this.#at += 1;
      this.#take(SPACE);
      const value = this.#value(depth + 1);
      if (checkKey(key, seen, this.#place, this.#report)) entries.push({ key, value });
      else refused.push(key.text);
    });
    const lost = refused.length === 0 ? {} : { refused };
    return { kind: 'mapping', entries, ...lost, offset, tag: null };
  }

  #sequence(depth: number): DocumentNode {
    const offset = this.#at;
    const items: DocumentNode[] = [];
    this.#members(']', () => items.push(this.#value(depth + 1)));
    return { kind: 'sequence', items, offset, tag: null };
  }

  #members(close: '}' | ']', read: () => void): void {
    this.#at += 1;
    this.#take(SPACE);
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      read();
      this.#take(SPACE);
      const char = this.#text[this.#at];
      if (char !== ',' && char !== close) this.#stop(`a comma or ${close} is expected here`);
      this.#at += 1;
      if (char === close) return;
      this.#take(SPACE);
    }
  }

  #string(): ScalarNode {
    const offset = this.#at;
    const raw = this.#take(STRING);
    if (raw === '') this.#stop('the text in quotes is not closed or holds an invalid escape');
    const node: ScalarNode = {
      kind: 'scalar',
      text: JSON.parse(raw) as string,
      style: 'quoted',
      offset,
      tag: null,
    };
    checkText(node, this.#place, this.#report);
    return node;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #stop(why: string): never {
    throw new Stop(fault('document/syntax', this.#place(this.#at), `the text is not JSON: ${why}`));
  }
}
