import type { Behaviour, RateLimits, Timing } from './behaviour.ts';
import type { DueQueue } from './due-queue.ts';
import type {
  CatalogRecord,
  Plan,
  ProvisionedProduct,
  Secret,
  Stack,
  StackSet,
  StoredParameter,
  TokenUse,
} from './entities.ts';
import type { Caller, Product } from './model.ts';
import { SortedIndex } from './sorted-index.ts';

/** A provisioned product and what it was until when, for readers that lag behind. */
export interface Tracked {
  readonly now: ProvisionedProduct | null;
  readonly past: readonly { readonly until: number; readonly was: ProvisionedProduct | null }[];
}

/** One account in one region. */
export interface Place {
  readonly key: string;
  readonly account: string;
  readonly region: string;
  readonly products: Map<string, Tracked>;
  readonly productOrder: SortedIndex;
  readonly idByName: Map<string, string>;
  readonly records: Map<string, CatalogRecord>;
  /** Record ids of a provisioned product, oldest first. */
  readonly history: Map<string, string[]>;
  readonly stacks: Map<string, Stack>;
  /** Stacks that a listing shows: those not deleted. */
  readonly stackOrder: SortedIndex;
  readonly stackIdByName: Map<string, string>;
  readonly stackSets: Map<string, StackSet>;
  readonly tokens: Map<string, TokenUse>;
  readonly plans: Map<string, Plan>;
  readonly parameters: Map<string, StoredParameter>;
  readonly secrets: Map<string, Secret>;
}

export interface World {
  readonly defaultAccount: string;
  readonly defaultRegion: string;
  readonly timing: Timing;
  behaviour: Behaviour;
  limits: RateLimits;
  readonly callers: Map<string, Caller>;
  readonly defaultCaller: Caller;
  readonly catalog: Map<string, Product>;
  readonly catalogByName: Map<string, readonly Product[]>;
  readonly places: Map<string, Place>;
  readonly due: DueQueue;
}

export function placeOf(world: World, account: string, region: string): Place {
  const key = `${account}/${region}`;
  const known = world.places.get(key);
  if (known !== undefined) return known;
  const place: Place = {
    key,
    account,
    region,
    products: new Map(),
    productOrder: new SortedIndex(),
    idByName: new Map(),
    records: new Map(),
    history: new Map(),
    stacks: new Map(),
    stackOrder: new SortedIndex(),
    stackIdByName: new Map(),
    stackSets: new Map(),
    tokens: new Map(),
    plans: new Map(),
    parameters: new Map(),
    secrets: new Map(),
  };
  world.places.set(key, place);
  return place;
}

/** Stores a provisioned product; what it was stays visible to readers that lag. */
export function putProduct(world: World, place: Place, product: ProvisionedProduct, now: number) {
  track(world, place, product.id, product, now);
  place.idByName.set(product.name, product.id);
  place.productOrder.add(product.id);
}

export function removeProduct(
  world: World,
  place: Place,
  product: ProvisionedProduct,
  now: number,
) {
  place.idByName.delete(product.name);
  const lag = Math.max(world.behaviour.searchLag, world.behaviour.describeLag);
  if (lag > 0) {
    track(world, place, product.id, null, now);
    return;
  }
  place.products.delete(product.id);
  place.productOrder.remove(product.id);
}

function track(
  world: World,
  place: Place,
  id: string,
  next: ProvisionedProduct | null,
  now: number,
): void {
  const lag = Math.max(world.behaviour.searchLag, world.behaviour.describeLag);
  if (lag === 0) {
    place.products.set(id, { now: next, past: [] });
    return;
  }
  const known = place.products.get(id);
  const past = (known?.past ?? []).filter((entry) => entry.until + lag > now);
  place.products.set(id, { now: next, past: [...past, { until: now, was: known?.now ?? null }] });
}

/** Without a lag nobody sees what is gone any more. */
export function forgetGone(world: World): void {
  const { searchLag, describeLag } = world.behaviour;
  if (searchLag > 0 || describeLag > 0) return;
  for (const place of world.places.values())
    for (const [id, { now }] of place.products) {
      if (now !== null) continue;
      place.products.delete(id);
      place.productOrder.remove(id);
    }
}

/** A provisioned product as somebody sees it who lags `lag` behind. */
export function seenWithLag(
  tracked: Tracked | undefined,
  lag: number,
  now: number,
): ProvisionedProduct | null {
  if (tracked === undefined) return null;
  if (lag > 0) for (const entry of tracked.past) if (entry.until + lag > now) return entry.was;
  return tracked.now;
}

export function currentProduct(place: Place, id: string): ProvisionedProduct | null {
  return place.products.get(id)?.now ?? null;
}

export function putRecord(world: World, place: Place, record: CatalogRecord): void {
  if (!place.records.has(record.id)) {
    const history = place.history.get(record.provisionedProductId);
    if (history === undefined) place.history.set(record.provisionedProductId, [record.id]);
    else history.push(record.id);
  }
  place.records.set(record.id, record);
  if (record.pending !== null)
    world.due.push({ at: record.pending.at, place: place.key, id: record.id });
}

export function putStack(place: Place, stack: Stack): void {
  place.stacks.set(stack.id, stack);
  if (stack.deletedAt === null) {
    place.stackOrder.add(stack.id);
    place.stackIdByName.set(stack.name, stack.id);
    return;
  }
  place.stackOrder.remove(stack.id);
  if (place.stackIdByName.get(stack.name) === stack.id) place.stackIdByName.delete(stack.name);
}
