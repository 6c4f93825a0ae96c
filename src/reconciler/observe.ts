import type { ProductKey, ProvisionedProductId } from '../domain/ids.ts';
import {
  type Live,
  notRead,
  type PresentProduct,
  type Reading,
  type RecordView,
  read,
  unreadable,
} from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { assembleLive, isStale, showsWhatRuns } from './assemble.ts';
import { type CatalogFacts, explainFailure } from './catalog-facts.ts';
import type { Entries } from './entries.ts';
import type { Memory } from './memory.ts';
import type {
  Catalog,
  Described,
  Result,
  SearchListing,
  SearchRow,
  StackListing,
} from './ports.ts';
import { readInstances, readStack, stackIdOf } from './read-stack.ts';

export interface Observation {
  readonly products: ReadonlyMap<ProductKey, Live>;
  /** Provisioned products in the target, declared or not. */
  readonly estateSize: number;
  /** Rows that were asked for besides, of products that no document is for any more. */
  readonly others: ReadonlyMap<ProvisionedProductId, SearchRow>;
  /** Type of the provisioned products of each product, by its id and by its name. */
  readonly types: ReadonlyMap<string, string>;
  /** Whether the listing was complete: only then is what it does not show perhaps absent. */
  readonly complete: boolean;
  /** How many stack instances go with what the reviewed plan terminates to provision it again. */
  readonly leaving?: ReadonlyMap<ProductKey, number>;
}

export interface ObserveContext {
  readonly catalog: Catalog;
  readonly facts: () => CatalogFacts;
  readonly memory: Memory;
  readonly entries: Entries;
}

type Found =
  | { readonly kind: 'live'; readonly live: Live }
  | { readonly kind: 'row'; readonly row: SearchRow; readonly described: Described | null }
  | { readonly kind: 'described'; readonly described: Described };

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
      others,
      types: typesOf(rows),
      complete: isComplete,
    },
  };
}

/** What is yet to be made will be of the type of what was made of the same product. */
function typesOf(rows: readonly SearchRow[]): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const { productId, productName, type } of rows) {
    if (productId !== null) types.set(productId, type);
    if (productName !== null) types.set(productName, type);
  }
  return types;
}

/**
 * Describes one provisioned product right before work on it. If no record was made since the bulk
 * observation, that is all: the rest of the observation still holds. Otherwise it is read afresh:
 * 1 Search by id and 1 DescribeStacks more.
 */
export async function freshen(
  context: ObserveContext,
  spec: Spec,
  observation: Observation | null,
  before: Observation | null = observation,
): Promise<Live> {
  const described = await context.catalog.describe(by(spec));
  if (described.kind === 'failed')
    return { kind: 'unreadable', why: explainFailure(described.failure) };
  if (described.value === null) return { kind: 'absent' };
  await correctMemory(context, spec, described.value);
  const seen = observation?.products.get(spec.key);
  if (seen?.kind === 'present' && stillHolds(seen, described.value)) {
    const { launchRole, statusMessage } = described.value;
    return { ...seen, launchRole: read(launchRole), statusMessage };
  }
  const row = await context.catalog.searchOne(described.value.id);
  if (lags(row, described.value) && wasListed(before, spec, described.value))
    return { kind: 'unreadable', why: 'the listing lags behind what AWS says of it' };
  const found: Found =
    row.kind === 'ok' && row.value !== null
      ? { kind: 'row', row: row.value, described: described.value }
      : { kind: 'described', described: described.value };
  return complete(context, spec, found, await context.catalog.stacks(stackIds([found])));
}

/** The row is missing, or older than what Describe says: a property change need not move LastRecordId. */
function lags(row: Result<SearchRow | null>, now: Described): boolean {
  if (row.kind === 'failed' || row.value === null || isStale(row.value, now)) return true;
  return row.value.status === 'UNDER_CHANGE' && now.status !== 'UNDER_CHANGE';
}

/** Only a row tells its stack: without it a chain would go on as if its parameters were unknown. */
function wasListed(before: Observation | null, spec: Spec, { id }: Described): boolean {
  const seen = before?.products.get(spec.key);
  return seen?.kind === 'present' && seen.id === id && seen.physicalId !== null;
}

/** What Describe says now outranks what was remembered: not every change of a role moves LastRecordId. */
async function correctMemory(context: ObserveContext, spec: Spec, now: Described): Promise<void> {
  if (spec.launchRole === null || now.status === 'UNDER_CHANGE') return;
  const { launchRole } = await context.memory.get(spec.key, now.records.last);
  if (launchRole !== undefined && launchRole !== now.launchRole)
    await context.memory.add(spec.key, now.records.last, { launchRole: now.launchRole });
}

function stillHolds(seen: PresentProduct, described: Described): boolean {
  return (
    seen.id === described.id &&
    seen.records.last === described.records.last &&
    seen.records.lastSuccessful === described.records.lastSuccessful &&
    seen.status === described.status
  );
}

function by(spec: Spec): { readonly id: ProvisionedProductId } | { readonly name: string } {
  return spec.identity.kind === 'id' ? { id: spec.identity.id } : { name: spec.identity.name };
}

interface RowIndex {
  readonly ids: ReadonlyMap<string, SearchRow>;
  readonly names: ReadonlyMap<string, readonly SearchRow[]>;
}

