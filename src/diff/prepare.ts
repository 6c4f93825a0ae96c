import type { Cause, ChangeVerdict, FieldDifference } from '../domain/change.ts';
import type { AppliedReference, ProductEntry } from '../domain/entry.ts';
import { kindOf } from '../domain/kind.ts';
import type { ArtifactView, Live, PresentProduct, Reading } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import { type FromWish, type ParameterWish, positionOf, type Spec } from '../domain/spec.ts';
import {
  referenceOf,
  ruleText,
  type SourceVersion,
  sourceLabel,
  versionShown,
} from '../domain/values.ts';
import { parameterField } from './compare-parameters.ts';
import { foundText, text, versionText, whyOpen } from './finding.ts';
import { withoutIgnored } from './ignore.ts';
import { byText, isBlind, own, sortedKeys, validFingerprints } from './normalize.ts';
import { listed, problem } from './problems.ts';
import { findByRule, ruleKey } from './version-rule.ts';

export interface PrepareInput {
  readonly spec: Spec;
  readonly live: Live;
  readonly entry: ProductEntry;
  readonly keyId: string | null;
  /** All versions of the declared product; `notRead` is enough where no rule asks for them. */
  readonly artifacts: Reading<readonly ArtifactView[]>;
  /** By reference. */
  readonly versions: ReadonlyMap<string, SourceVersion>;
}

/** A difference that the document did not cause and that its policy only reports. */
export interface Held {
  readonly difference: FieldDifference;
  readonly cause: Extract<Cause, { kind: 'newVersion' | 'rotated' }>;
}

/**
 * A document as this pass takes it: the version that its rule finds, the versions of its values,
 * without what it ignores and without what it only wants reported.
 */
export interface Prepared {
  readonly spec: Spec;
  readonly held: readonly Held[];
  /** Something that the document rests on could not be found. */
  readonly block: ChangeVerdict | null;
}

export function prepare(input: PrepareInput): Prepared {
  const { live, entry } = input;
  const present = live.kind === 'present' && !isReplaced(input.spec, live) ? live : null;
  const wanted = present === null ? input.spec : withoutIgnored(input.spec, present, entry);
  const version = prepareVersion({ ...input, spec: wanted }, present);
  const values = prepareValues({ ...input, spec: version.spec }, present);
  return {
    spec: values.spec,
    held: [...version.held, ...values.held],
    block: version.block ?? values.block,
  };
}

/** Terminated and provisioned again: nothing of it stays as it is. */
function isReplaced({ reconcile }: Spec, live: PresentProduct): boolean {
  return live.status === 'ERROR' && reconcile.onError === 'recreate';
}

const FIELD = 'provisioningArtifact';

type Version = Pick<ArtifactView, 'id' | 'name'>;

function prepareVersion(input: PrepareInput, live: PresentProduct | null): Prepared {
  const { spec, artifacts, entry } = input;
  const { versionRule } = spec;
  if (versionRule === null) return { spec, held: [], block: null };
  if (artifacts.kind !== 'read')
    return {
      spec,
      held: [],
      block: { kind: 'unreadable', why: `versions: ${whyOpen(artifacts)}` },
    };
  const found = findByRule(versionRule, artifacts.value);
  if (found === null) return { spec, held: [], block: nothingFound(spec, artifacts.value) };
  const applied = appliedVersion(spec, entry, live, artifacts.value);
  // What runs and is what the rule finds is as declared, whoever brought it in.
  const isNew =
    live !== null && applied !== undefined && applied.id !== found.id && !runs(live, found);
  if (!isNew || spec.reconcile.onNewVersion === 'update')
    return { spec: withVersion(spec, found), held: [], block: null };
  const difference: FieldDifference = {
    field: FIELD,
    label: 'version',
    at: positionOf(spec, FIELD),
    live: text(applied.name),
    desired: text(foundText(spec, found)),
    step: 'update',
  };
  const held: Held = { difference, cause: newVersion(spec, found) };
  return { spec: withVersion(spec, applied), held: [held], block: null };
}

const runs = ({ version }: PresentProduct, { id }: Version) =>
  version.kind === 'read' && version.value.id === id;

/** What the rule found before. Deleted since, it stays what was found for as long as it runs. */
function appliedVersion(
  spec: Spec,
  { appliedVersion: applied }: ProductEntry,
  live: PresentProduct | null,
  artifacts: readonly ArtifactView[],
): Version | undefined {
  if (applied === null || applied.rule !== ruleKey(spec)) return undefined;
  const known = artifacts.find(({ id }) => id === applied.artifactId);
  if (known !== undefined || live?.version.kind !== 'read') return known;
  const { value } = live.version;
  return value.id === applied.artifactId
    ? { id: value.id, name: value.name ?? value.id }
    : undefined;
}

function newVersion(spec: Spec, found: ArtifactView): Held['cause'] {
  const rule = spec.versionRule === null ? '' : `${ruleText(spec.versionRule)} finds `;
  const evidence = `${rule}version ${found.name}, created ${found.createdAt.slice(0, 10)}`;
  return { kind: 'newVersion', evidence };
}

