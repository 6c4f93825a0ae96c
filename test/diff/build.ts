import { type AssessInput, assess, type UpdateFacts } from '../../src/diff/assess.ts';
import { compare } from '../../src/diff/compare.ts';
import type { CompareInput, Fingerprint } from '../../src/diff/finding.ts';
import { resolveTarget } from '../../src/diff/resolve.ts';
import { hmac } from '../../src/domain/canonical.ts';
import type { Change, ChangeVerdict } from '../../src/domain/change.ts';
import {
  EMPTY_ENTRY,
  type Fingerprints,
  type Intent,
  type ProductEntry,
} from '../../src/domain/entry.ts';
import {
  asAccountId,
  asArtifactId,
  asDigest,
  asPathId,
  asProductId,
  asProvisionedProductId,
  asRecordId,
  asTargetName,
  asToken,
  productKey,
} from '../../src/domain/ids.ts';
import {
  type ArtifactView,
  type LaunchPath,
  notRead,
  type ParameterDefinition,
  type PresentProduct,
  type RecordView,
  read,
  type Stack,
  type StackParameter,
  type VersionDefinitions,
} from '../../src/domain/live.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { DEFAULT_LIFE, type Spec } from '../../src/domain/spec.ts';
import type { ProductStatusView } from '../../src/domain/status.ts';

/**
 * A small estate of one: everything a test does not name is in sync. Product `net` (prod-net) in
 * version 1.0 (pa-1), stack parameters Size = small and Password (NoEcho), tag team = a.
 */
export const NOW = '2026-11-21T12:00:00.000Z';
export const KEY = new Uint8Array(32).fill(7);
export const KEY_ID = 'key-1';

export const fingerprint: Fingerprint = (parameter, value) => hmac(KEY, [parameter], value);

export const rec = (name: string) => asRecordId(`rec-${name}`);
export const AT = { file: 'net.yaml', line: 1, column: 1 };

export function aSpec(parts: Partial<Spec> = {}): Spec {
  const identity = { kind: 'name', name: 'net-a' } as const;
  return {
    key: productKey(identity),
    target: asTargetName('prod'),
    name: 'net-a',
    identity,
    labels: {},
    annotations: {},
    product: { kind: 'name', name: 'net' },
    version: { kind: 'name', name: '1.0' },
    versionRule: null,
    path: null,
    parameters: {},
    preferences: null,
    stackInstances: null,
    tags: null,
    owner: null,
    launchRole: null,
    acceptLanguage: null,
    expect: { provisionedProductId: null, physicalId: null },
    notificationArns: [],
    reconcile: {
      drift: 'correct',
      mode: 'enforce',
      suspend: false,
      removeInstances: false,
      ignore: [],
      onNewVersion: 'report',
      onRotate: 'report',
      ...DEFAULT_LIFE,
    },
    dependsOn: [],
    origin: { at: AT, fields: Object.create(null) },
    ...parts,
  };
}

export const value = (text: string) => ({ kind: 'value', value: text }) as const;
export const shown = (text: string): StackParameter => ({ kind: 'shown', value: text });
export const NO_ECHO: StackParameter = { kind: 'noEcho' };

export function aStack(parts: Partial<Stack> = {}): Stack {
  return {
    id: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/SC-1/x',
    status: 'UPDATE_COMPLETE',
    statusReason: null,
    parameters: { Size: shown('small'), Password: NO_ECHO },
    tags: { team: 'a' },
    lastUpdated: '2026-11-01T00:00:00.000Z',
    ...parts,
  };
}

