/**
 * What the catalog offers: products, their versions, and the launch paths on which callers reach
 * them. Comes from the seed and does not change while the catalog runs.
 */
export type ProductKind =
  | 'CFN_STACK'
  | 'CFN_STACKSET'
  | 'CONTROL_TOWER_ACCOUNT'
  | 'TERRAFORM_OPEN_SOURCE'
  | 'TERRAFORM_CLOUD'
  | 'EXTERNAL';

/** A parameter as a CloudFormation template declares it. */
export interface ParameterDef {
  readonly key: string;
  readonly type: string;
  readonly defaultValue: string | null;
  readonly noEcho: boolean;
  readonly description: string | null;
  readonly allowedValues: readonly string[] | null;
  readonly allowedPattern: string | null;
  readonly constraintDescription: string | null;
  readonly minLength: number | null;
  readonly maxLength: number | null;
  readonly minValue: number | null;
  readonly maxValue: number | null;
}

/** `value` may hold `${Parameter}` and `${AWS::Region}`-like references. */
export interface OutputDef {
  readonly key: string;
  readonly description: string | null;
  readonly value: string;
  readonly exportName: string | null;
}

/** Makes an operation fail after it started, as a resource that cannot be created would. */
export interface FailureRule {
  readonly parameter: string;
  readonly value: string;
  readonly message: string;
}

export interface ResourceDef {
  readonly logicalId: string;
  readonly type: string;
  /** Parameters that the resource refers to, by property name. */
  readonly references: readonly { readonly property: string; readonly parameter: string }[];
}

export interface Version {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: number;
  readonly active: boolean;
  readonly guidance: 'DEFAULT' | 'DEPRECATED';
  readonly parameters: readonly ParameterDef[];
  readonly outputs: readonly OutputDef[];
  readonly resources: readonly ResourceDef[];
  readonly failsWhen: readonly FailureRule[];
  readonly templateDescription: string | null;
  /** The template's own text, where the version was given as one. */
  readonly templateBody: string | null;
  /** Changes whenever the version's content does: two versions with one digest are the same. */
  readonly templateDigest: string;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A way for some callers to a product, through one portfolio and its constraints. */
export interface LaunchPath {
  readonly id: string;
  /** The portfolio's name. */
  readonly name: string;
  readonly portfolioId: string;
  /** Names or role ARNs of callers; `*` for everybody. */
  readonly callers: readonly string[];
  readonly launchRole: string | null;
  readonly tagUpdate: boolean;
  /** When tag updates were allowed, ms since the epoch; null: from the beginning. */
  readonly tagUpdateSince: number | null;
  readonly tags: readonly Tag[];
  readonly tagOptions: readonly { readonly key: string; readonly values: readonly string[] }[];
  readonly stackSet: {
    readonly accounts: readonly string[];
    readonly regions: readonly string[];
  } | null;
}

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly kind: ProductKind;
  readonly owner: string;
  readonly description: string | null;
  readonly createdAt: number;
  readonly versions: readonly Version[];
  readonly paths: readonly LaunchPath[];
  /** Accounts in which the product is to be seen; null: in all. */
  readonly accounts: readonly string[] | null;
}

/** The `Type` that the product side of the API shows for a kind of provisioned product. */
export function productViewType(kind: ProductKind): string {
  switch (kind) {
    case 'CFN_STACK':
    case 'CFN_STACKSET':
      return 'CLOUD_FORMATION_TEMPLATE';
    case 'CONTROL_TOWER_ACCOUNT':
      return 'CONTROL_TOWER_ACCOUNT';
    case 'TERRAFORM_OPEN_SOURCE':
    case 'TERRAFORM_CLOUD':
    case 'EXTERNAL':
      return kind;
    default:
      return kind satisfies never;
  }
}

export type AccessLevel = 'Account' | 'Role' | 'User';

/** Somebody who may call: told by the access key id of the request's signature. */
export interface Caller {
  readonly name: string;
  readonly accessKeyId: string;
  readonly account: string;
  /** IAM role or user ARN. */
  readonly arn: string;
  /** STS session ARN of a role; the user ARN of a user. */
  readonly sessionArn: string;
  readonly userId: string;
  readonly level: AccessLevel;
  /** `service:Operation` with `*`; a denial beats an allowance. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}
