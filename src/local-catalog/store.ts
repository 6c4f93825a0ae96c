import { randomBytes } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
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
import type { Caller } from './model.ts';
import { placeOf, putProduct, putRecord, putStack, type World } from './state.ts';

/** What a state file holds: everything that calls changed. Products come from the seed each time. */
interface Saved {
  readonly format: 1;
  readonly sessions: readonly Caller[];
  readonly places: readonly {
    readonly account: string;
    readonly region: string;
    readonly products: readonly ProvisionedProduct[];
    readonly records: readonly CatalogRecord[];
    readonly stacks: readonly Stack[];
    readonly stackSets: readonly StackSet[];
    readonly tokens: readonly (readonly [string, TokenUse])[];
    readonly plans: readonly Plan[];
    readonly parameters: readonly StoredParameter[];
    readonly secrets: readonly Secret[];
  }[];
}

export function saveWorld(world: World): string {
  const saved: Saved = {
    format: 1,
    sessions: [...world.callers.values()].filter((caller) => caller.accessKeyId.startsWith('ASIA')),
    places: [...world.places.values()].map((place) => ({
      account: place.account,
      region: place.region,
      products: [...place.products.values()].flatMap((tracked) => tracked.now ?? []),
      records: [...place.records.values()],
      stacks: [...place.stacks.values()],
      stackSets: [...place.stackSets.values()],
      tokens: [...place.tokens],
      plans: [...place.plans.values()],
      parameters: [...place.parameters.values()],
      secrets: [...place.secrets.values()],
    })),
  };
  return JSON.stringify(saved);
}

/** Fills an empty world from a state file's text. Throws on a text that is not a state. */
export function restoreWorld(world: World, text: string): void {
  const saved = JSON.parse(text) as Partial<Saved>;
  if (saved.format !== 1 || saved.places === undefined)
    throw new Error('This is not a state file of the local catalog, or of another version.');
  for (const session of saved.sessions ?? []) world.callers.set(session.accessKeyId, session);
  for (const item of saved.places) {
    const place = placeOf(world, item.account, item.region);
    for (const product of item.products) putProduct(world, place, product, product.createdAt);
    for (const record of item.records) putRecord(world, place, record);
    for (const stack of item.stacks) putStack(place, stack);
    for (const stackSet of item.stackSets) place.stackSets.set(stackSet.arn, stackSet);
    for (const [key, use] of item.tokens) place.tokens.set(key, use);
    for (const plan of item.plans) place.plans.set(plan.id, plan);
    for (const parameter of item.parameters) place.parameters.set(parameter.name, parameter);
    for (const secret of item.secrets) place.secrets.set(secret.name, secret);
  }
}

/** The text of a state file; null: there is none yet. */
export async function readState(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Keeps the state in a file, whole or not at all: written beside it, flushed, and put in its
 * place. Whoever waits for `keep` knows that what had happened before is kept; calls that come in
 * while a write runs share the next one.
 */
export class StateFile {
  readonly #path: string;
  readonly #text: () => string;
  #running: Promise<void> | null = null;
  #waiting: Promise<void> | null = null;

  constructor(path: string, text: () => string) {
    this.#path = path;
    this.#text = text;
  }

  keep(): Promise<void> {
    if (this.#running === null) {
      this.#running = this.#write().finally(() => {
        this.#running = null;
      });
      return this.#running;
    }
    this.#waiting ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#waiting = null;
        return this.keep();
      });
    return this.#waiting;
  }

  async #write(): Promise<void> {
    const temporary = `${this.#path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(this.#text());
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await rename(temporary, this.#path);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
    const directory = await open(dirname(this.#path), 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}
