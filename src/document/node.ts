import type { Position, Problem } from '../domain/problem.ts';
import type { LineIndex } from './lines.ts';

export type { Position, Problem } from '../domain/problem.ts';

/** What YAML and JSON text becomes: plain data with offsets, before any schema is asked. */
export type DocumentNode = ScalarNode | MappingNode | SequenceNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  /** Plain: the source text, folded where it spans lines. Quoted: what the quotes stand for. */
  readonly text: string;
  /** Only a plain scalar can be anything else than text; a tag !!str makes it quoted. */
  readonly style: 'plain' | 'quoted';
  readonly offset: number;
  /** A CloudFormation short form such as `!Ref`; null everywhere else. */
  readonly tag: string | null;
}

export interface MappingNode {
  readonly kind: 'mapping';
  /** Keys are unique; order as written. */
  readonly entries: readonly MappingEntry[];
  /** Keys of entries that were refused, and whose values are lost with them; left out: there are none. */
  readonly refused?: readonly string[];
  readonly offset: number;
  readonly tag: string | null;
}

export interface MappingEntry {
  readonly key: ScalarNode;
  readonly value: DocumentNode;
}

export interface SequenceNode {
  readonly kind: 'sequence';
  readonly items: readonly DocumentNode[];
  readonly offset: number;
  readonly tag: string | null;
}

/** One document of a file, free of problems that a parser can see. */
export interface SourceDocument {
  readonly file: string;
  /** 0 for the first document of the file, empty ones not counted. */
  readonly index: number;
  readonly root: DocumentNode;
  readonly lines: LineIndex;
}

/** A document that a parser refused. */
export interface BrokenDocument {
  readonly file: string;
  readonly at: Position;
  readonly problems: readonly [Problem, ...Problem[]];
  /**
   * What could be read all the same, so that its other problems can be told too; never to be acted
   * on. null where the text does not say what it means.
   */
  readonly document: SourceDocument | null;
}

export function positionAt(
  document: { readonly file: string; readonly lines: LineIndex },
  offset: number,
): Position {
  return { file: document.file, ...document.lines.at(offset) };
}

export function member(node: DocumentNode | null, key: string): DocumentNode | null {
  if (node?.kind !== 'mapping') return null;
  return node.entries.find((entry) => entry.key.text === key)?.value ?? null;
}

/** Keys of this mapping that were refused. */
export function refusedKeys(node: DocumentNode | null): readonly string[] {
  return node?.kind === 'mapping' ? (node.refused ?? []) : [];
}

/** The text of a scalar member, as written; null where there is none or it is null or empty. */
export function textMember(node: DocumentNode | null, key: string): string | null {
  const value = member(node, key);
  if (value?.kind !== 'scalar' || value.text === '') return null;
  return value.style === 'plain' && isNullText(value.text) ? null : value.text;
}

/** Plain text that YAML 1.2 reads as null. */
export function isNullText(text: string): boolean {
  return text === '' || text === '~' || text === 'null' || text === 'Null' || text === 'NULL';
}
