import { visibleTo } from '../access.ts';
import { invalidParameters } from '../aws-error.ts';
import type { ProvisionedProduct } from '../entities.ts';
import { digestOf } from '../ids.ts';
import { type Context, reads } from '../operation.ts';
import { afterToken, pageSize, pageTokenFor } from '../paging.ts';
import { parseQuery, type SearchQuery } from '../search-query.ts';
import type { Infer } from '../shape.ts';
import * as shapes from '../shapes/service-catalog.ts';
import { showSearchRow } from '../show.ts';
import { seenWithLag } from '../state.ts';

type Input = Infer<typeof shapes.searchProvisionedProducts>;

/** The one bulk reader: rows with names and tags, a hundred a page, and the total. */
export const searchProvisionedProducts = reads(
  'SearchProvisionedProducts',
  shapes.searchProvisionedProducts,
  (context, input) => {
    const query = parseQuery(context.world, input.Filters?.get('SearchQuery') ?? []);
    const order = sortKey(input.SortBy);
    const descending = input.SortOrder === 'DESCENDING';
    const identity = digestOf(
      JSON.stringify([query.text, order, descending, input.AccessLevelFilter ?? null]),
    );
    const after = afterToken(input.PageToken, identity);
    const limit = pageSize(input.PageSize, 100);
    const found = isPlain(context, input, query, order, descending)
      ? plainPage(context, after, limit)
      : filteredPage(context, input, query, { order, descending, after, limit });
    const last = found.rows.at(-1);
    return {
      ProvisionedProducts: found.rows.map((product) => showSearchRow(context.world, product)),
      TotalResultsCount: found.total,
      NextPageToken:
        found.more && last !== undefined
          ? pageTokenFor(identity, `${keyOf(last, order)}\n${last.id}`)
          : undefined,
    };
  },
);

type Order = 'arn' | 'id' | 'name' | 'lastRecordId';

interface Found {
  readonly rows: readonly ProvisionedProduct[];
  readonly total: number;
  readonly more: boolean;
}

function sortKey(wanted: string | undefined): Order {
  switch (wanted) {
    case undefined:
    case 'id':
      return 'id';
    case 'arn':
    case 'name':
    case 'lastRecordId':
      return wanted;
    default:
      throw invalidParameters(`${wanted} is an invalid sort field.`);
  }
}

function keyOf(product: ProvisionedProduct, order: Order): string {
  return product[order] ?? '';
}

/** Everything, by id, without lag: answered from the index in the time of one page. */
function isPlain(
  context: Context,
  input: Input,
  query: SearchQuery,
  order: Order,
  descending: boolean,
): boolean {
  return (
    query.text === '' &&
    order === 'id' &&
    !descending &&
    context.world.behaviour.searchLag === 0 &&
    context.world.behaviour.describeLag === 0 &&
    context.caller.level === 'Account' &&
    (input.AccessLevelFilter?.Key ?? 'Account') === 'Account'
  );
}

function plainPage(context: Context, after: string | null, limit: number): Found {
  const { place } = context;
  const last = after?.split('\n')[1] ?? null;
  const ids = place.productOrder.after(last, limit + 1);
  const rows = ids.slice(0, limit).flatMap((id) => place.products.get(id)?.now ?? []);
  return { rows, total: place.productOrder.size, more: ids.length > limit };
}

function filteredPage(
  context: Context,
  input: Input,
  query: SearchQuery,
  page: { order: Order; descending: boolean; after: string | null; limit: number },
): Found {
  const visible = visibleTo(context.caller, input.AccessLevelFilter, 'Account');
  const turn = page.descending ? -1 : 1;
  const position = (product: ProvisionedProduct) => `${keyOf(product, page.order)}\n${product.id}`;
  const matching = candidates(context, query)
    .filter((product) => visible(product) && query.matches(product))
    .sort((a, b) => turn * compare(position(a), position(b)));
  const { after } = page;
  const rest =
    after === null
      ? matching
      : matching.filter((product) => turn * compare(position(product), after) > 0);
  return {
    rows: rest.slice(0, page.limit),
    total: matching.length,
    more: rest.length > page.limit,
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function candidates(context: Context, query: SearchQuery): ProvisionedProduct[] {
  const { place, world, now } = context;
  const seen = (id: string) => {
    const product = seenWithLag(place.products.get(id), world.behaviour.searchLag, now);
    return product === null ? [] : [product];
  };
  if (query.exact?.field === 'id' && place.products.has(query.exact.value))
    return seen(query.exact.value);
  if (query.exact?.field === 'name' && world.behaviour.searchLag === 0) {
    const id = place.idByName.get(query.exact.value);
    if (id !== undefined) return seen(id);
  }
  return place.productOrder.keys().flatMap(seen);
}
