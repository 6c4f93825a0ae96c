import type { Argument, RequestedParameter } from './entities.ts';
import type { ParameterDef, Version } from './model.ts';

export type Resolved =
  | { readonly kind: 'ok'; readonly parameters: readonly Argument[] }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * What CloudFormation makes of a request's parameters: every parameter of the target template gets
 * a value, or the whole request is refused with CloudFormation's own text. `live` is null where no
 * stack exists yet.
 */
export function resolveParameters(
  version: Version,
  requested: readonly RequestedParameter[],
  live: readonly Argument[] | null,
  omitted: 'default' | 'previous',
): Resolved {
  const given = new Map(requested.map((item) => [item.key, item]));
  const known = new Set(version.parameters.map((def) => def.key));
  const unknown = [...given.keys()].filter((key) => !known.has(key));
  if (unknown.length > 0)
    return refused(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const previous = live === null ? null : new Map(live.map((item) => [item.key, item.value]));
  for (const item of requested) {
    const problem = previousProblem(item, previous);
    if (problem !== null) return refused(problem);
  }
  const values: Argument[] = [];
  const missing: string[] = [];
  for (const def of version.parameters) {
    const value = valueFor(def, given.get(def.key), previous, omitted);
    if (value === null) missing.push(def.key);
    else values.push({ key: def.key, value });
  }
  if (missing.length > 0) return refused(`Parameters: [${missing.join(', ')}] must have values`);
  for (const [index, def] of version.parameters.entries()) {
    const problem = constraintProblem(def, values[index]?.value ?? '');
    if (problem !== null) return refused(problem);
  }
  return { kind: 'ok', parameters: values };
}

const refused = (message: string): Resolved => ({ kind: 'refused', message });

function previousProblem(
  item: RequestedParameter,
  previous: ReadonlyMap<string, string> | null,
): string | null {
  if (!item.usePrevious) return null;
  if (item.value !== null && item.value !== '')
    return `Invalid input for parameter key ${item.key}. Cannot specify usePreviousValue as true and non empty value for a parameter`;
  if (previous === null || !previous.has(item.key))
    return 'Cannot specify usePreviousValue as true for a parameter key not in the previous template';
  return null;
}

function valueFor(
  def: ParameterDef,
  given: RequestedParameter | undefined,
  previous: ReadonlyMap<string, string> | null,
  omitted: 'default' | 'previous',
): string | null {
  if (given?.usePrevious === true) return previous?.get(def.key) ?? null;
  if (given !== undefined && given.value !== null) return given.value.trim();
  if (omitted === 'previous') {
    const value = previous?.get(def.key);
    if (value !== undefined) return value;
  }
  return def.defaultValue;
}

function constraintProblem(def: ParameterDef, value: string): string | null {
  const items = isListType(def.type) ? value.split(',').map((item) => item.trim()) : [value];
  for (const item of items) {
    const rule = brokenRule(def, item);
    if (rule === null) continue;
    return def.constraintDescription === null
      ? `Parameter '${def.key}' ${rule}`
      : `Parameter '${def.key}' failed to satisfy constraint: ${def.constraintDescription}`;
  }
  return null;
}

function brokenRule(def: ParameterDef, value: string): string | null {
  if (isNumberType(def.type)) {
    const number = Number(value);
    if (value === '' || !Number.isFinite(number)) return 'must be a number';
    if (def.minValue !== null && number < def.minValue)
      return `must be a number not less than ${def.minValue}`;
    if (def.maxValue !== null && number > def.maxValue)
      return `must be a number not greater than ${def.maxValue}`;
  }
  if (def.allowedValues !== null && !def.allowedValues.includes(value))
    return `must be one of AllowedValues`;
  if (def.minLength !== null && value.length < def.minLength)
    return `must contain at least ${def.minLength} characters`;
  if (def.maxLength !== null && value.length > def.maxLength)
    return `must contain at most ${def.maxLength} characters`;
  if (def.allowedPattern !== null && !wholeMatch(def.allowedPattern, value))
    return `must match pattern ${def.allowedPattern}`;
  return null;
}

const isListType = (type: string) =>
  type === 'CommaDelimitedList' || type.startsWith('List<') || type.includes('<List<');

const isNumberType = (type: string) => type === 'Number' || type === 'List<Number>';

const patterns = new Map<string, RegExp>();

/** Patterns come from templates; a broken one is refused when the seed is read. */
function wholeMatch(source: string, value: string): boolean {
  const known = patterns.get(source) ?? compilePattern(source);
  patterns.set(source, known);
  return known.test(value);
}

/** Java's POSIX classes are the one thing that templates use and JavaScript does not know. */
export function compilePattern(source: string): RegExp {
  const translated = source
    .replaceAll('\\p{Alnum}', 'a-zA-Z0-9')
    .replaceAll('\\p{Alpha}', 'a-zA-Z')
    .replaceAll('\\p{Digit}', '0-9');
  return new RegExp(`^(?:${translated})$`);
}

/** An operation that starts and then fails, because a value is one that the seed says fails. */
export function resourceFailure(version: Version, parameters: readonly Argument[]): string | null {
  for (const rule of version.failsWhen)
    if (parameters.some((item) => item.key === rule.parameter && item.value === rule.value))
      return rule.message;
  return null;
}

/** The exception text that Service Catalog passes on when CloudFormation refuses a request. */
export function cloudFormationRefusal(message: string, requestId: string): string {
  return `AmazonCloudFormationException  ${message} (Service: AmazonCloudFormation; Status Code: 400; Error Code: ValidationError; Request ID: ${requestId}; Proxy: null)`;
}
