import type { ProvisionedProductId } from '../domain/ids.ts';
import type { Live } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { nearest } from '../domain/suggest.ts';
import { isStale } from './assemble.ts';
import { explainFailure } from './catalog-facts.ts';
import type { ObserveContext } from './observe.ts';
import type { Catalog, Described, SearchListing, SearchRow } from './ports/catalog.ts';

export type Found =
  | { readonly kind: 'live'; readonly live: Live }
  | { readonly kind: 'row'; readonly row: SearchRow; readonly described: Described | null }
  | { readonly kind: 'described'; readonly described: Described };

/** What the finding of one needs of the reading of all. */
export interface FindContext extends Pick<ObserveContext, 'entries' | 'memory'> {
  readonly catalog: Pick<Catalog, 'describe'>;
}

export function by(spec: Spec): { readonly id: ProvisionedProductId } | { readonly name: string } {
  return spec.identity.kind === 'id' ? { id: spec.identity.id } : { name: spec.identity.name };
}

interface RowIndex {
  readonly ids: ReadonlyMap<string, SearchRow>;
  readonly names: ReadonlyMap<string, readonly SearchRow[]>;
}

export function indexRows(rows: readonly SearchRow[]): RowIndex {
  const ids = new Map<string, SearchRow>();
  const names = new Map<string, SearchRow[]>();
  for (const row of rows) {
    ids.set(row.id, row);
    const same = names.get(row.name);
    if (same === undefined) names.set(row.name, [row]);
    else same.push(row);
  }
  return { ids, names };
}

export async function find(
  context: FindContext,
  spec: Spec,
  listing: SearchListing,
  index: RowIndex,
): Promise<Found> {
  const rows =
    spec.identity.kind === 'id'
      ? [index.ids.get(spec.identity.id)].filter((row) => row !== undefined)
      : (index.names.get(spec.identity.name) ?? []);
  const [row, second] = rows;
  if (row !== undefined && second !== undefined) {
    return {
      kind: 'live',
      live: { kind: 'unreadable', why: `several provisioned products bear the name ${spec.name}` },
    };
  }
  return row === undefined
    ? withSimilar(await describeByDocument(context, spec, listing), spec, index)
    : confirmRow(context, spec, row, listing);
}

/** More names than this are not compared one by one, for each one that is not there. */
const COMPARED_NAMES = 1_000;

/** Most of what does not exist and is not to be made is misspelled. */
function withSimilar(found: Found, { identity, reconcile }: Spec, { names }: RowIndex): Found {
  const isWanted = identity.kind === 'name' && reconcile.onMissing === 'fail';
  if (found.kind !== 'live' || found.live.kind !== 'absent') return found;
  if (!isWanted || names.size > COMPARED_NAMES) return found;
  const similar = nearest(identity.name, [...names.keys()]);
  return similar === null ? found : { kind: 'live', live: { kind: 'absent', similar } };
}

/** Absent needs both: a complete listing, and DescribeProvisionedProduct saying that it does not exist. */
export const notFound = ({ complete }: Pick<SearchListing, 'complete'>): Live =>
  complete
    ? { kind: 'absent' }
    : { kind: 'unreadable', why: 'the listing of provisioned products was not complete' };

async function describeByDocument(
  context: FindContext,
  spec: Spec,
  listing: SearchListing,
): Promise<Found> {
  const described = await context.catalog.describe(by(spec));
  if (described.kind === 'failed')
    return { kind: 'live', live: { kind: 'unreadable', why: explainFailure(described.failure) } };
  return described.value === null
    ? { kind: 'live', live: notFound(listing) }
    : { kind: 'described', described: described.value };
}

/**
 * Describes a row whose LastRecordId is not our own newest one, because it may be older than our record;
 * and any row where what we changed last is gone, because its record may never have been known.
 */
async function confirmRow(
  context: FindContext,
  spec: Spec,
  row: SearchRow,
  listing: SearchListing,
): Promise<Found> {
  const { ownRecords, provisionedProductId } = context.entries.get(spec.key);
  const [ours] = ownRecords;
  const isGone = provisionedProductId === null;
  const suspicious = ours !== undefined && (isGone || row.records.last !== ours);
  if (!suspicious) return { kind: 'row', row, described: null };
  // What was confirmed before our last doing says nothing after it: a listing may show what is gone since.
  const freshAfter = isGone ? `${ours}, gone` : ours;
  const remembered = await context.memory.get(spec.key, row.records.last);
  if (remembered.freshAfter === freshAfter) return { kind: 'row', row, described: null };
  const described = await context.catalog.describe({ id: row.id });
  if (described.kind === 'failed')
    return { kind: 'live', live: { kind: 'unreadable', why: explainFailure(described.failure) } };
  // The row is that of one that is gone, and the name may stand for another one since.
  if (described.value === null) return describeByDocument(context, spec, listing);
  if (!isStale(row, described.value))
    await context.memory.add(spec.key, row.records.last, { freshAfter });
  return { kind: 'row', row, described: described.value };
}
