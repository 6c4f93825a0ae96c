import { likenessOf } from '../diff/digest.ts';
import type { ProductEntry } from '../domain/entry.ts';
import { asDigest, type Digest, type ProductKey, type TargetName } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Dependency } from '../domain/spec.ts';
import { type DesiredState, specDigestOf, type TargetContext } from './context.ts';

/** What documents of other targets said when they were last looked at, by the journal. */
export type SeenElsewhere = ReadonlyMap<TargetName, ReadonlyMap<ProductKey, Digest>>;

/**
 * Reads it of those targets of which a selection leaves out what a document here depends on. Nothing
 * of what is left out is looked at in this run, so it holds for the whole revision.
 */
export async function readElsewhere(
  { target, journal }: Pick<TargetContext, 'target' | 'journal'>,
  { specs, elsewhere }: DesiredState,
): Promise<SeenElsewhere> {
  const asked = new Set<TargetName>();
  for (const { dependsOn } of specs.values())
    for (const { target: other, key } of dependsOn)
      if (other !== target && elsewhere?.get(other)?.leftOut?.has(key) === true) asked.add(other);
  const seen = new Map<TargetName, ReadonlyMap<ProductKey, Digest>>();
  for (const other of asked) {
    const [documents, entries] = [await journal.documents(other), await journal.list(other)];
    const digests = new Map<ProductKey, Digest>();
    const known = new Map(documents.map((one) => [one.key, one]));
    for (const key of new Set([...known.keys(), ...entries.keys()])) {
      const digest = lastSeen(known.get(key), entries.get(key)?.value);
      if (digest !== null) digests.set(key, digest);
    }
    seen.set(other, digests);
  }
  return seen;
}

/** A document that only selections have held is noted by what came into effect. */
function lastSeen(
  known: KnownDocument | undefined,
  entry: Pick<ProductEntry, 'inEffect'> | undefined,
): Digest | null {
  return known === undefined ? (entry?.inEffect?.specDigest ?? null) : asDigest(known.digest);
}

type LeftOutContext = Pick<
  TargetContext,
  'target' | 'desired' | 'known' | 'entries' | 'fingerprinter'
>;

/**
 * Whether a document that a selection leaves out asks for something else than when it was last looked
 * at. One of another target has to prove that it does not.
 */
export function hasLeftOutChanged(
  context: LeftOutContext,
  elsewhere: SeenElsewhere,
  { target, key }: Dependency,
): boolean {
  const isHere = target === context.target;
  const desired = isHere ? context.desired() : context.desired().elsewhere?.get(target);
  const spec = desired?.leftOut?.get(key);
  const stored = isHere
    ? lastSeen(context.known.get(key), context.entries.get(key))
    : (elsewhere.get(target)?.get(key) ?? null);
  if (spec === undefined || stored === null) return !isHere;
  const likeness = likenessOf(stored, specDigestOf(context, spec));
  return isHere ? likeness === 'other' : likeness !== 'same';
}
