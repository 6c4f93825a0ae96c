import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Position, Problem } from '../domain/problem.ts';
import { dereference } from './dereference.ts';
import { explain } from './explain.ts';
import { capped, fault, quote } from './fault.ts';
import { materialize, type Noted, type Value } from './materialize.ts';
import { positionAt, type SourceDocument } from './node.ts';
import { dotted, follow, stepsOf } from './pointer.ts';
import { type JsonSchemaObject, type Shape, shapeOf } from './shape.ts';

/** A JSON Schema, ready to read documents with. */
export interface Schema {
  readonly shape: Shape;
  readonly check: ValidateFunction;
}

export interface Validation {
  /** Plain data, with null-prototype objects. Only to be used where `problems` is empty. */
  readonly value: Value;
  readonly problems: readonly Problem[];
  readonly unquoted: readonly UnquotedScalar[];
  /** Position of the value at a JSON Pointer (`/spec/tags/team`); of its nearest parent if absent. */
  at(pointer: string): Position;
  /** The same, but of the key where the value is a member of a mapping. */
  keyAt(pointer: string): Position;
}

/** Text taken as written that another YAML reader takes for a number, a boolean, a date or null. */
export interface UnquotedScalar {
  readonly field: string;
  readonly at: Position;
  /** The text in quotes; null where it may be a secret. */
  readonly shown: string | null;
}

export interface ValidateOptions {
  /** Field names in problems are relative to this member of the document, where they are inside it. */
  readonly relativeTo?: string;
}

/**
 * Compiles a JSON Schema (draft 2020-12). `errorMessage` beside a rule is shown when the rule is
 * broken, as editors do; `writeOnly` marks values that may be secrets. Throws on a bad schema.
 */
export function compileSchema(schema: JsonSchemaObject): Schema {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    logger: false,
    // The schemas are our own; a test checks them against the meta-schema once for all.
    meta: false,
    validateSchema: false,
  });
  ajv.addVocabulary(['errorMessage', 'markdownDescription', 'defaultSnippets']);
  const whole = dereference(schema);
  return { shape: shapeOf(whole), check: ajv.compile(whole) };
}

/** A document against a schema: its value as written, and every rule that it breaks. */
export function validate(
  document: SourceDocument,
  schema: Schema,
  options: ValidateOptions = {},
): Validation {
  const { value, unquoted, nulls } = materialize(document.root, schema.shape);
  const at = (pointer: string): Position =>
    positionAt(document, follow(document.root, stepsOf(pointer)).node.offset);
  const keyAt = (pointer: string): Position => {
    const { node, entry } = follow(document.root, stepsOf(pointer));
    return positionAt(document, entry?.key.offset ?? node.offset);
  };
  const field = (pointer: string) => fieldName(pointer, options.relativeTo);
  const problems = nulls.map((noted) => nullProblem(document, noted, field(noted.pointer)));
  const silent = new Set(nulls.map((noted) => noted.pointer));
  if (!schema.check(value)) {
    const errors = schema.check.errors ?? [];
    problems.push(...explain({ document, shape: schema.shape, errors, silent, field, at, keyAt }));
  }
  problems.sort(byPosition);
  return {
    value,
    problems: capped(problems),
    unquoted: unquoted.map((noted) => ({
      field: field(noted.pointer),
      at: positionAt(document, noted.node.offset),
      shown: noted.sensitive ? null : quote(noted.node.text),
    })),
    at,
    keyAt,
  };
}

function fieldName(pointer: string, relativeTo: string | undefined): string {
  const steps = stepsOf(pointer);
  return dotted(steps.length > 1 && steps[0] === relativeTo ? steps.slice(1) : steps);
}

function nullProblem(document: SourceDocument, noted: Noted, field: string): Problem {
  const written = noted.node.text === '' ? 'nothing' : noted.node.text;
  const at = positionAt(document, noted.node.offset);
  return fault('document/null-not-text', at, `${written} stands where text is wanted`, { field });
}

function byPosition(a: Problem, b: Problem): number {
  const [left, right] = [a.at, b.at];
  if (left === null || right === null) return 0;
  return left.line - right.line || left.column - right.column;
}