function indexRows(rows: readonly SearchRow[]): RowIndex {
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

async function find(
  context: ObserveContext,
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
  if (row !== undefined) return confirmRow(context, spec, row);
  const described = await context.catalog.describe(by(spec));
  if (described.kind === 'failed')
    return { kind: 'live', live: { kind: 'unreadable', why: explainFailure(described.failure) } };
  if (described.value !== null) return { kind: 'described', described: described.value };
  // Absent needs both: a complete listing without it, and Describe saying that it does not exist.
  const live: Live = listing.complete
    ? { kind: 'absent' }
    : { kind: 'unreadable', why: 'the listing of provisioned products was not complete' };
  return { kind: 'live', live };
}

async function describedByName(context: ObserveContext, spec: Spec): Promise<Found> {
  const described = await context.catalog.describe(by(spec));
  if (described.kind === 'failed')
    return { kind: 'live', live: { kind: 'unreadable', why: explainFailure(described.failure) } };
  return described.value === null
    ? { kind: 'live', live: { kind: 'absent' } }
    : { kind: 'described', described: described.value };
}

/** Describes a row whose LastRecordId is not our own newest one: it may be older than our record. */
async function confirmRow(context: ObserveContext, spec: Spec, row: SearchRow): Promise<Found> {
  const ours = context.entries.get(spec.key).ownRecords[0];
  const suspicious = ours !== undefined && row.records.last !== ours;
  if (!suspicious) return { kind: 'row', row, described: null };
  const remembered = await context.memory.get(spec.key, row.records.last);
  if (remembered.fresh === true) return { kind: 'row', row, described: null };
  const described = await context.catalog.describe({ id: row.id });
  if (described.kind === 'failed')
    return { kind: 'live', live: { kind: 'unreadable', why: explainFailure(described.failure) } };
  // The row may be that of an earlier one, and the name stand for another one since.
  if (described.value === null) return describedByName(context, spec);
  if (!isStale(row, described.value))
    await context.memory.add(spec.key, row.records.last, { fresh: true });
  return { kind: 'row', row, described: described.value };
}

function stackIds(found: readonly Found[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const one of found) {
    const id = one.kind === 'row' ? stackIdOf(one.row) : null;
    if (id !== null) ids.add(id);
  }
  return ids;
}

async function complete(
  context: ObserveContext,
  spec: Spec,
  found: Found,
  stacks: StackListing,
): Promise<Live> {
  if (found.kind === 'live') return found.live;
  const row = found.kind === 'row' ? found.row : null;
  const described = found.described;
  const base = described ?? row;
  if (base === null) return { kind: 'unreadable', why: 'nothing was read' };
  const busy = base.status === 'UNDER_CHANGE';
  const live = assembleLive({
    row,
    described,
    ...(await readStack(context, row, stacks)),
    instances: busy ? notRead : await readInstances(context, spec, row),
    success: busy ? notRead : await successRecord(context, spec, base),
    launchRole: busy ? notRead : await launchRole(context, spec, base),
  });
  if (live === null) return { kind: 'unreadable', why: 'nothing was read' };
  return nameVersion(context, spec, live);
}

/** One DescribeRecord, only where the row cannot tell what runs or a path is declared. */
async function successRecord(
  context: ObserveContext,
  spec: Spec,
  base: Described | SearchRow,
): Promise<Reading<RecordView>> {
  const wanted = spec.path !== null || !showsWhatRuns(base.records);
  const id = base.records.lastSuccessful;
  if (!wanted || id === null) return notRead;
  const remembered = await context.memory.get(spec.key, base.records.last);
  if (remembered.success?.id === id) return read(remembered.success);
  const record = await context.catalog.record(id);
  if (record.kind === 'failed') return unreadable(explainFailure(record.failure));
  if (record.value === null) return unreadable(`record ${id} cannot be read`);
  await context.memory.add(spec.key, base.records.last, { success: record.value });
  return read(record.value);
}

/**
 * One Describe, only where a launch role is declared and Describe was not made anyway. It is
 * remembered only where it is as declared, and until our next record: a change of it need not move
 * LastRecordId, so another value may be one that Describe still shows after our own change.
 */
async function launchRole(
  context: ObserveContext,
  spec: Spec,
  base: Described | SearchRow,
): Promise<Reading<string | null>> {
  if (spec.launchRole === null || 'launchRole' in base) return notRead;
  const remembered = await context.memory.get(spec.key, base.records.last);
  const after = context.entries.get(spec.key).ownRecords[0] ?? null;
  if (remembered.launchRole === spec.launchRole && remembered.launchRoleAfter === after)
    return read(remembered.launchRole);
  const described = await context.catalog.describe({ id: base.id });
  if (described.kind === 'failed') return unreadable(explainFailure(described.failure));
  if (described.value === null) return unreadable('it went away while it was read');
  const { records, launchRole, status } = described.value;
  // Describe may lag behind the listing inside one record: then it shows the role before our change.
  if (status !== base.status)
    return unreadable('DescribeProvisionedProduct does not agree with the listing yet');
  if (records.last === base.records.last && launchRole === spec.launchRole)
    await context.memory.add(spec.key, base.records.last, { launchRole, launchRoleAfter: after });
  return read(launchRole);
}

/** A version declared by name and known only by id (after a failed update) needs the version list. */
async function nameVersion(
  context: ObserveContext,
  spec: Spec,
  live: PresentProduct,
): Promise<PresentProduct> {
  if (
    spec.version?.kind !== 'name' ||
    live.version.kind !== 'read' ||
    live.version.value.name !== null
  )
    return live;
  if (live.product.kind !== 'read') return live;
  const id = live.version.value.id;
  const artifacts = await context.facts().artifacts(live.product.value.id);
  if (artifacts.kind !== 'read') return live;
  const artifact = artifacts.value.find((one) => one.id === id);
  return artifact === undefined ? live : { ...live, version: read({ id, name: artifact.name }) };
}
