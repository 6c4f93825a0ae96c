import type {
  AppliedReference,
  AppliedVersion,
  Fingerprints,
  InEffect,
  Intent,
  LastResult,
  Latch,
  ProductEntry,
} from '../domain/entry.ts';
import type {
  AccountId,
  ArtifactId,
  Digest,
  PathId,
  ProductId,
  ProductKey,
  ProvisionedProductId,
  RecordId,
  TargetName,
  Token,
} from '../domain/ids.ts';
import type { Gone, KnownDocument, KnownPolicies } from '../domain/known.ts';
import type { Position } from '../domain/problem.ts';
import {
  STEPS,
  type StackSetRequest,
  type StoredArgument,
  type StoredRequest,
} from '../domain/request.ts';
import type { CountOrPercentage } from '../domain/spec.ts';
import type { DaemonView, ProductStatusView } from '../domain/status.ts';
import type { PersonRequest } from '../reconciler/ports.ts';
import {
  boolean,
  list,
  number,
  object,
  oneOf,
  optional,
  orNull,
  record,
  type Shape,
  ShapeError,
  since,
  text,
  variant,
} from './shape.ts';

const digest = text<Digest>();
const recordId = text<RecordId>();
const step = oneOf(...STEPS);

const position = object<Position>({ file: text(), line: number, column: number });

const storedArgument = variant<StoredArgument>('kind', {
  value: object<Extract<StoredArgument, { kind: 'value' }>>({
    kind: oneOf('value'),
    key: text(),
    value: text(),
  }),
  secret: object<Extract<StoredArgument, { kind: 'secret' }>>({
    kind: oneOf('secret'),
    key: text(),
    digest,
  }),
  reference: object<Extract<StoredArgument, { kind: 'reference' }>>({
    kind: oneOf('reference'),
    key: text(),
    reference: text(),
    version: text(),
  }),
  previous: object<Extract<StoredArgument, { kind: 'previous' }>>({
    kind: oneOf('previous'),
    key: text(),
  }),
});

const countOrPercentage = variant<CountOrPercentage>('kind', {
  count: object<Extract<CountOrPercentage, { kind: 'count' }>>({
    kind: oneOf('count'),
    value: number,
  }),
  percentage: object<Extract<CountOrPercentage, { kind: 'percentage' }>>({
    kind: oneOf('percentage'),
    value: number,
  }),
});

const stackSetRequest = object<StackSetRequest>({
  operation: oneOf('UPDATE', 'CREATE', 'DELETE'),
  accounts: orNull(list(text())),
  regions: orNull(list(text())),
  failureTolerance: orNull(countOrPercentage),
  maxConcurrency: orNull(countOrPercentage),
});

type StoredUpdate = Extract<StoredRequest, { operation: 'UpdateProvisionedProduct' }>;
type StoredProvision = Extract<StoredRequest, { operation: 'ProvisionProduct' }>;
type StoredTerminate = Extract<StoredRequest, { operation: 'TerminateProvisionedProduct' }>;
type StoredImport = Extract<StoredRequest, { operation: 'ImportAsProvisionedProduct' }>;
type StoredProperties = Extract<StoredRequest, { operation: 'UpdateProvisionedProductProperties' }>;

const storedTag = object<{ readonly key: string; readonly value: string }>({
  key: text(),
  value: text(),
});

const nothing: Shape<null> = (value, at) => {
  if (value !== null) throw new ShapeError(at, 'null');
  return null;
};

