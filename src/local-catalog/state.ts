import type { Behaviour, RateLimits, Timing } from './behaviour.ts';
import type { DueQueue } from './due-queue.ts';
import type { Caller, Product, ProductKind, Tag } from './model.ts';
import { SortedIndex } from './sorted-index.ts';

/** Every time below is milliseconds since the epoch. Entities are replaced, never changed in place. */
export type ProductStatus = 'AVAILABLE' | 'UNDER_CHANGE' | 'TAINTED' | 'ERROR' | 'PLAN_IN_PROGRESS';

export interface ProvisionedProduct {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly kind: ProductKind;
  readonly status: ProductStatus;
  readonly statusMessage: string | null;
  readonly createdAt: number;
  readonly idempotencyToken: string | null;
  readonly lastRecordId: string | null;
  readonly lastProvisioningRecordId: string | null;
  readonly lastSuccessfulProvisioningRecordId: string | null;
  readonly productId: string;
  readonly artifactId: string;
  readonly pathId: string | null;
  readonly tags: readonly Tag[];
  readonly physicalId: string | null;
  readonly userArn: string;
  readonly userArnSession: string;
  /** Set by LAUNCH_ROLE, or by the path's launch constraint. */
  readonly launchRole: string | null;
  /**
   * The parameter values in force, for kinds that have no stack to keep them (the API never shows
   * them; the engine knows).
   */
  readonly engineParameters: readonly Argument[] | null;
}

/** A parameter and its value in force. */
export interface Argument {
  readonly key: string;
  readonly value: string;
}

/** A parameter as a request carries it. */
export interface RequestedParameter {
  readonly key: string;
  readonly value: string | null;
  readonly usePrevious: boolean;
}

export type RecordStatus =
  | 'CREATED'
  | 'IN_PROGRESS'
  | 'IN_PROGRESS_IN_ERROR'
  | 'SUCCEEDED'
  | 'FAILED';

export interface OutputValue {
  readonly key: string;
  readonly value: string;
  readonly description: string | null;
  readonly exportName: string | null;
}

export interface CatalogRecord {
  readonly id: string;
  readonly type: string;
  readonly status: RecordStatus;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly provisionedProductId: string;
  readonly provisionedProductName: string;
  readonly kind: ProductKind;
  readonly productId: string;
  readonly artifactId: string;
  readonly pathId: string | null;
  readonly launchRole: string | null;
  readonly tags: readonly Tag[];
  readonly errors: readonly { readonly code: string; readonly description: string }[];
  readonly outputs: readonly OutputValue[];
  /** Who asked for it, and who owned the provisioned product then. */
  readonly callerArn: string;
  readonly ownerArn: string;
  readonly ownerSession: string;
  /** What is still to happen; null once the record has ended. */
  readonly pending: Pending | null;
}

/** How an injected fault makes a record end. */
export interface RecordFault {
  readonly message: string;
  readonly listErrors: boolean | null;
  /** How the rollback ends; `none`: the record goes straight to FAILED. */
  readonly rollback: 'complete' | 'failed' | 'none';
}

export interface StackSetPreferences {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly accounts: readonly string[] | null;
  readonly regions: readonly string[] | null;
}

export type Job =
  | {
      readonly kind: 'provision' | 'update';
      readonly parameters: readonly RequestedParameter[];
      /** The tags that the stack gets, system tags included; null: as they are. */
      readonly tags: readonly Tag[] | null;
      readonly notificationArns: readonly string[];
      readonly stackSet: StackSetPreferences | null;
      readonly before: Before;
    }
  | {
      readonly kind: 'terminate';
      readonly ignoreErrors: boolean;
      readonly retain: boolean;
      readonly before: Before;
    }
  | {
      readonly kind: 'properties';
      readonly owner: { readonly arn: string; readonly session: string } | null;
      readonly launchRole: string | null;
      readonly before: Before;
    }
  | { readonly kind: 'import'; readonly stackArn: string; readonly before: Before };

/** What the provisioned product was before the operation, to go back to. */
export interface Before {
  readonly status: ProductStatus;
  readonly statusMessage: string | null;
  readonly productId: string;
  readonly artifactId: string;
  readonly tags: readonly Tag[];
}

export interface Failure {
  readonly message: string;
  /** Whether anything was changed before it failed, so that there is something to roll back. */
  readonly touched: boolean;
}

export interface Pending {
  readonly job: Job;
  readonly at: number;
  readonly next: 'begin' | 'turn' | 'end';
  /** Set as soon as it is known that the operation fails. */
  readonly failure: Failure | null;
  readonly fault: RecordFault | null;
  /** The stack as it was before work began, for the rollback. */
  readonly undo: Stack | null;
  readonly straggle: number;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly statusReason: string | null;
  readonly createdAt: number;
  readonly updatedAt: number | null;
  readonly deletedAt: number | null;
  readonly productId: string | null;
  readonly artifactId: string | null;
  readonly parameters: readonly Argument[];
  readonly tags: readonly Tag[];
  readonly outputs: readonly OutputValue[];
  readonly notificationArns: readonly string[];
  readonly roleArn: string | null;
}

export interface StackInstance {
  readonly account: string;
  readonly region: string;
  readonly status: 'CURRENT' | 'OUTDATED' | 'INOPERABLE';
}

export interface StackSet {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly status: 'ACTIVE' | 'DELETED';
  readonly productId: string;
  readonly artifactId: string;
  readonly parameters: readonly Argument[];
  readonly tags: readonly Tag[];
  readonly instances: readonly StackInstance[];
}

export interface TokenUse {
  readonly requestDigest: string;
  readonly recordId: string;
  readonly usedAt: number;
}

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
    world.due.push({ at: record.pending.at, place: place.key, what: 'record', id: record.id });
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
