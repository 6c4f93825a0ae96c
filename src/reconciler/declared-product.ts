import type { ProductId } from '../domain/ids.ts';
import { type PresentProduct, type Reading, read } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import type { CatalogFacts } from './catalog-facts.ts';

/** The declared product, else the live one; null: no product of the declared name is visible. */
export async function declaredProduct(
  facts: CatalogFacts,
  spec: Spec,
  live: PresentProduct,
): Promise<Reading<ProductId | null>> {
  if (spec.product?.kind === 'id') return read(spec.product.id);
  const current = live.product.kind === 'read' ? live.product.value : null;
  if (spec.product === null)
    return current === null ? (live.product as Reading<never>) : read(current.id);
  if (current !== null && current.name === spec.product.name) return read(current.id);
  return facts.productId(spec.product.name);
}