const storedRequest = variant<StoredRequest>('operation', {
  UpdateProvisionedProduct: object<StoredUpdate>({
    operation: oneOf('UpdateProvisionedProduct'),
    provisionedProductId: text<ProvisionedProductId>(),
    productId: text<ProductId>(),
    artifactId: text<ArtifactId>(),
    pathId: orNull(text<PathId>()),
    parameters: list(storedArgument),
    tags: orNull(list(storedTag)),
    acceptLanguage: orNull(text()),
    preferences: optional(stackSetRequest),
  }),
  ProvisionProduct: object<StoredProvision>({
    operation: oneOf('ProvisionProduct'),
    provisionedProductId: nothing,
    name: text(),
    productId: text<ProductId>(),
    artifactId: text<ArtifactId>(),
    pathId: text<PathId>(),
    parameters: list(storedArgument),
    tags: list(storedTag),
    notificationArns: list(text()),
    acceptLanguage: orNull(text()),
    preferences: optional(stackSetRequest),
  }),
  TerminateProvisionedProduct: object<StoredTerminate>({
    operation: oneOf('TerminateProvisionedProduct'),
    provisionedProductId: text<ProvisionedProductId>(),
    retain: boolean,
    acceptLanguage: orNull(text()),
  }),
  ImportAsProvisionedProduct: object<StoredImport>({
    operation: oneOf('ImportAsProvisionedProduct'),
    provisionedProductId: nothing,
    name: text(),
    productId: text<ProductId>(),
    artifactId: text<ArtifactId>(),
    physicalId: text(),
    acceptLanguage: orNull(text()),
  }),
  UpdateProvisionedProductProperties: object<StoredProperties>({
    operation: oneOf('UpdateProvisionedProductProperties'),
    provisionedProductId: text<ProvisionedProductId>(),
    property: oneOf('OWNER', 'LAUNCH_ROLE'),
    value: text(),
    acceptLanguage: orNull(text()),
  }),
});

const references = record(object<AppliedReference>({ reference: text(), version: text() }));

const appliedVersion = object<AppliedVersion>({ rule: text(), artifactId: text<ArtifactId>() });

const intent = object<Intent>({
  step,
  productType: since(orNull(text()), null),
  request: storedRequest,
  requestHash: digest,
  token: text<Token>(),
  base: orNull(recordId),
  generation: number,
  firstSentAt: orNull(text()),
  lastSentAt: orNull(text()),
  recordId: orNull(recordId),
  specDigest: digest,
  revision: text(),
  at: position,
  pending: object<Intent['pending']>({
    fingerprints: record(digest),
    references: since(references, {}),
    appliedVersion: since(orNull(appliedVersion), null),
    keyId: text(),
    complete: since(boolean, false),
    instancesRun: since(orNull(digest), null),
    ownTags: list(text()),
    declaredPath: orNull(text()),
  }),
});

const latch = variant<Latch>('kind', {
  stalled: object<Extract<Latch, { kind: 'stalled' }>>({
    kind: oneOf('stalled'),
    requestHash: orNull(digest),
    recordId: orNull(recordId),
    reason: text(),
    next: text(),
    at: text(),
  }),
  backoff: object<Extract<Latch, { kind: 'backoff' }>>({
    kind: oneOf('backoff'),
    requestHash: orNull(digest),
    recordId: orNull(recordId),
    reason: text(),
    at: text(),
    attempts: number,
    until: text(),
  }),
});

export const productEntry: Shape<ProductEntry> = object<ProductEntry>({
  provisionedProductId: orNull(text<ProvisionedProductId>()),
  ownedId: since(orNull(text<ProvisionedProductId>()), null),
  inEffect: orNull(object<InEffect>({ specDigest: digest, revision: text(), at: text() })),
  declaredPath: orNull(text()),
  ownTags: list(text()),
  fingerprints: orNull(
    object<Fingerprints>({
      recordId: orNull(recordId),
      stackUpdated: orNull(text()),
      keyId: text(),
      complete: since(boolean, false),
      values: record(digest),
      references: since(references, {}),
    }),
  ),
  appliedVersion: since(orNull(appliedVersion), null),
  intent: orNull(intent),
  latch: orNull(latch),
  ownRecords: list(recordId),
  lastResult: orNull(
    object<LastResult>({
      kind: oneOf('succeeded', 'failed'),
      step,
      recordId,
      base: orNull(recordId),
      requestHash: digest,
      at: text(),
      reason: orNull(text()),
    }),
  ),
  retryHandled: orNull(text()),
  healed: orNull(digest),
  recreated: since(orNull(digest), null),
  instancesRun: since(orNull(digest), null),
});

