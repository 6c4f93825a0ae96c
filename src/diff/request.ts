import { type Json, sha256 } from '../domain/canonical.ts';
import type { AppliedReference, AppliedVersion, Intent, ProductEntry } from '../domain/entry.ts';
import type { ArtifactId, Digest, ProvisionedProductId } from '../domain/ids.ts';
import type { PresentProduct, VersionDefinitions } from '../domain/live.ts';
import type {
  ParameterArgument,
  ProductRequest,
  StackSetRequest,
  Step,
  StoredArgument,
  StoredRequest,
} from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import type { Comparison } from './compare.ts';
import { importRequest, isBlank, provisionRequest } from './creation.ts';
import type { Fingerprint } from './finding.ts';
import { byText, comparable, declaredPath, isBlind, own, validFingerprints } from './normalize.ts';
import type { ResolvedTarget } from './resolve.ts';
import { runOf } from './stack-set.ts';
import { instancesRequest, internal, isNoEcho, updateRequest } from './update-request.ts';
import { ruleKey } from './version-rule.ts';

export interface RequestInput {
  readonly step: Step;
  readonly spec: Spec;
  readonly live: PresentProduct;
  /** Needed for the step `update` only. */
  readonly resolved: ResolvedTarget | null;
  /** Needed for the step `update` only. */
  readonly definitions: VersionDefinitions | null;
  /** Of the live version, where its stack may not be read. */
  readonly current?: VersionDefinitions | null;
  readonly entry: ProductEntry;
  readonly fingerprint: Fingerprint | null;
  readonly comparison: Comparison;
}

/**
 * The request of one step, complete but for its token. The order of anything in the document or in
 * AWS's answers does not show in it.
 *
 * It expects what `assess` has let through. Throws `plan/no-fingerprint-key` if a NoEcho value is to
 * be sent and there is no key, because the journal could not keep such a request; throws
 * `plan/internal` if live state that the request rests on was not read.
 */
export function buildRequest(input: RequestInput): ProductRequest {
  const { step, spec } = input;
  switch (step) {
    case 'launchRole':
      return propertyRequest(input, 'LAUNCH_ROLE', spec.launchRole);
    case 'owner':
      return propertyRequest(input, 'OWNER', spec.owner);
    case 'update':
      return updateRequest(input);
    case 'provision':
      return provisionRequest(input);
    case 'import':
      return importRequest(input);
    case 'terminate':
      return terminateRequest(input.live.id, false, spec.acceptLanguage);
    case 'createInstances':
    case 'deleteInstances':
      return instancesRequest(input);
    default:
      return step satisfies never;
  }
}

const SENDS_VALUES: ReadonlySet<Step> = new Set<Step>(['update', 'provision']);

/**
 * Whether the request of this step cannot be told: it carries a NoEcho value while there is no key
 * to keep it by, or a value whose version is not known, as in a plan.
 */
export function lacksKey(input: RequestInput): boolean {
  if (!SENDS_VALUES.has(input.step)) return false;
  const parameters = input.definitions?.parameters ?? [];
  const isOpen = parameters.some(({ key }) => {
    const wish = own(input.spec.parameters, key);
    return wish?.kind === 'from' && wish.version?.kind !== 'known';
  });
  if (isOpen || input.fingerprint !== null) return isOpen;
  return parameters.some(
    (definition) =>
      own(input.spec.parameters, definition.key)?.kind === 'value' && isNoEcho(input, definition),
  );
}

/** A TerminateProvisionedProduct. `retain`: its stack stays. */
export function terminateRequest(
  provisionedProductId: ProvisionedProductId,
  retain: boolean,
  acceptLanguage: string | null,
): ProductRequest {
  return {
    operation: 'TerminateProvisionedProduct',
    provisionedProductId,
    retain,
    acceptLanguage,
  };
}

function propertyRequest(
  { spec, live }: RequestInput,
  property: 'OWNER' | 'LAUNCH_ROLE',
  value: string | null,
): ProductRequest {
  if (value === null) throw internal(`the document declares no ${property}`);
  return {
    operation: 'UpdateProvisionedProductProperties',
    provisionedProductId: live.id,
    property,
    value,
    acceptLanguage: spec.acceptLanguage,
  };
}

