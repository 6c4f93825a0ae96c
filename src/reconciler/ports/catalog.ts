import type {
  AccountId,
  ArtifactId,
  PathId,
  ProductId,
  ProvisionedProductId,
  RecordId,
  Token,
} from '../../domain/ids.ts';
import type {
  ArtifactView,
  LaunchPath,
  Owner,
  ProductFacts,
  RecordStatus,
  RecordView,
  Stack,
  StackInstance,
  VersionDefinitions,
} from '../../domain/live.ts';
import type { CallCounts } from '../../domain/plan.ts';
import type { ProductRequest } from '../../domain/request.ts';

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
export interface SearchRow extends ProductFacts {
  readonly physicalId: string | null;
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
export interface Described extends ProductFacts {
  readonly productId: ProductId | null;
  readonly artifactId: ArtifactId | null;
  readonly launchRole: string | null;
}

/** The stacks that were asked for: found, missing or denied (CloudFormation says so), or not readable. */
export interface StackListing {
  readonly found: ReadonlyMap<string, Stack>;
  readonly missing: ReadonlySet<string>;
  /** Each by an answer about that very stack; what was not asked about is never in here. */
  readonly denied: ReadonlyMap<string, Failure>;
  /** Why the stacks in none of these could not be read; null if there are none. */
  readonly failure: Failure | null;
}

export interface Accepted {
  readonly recordId: RecordId;
  readonly status: RecordStatus;
  /** ISO 8601; null where the operation does not return it (properties). */
  readonly createdAt: string | null;
  /** null where the operation does not return it. */
  readonly provisionedProductId: ProvisionedProductId | null;
  /** Of the provisioned product; null where the operation does not return it. */
  readonly productType: string | null;
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
