import { type ProductKey, type ProvisionedProductId, productKey } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Live } from '../domain/live.ts';
import type { DesiredState } from './context.ts';
import type { Evaluation } from './evaluate.ts';

/** Which provisioned product each document is for, as far as it is known. */
export type Ids = ReadonlyMap<ProductKey, ProvisionedProductId>;

export function idsIn(seen: ReadonlyMap<ProductKey, Live>): Ids {
  return new Map(
    [...seen].flatMap(([key, live]) => (live.kind === 'present' ? [[key, live.id] as const] : [])),
  );
}

export function idsOf(evaluations: ReadonlyMap<ProductKey, Evaluation>): Ids {
  return new Map(
    [...evaluations].flatMap(([key, { change }]) =>
      change.provisionedProductId === null ? [] : [[key, change.provisionedProductId] as const],
    ),
  );
}

/** A document of this revision that is for the same provisioned product, under whatever name. */
export function claimantOf(
  desired: Pick<DesiredState, 'specs' | 'invalid'>,
  ids: Ids,
  { provisionedProductId: id }: KnownDocument,
): { readonly name: string; readonly isValid: boolean } | null {
  if (id === null) return null;
  const asId = productKey({ kind: 'id', id });
  for (const spec of desired.specs.values())
    if (spec.key === asId || spec.expect.provisionedProductId === id || ids.get(spec.key) === id)
      return { name: spec.name, isValid: true };
  const invalid = desired.invalid.get(asId);
  return invalid === undefined ? null : { name: invalid.name, isValid: false };
}

/** Whether a document besides this one means its provisioned product, by whatever way: both are refused. */
export function hasRival(
  { specs }: Pick<DesiredState, 'specs'>,
  ids: Ids,
  key: ProductKey,
  id: ProvisionedProductId,
): boolean {
  const asId = productKey({ kind: 'id', id });
  return [...specs.keys()].some((one) => one !== key && (one === asId || ids.get(one) === id));
}
