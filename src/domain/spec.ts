import type {
  ArtifactId,
  Identity,
  PathId,
  ProductId,
  ProductKey,
  ProvisionedProductId,
  TargetName,
} from './ids.ts';
import type { Position } from './problem.ts';
import type { SourceVersion, ValueSource, VersionRule } from './values.ts';

/** What a document wants of one provisioning parameter. Leaving it out keeps the live value. */
export type ParameterWish =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'usePrevious' }
  | { readonly kind: 'useDefault' }
  | FromWish;

/** A value that stands elsewhere. What a document says is `source`; a pass adds what it found. */
export interface FromWish {
  readonly kind: 'from';
  readonly source: ValueSource;
  /** Left out: not asked for. */
  readonly version?: SourceVersion;
  /** Only where it had to be compared with a live value; never stored, shown or hashed. */
  readonly value?: string;
}

export type ByIdOrName<Id> =
  | { readonly kind: 'id'; readonly id: Id }
  | { readonly kind: 'name'; readonly name: string };

export interface Expectation {
  readonly provisionedProductId: ProvisionedProductId | null;
  readonly physicalId: string | null;
}

export type CountOrPercentage =
  | { readonly kind: 'count'; readonly value: number }
  | { readonly kind: 'percentage'; readonly value: number };

/** How the operations of a stack set are carried out. `null`: not declared. */
export interface StackSetPreferences {
  readonly accounts: readonly string[] | null;
  readonly regions: readonly string[] | null;
  readonly failureTolerance: CountOrPercentage | null;
  readonly maxConcurrency: CountOrPercentage | null;
  /** UPDATE states what shall be; CREATE and DELETE are carried out once for each content. */
  readonly operation: 'UPDATE' | 'CREATE' | 'DELETE';
}

/** The stack instances that shall exist: every account in every region. */
export interface StackInstancesWish {
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
}

/** How trueup may act on this provisioned product; never part of what is sent. */
export interface ReconcilePolicy {
  /** What to do if it does not exist. */
  readonly onMissing: 'fail' | 'provision';
  /** What to do if it is in status ERROR: a recreation terminates it and provisions it again. */
  readonly onError: 'report' | 'recreate';
  /** What to do once the document is gone. */
  readonly prune: PrunePolicy;
  /** The stack that is imported under this name if there is no such provisioned product. */
  readonly adopt: { readonly stackArn: string } | null;
  /** No termination, for whatever reason. */
  readonly deletionProtection: boolean;
  readonly drift: 'correct' | 'report';
  readonly mode: 'enforce' | 'observe';
  readonly suspend: boolean;
  /** Stack instances may be removed: by `stackInstances`, or by the operation DELETE. */
  readonly removeInstances: boolean;
  /** Paths into spec, each by its steps: not compared, and sent as they are live. */
  readonly ignore: readonly (readonly string[])[];
  /** What to do when the rule for the version finds another one. */
  readonly onNewVersion: 'report' | 'update';
  /** What to do when a value of `valueFrom` has another version. */
  readonly onRotate: 'report' | 'update';
}

export type PrunePolicy = 'never' | 'terminate' | 'retain';

/** What holds where a document says nothing: nothing is created and nothing is taken away. */
export const DEFAULT_LIFE = {
  onMissing: 'fail',
  onError: 'report',
  prune: 'never',
  adopt: null,
  deletionProtection: false,
} as const satisfies Partial<ReconcilePolicy>;

/** A provisioned product that must be in its desired state first. */
export interface Dependency {
  readonly target: TargetName;
  readonly key: ProductKey;
  readonly name: string;
  /** It goes, and what is waited for is its end. */
  readonly leaves?: true;
}

/**
 * The desired state of one provisioned product, effective: what is left when everything that
 * documents may say has been merged and checked. `null` means "not declared: keep what is live".
 */
export interface Spec {
  readonly key: ProductKey;
  readonly target: TargetName;
  /** `metadata.name`: the provisioned product's name, or only a label where `identity` is an id. */
  readonly name: string;
  readonly identity: Identity;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly product: ByIdOrName<ProductId> | null;
  readonly version: ByIdOrName<ArtifactId> | null;
  /** `version` is null then in the document; a pass puts in the id and name of what is found. */
  readonly versionRule: (VersionRule & { readonly found?: string }) | null;
  readonly path: ByIdOrName<PathId> | null;
  readonly parameters: Readonly<Record<string, ParameterWish>>;
  readonly preferences: StackSetPreferences | null;
  readonly stackInstances: StackInstancesWish | null;
  /** `null`: tags are not declared at all; `{}`: declared, and empty. */
  readonly tags: Readonly<Record<string, string>> | null;
  readonly owner: string | null;
  readonly launchRole: string | null;
  readonly acceptLanguage: string | null;
  readonly expect: Expectation;
  /** For stack events; AWS takes them when it provisions, and never later. */
  readonly notificationArns: readonly string[];
  readonly reconcile: ReconcilePolicy;
  /** Sorted by target and name; without repetition. */
  readonly dependsOn: readonly Dependency[];
  readonly origin: SpecOrigin;
}

/** Where a spec was written, so that every later message can say so. */
export interface SpecOrigin {
  readonly at: Position;
  /**
   * Position of each field, by its dotted path relative to `spec` (`provisioningParameters.VpcCidr`,
   * `tags.team`, `provisioningArtifactName`). A null-prototype record: keys come from documents.
   */
  readonly fields: Readonly<Record<string, Position>>;
}

/** The position of a field, else of the document. */
export function positionOf(spec: Spec, field: string): Position {
  return spec.origin.fields[field] ?? spec.origin.at;
}
