/**
 * What the reconciler needs from the world. Adapters implement these; the simulation answers them.
 * Nothing below this line of the program reads a clock, a file, a socket or chance by itself.
 */
import type { ProductEntry } from '../domain/entry.ts';
import type { Approval, HeldPlan } from '../domain/guard.ts';
import type { Freeze } from '../domain/hold.ts';
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
import type { KnownDocument } from '../domain/known.ts';
import type {
  ArtifactView,
  LaunchPath,
  Owner,
  ProductStatus,
  RecordPointers,
  RecordStatus,
  RecordView,
  Stack,
  StackInstance,
  VersionDefinitions,
} from '../domain/live.ts';
import type { CallCounts } from '../domain/plan.ts';
import type { ProductRequest } from '../domain/request.ts';
import type { DaemonView, ProductStatusView } from '../domain/status.ts';
import type { SourceVersion, ValueSource } from '../domain/values.ts';

export interface Clock {
  /** Wall time, ms since the epoch: for what is stored and shown. May jump. */
  now(): number;
  /** Monotonic ms: for rates, delays and timeouts. Never goes back. */
  monotonic(): number;
  /** Resolves after `ms` of monotonic time; resolves early, without error, when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Chance, for jitter only: 0 ≤ x < 1. */
export type Random = () => number;

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** `event` is stable (`update.accepted`); people and alerts match on it. */
export interface Log {
  write(
    level: LogLevel,
    event: string,
    fields: Readonly<Record<string, unknown>>,
    message?: string,
  ): void;
}

/**
 * A failed call, classified in one place (src/aws/errors.ts):
 * - throttled: refused because of rate; certainly not carried out.
 * - unsent: the request certainly never arrived (connection refused, name not found).
 * - unknown: no usable answer (timeout, reset, 5xx): it may have been carried out.
 * - denied, credentials: rights missing, or no or expired credentials.
 * - notFound, invalid, conflict: refused by the service: ResourceNotFound; validation; state conflict.
 * - malformed: an answer that breaks the API's own contract.
 */
export interface Failure {
  readonly kind:
    | 'throttled'
    | 'unsent'
    | 'unknown'
    | 'denied'
    | 'credentials'
    | 'notFound'
    | 'invalid'
    | 'conflict'
    | 'malformed';
  readonly operation: string;
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

export type Result<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A row of SearchProvisionedProducts. */
export interface SearchRow {
  readonly id: ProvisionedProductId;
  readonly name: string;
  readonly arn: string;
  readonly type: string;
  readonly status: ProductStatus;
  readonly statusMessage: string | null;
  readonly physicalId: string | null;
  readonly records: RecordPointers;
  readonly productId: ProductId | null;
  readonly productName: string | null;
  readonly artifactId: ArtifactId | null;
  readonly artifactName: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly owner: Owner | null;
}

/** A complete listing: `complete` only if the rows seen equal TotalResultsCount. */
export interface SearchListing {
  readonly rows: readonly SearchRow[];
  readonly complete: boolean;
}

/** DescribeProvisionedProduct: what Search has, less names, tags and owner, plus the launch role. */
export interface Described {
  readonly id: ProvisionedProductId;
  readonly name: string;
  readonly arn: string;
  readonly type: string;
  readonly status: ProductStatus;
  readonly statusMessage: string | null;
  readonly records: RecordPointers;
  readonly productId: ProductId | null;
  readonly artifactId: ArtifactId | null;
  readonly launchRole: string | null;
}

/** The stacks that were asked for: found, missing (CloudFormation says so), or not readable. */
export interface StackListing {
  readonly found: ReadonlyMap<string, Stack>;
  readonly missing: ReadonlySet<string>;
  /** Why the stacks in neither set could not be read; null if there are none. */
  readonly failure: Failure | null;
}

export interface Accepted {
  readonly recordId: RecordId;
  readonly status: RecordStatus;
  /** ISO 8601; null where the operation does not return it (properties). */
  readonly createdAt: string | null;
  /** null where the operation does not return it. */
  readonly provisionedProductId: ProvisionedProductId | null;
}

/**
 * Service Catalog, CloudFormation and STS of one target. Reads take their own rate tickets, retry
 * what is safe to retry and page to the end; `send` makes exactly one call and never retries.
 */
export interface Catalog {
  /** Who we are, and the region that the SDK's chain gave. One STS call, remembered once it succeeded. */
  identity(): Promise<
    Result<{ readonly accountId: AccountId; readonly arn: string; readonly region: string }>
  >;
  search(): Promise<Result<SearchListing>>;
  /** The row of one provisioned product, found by id; null: not listed (which is not "absent"). */
  searchOne(id: ProvisionedProductId): Promise<Result<SearchRow | null>>;
  /** `notFound` failures come back as null: the API says that it does not exist. */
  describe(
    by: { readonly id: ProvisionedProductId } | { readonly name: string },
  ): Promise<Result<Described | null>>;
  stacks(ids: ReadonlySet<string>): Promise<StackListing>;
  /** A stack set in the form of a stack, by its physical id; null: CloudFormation has none. */
  stackSet(physicalId: string): Promise<Result<Stack | null>>;
  /** Every instance of a provisioned product of type CFN_STACKSET. */
  stackInstances(id: ProvisionedProductId): Promise<Result<readonly StackInstance[]>>;
  record(id: RecordId): Promise<Result<RecordView | null>>;
  /**
   * The newest records of the account, of whatever product, in one call: 20 at most. One that is not
   * among them tells nothing.
   */
  newestRecords(): Promise<Result<readonly RecordView[]>>;
  /** Newest first, down to and excluding `until`, or to the end. Bounded: 400 records. */
  history(id: ProvisionedProductId, until: RecordId | null): Promise<Result<readonly RecordView[]>>;
  /** By name: null if no product of that name is visible. */
  productByName(
    name: string,
  ): Promise<Result<{ readonly id: ProductId; readonly name: string } | null>>;
  artifacts(productId: ProductId): Promise<Result<readonly ArtifactView[]>>;
  paths(productId: ProductId): Promise<Result<readonly LaunchPath[]>>;
  definitions(
    productId: ProductId,
    artifactId: ArtifactId,
    pathId: PathId | null,
  ): Promise<Result<VersionDefinitions>>;
  /** `lastLook` is asked when nothing but the call is left to do; a reason makes it `unsent`. */
  send(
    request: ProductRequest,
    token: Token,
    lastLook?: () => Promise<string | null>,
  ): Promise<Result<Accepted>>;
  /** Calls that left this process for this target, as counted at the HTTP handler. */
  calls(): CallCounts;
  close(): void;
}

/** A person's word, put beside a running daemon by the CLI. */
export type PersonRequest =
  | { readonly kind: 'retry'; readonly target: TargetName; readonly key: ProductKey }
  | { readonly kind: 'accept'; readonly target: TargetName; readonly key: ProductKey }
  /** `product`: name or id of the product whose rollouts go on. */
  | { readonly kind: 'proceed'; readonly target: TargetName; readonly product: string }
  /** `set`: of a held plan of this target; `asked`: the digest as it was given. */
  | {
      readonly kind: 'approve';
      readonly target: TargetName;
      readonly set: Digest;
      readonly asked: string;
      readonly strict: boolean;
    };

export interface Versioned<T> {
  readonly value: T;
  /** For compare-and-set; 0: not stored yet. */
  readonly version: number;
}

export type { Gone, KnownDocument, KnownPolicies } from '../domain/known.ts';

/**
 * Everything that must survive a restart, keyed by target. Every write is durable when its promise
 * resolves. A rejected write means: nothing was stored, so nothing may be sent.
 */
export interface Journal {
  /** null: writable. Otherwise why it is not; then no mutating call is made. */
  readonly readOnly: string | null;
  list(target: TargetName): Promise<ReadonlyMap<ProductKey, Versioned<ProductEntry>>>;
  get(target: TargetName, key: ProductKey): Promise<Versioned<ProductEntry>>;
  /** Fails with code `journal/conflict` if the stored version is not `version`. Returns the new one. */
  put(target: TargetName, key: ProductKey, entry: ProductEntry, version: number): Promise<number>;
  /** Many entries in one transaction: all or none. Returns their new versions, in order. */
  putAll(
    target: TargetName,
    entries: readonly {
      readonly key: ProductKey;
      readonly entry: ProductEntry;
      readonly version: number;
    }[],
  ): Promise<readonly number[]>;
  documents(target: TargetName): Promise<readonly KnownDocument[]>;
  putDocuments(target: TargetName, documents: readonly KnownDocument[]): Promise<void>;
  putStatus(
    views: readonly ProductStatusView[],
    removed?: readonly { readonly target: TargetName; readonly key: ProductKey }[],
  ): Promise<void>;
  statuses(): Promise<readonly ProductStatusView[]>;
  putDaemon(view: DaemonView): Promise<void>;
  daemon(): Promise<DaemonView | null>;
  /** Facts remembered while LastRecordId stays the same (launch role, path, live version). */
  remembered(target: TargetName, key: ProductKey, recordId: RecordId): Promise<string | null>;
  remember(target: TargetName, key: ProductKey, recordId: RecordId, json: string): Promise<void>;
  /** The account that this target was bound to when the journal first saw it. */
  account(
    target: TargetName,
  ): Promise<{ readonly accountId: AccountId; readonly region: string } | null>;
  bindAccount(target: TargetName, accountId: AccountId, region: string): Promise<void>;
  /** Adds a person's request; allowed beside the writer. */
  ask(request: PersonRequest): Promise<void>;
  takeRequests(): Promise<readonly PersonRequest[]>;
  /** As they stand on the disk now, also those that were put there beside the writer. */
  freezes(): Promise<readonly Freeze[]>;
  approvals(target: TargetName): Promise<readonly Approval[]>;
  /** In place of those that are there. */
  putApprovals(target: TargetName, approvals: readonly Approval[]): Promise<void>;
  /** Of every target: what a guard holds back, newest first within one. */
  heldPlans(): Promise<readonly HeldPlan[]>;
  putHeldPlans(target: TargetName, plans: readonly HeldPlan[]): Promise<void>;
  close(): Promise<void>;
}

export interface WantedValue {
  readonly source: ValueSource;
  /** Exactly this version; null: the one that the document means. */
  readonly version: string | null;
}

export type Fetched =
  | { readonly kind: 'read'; readonly value: string; readonly version: string }
  /** Certainly not there, or not as the document says: a person is needed. */
  | { readonly kind: 'missing'; readonly why: string }
  | { readonly kind: 'unreadable'; readonly why: string };

/**
 * Where `valueFrom` reads, for one target. Answers come in the order of the questions; neither
 * function rejects, and no value stands in any `why`.
 */
export interface Values {
  /** Never hands a value on. A plan's adapter does not look at variables and files at all. */
  versions(sources: readonly ValueSource[]): Promise<readonly SourceVersion[]>;
  fetch(wanted: readonly WantedValue[]): Promise<readonly Fetched[]>;
}

export type ParameterSource = Extract<ValueSource, { kind: 'ssmParameter' }>;
export type SecretSource = Extract<ValueSource, { kind: 'secretsManager' }>;

/** Parameter Store and Secrets Manager of one target. Reads take rate tickets and are batched. */
export interface RemoteValues {
  parameterVersions(sources: readonly ParameterSource[]): Promise<readonly SourceVersion[]>;
  secretVersions(sources: readonly SecretSource[]): Promise<readonly SourceVersion[]>;
  parameters(
    wanted: readonly { readonly source: ParameterSource; readonly version: string | null }[],
  ): Promise<readonly Fetched[]>;
  secrets(
    wanted: readonly { readonly source: SecretSource; readonly version: string | null }[],
  ): Promise<readonly Fetched[]>;
}

/** Keyed digests of values that must not be stored. */
export interface Fingerprinter {
  /** Names the key without revealing it. */
  readonly keyId: string;
  digest(scope: readonly string[], value: string): import('../domain/ids.ts').Digest;
}

/** One file of a snapshot. */
export interface SourceFile {
  /** Relative to the directory, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** One revision, read whole. `unreadable` files are named, never silently left out. */
export interface Snapshot {
  /** git-sync: the commit hash; else `sha256:` and 12 digits of the content digest. */
  readonly revision: string;
  readonly digest: string;
  readonly files: readonly SourceFile[];
  readonly unreadable: readonly {
    readonly path: string;
    readonly why: string;
    readonly code: 'source/unreadable-file' | 'source/link-escapes' | 'source/file-too-large';
  }[];
}

export type SnapshotResult =
  | { readonly kind: 'ok'; readonly snapshot: Snapshot }
  /** Missing, empty, half-written or unreadable: keep the last good revision, remove nothing. */
  | { readonly kind: 'unavailable'; readonly why: string };

export interface Source {
  read(): Promise<SnapshotResult>;
  /** Calls back, debounced, when the directory may have changed. It may be wrong, never silent for long. */
  watch(onHint: () => void): Promise<{ close(): Promise<void> }>;
}
