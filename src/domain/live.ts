import type { ArtifactId, PathId, ProductId, ProvisionedProductId, RecordId } from './ids.ts';

/** One thing read from AWS. Could-not-read is a value of its own: never empty, never absent. */
export type Reading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'unreadable'; readonly why: string }
  /** Nobody asked for it in this pass, because no document declares it. */
  | { readonly kind: 'notRead' };

export const read = <T>(value: T): Reading<T> => ({ kind: 'read', value });
export const unreadable = (why: string): Reading<never> => ({ kind: 'unreadable', why });
export const notRead: Reading<never> = { kind: 'notRead' };

/** Provisioned product statuses of the API; any other text is kept and treated as "not stable". */
export type ProductStatus =
  | 'AVAILABLE'
  | 'UNDER_CHANGE'
  | 'TAINTED'
  | 'ERROR'
  | 'PLAN_IN_PROGRESS'
  | (string & {});

export type RecordStatus =
  | 'CREATED'
  | 'IN_PROGRESS'
  | 'IN_PROGRESS_IN_ERROR'
  | 'SUCCEEDED'
  | 'FAILED'
  | (string & {});

export interface IdAndName<Id> {
  readonly id: Id;
  /** `null` where the call that was made does not return a name. */
  readonly name: string | null;
}

/** A parameter of a live stack. CloudFormation shows a NoEcho value as four asterisks. */
export type StackParameter =
  | { readonly kind: 'shown'; readonly value: string }
  | { readonly kind: 'noEcho' };

export interface Stack {
  readonly id: string;
  readonly status: string;
  readonly statusReason: string | null;
  /** Every parameter of the live template, defaulted ones included. */
  readonly parameters: Readonly<Record<string, StackParameter>>;
  readonly tags: Readonly<Record<string, string>>;
  /** ISO 8601; the creation time where the stack was never updated. null: a stack set, which has none. */
  readonly lastUpdated: string | null;
}

/** One stack of a stack set. CURRENT, OUTDATED or INOPERABLE; any other text is kept. */
export interface StackInstance {
  readonly account: string;
  readonly region: string;
  readonly status: string;
}

export interface Owner {
  readonly arn: string;
  readonly sessionArn: string | null;
}

/** The three record pointers of a provisioned product. */
export interface RecordPointers {
  /** The last request of any kind, property changes included. */
  readonly last: RecordId | null;
  readonly lastProvisioning: RecordId | null;
  readonly lastSuccessful: RecordId | null;
}

/** What AWS tells of a provisioned product in every answer about it. */
export interface ProductFacts {
  readonly id: ProvisionedProductId;
  readonly name: string;
  readonly arn: string;
  /** CFN_STACK, CFN_STACKSET, CONTROL_TOWER_ACCOUNT, …: an open set. */
  readonly type: string;
  readonly status: ProductStatus;
  readonly statusMessage: string | null;
  readonly records: RecordPointers;
}

export interface PresentProduct extends ProductFacts {
  readonly kind: 'present';
  readonly physicalId: string | null;
  /** What runs: where the last provisioning failed, this comes from the last successful record. */
  readonly product: Reading<IdAndName<ProductId>>;
  readonly version: Reading<IdAndName<ArtifactId>>;
  readonly path: Reading<PathId | null>;
  readonly tags: Reading<Readonly<Record<string, string>>>;
  readonly owner: Reading<Owner>;
  readonly launchRole: Reading<string | null>;
  /** The stack, or the stack set in the same form. */
  readonly stack: Reading<Stack>;
  /** CloudFormation denied it: its values are told like those of types that have no stack. */
  readonly stackDenied: boolean;
  /** Of a stack set, where the document declares accounts and regions. */
  readonly instances: Reading<readonly StackInstance[]>;
}

export type Live =
  /** `similar`: the name of one that is there and may be meant, where that was looked for. */
  | { readonly kind: 'absent'; readonly similar?: string }
  | { readonly kind: 'unreadable'; readonly why: string }
  | PresentProduct;

/** One record, as DescribeRecord and ListRecordHistory show it. */
export interface RecordView {
  readonly id: RecordId;
  readonly status: RecordStatus;
  readonly type: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly provisionedProductId: ProvisionedProductId;
  readonly productId: ProductId | null;
  readonly artifactId: ArtifactId | null;
  readonly pathId: PathId | null;
  readonly errors: readonly { readonly code: string; readonly description: string }[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Definition of a provisioning parameter in a version, from DescribeProvisioningParameters. */
export interface ParameterDefinition {
  readonly key: string;
  readonly defaultValue: string | null;
  readonly type: string;
  readonly noEcho: boolean;
  readonly description: string;
  readonly allowedValues: readonly string[];
  readonly allowedPattern: string | null;
  readonly constraintDescription: string | null;
  readonly minLength: number | null;
  readonly maxLength: number | null;
  readonly minValue: number | null;
  readonly maxValue: number | null;
}

/** What one version, reached over one path, accepts. */
export interface VersionDefinitions {
  readonly parameters: readonly ParameterDefinition[];
  /** Usage instruction `tagUpdateOnProvisionedProduct`; absent counts as not allowed, AWS's default. */
  readonly tagUpdate: 'allowed' | 'notAllowed';
  /** Tag keys that a TagOption governs, with their permitted values. No value: the key may not be sent. */
  readonly tagOptions: Readonly<Record<string, readonly string[]>>;
  /** Accounts and regions of the STACKSET constraint, as far as they are told; null: there is none. */
  readonly stackSet: {
    readonly accounts: readonly string[];
    readonly regions: readonly string[];
  } | null;
}

export interface LaunchPath {
  readonly id: PathId;
  /** The portfolio's name; not unique. */
  readonly name: string;
}

export interface ArtifactView {
  readonly id: ArtifactId;
  readonly name: string;
  readonly active: boolean;
  readonly guidance: string;
  readonly createdAt: string;
}
