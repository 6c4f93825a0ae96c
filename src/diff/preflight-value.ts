import type { ErrorCode } from '../domain/errors/registry.ts';
import type { ParameterDefinition } from '../domain/live.ts';
import type { Position, Problem } from '../domain/problem.ts';
import { comparable } from './normalize.ts';
import { matchesWhole } from './pattern.ts';
import { listed, problem, quoted, warning } from './problems.ts';

export interface ValueCheck {
  readonly definition: ParameterDefinition;
  readonly value: string;
  /** The value must not be quoted. */
  readonly noEcho: boolean;
  readonly at: Position;
  readonly field: string;
  readonly version: string;
  /** The value is not declared but live, and would be kept. */
  readonly kept: boolean;
}

/** A value against the constraints that the version's template puts on its parameter. */
export function checkValue(check: ValueCheck): readonly Problem[] {
  const { definition } = check;
  const value = comparable(check.value);
  const items = isList(definition.type) ? value.split(',').map(comparable) : [value];
  return [
    ...checkAllowed(check, items),
    ...checkPattern(check, items),
    ...checkLength(check, value),
    ...checkRange(check, items),
  ];
}

function isList(type: string): boolean {
  return type === 'CommaDelimitedList' || type.startsWith('List<');
}

function checkAllowed(check: ValueCheck, items: readonly string[]): readonly Problem[] {
  const { allowedValues } = check.definition;
  if (allowedValues.length === 0) return [];
  const bad = items.find((item) => !allowedValues.some((allowed) => comparable(allowed) === item));
  if (bad === undefined) return [];
  const rule = check.noEcho
    ? 'one of its allowed values'
    : `AllowedValues: ${listed(allowedValues)}`;
  return [refuse(check, 'plan/value-not-allowed', bad, rule)];
}

function checkPattern(check: ValueCheck, items: readonly string[]): readonly Problem[] {
  const { allowedPattern, constraintDescription } = check.definition;
  if (allowedPattern === null) return [];
  const verdicts = items.map((item) => ({ item, verdict: matchesWhole(allowedPattern, item) }));
  const bad = verdicts.find(({ verdict }) => verdict === 'differs');
  if (bad !== undefined) {
    const hint = constraintDescription === null ? '' : `; ${constraintDescription}`;
    return [
      refuse(check, 'plan/value-pattern', bad.item, `AllowedPattern: ${allowedPattern}${hint}`),
    ];
  }
  if (verdicts.every(({ verdict }) => verdict === 'matches')) return [];
  const { at, field } = check;
  const message = `the value was not checked against AllowedPattern: ${allowedPattern}`;
  return [warning({ code: 'plan/pattern-unchecked', at, field, message })];
}

function checkLength(check: ValueCheck, value: string): readonly Problem[] {
  const { minLength, maxLength } = check.definition;
  const rule = bounds('length', minLength, maxLength);
  return isWithin(value.length, minLength, maxLength)
    ? []
    : [refuse(check, 'plan/value-length', value, rule)];
}

function checkRange(check: ValueCheck, items: readonly string[]): readonly Problem[] {
  const { type, minValue, maxValue } = check.definition;
  if (type !== 'Number' && type !== 'List<Number>') return [];
  const rule = bounds('a number', minValue, maxValue);
  const bad = items.find((item) => !isNumber(item) || !isWithin(Number(item), minValue, maxValue));
  return bad === undefined ? [] : [refuse(check, 'plan/value-range', bad, rule)];
}

function isNumber(text: string): boolean {
  return text !== '' && Number.isFinite(Number(text));
}

function isWithin(size: number, min: number | null, max: number | null): boolean {
  return (min === null || size >= min) && (max === null || size <= max);
}

function bounds(what: string, min: number | null, max: number | null): string {
  const parts = [min === null ? '' : `at least ${min}`, max === null ? '' : `at most ${max}`];
  return [what, parts.filter((part) => part !== '').join(' and ')].join(' ').trim();
}

function refuse(check: ValueCheck, code: ErrorCode, value: string, rule: string): Problem {
  const { at, field, version, kept, noEcho } = check;
  const subject = noEcho ? 'the value' : quoted(value);
  const who = kept ? `the live value ${noEcho ? '' : `${subject} `}would be kept and` : subject;
  const message = `${who} is not allowed by version ${version} (${rule})`;
  const next = nextStep(check, value);
  return problem({ code, at, field, message, next });
}

function nextStep({ kept, noEcho }: ValueCheck, value: string): string {
  if (kept) return 'declare a value for it that the version allows';
  const that = noEcho ? 'this value' : quoted(value);
  return `use an allowed value, or a version that allows ${that}`;
}
