import type { ArtifactId, Digest, PathId, ProductId, ProvisionedProductId } from './ids.ts';

/** The steps of one provisioned product, in this order: a new owner may take our rights away. */
export const STEPS = ['launchRole', 'update', 'owner'] as const;
export type Step = (typeof STEPS)[number];

export type Operation = 'UpdateProvisionedProduct' | 'UpdateProvisionedProductProperties';

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
    }
  | {
      readonly operation: 'UpdateProvisionedProductProperties';
      readonly provisionedProductId: ProvisionedProductId;
      readonly property: 'OWNER' | 'LAUNCH_ROLE';
      readonly value: string;
      readonly acceptLanguage: string | null;
    };

/** A request as the journal keeps it: secrets by digest, so that it can be rebuilt but not read. */
export type StoredArgument =
  | { readonly kind: 'value'; readonly key: string; readonly value: string }
  | { readonly kind: 'secret'; readonly key: string; readonly digest: Digest }
  | { readonly kind: 'previous'; readonly key: string };

export type StoredRequest =
  | (Omit<Extract<ProductRequest, { operation: 'UpdateProvisionedProduct' }>, 'parameters'> & {
      readonly parameters: readonly StoredArgument[];
    })
  | Extract<ProductRequest, { operation: 'UpdateProvisionedProductProperties' }>;
