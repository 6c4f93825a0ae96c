import type {
  AppliedReference,
  AppliedReferences,
  AppliedVersion,
  Intent,
  ProductEntry,
} from '../domain/entry.ts';
import type { ArtifactId, Digest } from '../domain/ids.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { ParameterArgument, ProductRequest, Step } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import { isBlank } from './creation.ts';
import type { Fingerprint } from './finding.ts';
import { byText, comparable, declaredPath, isBlind, own, validFingerprints } from './normalize.ts';
import { runOf } from './stack-set.ts';
import { ruleKey } from './version-rule.ts';

export interface PendingInput {
  readonly step: Step;
  readonly spec: Spec;
  readonly live: PresentProduct;
  readonly entry: ProductEntry;
  readonly request: ProductRequest;
  readonly fingerprint: Fingerprint | null;
  readonly keyId: string | null;
}

/** What becomes true when the record of this request succeeds; it stands in the intent until then. */
export function pendingOf(input: PendingInput): Intent['pending'] {
  const { spec, live, entry, request, keyId, step } = input;
  if (!('parameters' in request)) return pendingWithoutValues(entry, keyId);
  return {
    fingerprints: pendingFingerprints(input, request.parameters),
    references: pendingReferences(input, request.parameters),
    appliedVersion: appliedVersionOf(spec, entry, request.artifactId),
    keyId: keyId ?? '',
    complete: areUnseen(live),
    instancesRun: runOf(spec, step),
    ownTags: pendingTags(input, request.tags),
    declaredPath: declaredPath(spec.path),
  };
}

/** Of a request whose success says nothing about values and tags. */
export function pendingWithoutValues(entry: ProductEntry, keyId: string | null): Intent['pending'] {
  return {
    fingerprints: {},
    references: {},
    appliedVersion: entry.appliedVersion,
    keyId: keyId ?? '',
    complete: false,
    instancesRun: null,
    ownTags: entry.ownTags,
    declaredPath: entry.declaredPath,
  };
}

/** Of a new product it is not known yet whether anything will tell its values. */
function areUnseen(live: PresentProduct): boolean {
  return isBlind(live) || isBlank(live);
}

/**
 * Of each secret sent (of each value, where nothing tells them), and of each kept one whose present
 * fingerprint still holds.
 */
function pendingFingerprints(
  { live, entry, fingerprint, keyId }: PendingInput,
  parameters: readonly ParameterArgument[],
): Readonly<Record<string, Digest>> {
  const valid = validFingerprints(entry, live, keyId);
  const result: Record<string, Digest> = Object.create(null);
  for (const argument of parameters) {
    const counts = argument.kind === 'secret' || (argument.kind === 'value' && areUnseen(live));
    if (counts && fingerprint !== null)
      result[argument.key] = fingerprint(argument.key, comparable(argument.value));
    const kept = valid === null ? undefined : own(valid.values, argument.key);
    if (argument.kind === 'previous' && kept !== undefined) result[argument.key] = kept;
  }
  return result;
}

/** Of each value sent that stands elsewhere, and of each kept one whose version is still known. */
function pendingReferences(
  { live, entry, keyId }: PendingInput,
  parameters: readonly ParameterArgument[],
): Intent['pending']['references'] {
  const valid = validFingerprints(entry, live, keyId);
  const result: Record<string, AppliedReference> = Object.create(null);
  for (const argument of parameters) {
    const { key } = argument;
    const kept = valid === null ? undefined : own(valid.references, key);
    if (argument.kind === 'reference')
      result[key] = { reference: argument.reference, version: argument.version };
    else if (argument.kind === 'previous' && kept !== undefined) result[key] = kept;
  }
  return result;
}

/** What was applied last of values that stand elsewhere: of a kept one, what was before. */
export function referencesAfter(
  { lastReferences }: Pick<ProductEntry, 'lastReferences'>,
  { request, pending: { keyId, references } }: Pick<Intent, 'request' | 'pending'>,
): AppliedReferences {
  const before = lastReferences?.keyId === keyId ? lastReferences.references : {};
  const result: Record<string, AppliedReference> = Object.create(null);
  for (const { key, kind } of 'parameters' in request ? request.parameters : []) {
    const known = own(references, key) ?? (kind === 'previous' ? own(before, key) : undefined);
    if (known !== undefined) result[key] = known;
  }
  return { keyId, references: result };
}

/** What the rule for the version found, once it is in effect. */
export function appliedVersionOf(
  spec: Spec,
  { appliedVersion }: ProductEntry,
  artifactId: ArtifactId,
): AppliedVersion | null {
  const rule = ruleKey(spec);
  if (rule === null) return null;
  const same = appliedVersion?.rule === rule && appliedVersion.artifactId === artifactId;
  return same ? appliedVersion : { rule, artifactId };
}

/**
 * AWS takes a tag away only together with an added or changed one; until then a tag of ours that is
 * no longer declared stays ours, so that it is not taken for somebody else's later. So does one that a
 * failed update was to add: nobody else has set it, and AWS may still show it.
 */
function pendingTags(
  { spec, live, entry }: PendingInput,
  tags: readonly { readonly key: string; readonly value: string }[] | null,
): readonly string[] {
  if (tags === null || spec.tags === null) return entry.ownTags;
  const before = live.tags.kind === 'read' ? live.tags.value : {};
  const replaces = tags.some(({ key, value }) => own(before, key) !== value);
  const onStack = live.stack.kind === 'read' ? live.stack.value.tags : before;
  const added = entry.triedTags.filter((key) => own(onStack, key) === undefined);
  const ours = [...entry.ownTags, ...added];
  const stay = replaces ? [] : ours.filter((key) => own(before, key) !== undefined);
  return [...new Set([...Object.keys(spec.tags), ...stay])].sort(byText);
}
