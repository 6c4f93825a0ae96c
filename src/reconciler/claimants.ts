import { type ProductKey, type ProvisionedProductId, productKey } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Live } from '../domain/live.ts';
import type { Position } from '../domain/problem.ts';
import type { Spec } from '../domain/spec.ts';
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

/**
 * A document of this revision that is for the same provisioned product, under whatever name. `called`: its name
 * in AWS, by which one means it that is invalid, or for which nothing could be looked up; null: not known.
 */
export function claimantOf(
  desired: Pick<DesiredState, 'specs' | 'invalid'>,
  ids: Ids,
  { provisionedProductId: id }: KnownDocument,
  called: string | null,
): { readonly name: string; readonly isValid: boolean } | null {
  if (id === null) return null;
  const asId = productKey({ kind: 'id', id });
  const asName = called === null ? null : productKey({ kind: 'name', name: called });
  for (const spec of desired.specs.values()) {
    const means: string | null = ids.get(spec.key) ?? (spec.key === asName ? id : null);
    if (spec.key === asId || spec.expect.provisionedProductId === id || means === id)
      return { name: spec.name, isValid: true };
  }
  const invalid =
    desired.invalid.get(asId) ?? (asName === null ? undefined : desired.invalid.get(asName));
  return invalid === undefined ? null : { name: invalid.name, isValid: false };
}

/**
 * The document of this revision that is for what this one was for: the same one, or another that names
 * the provisioned product in another way. `unread`: one that is invalid, or left out; null: there is none.
 */
export function documentFor(
  { specs, declared }: Pick<DesiredState, 'specs' | 'declared'>,
  { key, provisionedProductId: id, called }: KnownDocument,
): Spec | 'unread' | null {
  const asId = id === null ? [] : [productKey({ kind: 'id', id })];
  const asName = called === null ? [] : [productKey({ kind: 'name', name: called })];
  const found = [key, ...asId, ...asName].find((one) => declared.has(one));
  return found === undefined ? null : (specs.get(found) ?? 'unread');
}

/** A provisioned product, with its name where that was seen. */
interface Means {
  readonly id: ProvisionedProductId;
  readonly name: string | null;
}

/** Documents that nothing was looked up for, invalid or left out, and that mean it by its id or its name. */
export function unseenRivals(
  { invalid, leftOut }: Pick<DesiredState, 'invalid' | 'leftOut'>,
  key: ProductKey,
  { id, name }: Means,
): readonly { readonly at: Position; readonly why: string }[] {
  const asName = name === null ? [] : [productKey({ kind: 'name', name })];
  return [productKey({ kind: 'id', id }), ...asName].flatMap((one) => {
    if (one === key) return [];
    const bad = invalid.get(one);
    // A name may be borne in every target; an id is of one account.
    const isElsewhere = bad?.isAnywhere === true && asName.includes(one);
    const other = leftOut?.get(one);
    return [
      ...(bad === undefined || isElsewhere ? [] : [{ at: bad.at, why: 'invalid now' }]),
      ...(other === undefined ? [] : [{ at: other.origin.at, why: 'not part of this run' }]),
    ];
  });
}

/** Whether a document besides this one means its provisioned product, by whatever way: both are refused. */
export function hasRival(
  desired: Pick<DesiredState, 'specs' | 'invalid' | 'leftOut'>,
  ids: Ids,
  key: ProductKey,
  means: Means,
): boolean {
  const { id, name } = means;
  const asId = productKey({ kind: 'id', id });
  const asName = name === null ? null : productKey({ kind: 'name', name });
  const meansIt = (one: ProductKey) =>
    one === asId || (ids.get(one) ?? (one === asName ? id : null)) === id;
  return (
    unseenRivals(desired, key, means).length > 0 ||
    [...desired.specs.keys()].some((one) => one !== key && meansIt(one))
  );
}