export function aLive(parts: Partial<PresentProduct> = {}): PresentProduct {
  return {
    kind: 'present',
    id: asProvisionedProductId('pp-a'),
    name: 'net-a',
    arn: 'arn:aws:servicecatalog:eu-west-1:111122223333:stack/net-a/pp-a',
    type: 'CFN_STACK',
    status: 'AVAILABLE',
    statusMessage: null,
    physicalId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/SC-1/x',
    records: { last: rec('1'), lastProvisioning: rec('1'), lastSuccessful: rec('1') },
    product: read({ id: asProductId('prod-net'), name: 'net' }),
    version: read({ id: asArtifactId('pa-1'), name: '1.0' }),
    path: notRead,
    tags: read({ team: 'a', 'aws:servicecatalog:productArn': 'arn:x' }),
    owner: read({ arn: 'arn:aws:iam::111122223333:role/owner', sessionArn: null }),
    launchRole: notRead,
    stack: read(aStack()),
    stackDenied: false,
    instances: notRead,
    ...parts,
  };
}

/** Live after a failed update that rolled back: the last success is rec-1, the failure rec-2. */
export function aTainted(parts: Partial<PresentProduct> = {}): PresentProduct {
  const records = { last: rec('2'), lastProvisioning: rec('2'), lastSuccessful: rec('1') };
  return aLive({ status: 'TAINTED', records, ...parts });
}

export function anEntry(parts: Partial<ProductEntry> = {}): ProductEntry {
  return { ...EMPTY_ENTRY, ...parts };
}

/** Fingerprints that hold for `aLive`: of these NoEcho values. */
export function prints(values: Readonly<Record<string, string>>): Fingerprints {
  const digests = Object.entries(values).map(([key, text]) => [key, fingerprint(key, text)]);
  return {
    recordId: rec('1'),
    stackUpdated: '2026-11-01T00:00:00.000Z',
    keyId: KEY_ID,
    complete: false,
    values: Object.fromEntries(digests),
    references: {},
  };
}

export function aDefinition(
  key: string,
  parts: Partial<ParameterDefinition> = {},
): ParameterDefinition {
  return {
    key,
    defaultValue: null,
    type: 'String',
    noEcho: false,
    description: '',
    allowedValues: [],
    allowedPattern: null,
    constraintDescription: null,
    minLength: null,
    maxLength: null,
    minValue: null,
    maxValue: null,
    ...parts,
  };
}

export function definitionsOf(
  parameters: readonly ParameterDefinition[] = [
    aDefinition('Size'),
    aDefinition('Password', { noEcho: true }),
  ],
  tagUpdate: VersionDefinitions['tagUpdate'] = 'allowed',
): VersionDefinitions {
  return { parameters, tagUpdate, tagOptions: {}, stackSet: null };
}

export function anArtifact(id: string, name: string, parts: Partial<ArtifactView> = {}) {
  const view: ArtifactView = {
    id: asArtifactId(id),
    name,
    active: true,
    guidance: 'DEFAULT',
    createdAt: '2026-01-01T00:00:00.000Z',
  };
  return { ...view, ...parts };
}

export const ARTIFACTS: readonly ArtifactView[] = [
  anArtifact('pa-1', '1.0'),
  anArtifact('pa-2', '2.0', { createdAt: '2026-02-01T00:00:00.000Z' }),
];

export function aPath(id: string, name: string): LaunchPath {
  return { id: asPathId(id), name };
}

export const PATHS: readonly LaunchPath[] = [aPath('lpv2-1', 'platform')];

/** Facts as the reconciler would read them for this spec and live state. */
export function factsFor(
  spec: Spec,
  live: PresentProduct,
  definitions: VersionDefinitions = definitionsOf(),
): UpdateFacts {
  const recordedPath = live.path.kind === 'read' ? live.path.value : null;
  const productId = read(asProductId('prod-net'));
  const resolved = resolveTarget({
    spec,
    live,
    artifacts: read(ARTIFACTS),
    paths: read(PATHS),
    recordedPath,
    productId,
  });
  return { resolved, definitions: read(definitions), current: notRead, unchecked: null };
}

export function compared(parts: Partial<CompareInput> = {}) {
  const defaults = { spec: aSpec(), live: aLive(), entry: anEntry(), fingerprint, keyId: KEY_ID };
  return compare({ ...defaults, ...parts });
}

