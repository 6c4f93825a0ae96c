import { mayTouch, recordVisible, visibleTo } from '../access.ts';
import { invalidParameters, notFound, validation } from '../aws-error.ts';
import { exactlyOne } from '../catalog.ts';
import type { CatalogRecord, ProvisionedProduct } from '../entities.ts';
import { type Context, reads } from '../operation.ts';
import { afterToken, pageOf, pageSize, pageTokenFor } from '../paging.ts';
import * as shapes from '../shapes/service-catalog.ts';
import { showDetail, showOutput, showRecord } from '../show.ts';
import { currentProduct, seenWithLag } from '../state.ts';

/** A provisioned product as DescribeProvisionedProduct sees it, which may lag. */
function seenProduct(context: Context, wanted: { kind: 'id' | 'name'; value: string }) {
  const { place, world, now } = context;
  const id = wanted.kind === 'id' ? wanted.value : (place.idByName.get(wanted.value) ?? null);
  const product =
    id === null ? null : seenWithLag(place.products.get(id), world.behaviour.describeLag, now);
  if (product === null || !mayTouch(context.caller, product))
    throw notFound(`Provisioned product ${wanted.value} not found.`);
  return product;
}

export const describeProvisionedProduct = reads(
  'DescribeProvisionedProduct',
  shapes.describeProvisionedProduct,
  (context, input) => ({
    ProvisionedProductDetail: showDetail(
      seenProduct(context, exactlyOne(input.Id, input.Name, 'Id', 'Name')),
    ),
    CloudWatchDashboards: [],
  }),
);

function recordById(context: Context, id: string): CatalogRecord {
  const record = context.place.records.get(id);
  if (record === undefined) throw notFound(`Record ${id} not found.`);
  return record;
}

/** Whoever owns the provisioned product now may see all its records; a former owner none. */
function visibleRecord(context: Context, id: string): CatalogRecord {
  const record = recordById(context, id);
  const product = currentProduct(context.place, record.provisionedProductId);
  const allowed =
    product === null
      ? recordVisible(context.caller, { Key: context.caller.level })(record)
      : mayTouch(context.caller, product);
  if (!allowed) throw notFound(`Record ${id} not found.`);
  return record;
}

export const describeRecord = reads('DescribeRecord', shapes.describeRecord, (context, input) => {
  const record = visibleRecord(context, input.Id);
  const { page, next } = pageOf(record.outputs, input, `record/${input.Id}`);
  return {
    RecordDetail: showRecord(record),
    RecordOutputs: page.map(showOutput),
    NextPageToken: next,
  };
});

/** Newest first. Without a filter, the records of everything that the caller may see. */
export const listRecordHistory = reads(
  'ListRecordHistory',
  shapes.listRecordHistory,
  (context, input) => {
    const filter = input.SearchFilter;
    const visible = recordVisible(context.caller, input.AccessLevelFilter);
    const wanted = candidates(context, filter?.Key, filter?.Value ?? '');
    const records = wanted.filter(visible);
    const { page, next } = pageOf(records, input, `history/${filter?.Key}/${filter?.Value}`);
    return { RecordDetails: page.map(showRecord), NextPageToken: next };
  },
);

function candidates(
  context: Context,
  key: string | undefined,
  value: string,
): readonly CatalogRecord[] {
  const { place } = context;
  switch (key?.toLowerCase()) {
    case 'provisionedproduct': {
      const ids = place.history.get(value) ?? [];
      return ids.flatMap((id) => place.records.get(id) ?? []).reverse();
    }
    case 'product':
      return newestFirst([...place.records.values()].filter((item) => item.productId === value));
    case undefined:
      return newestFirst([...place.records.values()]);
    default:
      throw validation(`${key} is an invalid filter.`);
  }
}

function newestFirst(records: CatalogRecord[]): readonly CatalogRecord[] {
  return records.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
}

export const getProvisionedProductOutputs = reads(
  'GetProvisionedProductOutputs',
  shapes.getProvisionedProductOutputs,
  (context, input) => {
    const product = seenProduct(
      context,
      exactlyOne(
        input.ProvisionedProductId,
        input.ProvisionedProductName,
        'ProvisionedProductId',
        'ProvisionedProductName',
      ),
    );
    const last = product.lastSuccessfulProvisioningRecordId;
    if (last === null)
      throw invalidParameters("Last Successful Provisioning Record doesn't exist.");
    const outputs = recordById(context, last).outputs;
    const keys = input.OutputKeys;
    for (const key of keys ?? [])
      if (!outputs.some((output) => output.key === key))
        throw invalidParameters(`Output key ${key} doesn't exist.`);
    const wanted = keys === undefined ? outputs : outputs.filter((o) => keys.includes(o.key));
    const { page, next } = pageOf(wanted, input, `outputs/${product.id}`);
    return { Outputs: page.map(showOutput), NextPageToken: next };
  },
);

/** Twenty at a time, by id; no filter but the access level. */
export const scanProvisionedProducts = reads(
  'ScanProvisionedProducts',
  shapes.scanProvisionedProducts,
  (context, input) => {
    const { place, world, now, caller } = context;
    const visible = visibleTo(caller, input.AccessLevelFilter, 'User');
    const limit = pageSize(input.PageSize, 20);
    const found: ProvisionedProduct[] = [];
    let after = afterToken(input.PageToken, 'scan');
    for (;;) {
      const ids = place.productOrder.after(after, 100);
      for (const id of ids) {
        if (found.length > limit) break;
        after = id;
        const product = seenWithLag(place.products.get(id), world.behaviour.searchLag, now);
        if (product !== null && visible(product)) found.push(product);
      }
      if (ids.length < 100 || found.length > limit) break;
    }
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      ProvisionedProducts: page.map(showDetail),
      NextPageToken:
        found.length > limit && last !== undefined ? pageTokenFor('scan', last.id) : undefined,
    };
  },
);
