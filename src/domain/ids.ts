/**
 * Branded identifiers. A brand is given in one place only, here, so that a record id can never be
 * handed over where a product id is wanted. AWS documents `[a-zA-Z0-9_-]{1,100}` for its ids and no
 * prefix rule, so no prefix is checked.
 */
declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

export type ProvisionedProductId = Brand<string, 'ProvisionedProductId'>;
export type ProductId = Brand<string, 'ProductId'>;
export type ArtifactId = Brand<string, 'ArtifactId'>;
export type PathId = Brand<string, 'PathId'>;
export type RecordId = Brand<string, 'RecordId'>;
export type TargetName = Brand<string, 'TargetName'>;
export type AccountId = Brand<string, 'AccountId'>;
/** An idempotency token: `[a-zA-Z0-9][a-zA-Z0-9_-]{0,127}`. */
export type Token = Brand<string, 'Token'>;
/** Identity of a provisioned product within its target: `name:NAME` or `id:pp-…`. */
export type ProductKey = Brand<string, 'ProductKey'>;
/** A digest as `sha256:<hex>` (anybody can check it) or `hmac:<hex>` (only with the key). */
export type Digest = Brand<string, 'Digest'>;

const AWS_ID = /^[a-zA-Z0-9_-]{1,100}$/;

export function isAwsId(text: string): boolean {
  return AWS_ID.test(text);
}

export const asProvisionedProductId = (text: string) => text as ProvisionedProductId;
export const asProductId = (text: string) => text as ProductId;
export const asArtifactId = (text: string) => text as ArtifactId;
export const asPathId = (text: string) => text as PathId;
export const asRecordId = (text: string) => text as RecordId;
export const asTargetName = (text: string) => text as TargetName;
export const asAccountId = (text: string) => text as AccountId;
export const asToken = (text: string) => text as Token;
export const asDigest = (text: string) => text as Digest;

/** How a document names its provisioned product. Exactly one of the two, as in the API. */
export type Identity =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'id'; readonly id: ProvisionedProductId };

export function productKey(identity: Identity): ProductKey {
  return (identity.kind === 'name' ? `name:${identity.name}` : `id:${identity.id}`) as ProductKey;
}

/** The name that a key stands for; null where it is an id. */
export function nameInKey(key: ProductKey): string | null {
  return key.startsWith('name:') ? key.slice('name:'.length) : null;
}

/** The journal hands keys back as plain text. */
export const asProductKey = (text: string) => text as ProductKey;

/** The id by which a document names its provisioned product; null: it names it by its name. */
export function idInKey(key: ProductKey): string | null {
  return key.startsWith('id:') ? key.slice('id:'.length) : null;
}
