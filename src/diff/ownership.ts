import type { ProductEntry } from '../domain/entry.ts';
import type { Live } from '../domain/live.ts';

/**
 * What of an entry holds for the provisioned product that bears the name now. A person may have
 * ended the one that we knew and made another of the same name: the tags that we set on the former
 * are not ours on the latter, and what was applied to the former was not applied to it.
 */
export function entryFor(entry: ProductEntry, live: Live): ProductEntry {
  const { provisionedProductId: known, ownTags, triedTags, lastReferences } = entry;
  if (live.kind !== 'present' || known === null || known === live.id) return entry;
  return ownTags.length === 0 && triedTags.length === 0 && lastReferences === null
    ? entry
    : { ...entry, ownTags: [], triedTags: [], lastReferences: null };
}
