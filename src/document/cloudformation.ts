import type { Position, Problem } from '../domain/problem.ts';
import { capped, fault } from './fault.ts';
import type { Value } from './materialize.ts';
import type { DocumentNode, ScalarNode, SourceDocument } from './node.ts';
import { positionAt } from './node.ts';
import { parseDocuments } from './parse.ts';
import { follow, stepsOf } from './pointer.ts';
import { coreValue } from './scalar.ts';

/** Short forms whose long form is `{"Fn::Name": …}`. */
const FUNCTIONS = [
  'And',
  'Base64',
  'Cidr',
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'RefAll',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
  'ValueOf',
  'ValueOfAll',
] as const;

const TAGS: ReadonlySet<string> = new Set(
  ['Ref', 'Condition', ...FUNCTIONS].map((name) => `!${name}`),
);

export interface CloudFormationTemplate {
  /** Plain data with null-prototype objects; null where there are problems. */
  readonly value: Value;
  readonly problems: readonly Problem[];
  /** Position of the value at a JSON Pointer; of the file's start where nothing could be read. */
  at(pointer: string): Position;
}

/**
 * A CloudFormation template, YAML (with short forms such as !Sub) or JSON, as its long form. A
 * plain scalar becomes a number or boolean only where that loses nothing: `String(value)` is always
 * what is written, so a default of 012345678901 keeps its zero.
 */
export function parseCloudFormationTemplate(input: {
  readonly file: string;
  readonly bytes: Uint8Array;
}): CloudFormationTemplate {
  const looksLikeJson = /^\s*[{[]/.test(new TextDecoder().decode(input.bytes.subarray(0, 200)));
  const byName = /\.(json|ya?ml)$/.exec(input.file)?.[1];
  const json = byName === undefined ? looksLikeJson : byName === 'json';
  const parsed = parseDocuments({ ...input, format: json ? 'json' : 'yaml', tags: TAGS });
  const start: Position = { file: input.file, line: 1, column: 1 };
  const [document, second] = parsed.documents;
  if (parsed.problems.length > 0) {
    return { value: null, problems: parsed.problems, at: () => start };
  }
  if (document === undefined || document.root.kind !== 'mapping') {
    const problems = [fault('document/not-a-mapping', start, 'a template is a mapping')];
    return { value: null, problems, at: () => start };
  }
  const at = (pointer: string) =>
    positionAt(document, follow(document.root, stepsOf(pointer)).node.offset);
  if (second !== undefined) {
    const message = 'a template file holds one document';
    const place = positionAt(second, second.root.offset);
    return { value: null, problems: [fault('document/syntax', place, message)], at };
  }
  const problems: Problem[] = [];
  const value = longForm(document.root, document, problems);
  return { value: problems.length === 0 ? value : null, problems: capped(problems), at };
}

function longForm(node: DocumentNode, source: SourceDocument, problems: Problem[]): Value {
  const value = plainForm(node, source, problems);
  if (node.tag === null) return value;
  const name = node.tag.slice(1);
  if (name === 'Ref' || name === 'Condition') {
    if (node.kind === 'scalar') return single(name, node.text);
    const message = `${node.tag} takes a name`;
    problems.push(fault('document/wrong-type', positionAt(source, node.offset), message));
    return null;
  }
  if (name === 'GetAtt' && node.kind === 'scalar') {
    const dot = node.text.indexOf('.');
    if (dot > 0) return single('Fn::GetAtt', [node.text.slice(0, dot), node.text.slice(dot + 1)]);
    const message = '!GetAtt takes Resource.Attribute';
    problems.push(fault('document/wrong-type', positionAt(source, node.offset), message));
    return null;
  }
  return single(`Fn::${name}`, value);
}

function plainForm(node: DocumentNode, source: SourceDocument, problems: Problem[]): Value {
  switch (node.kind) {
    case 'scalar':
      return scalarValue(node);
    case 'sequence':
      return node.items.map((item) => longForm(item, source, problems));
    case 'mapping': {
      const object: Record<string, Value> = Object.create(null);
      for (const { key, value } of node.entries) {
        object[key.text] = longForm(value, source, problems);
      }
      return object;
    }
  }
}

function scalarValue(node: ScalarNode): Value {
  if (node.style === 'quoted') return node.text;
  const core = coreValue(node.text);
  return core === null || String(core) === node.text ? core : node.text;
}

function single(key: string, value: Value): Value {
  const object: Record<string, Value> = Object.create(null);
  object[key] = value;
  return object;
}
