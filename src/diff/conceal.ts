import type { FieldDifference } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { isPart, parameterField } from './compare-parameters.ts';
import { type Finding, HIDDEN } from './finding.ts';
import { own } from './normalize.ts';

/**
 * Where only NoEcho values were fingerprinted, their keys tell even what the stack does not. What stood
 * elsewhere when it was applied is a secret, whatever the template calls it and the document says by now.
 */
export function knownNoEcho(live: PresentProduct, entry: ProductEntry): ReadonlySet<string> {
  const { fingerprints, lastReferences } = entry;
  const secret = fingerprints === null || fingerprints.complete ? {} : fingerprints.values;
  const applied = { ...lastReferences?.references, ...fingerprints?.references };
  const keys = new Set([...Object.keys(secret), ...Object.keys(applied)]);
  if (live.stack.kind === 'read') {
    for (const [key, parameter] of Object.entries(live.stack.value.parameters)) {
      if (parameter.kind === 'noEcho') keys.add(key);
    }
  }
  return keys;
}

/** Only the live version's template is known here: another one may call anything NoEcho. */
export function staysInVersion(findings: readonly Finding[]): boolean {
  return !findings.some((one) =>
    isPart(one.kind === 'differs' ? one.difference : one.field, 'version', 'product'),
  );
}

/** Declared parameters that are not known to be harmless. */
export function hiddenParameters(
  spec: Spec,
  live: PresentProduct,
  noEcho: ReadonlySet<string>,
  sameVersion: boolean,
): ReadonlySet<string> {
  const shown = live.stack.kind === 'read' && sameVersion ? live.stack.value.parameters : {};
  return new Set(
    Object.keys(spec.parameters).filter(
      (key) =>
        noEcho.has(key) ||
        own(shown, key)?.kind !== 'shown' ||
        own(spec.parameters, key)?.kind === 'from',
    ),
  );
}

/** Takes a value that may be a secret out of what people see. `refine` puts back what is none. */
export function conceal(
  spec: Spec,
  difference: FieldDifference,
  hidden: ReadonlySet<string>,
  noEcho: ReadonlySet<string>,
): FieldDifference {
  const key = difference.label;
  if (difference.field !== parameterField(key) || !hidden.has(key)) return difference;
  // What stands elsewhere shows versions from the start, never a value.
  if (own(spec.parameters, key)?.kind === 'from') return difference;
  const isText = difference.live.kind === 'text';
  const live = isText && noEcho.has(key) ? HIDDEN : difference.live;
  return { ...difference, live, desired: HIDDEN };
}
