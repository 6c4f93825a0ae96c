import type { LoggedCall } from './call-log.ts';
import type { Core } from './core.ts';
import { execute } from './core.ts';
import type { ProductStatus, ProvisionedProduct, Stack, StoredParameter } from './entities.ts';
import type { ActiveFault, FaultSpec } from './faults.ts';
import { advance } from './lifecycle.ts';
import { behaviourOf, SeedError } from './seed.ts';
import type { BehaviourInput, RateInput } from './seed-input.ts';
import { forgetGone, type Place, placeOf, putProduct, putStack } from './state.ts';
import { storeParameter, storeSecret } from './stores.ts';
import { findProduct, type TrueProduct, truthOf } from './truth.ts';
import type { Json, JsonObject } from './validate.ts';

/** Where a provisioned product or stack is; the seed's own account and region if left out. */
export interface Where {
  readonly account?: string;
  readonly region?: string;
}

export interface StackEdit extends Where {
  /** Name or id of the provisioned product whose stack it is. */
  readonly product: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly status?: string;
}

/**
 * What tests and demonstrations may do behind the API's back: look at the truth, and disturb it.
 * Nothing here is throttled, logged or refused.
 */
export class Admin {
  readonly #core: Core;
  readonly #now: () => number;
  #changed: () => Promise<void>;

  constructor(core: Core, now: () => number, changed: () => Promise<void>) {
    this.#core = core;
    this.#now = now;
    this.#changed = changed;
  }

  /** The calls that arrived, oldest first (the latest 20,000). */
  calls(operation?: string): readonly LoggedCall[] {
    return this.#core.log.calls(operation);
  }

  /** How many calls of each operation arrived. */
  counts(): Readonly<Record<string, number>> {
    return this.#core.log.counts();
  }

  totalCalls(): number {
    return this.#core.log.total;
  }

  clearCalls(): void {
    this.#core.log.clear();
  }

  addFault(spec: FaultSpec): string {
    return this.#core.faults.add(spec);
  }

  removeFault(id: string): boolean {
    return this.#core.faults.remove(id);
  }

  clearFaults(): void {
    this.#core.faults.clear();
  }

  faults(): readonly ActiveFault[] {
    return this.#core.faults.list();
  }