export const knownDocument: Shape<KnownDocument> = object<KnownDocument>({
  key: text<ProductKey>(),
  name: text(),
  file: text(),
  digest: text(),
  content: since(text(), ''),
  policies: since(
    object<KnownPolicies>({
      prune: oneOf('never', 'terminate', 'retain'),
      deletionProtection: boolean,
      handsOff: boolean,
    }),
    { prune: 'never', deletionProtection: false, handsOff: false },
  ),
  provisionedProductId: since(orNull(text<ProvisionedProductId>()), null),
  lastRecordId: since(orNull(recordId), null),
  dependsOn: since(
    list(
      object<KnownDocument['dependsOn'][number]>({
        target: text<TargetName>(),
        key: text<ProductKey>(),
      }),
    ),
    [],
  ),
  gone: since(
    orNull(
      object<Gone>({
        since: text(),
        revision: text(),
        renamedTo: orNull(
          object<NonNullable<Gone['renamedTo']>>({ key: text<ProductKey>(), name: text() }),
        ),
      }),
    ),
    null,
  ),
});

export const productStatus: Shape<ProductStatusView> = object<ProductStatusView>({
  target: text<TargetName>(),
  key: text<ProductKey>(),
  name: text(),
  provisionedProductId: orNull(text<ProvisionedProductId>()),
  condition: oneOf('Ready', 'Reconciling', 'Stalled'),
  sync: oneOf('Synced', 'OutOfSync', 'Unknown'),
  health: oneOf('Healthy', 'Progressing', 'Degraded', 'Missing', 'Suspended', 'Unknown'),
  reason: text(),
  message: text(),
  next: orNull(text()),
  recordId: orNull(recordId),
  recordStatus: orNull(text()),
  wanted: orNull(text()),
  live: orNull(text()),
  unverified: number,
  drift: boolean,
  revision: text(),
  at: position,
  updatedAt: text(),
});

export const daemonView: Shape<DaemonView> = object<DaemonView>({
  host: text(),
  pid: number,
  startedAt: text(),
  heartbeatAt: text(),
  stoppedAt: orNull(text()),
  lastPass: orNull(object<NonNullable<DaemonView['lastPass']>>({ at: text(), tookMs: number })),
  observeOnly: boolean,
  source: object<DaemonView['source']>({
    directory: text(),
    revision: orNull(text()),
    since: orNull(text()),
    documents: number,
    invalid: number,
    problem: orNull(text()),
  }),
  journalProblem: orNull(text()),
  targets: list(
    object<DaemonView['targets'][number]>({
      name: text<TargetName>(),
      accountId: orNull(text()),
      region: text(),
      problem: orNull(text()),
    }),
  ),
});

export interface BoundAccount {
  readonly accountId: AccountId;
  readonly region: string;
}

export const boundAccount: Shape<BoundAccount> = object<BoundAccount>({
  accountId: text<AccountId>(),
  region: text(),
});

export interface RememberedFacts {
  readonly recordId: RecordId;
  readonly json: string;
}

export const rememberedFacts: Shape<RememberedFacts> = object<RememberedFacts>({
  recordId,
  json: text(),
});

/** A person's request and when it was made, ms since the epoch: the oldest is taken first. */
export interface AskedRequest {
  readonly request: PersonRequest;
  readonly at: number;
}

export const askedRequest: Shape<AskedRequest> = object<AskedRequest>({
  request: variant<PersonRequest>('kind', {
    retry: object<Extract<PersonRequest, { kind: 'retry' }>>({
      kind: oneOf('retry'),
      target: text<TargetName>(),
      key: text<ProductKey>(),
    }),
    accept: object<Extract<PersonRequest, { kind: 'accept' }>>({
      kind: oneOf('accept'),
      target: text<TargetName>(),
      key: text<ProductKey>(),
    }),
  }),
  at: number,
});

/** Who writes the journal; shown to whoever finds it locked. */
export interface Writer {
  readonly host: string;
  readonly pid: number;
  /** ISO 8601 UTC. */
  readonly since: string;
}

export const writerShape: Shape<Writer> = object<Writer>({
  host: text(),
  pid: number,
  since: text(),
});