/** `assess` with everything in sync and known, but for what the test names. */
export function assessed(parts: Partial<AssessInput> = {}): Change {
  const spec = parts.spec ?? aSpec();
  const live = parts.live ?? aLive();
  return assess({
    spec,
    live,
    accountId: asAccountId('111122223333'),
    entry: anEntry(),
    comparison: null,
    facts: live.kind === 'present' ? factsFor(spec, live) : null,
    observeOnly: false,
    now: NOW,
    fingerprint,
    keyId: KEY_ID,
    specDigest: asDigest('hmac:present'),
    failedAt: null,
    asked: false,
    ...parts,
  });
}

/** The verdict, if it is of this kind; else the test fails and shows it. */
export function verdictOf<K extends ChangeVerdict['kind']>(
  change: Change,
  kind: K,
): Extract<ChangeVerdict, { kind: K }> {
  const { verdict } = change;
  if (verdict.kind !== kind)
    throw new Error(`expected the verdict ${kind}, got ${JSON.stringify(verdict)}`);
  return verdict as Extract<ChangeVerdict, { kind: K }>;
}

export const refusalCodes = (change: Change) =>
  verdictOf(change, 'refused').problems.map(({ code }) => code);

export const labelsOf = (change: Pick<Change, 'differences'>) =>
  change.differences.map(({ label }) => label);

export function anIntent(parts: Partial<Intent> = {}): Intent {
  return {
    step: 'update',
    productType: 'CFN_STACK',
    request: {
      operation: 'UpdateProvisionedProduct',
      provisionedProductId: asProvisionedProductId('pp-a'),
      productId: asProductId('prod-net'),
      artifactId: asArtifactId('pa-1'),
      pathId: asPathId('lpv2-1'),
      parameters: [],
      tags: null,
      acceptLanguage: null,
    },
    requestHash: asDigest('sha256:request'),
    token: asToken('tu1-token'),
    base: rec('1'),
    generation: 0,
    firstSentAt: '2026-11-21T11:00:00.000Z',
    lastSentAt: '2026-11-21T11:00:00.000Z',
    recordId: null,
    specDigest: asDigest('hmac:present'),
    revision: 'abc',
    at: AT,
    pending: {
      fingerprints: {},
      references: {},
      appliedVersion: null,
      keyId: KEY_ID,
      complete: false,
      instancesRun: null,
      ownTags: ['team'],
      declaredPath: 'name:platform',
    },
    ...parts,
  };
}

export function aRecord(id: string, parts: Partial<RecordView> = {}): RecordView {
  return {
    id: rec(id),
    status: 'SUCCEEDED',
    type: 'UPDATE_PROVISIONED_PRODUCT',
    createdAt: '2026-11-21T11:00:01.000Z',
    updatedAt: '2026-11-21T11:05:00.000Z',
    provisionedProductId: asProvisionedProductId('pp-a'),
    productId: asProductId('prod-net'),
    artifactId: asArtifactId('pa-1'),
    pathId: asPathId('lpv2-1'),
    errors: [],
    tags: {},
    ...parts,
  };
}

/** What a plan says of itself besides its body. */
export const META: Plan['meta'] = {
  revision: 'r',
  createdAt: '2026-11-21T14:02:11Z',
  programVersion: '0',
  calls: { byOperation: {}, total: 0 },
  directory: 'd',
  guards: [],
};

/** The status of a provisioned product that is in sync. */
export const aStatus = (
  name: string,
  parts: Partial<ProductStatusView> = {},
): ProductStatusView => ({
  target: asTargetName('prod-eu'),
  key: productKey({ kind: 'name', name }),
  name,
  provisionedProductId: null,
  condition: 'Ready',
  sync: 'Synced',
  health: 'Healthy',
  reason: 'InSync',
  message: '',
  next: null,
  recordId: null,
  recordStatus: null,
  wanted: null,
  live: null,
  unverified: 0,
  drift: false,
  revision: 'd41a7c9',
  at: { file: 'network/prod/set.yaml', line: 31, column: 5 },
  updatedAt: '2026-11-21T03:04:10.000Z',
  ...parts,
});