function withVersion(spec: Spec, { id, name }: Version): Spec {
  const { versionRule, origin } = spec;
  const at = positionOf(spec, FIELD);
  const fields = Object.assign(Object.create(null), origin.fields, { provisioningArtifactId: at });
  return {
    ...spec,
    version: { kind: 'id', id },
    versionRule: versionRule === null ? null : { ...versionRule, found: name },
    origin: { ...origin, fields },
  };
}

function nothingFound(spec: Spec, artifacts: readonly ArtifactView[]): ChangeVerdict {
  const names = artifacts
    .filter((one) => one.active && one.guidance !== 'DEPRECATED')
    .toSorted((a, b) => byText(b.createdAt, a.createdAt))
    .map(({ name }) => name);
  const rule = spec.versionRule === null ? '' : ruleText(spec.versionRule);
  const message = `no active version that is not deprecated matches ${rule} (there are: ${listed(names)})`;
  const at = positionOf(spec, FIELD);
  return {
    kind: 'refused',
    problems: [problem({ code: 'plan/no-version-by-rule', at, field: FIELD, message })],
  };
}

function prepareValues(input: PrepareInput, live: PresentProduct | null): Prepared {
  const { spec, entry, keyId } = input;
  const prints = live === null ? null : validFingerprints(entry, live, keyId);
  const parameters: Record<string, ParameterWish> = Object.create(null);
  const held: Held[] = [];
  const problems: Problem[] = [];
  const open: string[] = [];
  for (const key of sortedKeys(spec.parameters)) {
    const wish = own(spec.parameters, key);
    if (wish === undefined) continue;
    if (wish.kind !== 'from') {
      parameters[key] = wish;
      continue;
    }
    const version = input.versions.get(referenceOf(wish.source)) ?? NOT_ASKED;
    if (version.kind === 'missing') problems.push(missing(spec, key, wish, version.why));
    if (version.kind === 'unreadable') open.push(`${key}: ${version.why}`);
    const applied = prints === null ? undefined : own(prints.references, key);
    const isLiteral = prints !== null && own(prints.values, key) !== undefined;
    const last = applied ?? (isLiteral ? undefined : lastApplied(input, live, key));
    const rotation = rotated(spec, key, { ...wish, version }, last);
    // Where every value must be sent, none can be held back by itself.
    const holds =
      rotation !== null && spec.reconcile.onRotate === 'report' && live !== null && canKeep(live);
    if (holds) held.push(rotation);
    parameters[key] = holds ? { kind: 'usePrevious' } : { ...wish, version };
  }
  return { spec: { ...spec, parameters }, held, block: blockOf(problems, open) };
}

/**
 * Somebody else changed the stack, so what runs is not known for certain. What was rotated since we
 * applied it is a rotation all the same, and no drift.
 */
function lastApplied(
  { entry, keyId }: PrepareInput,
  live: PresentProduct | null,
  key: string,
): AppliedReference | undefined {
  const last = entry.lastReferences ?? entry.fingerprints;
  if (last === null || last.keyId !== keyId || live?.stack.kind !== 'read') return undefined;
  const isThere = own(live.stack.value.parameters, key) !== undefined;
  return isThere ? own(last.references, key) : undefined;
}

const NOT_ASKED: SourceVersion = { kind: 'unknown', why: 'it was not asked for in this pass' };

function canKeep(live: PresentProduct): boolean {
  return kindOf(live) !== 'engine' && !isBlind(live);
}

function blockOf(problems: readonly Problem[], open: readonly string[]): ChangeVerdict | null {
  const [first, ...rest] = problems;
  if (first !== undefined) return { kind: 'refused', problems: [first, ...rest] };
  const [why] = open;
  return why === undefined ? null : { kind: 'unreadable', why };
}

/** A value is not there, or not as the document says. */
export function missing(spec: Spec, key: string, { source }: FromWish, why: string): Problem {
  const field = parameterField(key);
  const message = `${sourceLabel(source)}: ${why}`;
  return problem({ code: 'plan/value-missing', at: positionOf(spec, field), field, message });
}

/** The same source in another version than the one that was applied; null: it is not that. */
export function rotated(
  spec: Spec,
  key: string,
  { source, version }: FromWish,
  applied: AppliedReference | undefined,
): Held | null {
  if (version?.kind !== 'known' || applied === undefined) return null;
  if (applied.reference !== referenceOf(source) || applied.version === version.version) return null;
  const field = parameterField(key);
  const difference: FieldDifference = {
    field,
    label: key,
    at: positionOf(spec, field),
    live: versionText(source, applied.version),
    desired: versionText(source, version.version),
    step: 'update',
  };
  const named = versionShown(source, version.version);
  const evidence = `${sourceLabel(source)} has ${named === null ? 'another value' : `a new version: ${named}`}`;
  return { difference, cause: { kind: 'rotated', evidence } };
}
