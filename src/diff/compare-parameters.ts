import type { OpenField } from '../domain/change.ts';
import type { Fingerprints } from '../domain/entry.ts';
import { kindOf } from '../domain/kind.ts';
import type { Stack, StackParameter } from '../domain/live.ts';
import type { FromWish, ParameterWish } from '../domain/spec.ts';
import { referenceOf } from '../domain/values.ts';
import {
  type CompareInput,
  differs,
  type Finding,
  HIDDEN,
  none,
  text,
  versionLabel,
  versionText,
  whyOpen,
} from './finding.ts';
import { comparable, isBlind, own, sortedKeys, validFingerprints } from './normalize.ts';
import { failedUpdateOf, isInSpiteOf } from './own-failure.ts';

/** The field of a parameter in `spec`. */
export function parameterField(key: string): string {
  return `provisioningParameters.${key}`;
}

/** Whether it is about this part of a document, and not about a parameter that bears the same name. */
export function isPart(
  { field, label }: Pick<OpenField, 'field' | 'label'>,
  ...parts: readonly string[]
): boolean {
  return parts.includes(label) && field !== parameterField(label);
}

/** Declared parameters against those of the live stack. */
export function compareParameters(input: CompareInput): readonly Finding[] {
  const { live } = input;
  if (isBlind(live)) return compareBlind(input);
  if (live.stack.kind !== 'read') return openAll(input, whyOpen(live.stack));
  const stack = live.stack.value;
  return sortedKeys(input.spec.parameters).flatMap((key) => {
    const wish = own(input.spec.parameters, key);
    return wish === undefined ? [] : compareParameter(input, stack, key, wish);
  });
}

function openAll({ spec }: CompareInput, why: string): readonly Finding[] {
  return sortedKeys(spec.parameters)
    .filter((key) => own(spec.parameters, key)?.kind !== 'usePrevious')
    .map((key) => ({ kind: 'unreadable', field: { field: parameterField(key), label: key, why } }));
}

/** Values that nothing tells are known only as far as we applied them ourselves. */
function compareBlind(input: CompareInput): readonly Finding[] {
  const { spec, live, entry } = input;
  const prints = validFingerprints(entry, live, input.keyId);
  const failed = ownFailure(input);
  return sortedKeys(spec.parameters).flatMap((key): readonly Finding[] => {
    const wish = own(spec.parameters, key);
    if (wish === undefined || wish.kind === 'usePrevious') return [];
    const field = parameterField(key);
    const known = prints === null ? undefined : own(prints.values, key);
    if (wish.kind === 'from') {
      if (failed === null || wish.version?.kind !== 'known') return compareFrom(input, key, wish);
      const desired = versionText(wish.source, wish.version.version);
      return [differs(spec, field, key, none(`not applied: ${failed} failed`), desired, 'update')];
    }
    if (prints !== null && own(prints.references, key) !== undefined)
      return [differs(spec, field, key, HIDDEN, HIDDEN, 'update')];
    if (known !== undefined && input.fingerprint !== null && wish.kind === 'value') {
      const same = input.fingerprint(key, comparable(wish.value)) === known;
      return same ? [] : [differs(spec, field, key, HIDDEN, HIDDEN, 'update')];
    }
    // Which value its default is only the product's facts tell.
    if (known !== undefined && wish.kind === 'useDefault')
      return [{ kind: 'deferred', field: { field, label: key, why: 'its default is not known' } }];
    if (failed !== null)
      return [differs(spec, field, key, none(`not applied: ${failed} failed`), HIDDEN, 'update')];
    const why = live.stackDenied
      ? 'CloudFormation denied the read, and the journal has no valid fingerprint'
      : `AWS returns no parameter values for ${live.type}, and the journal has no valid fingerprint`;
    return [{ kind: 'unverified', field: { field, label: key, why } }];
  });
}

/**
 * Our own update was the last provisioning and failed, so what it carried is not in effect, unless it was
 * seen to be all the same.
 */
function ownFailure(input: CompareInput): string | null {
  const { entry, live } = input;
  const failed = failedUpdateOf(entry);
  if (failed !== null && isInSpiteOf(input, failed)) return null;
  const isLast = failed === live.records.lastProvisioning;
  return isLast && failed !== live.records.lastSuccessful ? failed : null;
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
    case 'from':
      return compareFrom(input, key, wish, own(stack.parameters, key));
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
  // What was applied stood elsewhere, and now the document says it itself.
  if (prints !== null && own(prints.references, key) !== undefined)
    return [differs(input.spec, field, key, HIDDEN, HIDDEN, 'update')];
  const known = prints === null ? undefined : own(prints.values, key);
  // A stack set has no rollback that would tell what runs after a failure.
  const failed =
    known === undefined && kindOf(input.live) === 'stackSet' ? ownFailure(input) : null;
  if (failed !== null)
    return [
      differs(input.spec, field, key, none(`not applied: ${failed} failed`), HIDDEN, 'update'),
    ];
  if (input.fingerprint === null || known === undefined) {
    const why = 'AWS does not return NoEcho values, and the journal has no valid fingerprint';
    return [{ kind: 'unverified', field: { field, label: key, why } }];
  }
  if (input.fingerprint(key, comparable(value)) === known) return [];
  return [differs(input.spec, field, key, HIDDEN, HIDDEN, 'update')];
}

/**
 * A value that stands elsewhere, by the version of it that was last applied. Without that knowledge
 * only a live value that AWS shows tells, and only where the value was fetched to be compared.
 */
function compareFrom(
  input: CompareInput,
  key: string,
  { source, version, value }: FromWish,
  live?: StackParameter,
): readonly Finding[] {
  const { spec } = input;
  const field = parameterField(key);
  const open = (kind: 'unverified' | 'unreadable', why: string): readonly Finding[] => [
    { kind, field: { field, label: key, why } },
  ];
  if (version === undefined) return open('unverified', 'its version was not asked for');
  if (version.kind === 'unknown') return open('unverified', version.why);
  if (version.kind !== 'known') return open('unreadable', version.why);
  const desired = versionText(source, version.version);
  if (live === undefined && !isBlind(input.live)) {
    const absent = none(`not in ${versionLabel(input.live)}`);
    return [differs(spec, field, key, absent, desired, 'update')];
  }
  const prints = validFingerprints(input.entry, input.live, input.keyId);
  const applied = prints === null ? undefined : own(prints.references, key);
  if (applied !== undefined) {
    const same = applied.reference === referenceOf(source);
    if (same && applied.version === version.version) return [];
    const before = same ? versionText(source, applied.version) : HIDDEN;
    return [differs(spec, field, key, before, desired, 'update')];
  }
  if (wasLiteral(prints, key)) return [differs(spec, field, key, HIDDEN, desired, 'update')];
  if (live?.kind === 'shown' && value !== undefined) {
    if (comparable(live.value) === comparable(value)) return [];
    return [differs(spec, field, key, HIDDEN, desired, 'update')];
  }
  return live?.kind === 'shown'
    ? open(
        'unverified',
        'its value is not read in a plan, and the journal has no valid version of it',
      )
    : open(
        'unverified',
        'AWS does not return its value, and the journal has no valid version of it',
      );
}

/** A secret of the document itself was applied; it may be the same value, and that cannot be told. */
function wasLiteral(prints: Fingerprints | null, key: string): boolean {
  return prints !== null && own(prints.values, key) !== undefined;
}
