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

/** What a document wants of one provisioning parameter. Leaving it out keeps the live value. */
export type ParameterWish =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'usePrevious' }
  | { readonly kind: 'useDefault' };

export type ByIdOrName<Id> =
  | { readonly kind: 'id'; readonly id: Id }
  | { readonly kind: 'name'; readonly name: string };

export interface Expectation {
  readonly provisionedProductId: ProvisionedProductId | null;
  readonly physicalId: string | null;
}

/** How trueup may act on this provisioned product; never part of what is sent. */
export interface ReconcilePolicy {
  readonly drift: 'correct' | 'report';
  readonly mode: 'enforce' | 'observe';
  readonly suspend: boolean;
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
  readonly path: ByIdOrName<PathId> | null;
  readonly parameters: Readonly<Record<string, ParameterWish>>;
  /** `null`: tags are not declared at all; `{}`: declared, and empty. */
  readonly tags: Readonly<Record<string, string>> | null;
  readonly owner: string | null;
  readonly launchRole: string | null;
  readonly acceptLanguage: string | null;
  readonly expect: Expectation;
  readonly reconcile: ReconcilePolicy;
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