  /** Turns switches; durations are texts. Throws SeedError on a duration that is none. */
  setBehaviour(change: BehaviourInput): void {
    const problems: { path: readonly (string | number)[]; message: string }[] = [];
    const next = behaviourOf(
      change,
      { problem: (path, message) => problems.push({ path, message }) },
      this.#core.world.behaviour,
    );
    if (problems.length > 0) throw new SeedError(problems);
    this.#core.world.behaviour = next;
    forgetGone(this.#core.world);
  }

  /** Sets the rate limit of one operation, or of all others; null: none. */
  setLimit(operation: string | 'default', rate: RateInput | null): void {
    const { world } = this.#core;
    const limit =
      rate === null ? null : { perSecond: rate.perSecond, burst: rate.burst ?? rate.perSecond };
    const operations = new Map(world.limits.operations);
    operations.delete(operation);
    if (limit !== null && operation !== 'default') operations.set(operation, limit);
    world.limits = {
      default: operation === 'default' ? limit : world.limits.default,
      operations,
    };
  }

  /** The truth about a provisioned product and its stack, NoEcho values included; null: none. */
  product(nameOrId: string, where: Where = {}): TrueProduct | null {
    return truthOf(this.#core.world.catalog, this.#place(where), nameOrId);
  }

  /** A provisioned product alone, without its stack; null: none. */
  provisionedProduct(nameOrId: string, where: Where = {}): ProvisionedProduct | null {
    return findProduct(this.#place(where), nameOrId);
  }

  /** The status of a stack, also of one that no provisioned product stands for any more; null: none. */
  stackStatus(id: string, where: Where = {}): string | null {
    return this.#place(where).stacks.get(id)?.status ?? null;
  }

  /** Names of all provisioned products of a place, sorted. */
  names(where: Where = {}): readonly string[] {
    return [...this.#place(where).idByName.keys()].sort();
  }

  /** Everything, as plain data: what `/_local/state` shows. */
  state(): JsonObject {
    advance(this.#core.world, this.#now());
    const places = [...this.#core.world.places.values()].map((place) => ({
      account: place.account,
      region: place.region,
      provisionedProducts: [...place.idByName.keys()]
        .sort()
        .map((name) => this.product(name, place) as unknown as Json),
      records: [...place.records.values()] as unknown as Json,
    }));
    return { now: this.#now(), places };
  }

  /** Changes a stack past Service Catalog, as a person with CloudFormation rights might. */
  async editStack(edit: StackEdit): Promise<void> {
    const place = this.#place(edit);
    const { stack } = this.#mustFind(edit.product, place);
    const parameters = stack.parameters.map((item) => ({
      key: item.key,
      value: edit.parameters?.[item.key] ?? item.value,
    }));
    const tags = Object.entries(edit.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
    const keys = new Set(tags.map((tag) => tag.Key));
    putStack(place, {
      ...stack,
      parameters,
      tags: [...stack.tags.filter((tag) => !keys.has(tag.Key)), ...tags],
      status: edit.status ?? 'UPDATE_COMPLETE',
      updatedAt: this.#now(),
    });
    await this.#changed();
  }

  /** Puts a provisioned product into a status, as support or an engine might. */
  async setStatus(
    nameOrId: string,
    status: ProductStatus,
    statusMessage: string | null = null,
    where: Where = {},
  ): Promise<void> {
    const place = this.#place(where);
    const product = findProduct(place, nameOrId);
    if (product === null) throw new Error(`no provisioned product ${nameOrId}`);
    putProduct(this.#core.world, place, { ...product, status, statusMessage }, this.#now());
    await this.#changed();
  }

  /** Puts a new value into a secret, as a rotation does; makes the secret if there is none. */
  async setSecret(name: string, value: string, where: Where = {}): Promise<void> {
    storeSecret(this.#place(where), name, value, this.#now());
    await this.#changed();
  }

  /** Puts a value into Systems Manager's parameter store. */
  async setParameter(
    name: string,
    value: string,
    type?: StoredParameter['type'],
    where: Where = {},
  ): Promise<void> {
    storeParameter(this.#place(where), name, value, this.#now(), type);
    await this.#changed();
  }

  /** Calls an operation of Service Catalog as an administrator: somebody else's update. */
  async callAs(operation: string, input: JsonObject, where: Where = {}): Promise<JsonObject> {
    const { world } = this.#core;
    const key = where.account ?? world.defaultAccount;
    const region = where.region ?? world.defaultRegion;
    const outcome = execute(
      this.#core,
      {
        method: 'POST',
        path: '/',
        headers: {
          'x-amz-target': `AWS242ServiceCatalogService.${operation}`,
          authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/servicecatalog/aws4_request`,
        },
        body: JSON.stringify(input),
      },
      this.#now(),
    );
    await this.#changed();
    const body = JSON.parse(outcome.response.body) as JsonObject;
    if (outcome.response.status !== 200)
      throw new Error(`${operation} was refused: ${outcome.response.body}`);
    return body;
  }

  /** The place as it is at this moment: what was due has happened. */
  #place(where: Where): Place {
    const { world } = this.#core;
    advance(world, this.#now());
    return placeOf(
      world,
      where.account ?? world.defaultAccount,
      where.region ?? world.defaultRegion,
    );
  }

  #mustFind(nameOrId: string, place: Place): { product: ProvisionedProduct; stack: Stack } {
    const product = findProduct(place, nameOrId);
    const stack =
      product === null || product.physicalId === null
        ? undefined
        : place.stacks.get(product.physicalId);
    if (product === null || stack === undefined)
      throw new Error(`no provisioned product ${nameOrId} with a stack`);
    return { product, stack };
  }
}
