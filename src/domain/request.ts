import type { ArtifactId, Digest, PathId, ProductId, ProvisionedProductId } from './ids.ts';
import type { CountOrPercentage } from './spec.ts';

/** The steps of one provisioned product, in this order: a new owner may take our rights away. */
export const STEPS = [
  'terminate',
  'provision',
  'import',
  'launchRole',
  'update',
  'createInstances',
  'deleteInstances',
  'owner',
] as const;
export type Step = (typeof STEPS)[number];

const WITHOUT_VALUES: ReadonlySet<Step> = new Set(['launchRole', 'owner', 'import', 'terminate']);

/** Steps that carry parameters: those of UpdateProvisionedProduct, and ProvisionProduct. */
export function isProvisioning(step: Step): boolean {
  return !WITHOUT_VALUES.has(step);
}

/** What a request says about a stack set; what is `null` is not sent. */
export interface StackSetRequest {
  readonly operation: 'UPDATE' | 'CREATE' | 'DELETE';
  readonly accounts: readonly string[] | null;
  readonly regions: readonly string[] | null;
  readonly failureTolerance: CountOrPercentage | null;
  readonly maxConcurrency: CountOrPercentage | null;
}

export type Operation =
  | 'UpdateProvisionedProduct'
  | 'UpdateProvisionedProductProperties'
  | 'ProvisionProduct'
  | 'TerminateProvisionedProduct'
  | 'ImportAsProvisionedProduct';

/**
 * One provisioning parameter of a request. `secret` is a value that the template marks NoEcho: it
 * is sent in clear, but every stored, hashed or shown form carries `digest` in its place.
 */
export type ParameterArgument =
  | { readonly kind: 'value'; readonly key: string; readonly value: string }
  | {
      readonly kind: 'secret';
      readonly key: string;
      readonly value: string;
      readonly digest: Digest;
    }
  | {
      /** A value that stands elsewhere: stored, hashed and shown by `reference` and `version`. */
      readonly kind: 'reference';
      readonly key: string;
      readonly reference: string;
      readonly version: string;
      /** null: not fetched yet, so the request cannot be sent yet. */
      readonly value: string | null;
    }
  | { readonly kind: 'previous'; readonly key: string };

/** A resolved request: every id explicit, lists sorted, ready to send but for its token. */
export type ProductRequest =
  | {
      readonly operation: 'UpdateProvisionedProduct';
      readonly provisionedProductId: ProvisionedProductId;
      readonly productId: ProductId;
      readonly artifactId: ArtifactId;
      readonly pathId: PathId | null;
      readonly parameters: readonly ParameterArgument[];
      /** `null`: Tags are not sent. */
      readonly tags: readonly { readonly key: string; readonly value: string }[] | null;
      readonly acceptLanguage: string | null;
      /** Only there for a stack set. */
      readonly preferences?: StackSetRequest;
    }
  | {
      readonly operation: 'UpdateProvisionedProductProperties';
      readonly provisionedProductId: ProvisionedProductId;
      readonly property: 'OWNER' | 'LAUNCH_ROLE';
      readonly value: string;
      readonly acceptLanguage: string | null;
    }
  | {
      readonly operation: 'ProvisionProduct';
      /** AWS gives one. */
      readonly provisionedProductId: null;
      readonly name: string;
      readonly productId: ProductId;
      readonly artifactId: ArtifactId;
      readonly pathId: PathId;
      /** Never a previous value: there is none. */
      readonly parameters: readonly ParameterArgument[];
      readonly tags: readonly { readonly key: string; readonly value: string }[];
      readonly notificationArns: readonly string[];
      readonly acceptLanguage: string | null;
      /** Only there for a stack set. */
      readonly preferences?: StackSetRequest;
    }
  | {
      readonly operation: 'TerminateProvisionedProduct';
      readonly provisionedProductId: ProvisionedProductId;
      /** Service Catalog forgets it, and its stack stays. */
      readonly retain: boolean;
      readonly acceptLanguage: string | null;
    }
  | {
      readonly operation: 'ImportAsProvisionedProduct';
      /** AWS gives one. */
      readonly provisionedProductId: null;
      readonly name: string;
      readonly productId: ProductId;
      readonly artifactId: ArtifactId;
      /** ARN of the stack. */
      readonly physicalId: string;
      readonly acceptLanguage: string | null;
    };

/** A request as the journal keeps it: secrets by digest, so that it can be rebuilt but not read. */
export type StoredArgument =
  | { readonly kind: 'value'; readonly key: string; readonly value: string }
  | { readonly kind: 'secret'; readonly key: string; readonly digest: Digest }
  | {
      readonly kind: 'reference';
      readonly key: string;
      readonly reference: string;
      readonly version: string;
    }
  | { readonly kind: 'previous'; readonly key: string };

export type StoredRequest =
  | Stored<'UpdateProvisionedProduct'>
  | Stored<'ProvisionProduct'>
  | Exclude<ProductRequest, { operation: 'UpdateProvisionedProduct' | 'ProvisionProduct' }>;

type Stored<Name extends Operation> = Omit<
  Extract<ProductRequest, { operation: Name }>,
  'parameters'
> & { readonly parameters: readonly StoredArgument[] };

/** By what AWS is asked for the subject of a request: a new one has no id that we know. */
export function subjectOf(
  request: Pick<ProductRequest, 'provisionedProductId'> & { readonly name?: string },
): { readonly id: ProvisionedProductId } | { readonly name: string } {
  const { provisionedProductId: id, name } = request;
  return id === null ? { name: name ?? '' } : { id };
}
