import { DueQueue } from './due-queue.ts';
import type { Product } from './model.ts';
import type { Seed } from './seed.ts';
import { seedWorld } from './seeding.ts';
import type { World } from './state.ts';

/** A world that offers what the seed offers and in which nothing has been provisioned. */
export function emptyWorld(seed: Seed): World {
  const byName = new Map<string, Product[]>();
  for (const product of seed.products)
    byName.set(product.name, [...(byName.get(product.name) ?? []), product]);
  return {
    defaultAccount: seed.account,
    defaultRegion: seed.region,
    timing: seed.timing,
    behaviour: seed.behaviour,
    limits: seed.limits,
    callers: new Map(seed.callers.map((caller) => [caller.accessKeyId, caller])),
    defaultCaller: seed.defaultCaller,
    catalog: new Map(seed.products.map((product) => [product.id, product])),
    catalogByName: byName,
    places: new Map(),
    due: new DueQueue(),
  };
}

export function buildWorld(seed: Seed, now: number): World {
  const world = emptyWorld(seed);
  seedWorld(world, seed, now);
  return world;
}
