import type { ProvisionedProduct, Stack } from './entities.ts';
import { currentProduct, type Place, type World } from './state.ts';

/** A provisioned product with its stack, as it really is: NoEcho values included. */
export interface TrueProduct {
  readonly product: ProvisionedProduct;
  readonly versionName: string | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly stack: Stack | null;
  /** How many records it has. */
  readonly records: number;
}

export function findProduct(place: Place, nameOrId: string): ProvisionedProduct | null {
  return currentProduct(place, place.idByName.get(nameOrId) ?? nameOrId);
}

export function truthOf(
  catalog: World['catalog'],
  place: Place,
  nameOrId: string,
): TrueProduct | null {
  const product = findProduct(place, nameOrId);
  if (product === null) return null;
  const { physicalId } = product;
  const stack = physicalId === null ? undefined : place.stacks.get(physicalId);
  const stackSet = physicalId === null ? undefined : place.stackSets.get(physicalId);
  const values = stack?.parameters ?? stackSet?.parameters ?? product.engineParameters ?? [];
  const versions = catalog.get(product.productId)?.versions;
  return {
    product,
    versionName: versions?.find(({ id }) => id === product.artifactId)?.name ?? null,
    parameters: Object.fromEntries(values.map((item) => [item.key, item.value])),
    tags: Object.fromEntries(product.tags.map((tag) => [tag.Key, tag.Value])),
    stack: stack ?? null,
    records: (place.history.get(product.id) ?? []).length,
  };
}