/** The form that is stored and hashed: each secret is only its keyed digest. */
export function storeRequest(request: ProductRequest): StoredRequest {
  switch (request.operation) {
    case 'UpdateProvisionedProductProperties':
    case 'TerminateProvisionedProduct':
    case 'ImportAsProvisionedProduct':
      return request;
    case 'UpdateProvisionedProduct':
    case 'ProvisionProduct':
      return { ...request, parameters: request.parameters.map(storedArgument) };
    default:
      return request satisfies never;
  }
}

function storedArgument(argument: ParameterArgument): StoredArgument {
  switch (argument.kind) {
    case 'secret':
      return { kind: 'secret', key: argument.key, digest: argument.digest };
    case 'reference': {
      const { kind, key, reference, version } = argument;
      return { kind, key, reference, version };
    }
    case 'value':
    case 'previous':
      return argument;
    default:
      return argument satisfies never;
  }
}

/**
 * The request that was stored, with its secrets put back from the present document, and with the
 * `values` (by parameter) of the versions that it names. `null` if one of them is no longer there exactly: then the stored token must not be used again.
 */
export function rebuildRequest(
  stored: StoredRequest,
  spec: Spec,
  fingerprint: Fingerprint | null,
  values: ReadonlyMap<string, string> = new Map(),
): ProductRequest | null {
  if (!('parameters' in stored)) return stored;
  const parameters: ParameterArgument[] = [];
  for (const argument of stored.parameters) {
    const rebuilt = rebuildArgument(argument, spec, fingerprint, values);
    if (rebuilt === null) return null;
    parameters.push(rebuilt);
  }
  return { ...stored, parameters };
}

function rebuildArgument(
  argument: StoredArgument,
  spec: Spec,
  fingerprint: Fingerprint | null,
  values: ReadonlyMap<string, string>,
): ParameterArgument | null {
  if (argument.kind === 'reference') {
    const value = values.get(argument.key);
    return value === undefined ? null : { ...argument, value };
  }
  if (argument.kind !== 'secret') return argument;
  const wish = own(spec.parameters, argument.key);
  if (wish?.kind !== 'value' || fingerprint === null) return null;
  const same = fingerprint(argument.key, wish.value) === argument.digest;
  return same ? { ...argument, value: wish.value } : null;
}

/** Digest of the resolved request, without its base. The prefix lets the way of hashing change. */
export function requestHash(request: ProductRequest): Digest {
  return sha256({ version: 'trueup-request-1', request: storedJson(storeRequest(request)) });
}

function storedJson(request: StoredRequest) {
  if (!('parameters' in request)) return { ...request };
  const { preferences, ...rest } = request;
  return {
    ...rest,
    parameters: request.parameters.map((argument) => ({ ...argument })),
    tags: request.tags?.map((tag) => ({ ...tag })) ?? null,
    ...(preferences === undefined ? {} : { preferences: preferencesJson(preferences) }),
  };
}

function preferencesJson({ failureTolerance, maxConcurrency, ...rest }: StackSetRequest): Json {
  return {
    ...rest,
    failureTolerance: failureTolerance === null ? null : { ...failureTolerance },
    maxConcurrency: maxConcurrency === null ? null : { ...maxConcurrency },
  };
}

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
 * no longer declared stays ours, so that it is not taken for somebody else's later.
 */
function pendingTags(
  { spec, live, entry }: PendingInput,
  tags: readonly { readonly key: string; readonly value: string }[] | null,
): readonly string[] {
  if (tags === null || spec.tags === null) return entry.ownTags;
  const before = live.tags.kind === 'read' ? live.tags.value : {};
  const replaces = tags.some(({ key, value }) => own(before, key) !== value);
  const stay = replaces ? [] : entry.ownTags.filter((key) => own(before, key) !== undefined);
  return [...new Set([...Object.keys(spec.tags), ...stay])].sort(byText);
}
