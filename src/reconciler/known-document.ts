import type { ProductEntry } from '../domain/entry.ts';
import type { Digest } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Live } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { contentDigestOf, specDigestOf, type TargetContext } from './context.ts';

/** What noting documents needs of a target's context. */
export type KnownContext = Pick<TargetContext, 'entries' | 'clock' | 'fingerprinter' | 'readAtMs'>;

/** What is remembered of a document, with what it is for as it was last seen. */
export function documentOf(
  context: KnownContext,
  spec: Spec,
  live: Live | undefined,
  before: KnownDocument | undefined,
): KnownDocument {
  return {
    key: spec.key,
    name: spec.name,
    file: spec.origin.at.file,
    digest: specDigestOf(context, spec),
    content: contentOf(context, spec) ?? before?.content ?? '',
    ...lastWillOf(spec, isExpected(context, spec, live, before)),
    ...seen(live, before),
    gone: null,
    mayBe: null,
  };
}

type LastWill = Pick<KnownDocument, 'labels' | 'policies' | 'dependsOn'>;

/** What a document says for the time after it. */
function lastWillOf({ reconcile, dependsOn, labels }: Spec, isExpected: boolean): LastWill {
  const { prune, deletionProtection, suspend, mode } = reconcile;
  const handsOff = suspend || mode === 'observe' || !isExpected;
  return {
    labels,
    policies: { prune, deletionProtection, handsOff },
    dependsOn: dependsOn.map(({ target, key }) => ({ target, key })),
  };
}

/** The same before live state was looked at. */
export function unseenWillOf(
  context: Pick<KnownContext, 'fingerprinter'>,
  spec: Spec,
  before: KnownDocument,
): LastWill {
  return lastWillOf(spec, isExpected(context, spec, undefined, before));
}

function seen(
  live: Live | undefined,
  before: KnownDocument | undefined,
): Pick<KnownDocument, 'provisionedProductId' | 'lastRecordId' | 'called'> {
  switch (live?.kind) {
    case 'present':
      return {
        provisionedProductId: live.id,
        lastRecordId: live.records.last,
        called: live.name,
      };
    case 'absent':
      return { provisionedProductId: null, lastRecordId: null, called: null };
    case 'unreadable':
    case undefined:
      return {
        provisionedProductId: before?.provisionedProductId ?? null,
        lastRecordId: before?.lastRecordId ?? null,
        called: before?.called ?? null,
      };
    default:
      return live satisfies never;
  }
}

/**
 * What the document refuses to mean is left alone for good, whoever made it. Where what is there does not
 * tell, what was seen for the very same document holds, and otherwise nothing is known to be as expected.
 */
function isExpected(
  context: Pick<KnownContext, 'fingerprinter'>,
  spec: Spec,
  live: Live | undefined,
  before: KnownDocument | undefined,
): boolean {
  const { provisionedProductId: id, physicalId } = spec.expect;
  if (id === null && physicalId === null) return true;
  const isTold = live?.kind === 'present' && (physicalId === null || live.physicalId !== null);
  if (isTold)
    return (
      (id === null || id === live.id) && (physicalId === null || physicalId === live.physicalId)
    );
  const isSame = before?.digest === specDigestOf(context, spec);
  return isSame && !before.policies.handsOff;
}

/** What was still on its way when it was last looked at has an id since. */
export function withMade(known: KnownDocument, { ownedId }: ProductEntry): KnownDocument {
  return known.provisionedProductId === null && ownedId !== null
    ? { ...known, provisionedProductId: ownedId }
    : known;
}

/** What a document asks for without its name, as it is kept; null without a key. */
export function contentOf(
  { fingerprinter }: Pick<KnownContext, 'fingerprinter'>,
  spec: Spec,
): Digest | null {
  return fingerprinter === null ? null : contentDigestOf(fingerprinter, spec);
}
