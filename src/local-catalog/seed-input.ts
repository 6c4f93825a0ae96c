import type { Behaviour } from './behaviour.ts';
import type { ProductStatus } from './entities.ts';
import type { ProductKind, ResourceDef } from './model.ts';

/**
 * A seed as people write it: what the catalog offers and what has been provisioned when it starts.
 * `schemas/local-catalog.schema.json` says the same for editors. Durations are texts: `300ms`,
 * `2s`, `5m`, `1h`, `3d`.
 */
export interface SeedInput {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly account?: string;
  readonly region?: string;
  readonly timing?: Readonly<
    Partial<Record<'accepted' | 'running' | 'remediation' | 'properties' | 'planning', string>>
  >;
  readonly behaviour?: BehaviourInput;
  readonly limits?: {
    readonly default?: RateInput;
    readonly operations?: Readonly<Record<string, RateInput>>;
  };
  readonly callers?: readonly CallerInput[];
  readonly products?: readonly ProductInput[];
  readonly provisionedProducts?: readonly ProvisionedInput[];
  readonly stacks?: readonly LooseStackInput[];
  readonly parameterStore?: readonly StoredParameterInput[];
  readonly secrets?: readonly SecretInput[];
}

/** A stack that was not made by Service Catalog. */
export interface LooseStackInput {
  readonly name: string;
  /** Product and version whose template it was made from. */
  readonly product: string;
  readonly version: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly status?: string;
  readonly account?: string;
  readonly region?: string;
}

export interface StoredParameterInput {
  readonly name: string;
  readonly value: string;
  readonly type?: 'String' | 'StringList' | 'SecureString';
  readonly account?: string;
  readonly region?: string;
}

export interface SecretInput {
  readonly name: string;
  readonly value: string;
  /** The id of the current version; made up where it is left out. */
  readonly versionId?: string;
  readonly previous?: string;
  readonly previousVersionId?: string;
  readonly account?: string;
  readonly region?: string;
}

/** As Behaviour, with durations as texts; `forever` for a token that is never forgotten. */
export type BehaviourInput = Readonly<
  Partial<
    Omit<Behaviour, 'tokenWindow' | 'describeLag' | 'searchLag'> & {
      tokenWindow: string;
      describeLag: string;
      searchLag: string;
    }
  >
>;

export interface RateInput {
  readonly perSecond: number;
  readonly burst?: number;
}

export interface CallerInput {
  readonly name: string;
  readonly accessKeyId: string;
  /** IAM role or user ARN; its account is where the caller lives. */
  readonly arn: string;
  readonly sessionName?: string;
  readonly level?: 'Account' | 'Role' | 'User';
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

export interface ProductInput {
  readonly name: string;
  readonly id?: string;
  readonly kind?: ProductKind;
  readonly owner?: string;
  readonly description?: string;
  readonly accounts?: readonly string[];
  readonly paths?: readonly PathInput[];
  readonly versions: readonly VersionInput[];
}

export interface PathInput {
  readonly portfolio: string;
  readonly id?: string;
  readonly callers?: readonly string[];
  readonly launchRole?: string;
  readonly tagUpdate?: 'allowed' | 'notAllowed';
  readonly tagUpdateSince?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly tagOptions?: Readonly<Record<string, readonly string[]>>;
  readonly stackSet?: { readonly accounts: readonly string[]; readonly regions: readonly string[] };
}

export interface VersionInput {
  readonly name: string;
  readonly id?: string;
  readonly description?: string;
  readonly active?: boolean;
  readonly guidance?: 'DEFAULT' | 'DEPRECATED';
  readonly createdAt?: string;
  readonly parameters?: Readonly<Record<string, ParameterInput>>;
  readonly outputs?: Readonly<Record<string, OutputInput>>;
  readonly failsWhen?: readonly {
    readonly parameter: string;
    readonly value: string;
    readonly message: string;
  }[];
  /** A CloudFormation template file, relative to the seed: its Parameters and Outputs count. */
  readonly template?: string;
  /** Filled in from the template. */
  readonly resources?: readonly ResourceDef[];
  readonly templateDescription?: string;
  readonly templateBody?: string;
}

export interface ParameterInput {
  readonly type?: string;
  readonly default?: string;
  readonly noEcho?: boolean;
  readonly description?: string;
  readonly allowedValues?: readonly string[];
  readonly allowedPattern?: string;
  readonly constraintDescription?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
}

export interface OutputInput {
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

export interface ProvisionedInput {
  readonly name: string;
  readonly id?: string;
  readonly account?: string;
  readonly region?: string;
  readonly product: string;
  readonly version: string;
  /** The portfolio through which it was launched; may be left out if there is one path only. */
  readonly path?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly owner?: string;
  readonly launchRole?: string;
  readonly status?: ProductStatus;
  readonly statusMessage?: string;
  readonly stackStatus?: string;
  readonly createdAgo?: string;
  /** An update that failed since: the provisioned product is TAINTED and the old values are live. */
  readonly failedUpdate?: {
    readonly message: string;
    readonly version?: string;
    readonly ago?: string;
  };
  /** Changed in CloudFormation, past Service Catalog: no record tells of it. */
  readonly editedStack?: {
    readonly parameters: Readonly<Record<string, string>>;
    readonly ago?: string;
  };
}
