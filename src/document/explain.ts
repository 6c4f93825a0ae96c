import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Position, Problem } from '../domain/problem.ts';
import { fault } from './fault.ts';
import { type Finding, findingOf } from './findings.ts';
import { MAX_PROBLEMS } from './limits.ts';
import type { SourceDocument } from './node.ts';
import { stepsOf } from './pointer.ts';
import type { Shape } from './shape.ts';

export interface ExplainInput {
  readonly document: SourceDocument;
  readonly shape: Shape;
  readonly errors: readonly ErrorObject[];
  /** Pointers that another problem already speaks of. */
  readonly silent: ReadonlySet<string>;
  readonly field: (pointer: string) => string;
  readonly at: (pointer: string) => Position;
  readonly keyAt: (pointer: string) => Position;
}

/** More than can be listed; the rest of a long list is not even looked at. */
const MAX_ERRORS = 10 * MAX_PROBLEMS;

/** Broken rules in words: what, where, the value, the rule, the next step; never the library's text. */
export function explain(input: ExplainInput): Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const error of telling(input.errors.slice(0, MAX_ERRORS))) {
    const finding = findingOf(error, shapeAt(input.shape, error.instancePath));
    if (finding === null || input.silent.has(finding.pointer)) continue;
    const key = `${finding.pointer} ${finding.message}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const pointer = finding.rivals === undefined ? finding.pointer : laterOf(finding, input);
    const at = finding.atKey ? input.keyAt(pointer) : input.at(pointer);
    const field = input.field(pointer);
    const next = finding.next === undefined ? {} : { next: finding.next };
    problems.push(fault(finding.code, at, finding.message, { field, ...next }));
  }
  return problems;
}

/** A value of the wrong type is told once; every other rule speaks of a type that is not there. */
function telling(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const mistyped = new Set(
    errors.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath),
  );
  const left = withoutBranches(errors);
  return left.filter(
    ({ keyword, instancePath }) => keyword === 'type' || !mistyped.has(instancePath),
  );
}

/** A failed choice is told once; what each of its branches would have wanted is left out. */
function withoutBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = [...errors.entries()].filter(([, error]) => isChoice(error));
  if (choices.length === 0) return errors;
  return errors.filter((error, index) => {
    if (isChoice(error)) return true;
    return !choices.some(([at, choice]) => at > index && isBranchOf(error, choice));
  });
}

function isChoice({ keyword }: ErrorObject): boolean {
  return keyword === 'oneOf' || keyword === 'anyOf';
}

function isBranchOf(error: ErrorObject, choice: ErrorObject): boolean {
  const inside =
    error.instancePath === choice.instancePath ||
    error.instancePath.startsWith(`${choice.instancePath}/`);
  return inside && !error.schemaPath.startsWith(siblingPath(choice));
}

/** Rules beside a choice (its own `required`, `additionalProperties`) are no branches of it. */
function siblingPath(choice: ErrorObject): string {
  return `${choice.schemaPath.slice(0, -choice.keyword.length)}additionalProperties`;
}

function shapeAt(root: Shape, pointer: string): Shape {
  return stepsOf(pointer).reduce(
    (shape, step) =>
      /^[0-9]+$/.test(step) && shape.types?.has('array') ? shape.item : shape.property(step),
    root,
  );
}

function laterOf({ pointer, rivals }: Finding, input: ExplainInput): string {
  const places = (rivals ?? []).map((rival) => ({ rival, at: input.keyAt(rival) }));
  places.sort((a, b) => b.at.line - a.at.line || b.at.column - a.at.column);
  return places[0]?.rival ?? pointer;
}
