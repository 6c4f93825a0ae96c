import { type ProductKey, type ProvisionedProductId, productKey } from '../domain/ids.ts';
import type { Live } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { showsWhatRuns } from './assemble.ts';
import { complete, stackIds } from './complete-live.ts';
import type { TargetContext } from './context.ts';
import { type Found, find, indexRows } from './find-live.ts';
import type { Result, SearchRow } from './ports/catalog.ts';

export interface Observation {
  readonly products: ReadonlyMap<ProductKey, Live>;
  /** Provisioned products in the target, declared or not. */
  readonly estateSize: number;
  /** What the listing showed, declared or not, by every key that a document could name it by. */
  readonly listed: ReadonlySet<ProductKey>;
  /** Rows that were asked for besides, of products that no document is for any more. */
  readonly others: ReadonlyMap<ProvisionedProductId, SearchRow>;
  /** Type of the provisioned products of each product, by its id and by its name. */
  readonly types: ReadonlyMap<string, string>;
  /** Whether the listing was complete: only then is what it does not show perhaps absent. */
  readonly complete: boolean;
  /** How many stack instances go with what the reviewed plan terminates to provision it again. */
  readonly leaving?: ReadonlyMap<ProductKey, number>;
}

export type ObserveContext = Pick<
  TargetContext,
  'catalog' | 'facts' | 'memory' | 'entries' | 'clock' | 'ended'
>;

/** Reads the live state of all specs of one target, in bulk. Fails only if the listing itself fails. */
export async function observeAll(
  context: ObserveContext,
  specs: readonly Spec[],
  also: ReadonlySet<ProvisionedProductId> = new Set(),
): Promise<Result<Observation>> {
  const listing = await context.catalog.search();
  if (listing.kind === 'failed') return listing;
  const index = indexRows(listing.value.rows);
  const found = new Map<ProductKey, Found>();
  for (const spec of specs) found.set(spec.key, await find(context, spec, listing.value, index));
  const stacks = await context.catalog.stacks(stackIds([...found.values()]));
  const products = new Map<ProductKey, Live>();
  for (const spec of specs) {
    const one = found.get(spec.key);
    if (one !== undefined) products.set(spec.key, await complete(context, spec, one, stacks));
  }
  const { rows, complete: isComplete } = listing.value;
  const others = new Map(rows.flatMap((row) => (also.has(row.id) ? [[row.id, row] as const] : [])));
  return {
    kind: 'ok',
    value: {
      products,
      estateSize: rows.length,
      listed: keysOf(rows),
      others,
      types: typesOf(rows),
      complete: isComplete,
    },
  };
}

function keysOf(rows: readonly SearchRow[]): ReadonlySet<ProductKey> {
  return new Set(
    rows.flatMap(({ id, name }) => [
      productKey({ kind: 'id', id }),
      productKey({ kind: 'name', name }),
    ]),
  );
}

/** What is yet to be made will be of the type of what was made of the same product. */
function typesOf(rows: readonly SearchRow[]): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const { productId, productName, type, records } of rows) {
    // After a failed update it may show the product that was attempted.
    if (records.lastSuccessful !== null && !showsWhatRuns(records)) continue;
    if (productId !== null) types.set(productId, type);
    if (productName !== null) types.set(productName, type);
  }
  return types;
}
