import type { Stack } from '../domain/live.ts';
import type { ParameterWish } from '../domain/spec.ts';
import {
  type CompareInput,
  differs,
  type Finding,
  HIDDEN,
  none,
  text,
  versionLabel,
  whyOpen,
} from './finding.ts';
import { comparable, own, STACK_TYPE, sortedKeys, validFingerprints } from './normalize.ts';

/** The field of a parameter in `spec`. */
export function parameterField(key: string): string {
  return `provisioningParameters.${key}`;
}

/** Declared parameters against those of the live stack. */
export function compareParameters(input: CompareInput): readonly Finding[] {
  const { live } = input;
  if (live.type !== STACK_TYPE)
    return openAll(input, 'unverified', `AWS returns no parameter values for ${live.type}`);
  if (live.stack.kind !== 'read') return openAll(input, 'unreadable', whyOpen(live.stack));
  const stack = live.stack.value;
  return sortedKeys(input.spec.parameters).flatMap((key) => {
    const wish = own(input.spec.parameters, key);
    return wish === undefined ? [] : compareParameter(input, stack, key, wish);
  });
}

function openAll(
  { spec }: CompareInput,
  kind: 'unverified' | 'unreadable',
  why: string,
): readonly Finding[] {
  return sortedKeys(spec.parameters)
    .filter((key) => own(spec.parameters, key)?.kind !== 'usePrevious')
    .map((key) => ({ kind, field: { field: parameterField(key), label: key, why } }));
}

function compareParameter(
  input: CompareInput,
  stack: Stack,
  key: string,
  wish: ParameterWish,
): readonly Finding[] {
  const field = parameterField(key);
  switch (wish.kind) {
    case 'usePrevious':
      return [];
    case 'useDefault':
      return [{ kind: 'deferred', field: { field, label: key, why: 'the default was not read' } }];
    case 'value': {
      const parameter = own(stack.parameters, key);
      if (parameter === undefined) {
        const absent = none(`not in ${versionLabel(input.live)}`);
        return [differs(input.spec, field, key, absent, HIDDEN, 'update')];
      }
      if (parameter.kind === 'noEcho') return compareNoEcho(input, key, wish.value);
      if (comparable(parameter.value) === comparable(wish.value)) return [];
      return [differs(input.spec, field, key, text(parameter.value), text(wish.value), 'update')];
    }
    default:
      return wish satisfies never;
  }
}

function compareNoEcho(input: CompareInput, key: string, value: string): readonly Finding[] {
  const field = parameterField(key);
  const prints = validFingerprints(input.entry, input.live, input.keyId);
  const known = prints === null ? undefined : own(prints.values, key);
  if (input.fingerprint === null || known === undefined) {
    const why = 'AWS does not return NoEcho values, and the journal has no valid fingerprint';
    return [{ kind: 'unverified', field: { field, label: key, why } }];
  }
  if (input.fingerprint(key, comparable(value)) === known) return [];
  return [differs(input.spec, field, key, HIDDEN, HIDDEN, 'update')];
}
