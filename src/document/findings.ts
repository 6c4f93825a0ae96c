import type { ErrorObject } from 'ajv/dist/2020.js';
import type { ErrorCode } from '../domain/errors/registry.ts';
import { likely, nearest } from '../domain/suggest.ts';
import { quote } from './fault.ts';
import { pointerStep } from './pointer.ts';
import type { Shape } from './shape.ts';

/** What one broken rule becomes. */
export interface Finding {
  readonly code: ErrorCode;
  readonly pointer: string;
  readonly message: string;
  readonly next?: string;
  /** The problem is the key, not its value. */
  readonly atKey?: boolean;
  /** Pointers that exclude each other: the one that is written later is at fault. */
  readonly rivals?: readonly string[];
}

/** One broken rule in words; null where another finding says it. */
export function findingOf(error: ErrorObject, shape: Shape): Finding | null {
  const pointer = error.instancePath;
  const own = (error.parentSchema as { errorMessage?: unknown } | undefined)?.errorMessage;
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownKey(error, shape);
    case 'required':
      return missingKey(error);
    case 'dependentRequired': {
      const { property, missingProperty } = error.params as Record<string, string>;
      const message = `${property} needs ${missingProperty} beside it`;
      return { code: 'document/missing-key', pointer, message };
    }
    case 'propertyNames':
      return null;
    case 'if':
      return null;
    case 'type':
      return wrongType(error, shape);
    case 'not':
    case 'oneOf':
    case 'anyOf':
      return choice(error, own);
    case 'enum':
    case 'const':
      return notOneOf(error, shape);
    default:
      return brokenRule(error, shape, own);
  }
}

function unknownKey(error: ErrorObject, shape: Shape): Finding {
  const params = error.params as { additionalProperty?: string; unevaluatedProperty?: string };
  const key = params.additionalProperty ?? params.unevaluatedProperty ?? '';
  const allowed = [...shape.known].sort();
  const meant = likely(key, allowed)
    .map((one) => quote(one))
    .join(' or ');
  return {
    code: 'document/unknown-key',
    pointer: `${error.instancePath}${pointerStep(key)}`,
    atKey: true,
    message: `the key ${quote(key)} is not known here`,
    next: meant === '' ? `use one of: ${allowed.join(', ')}` : `did you mean ${meant}?`,
  };
}

function missingKey(error: ErrorObject): Finding {
  const key = String((error.params as { missingProperty: string }).missingProperty);
  return {
    code: 'document/missing-key',
    pointer: `${error.instancePath}${pointerStep(key)}`,
    message: `the key ${quote(key)} is missing`,
    next: `add ${quote(key)}`,
  };
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  array: 'a list',
  null: 'nothing (null)',
};

function typeWord(value: unknown): string {
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return 'a list';
  return TYPE_WORDS[typeof value] ?? typeof value;
}

function wrongType(error: ErrorObject, shape: Shape): Finding {
  const types = [error.schema].flat().map((type) => TYPE_WORDS[String(type)] ?? String(type));
  const wanted = types.join(' or ');
  const hidden = typeof error.data === 'object' || shape.sensitive;
  const shown = hidden ? '' : ` ${showValue(error.data, shape)}`;
  return {
    code: 'document/wrong-type',
    pointer: error.instancePath,
    message: `${typeWord(error.data)}${shown} stands where ${wanted} is wanted`,
    next: error.data === null && isNested(types) ? NOTHING_BELOW : `write ${wanted} here`,
  };
}

/** Most often the lines that belong to it are there, and not indented. */
const NOTHING_BELOW = 'indent below it what belongs to it, or remove the line';

function isNested(types: readonly string[]): boolean {
  return types.length === 1 && (types[0] === 'a mapping' || types[0] === 'a list');
}

/** Untrusted and possibly secret: quoted where the schema does not say otherwise, else left out. */
function showValue(value: unknown, shape: Shape): string {
  if (shape.sensitive) return 'the value';
  return typeof value === 'string' ? quote(value) : quote(String(value)).slice(1, -1);
}

function choice(error: ErrorObject, own: unknown): Finding {
  const pointer = error.instancePath;
  const message =
    typeof own === 'string' ? own : 'the value fits none, or more than one, of the allowed forms';
  const banned = (error.schema as { required?: unknown } | undefined)?.required;
  if (error.keyword !== 'not' || !Array.isArray(banned)) {
    return { code: 'document/conflict', pointer, message };
  }
  return {
    code: 'document/conflict',
    pointer,
    atKey: true,
    message,
    rivals: banned.map((key) => `${pointer}${pointerStep(String(key))}`),
  };
}

function notOneOf(error: ErrorObject, shape: Shape): Finding {
  const params = error.params as { allowedValues?: readonly unknown[]; allowedValue?: unknown };
  const allowed = (params.allowedValues ?? [params.allowedValue]).map(String);
  const meant = typeof error.data === 'string' ? nearest(error.data, allowed) : null;
  const list = allowed.join(', ');
  return {
    code: 'document/bad-value',
    pointer: error.instancePath,
    message: `${showValue(error.data, shape)} is not allowed here (allowed: ${list})`,
    next:
      meant === null
        ? `use ${allowed.length === 1 ? list : `one of: ${list}`}`
        : `did you mean ${quote(meant)}?`,
  };
}

/** Rules that say more than a schema's one message for the whole value. */
const OWN_WORDS: ReadonlySet<string> = new Set([
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
]);

function brokenRule(error: ErrorObject, shape: Shape, own: unknown): Finding {
  const rule = typeof own === 'string' && !OWN_WORDS.has(error.keyword) ? own : ruleWords(error);
  const name = (error as { propertyName?: string }).propertyName;
  if (name !== undefined) {
    return {
      code: 'document/bad-value',
      pointer: `${error.instancePath}${pointerStep(name)}`,
      atKey: true,
      message: `the key ${quote(name)} is not allowed: ${rule}`,
    };
  }
  const whole = typeof error.data === 'object' && error.data !== null;
  const oneForm =
    error.keyword.endsWith('Properties') && (error.params as { limit?: number }).limit === 1;
  const code = oneForm ? 'document/conflict' : 'document/bad-value';
  const message = whole ? rule : `${showValue(error.data, shape)} is not allowed: ${rule}`;
  return { code, pointer: error.instancePath, message };
}

function ruleWords(error: ErrorObject): string {
  const { limit, pattern } = error.params as { limit?: number; pattern?: string };
  switch (error.keyword) {
    case 'minLength':
      return limit === 1 ? 'it must not be empty' : `at least ${limit} characters`;
    case 'maxLength':
      return `at most ${limit} characters, it has ${[...String(error.data)].length}`;
    case 'minimum':
      return `it must be at least ${limit}`;
    case 'maximum':
      return `it must be at most ${limit}`;
    case 'exclusiveMinimum':
      return `it must be more than ${limit}`;
    case 'exclusiveMaximum':
      return `it must be less than ${limit}`;
    case 'minItems':
    case 'minProperties':
      if (limit === 1) return 'it is empty, at least one entry is needed';
      return `at least ${limit} entries are needed`;
    case 'maxItems':
    case 'maxProperties':
      return `at most ${limit} entries are allowed`;
    case 'uniqueItems':
      return 'every entry may stand only once';
    case 'false schema':
      return 'nothing may stand here';
    case 'pattern':
      return `it must match ${pattern}`;
    default:
      return `it breaks the rule "${error.keyword}"`;
  }
}
