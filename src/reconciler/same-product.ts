import { EMPTY_ENTRY, type Likeness, type ProductEntry } from '../domain/entry.ts';
import {
  asProvisionedProductId,
  idInKey,
  type ProductKey,
  type ProvisionedProductId,
} from '../domain/ids.ts';

/** What an entry is about, as far as it tells. */
export function productOf(key: ProductKey, entry: ProductEntry): ProvisionedProductId | null {
  const id = idInKey(key);
  return id === null ? entry.provisionedProductId : asProvisionedProductId(id);
}

/**
 * Its document named this provisioned product in another way for a while, by its id and not by its
 * name or the other way round: what our requests came to, and what they set, holds all the same. What
 * rests on the key itself, or on the document, does not.
 */
export function withFormer(held: ProductEntry, former: ProductEntry): ProductEntry {
  const { provisionedProductId, ownRecords } = former;
  const latch = carried(former.latch);
  const lastResult = carried(former.lastResult);
  const { declaredPath, ownTags, triedTags, lastReferences, appliedVersion } = former;
  const { instancesRun, failedUpdate } = former;
  const set = { declaredPath, ownTags, triedTags, lastReferences, appliedVersion };
  const done = { instancesRun, failedUpdate, lastResult, ownRecords };
  return { ...emptied(held), provisionedProductId, latch, ...set, ...done };
}

function carried<T extends Likeness>(known: T | null): (T & Likeness) | null {
  return known === null ? null : { ...known, isCarried: true };
}

/** What another key knows better by now is left out; what was sent, made and spent under this one is not. */
export function emptied(entry: ProductEntry): ProductEntry {
  const { provisionedProductId, ownedId, ownRecords, charges } = entry;
  const { healed, recreated, recreatedBefore, retryHandled } = entry;
  const spent = { healed, recreated, recreatedBefore, retryHandled };
  return { ...EMPTY_ENTRY, provisionedProductId, ownedId, ownRecords, charges, ...spent };
}

/** Whether the other one tells of a request that came after all that this one knows. */
export function isNewer(other: ProductEntry, held: ProductEntry): boolean {
  if (other.lastResult === null || held.intent !== null) return false;
  if (held.lastResult === null) return held.inEffect === null;
  const { recordId } = held.lastResult;
  return (
    other.ownRecords.includes(recordId) && !held.ownRecords.includes(other.lastResult.recordId)
  );
}

/** Whether this entry, once written, stands in the place of all others of its provisioned product. */
export function takesOver({ intent, inEffect, ...entry }: ProductEntry): boolean {
  if (intent !== null || inEffect !== null) return true;
  return entry.provisionedProductId !== null && entry.lastResult !== null;
}

/** Whether there is something to empty; an open request is settled by the key that it was sent under. */
export function isInForce({ intent, inEffect, lastResult }: ProductEntry): boolean {
  return intent === null && (inEffect !== null || lastResult !== null);
}
