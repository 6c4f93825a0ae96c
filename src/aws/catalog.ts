import { setMaxListeners } from 'node:events';
import type { Catalog } from '../reconciler/ports/catalog.ts';
import type { RemoteValues } from '../reconciler/ports/values.ts';
import { createCalls } from './calls.ts';
import { type Clients, createClients } from './clients.ts';
import { createDenials } from './denials.ts';
import { readIdentity, readRegion, rememberSuccess } from './identity.ts';
import { products } from './products.ts';
import { provisionedProducts } from './provisioned-products.ts';
import { records } from './records.ts';
import { send } from './send.ts';
import { stackSets } from './stack-sets.ts';
import { readStacks } from './stacks.ts';
import type { CatalogOptions } from './target.ts';
import { remoteValues } from './values.ts';
import { CallCounter, type Ear } from './wire.ts';

/** A target's catalog, and its stores of values. */
export interface AwsCatalog extends Catalog {
  readonly stores: RemoteValues;
}

/**
 * Service Catalog, CloudFormation and STS of one target, over the AWS SDK. Nothing is loaded, looked
 * up or connected before the first call. Never throws: what goes wrong is in the results.
 * `connect` makes the clients; the simulation hands in some that spare it the SDK.
 */
export function createCatalog(
  options: CatalogOptions,
  connect: (options: CatalogOptions, ear: Ear) => Clients = createClients,
): AwsCatalog {
  const closing = new AbortController();
  // Every call under way listens to it.
  setMaxListeners(0, closing.signal);
  const counter = new CallCounter();
  const clients = connect(options, {
    onCall: (operation) => counter.add(operation),
    beforeForeign: () => options.reads.sts.take(closing.signal),
  });
  const calls = createCalls({
    ...options,
    target: options.target.name,
    clients,
    closed: closing.signal,
  });
  const denials = createDenials(options.clock);
  const region = rememberSuccess(() => readRegion(clients.api));
  const identity = rememberSuccess(() => readIdentity(calls, region));
  return {
    identity,
    ...provisionedProducts(calls),
    async stacks(ids) {
      if (ids.size === 0)
        return { found: new Map(), missing: new Set(), denied: new Map(), failure: null };
      return await readStacks({ calls, denials }, await region(), ids);
    },
    ...stackSets(calls),
    ...records(calls),
    ...products(calls),
    send: (request, token, lastLook) => send(calls, request, token, lastLook),
    stores: remoteValues(calls),
    calls: () => counter.counts(),
    close() {
      closing.abort();
      clients.destroy();
    },
  };
}
