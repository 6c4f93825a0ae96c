import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { Position, Problem } from '../domain/problem.ts';
import type { Spec } from '../domain/spec.ts';

/** A ProvisionedProduct document as the schema guarantees it. Records have no prototype. */
export interface ProvisionedProductDocument {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly target?: string;
    readonly provisionedProductId?: string;
    readonly productId?: string;
    readonly productName?: string;
    readonly provisioningArtifactId?: string;
    readonly provisioningArtifactName?: string;
    readonly provisioningArtifact?: { readonly latest?: true; readonly semver?: string };
    readonly pathId?: string;
    readonly pathName?: string;
    readonly provisioningParameters?: Readonly<Record<string, ParameterValue>>;
    readonly provisioningPreferences?: {
      readonly stackSetAccounts?: readonly string[];
      readonly stackSetRegions?: readonly string[];
      readonly stackSetFailureToleranceCount?: number;
      readonly stackSetFailureTolerancePercentage?: number;
      readonly stackSetMaxConcurrencyCount?: number;
      readonly stackSetMaxConcurrencyPercentage?: number;
      readonly stackSetOperationType?: 'UPDATE' | 'CREATE' | 'DELETE';
    };
    readonly stackInstances?: {
      readonly accounts: readonly string[];
      readonly regions: readonly string[];
    };
    readonly tags?: Readonly<Record<string, string>>;
    readonly properties?: { readonly owner?: string; readonly launchRole?: string };
    readonly acceptLanguage?: string;
    readonly notificationArns?: readonly string[];
    readonly expect?: { readonly provisionedProductId?: string; readonly physicalId?: string };
    readonly reconcile?: {
      readonly drift?: 'correct' | 'report';
      readonly mode?: 'enforce' | 'observe';
      readonly suspend?: boolean;
      readonly removeInstances?: boolean;
      readonly ignore?: readonly string[];
      readonly onNewVersion?: 'report' | 'update';
      readonly onRotate?: 'report' | 'update';
      readonly dependsOn?: readonly string[];
      readonly onMissing?: 'fail' | 'provision';
      readonly onError?: 'report' | 'recreate';
      readonly prune?: 'never' | 'terminate' | 'retain';
      readonly adopt?: { readonly stackArn: string };
      readonly deletionProtection?: boolean;
    };
  };
}

export type ParameterValue =
  | string
  | {
      readonly value?: string;
      readonly usePreviousValue?: true;
      readonly useDefault?: true;
      readonly valueFrom?: ValueFrom;
    };

export interface ValueFrom {
  readonly env?: string;
  readonly file?: string;
  readonly ssmParameter?: string | { readonly name: string; readonly version?: string };
  readonly secretsManager?: {
    readonly secretId: string;
    readonly key?: string;
    readonly version?: string;
  };
}

/** A valid document before its target is known: `spec` still has to be addressed. */
export interface Draft {
  readonly spec: Omit<Spec, 'target' | 'dependsOn'>;
  /** `spec.target` as written; null where it is left out. */
  readonly target: string | null;
  /** `reconcile.dependsOn` as written. */
  readonly dependsOn: readonly string[];
}

/** What can be told of a document that is not valid. */
export interface Clue {
  readonly at: Position;
  /** null: which provisioned product it is for cannot be told. */
  readonly identity: { readonly key: ProductKey; readonly name: string } | null;
  readonly target: string | null;
  /** Part of it was refused before it could be read, which may be of another document: a line `---` was lost. */
  readonly mayHoldMore: boolean;
  /** False where the text may mean another target than it says. */
  readonly targetCertain: boolean;
  /** What it says it depends on, as written, where that could be read. */
  readonly dependsOn: readonly string[];
  /** The first reason why the document is not valid. */
  readonly problem: Problem;
}

/** One file, read without regard to other files and to the configuration. */
export interface FileReading {
  readonly drafts: readonly Draft[];
  readonly clues: readonly Clue[];
  readonly problems: readonly Problem[];
  /** Documents of other API groups. */
  readonly skipped: number;
  readonly empty: number;
  /** There is nothing in it, so that what it held before may have been lost. */
  readonly isBlank: boolean;
}

/** An invalid document whose provisioned product can be told: it is left alone. */
export interface InvalidDocument {
  readonly target: TargetName;
  readonly key: ProductKey;
  readonly name: string;
  readonly at: Position;
  /** Why; `problems` may hold more. */
  readonly problem: Problem;
  /** `target/name` of what it says it depends on, where that could be read. */
  readonly needs?: readonly string[];
  /** Its target could not be told, so it is listed under every one. */
  readonly isAnywhere?: true;
}

/** What a set of files declares. */
export interface Desired {
  /** Valid, and one for each provisioned product; sorted by target, name and key. */
  readonly specs: readonly Spec[];
  /** Errors and warnings, sorted by file and place. */
  readonly problems: readonly Problem[];
  /** Provisioned products that have a document which cannot be used. Never also in `specs`. */
  readonly invalid: readonly InvalidDocument[];
  /**
   * True where some document could not be told at all: then a provisioned product without a
   * document is not proof that its document was removed.
   */
  readonly unknownIdentity: boolean;
  readonly counts: {
    readonly files: number;
    /** Documents of this program, valid and invalid. */
    readonly documents: number;
    /** Those of them that cannot be used. */
    readonly invalid: number;
    /** Documents of other API groups. */
    readonly skipped: number;
    readonly empty: number;
  };
}
