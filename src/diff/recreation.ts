import type { Intent, ProductEntry } from '../domain/entry.ts';
import type { Digest } from '../domain/ids.ts';
import { likenessOf } from './digest.ts';

const RECREATED_MAX = 20;

/** The recreation for this content; `null`: a termination that is none. What was recreated stays known. */
export function recreationBegun(
  { recreated, recreatedBefore }: ProductEntry,
  content: Digest | null,
): Pick<ProductEntry, 'recreated' | 'recreatedBefore'> {
  const before = [...(recreated === null ? [] : [recreated]), ...recreatedBefore];
  // What was recreated under another key is told apart from nothing: a person has spoken since.
  const kept =
    content === null ? before : before.filter((one) => likenessOf(one, content) === 'other');
  return { recreated: content, recreatedBefore: kept.slice(0, RECREATED_MAX) };
}

/** The entry as a termination begins that is an end: nothing is owed to a document of this name that comes later. */
export function endBegun(entry: ProductEntry, intent: Intent): ProductEntry {
  return { ...entry, intent, ...recreationBegun(entry, null) };
}

/** The entry where a request is given up that left nothing behind: no recreation was begun, and no attempt made. */
export function recordDropped(entry: ProductEntry): ProductEntry {
  const { intent, recreated, recreatedBefore } = entry;
  // Of an earlier version, which did not keep what was known before.
  const isUnkept = intent?.unspent?.recreated === undefined;
  const isRecreation = isUnkept && intent?.step === 'terminate' && intent.specDigest === recreated;
  const [before = null, ...others] = recreatedBefore;
  return {
    ...entry,
    ...intent?.unspent,
    intent: null,
    ...(isRecreation ? { recreated: before, recreatedBefore: others } : {}),
  };
}
