import type { FieldDifference, OpenField, Shown } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { Digest } from '../domain/ids.ts';
import type { PresentProduct, Reading } from '../domain/live.ts';
import type { Step } from '../domain/request.ts';
import { positionOf, type Spec } from '../domain/spec.ts';
import { ruleText, type ValueSource, versionShown } from '../domain/values.ts';

/** Digest of a NoEcho value under the fingerprint key, scoped by the caller to target and product. */
export type Fingerprint = (parameter: string, value: string) => Digest;

export interface CompareInput {
  readonly spec: Spec;
  readonly live: PresentProduct;
  readonly entry: ProductEntry;
  readonly fingerprint: Fingerprint | null;
  readonly keyId: string | null;
  /** Of the document; left out or null: not known. */
  readonly specDigest?: Digest | null;
}

/** What comparing one field gave. `equal` fields leave no finding. */
export type Finding =
  | { readonly kind: 'differs'; readonly difference: FieldDifference }
  | { readonly kind: 'unverified'; readonly field: OpenField }
  | { readonly kind: 'unreadable'; readonly field: OpenField }
  /** Can be told with the product's facts (a default, the id behind a name) and only then. */
  | { readonly kind: 'deferred'; readonly field: OpenField };

/** A value that is there and not shown. */
export const HIDDEN: Shown = { kind: 'hidden' };

export function text(value: string): Shown {
  return { kind: 'text', text: value };
}

export function none(note: string): Shown {
  return { kind: 'none', note };
}

/** How people call the live version: by name where AWS told it. */
export function versionLabel(live: PresentProduct): string {
  if (live.version.kind !== 'read') return 'the live version';
  return live.version.value.name ?? live.version.value.id;
}

export function whyOpen(reading: Exclude<Reading<unknown>, { kind: 'read' }>): string {
  return reading.kind === 'unreadable' ? reading.why : 'it was not read in this pass';
}

export function differs(
  spec: Spec,
  field: string,
  label: string,
  live: Shown,
  desired: Shown,
  step: Step,
): Finding {
  return {
    kind: 'differs',
    difference: { field, label, at: positionOf(spec, field), live, desired, step },
  };
}

/** `1.5.0 (semver ^1.4)`. */
export function foundText({ versionRule }: Spec, { name }: { readonly name: string }): string {
  return versionRule === null ? name : `${name} (${ruleText(versionRule)})`;
}

/** A version as a side of a difference; a keyed digest is shown as no more than hidden. */
export function versionText(source: ValueSource, version: string): Shown {
  const shown = versionShown(source, version);
  return shown === null ? HIDDEN : text(shown);
}
