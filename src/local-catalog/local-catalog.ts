import { Admin } from './admin.ts';
import { ADMIN_PATH, handleAdmin } from './admin-http.ts';
import { CallLog } from './call-log.ts';
import { type Core, execute } from './core.ts';
import { FaultBook } from './faults.ts';
import { listen } from './http.ts';
import { advance } from './lifecycle.ts';
import type { Seed } from './seed.ts';
import { readState, restoreWorld, StateFile, saveWorld } from './store.ts';
import { Throttle } from './throttle.ts';
import type { WireRequest, WireResponse } from './wire.ts';
import { buildWorld, emptyWorld } from './world.ts';

/** Where the catalog's time comes from. `sleep` is only used by answers that are slow on demand. */
export interface CatalogClock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface LocalCatalogOptions {
  readonly seed: Seed;
  readonly clock?: CatalogClock;
  /** Chance: 0 ≤ x < 1. Given the same, the catalog makes the same ids. */
  readonly random?: () => number;
  /** A file that keeps what calls change. The seed fills the catalog only if it does not exist. */
  readonly statePath?: string;
}

/** A Service Catalog in this process. */
export interface InProcessCatalog {
  readonly admin: Admin;
  /** Answers one request as the service would; rejects where a connection would break. */
  handle(request: WireRequest): Promise<WireResponse>;
  /** When the next thing happens by itself, in ms since the epoch; null: nothing is under way. */
  nextDue(): number | null;
  /** Resolves when everything that was answered is kept. */
  close(): Promise<void>;
}

/** A Service Catalog on this machine's loopback interface. */
export interface LocalCatalog extends InProcessCatalog {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
}

const systemClock: CatalogClock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** The connection broke: what a client sees of a request or a reply that is lost. */
export class LostConnection extends Error {
  readonly code = 'ECONNRESET';

  constructor(what: 'request' | 'reply') {
    super(`socket hang up (the ${what} was lost on demand)`);
    this.name = 'LostConnection';
  }
}

/** Rejects if the state file cannot be read or does not hold a state. */
export async function createLocalCatalog(options: LocalCatalogOptions): Promise<InProcessCatalog> {
  const clock = options.clock ?? systemClock;
  let skipped = 0;
  const now = () => clock.now() + skipped;
  const core = await openCore(options, now());
  const file =
    options.statePath === undefined
      ? null
      : new StateFile(options.statePath, () => saveWorld(core.world));
  const keep = async () => {
    if (file !== null) await file.keep();
  };
  await keep();
  const admin = new Admin(core, now, keep);
  const skip = (ms: number) => {
    skipped += ms;
  };
  return {
    admin,
    async handle(request) {
      if (request.path.startsWith(`${ADMIN_PATH}/`)) {
        advance(core.world, now());
        return handleAdmin(admin, request, skip);
      }
      const outcome = execute(core, request, now());
      if (outcome.changed) await keep();
      if (outcome.delay > 0) await clock.sleep(outcome.delay);
      if (outcome.lost !== null) throw new LostConnection(outcome.lost);
      return outcome.response;
    },
    nextDue: () => core.world.due.next(),
    close: keep,
  };
}

async function openCore(options: LocalCatalogOptions, now: number): Promise<Core> {
  const saved = options.statePath === undefined ? null : await readState(options.statePath);
  const world = saved === null ? buildWorld(options.seed, now) : emptyWorld(options.seed);
  if (saved !== null) restoreWorld(world, saved);
  return {
    world,
    faults: new FaultBook(),
    throttle: new Throttle(),
    log: new CallLog(),
    random: options.random ?? Math.random,
  };
}

/** Serves a catalog on 127.0.0.1. Port 0, the default, takes any free one. */
export async function startLocalCatalog(
  options: LocalCatalogOptions & { readonly port?: number },
): Promise<LocalCatalog> {
  const catalog = await createLocalCatalog(options);
  const server = await listen(catalog.handle, options.port ?? 0);
  return {
    ...catalog,
    url: server.url,
    async close() {
      await server.close();
      await catalog.close();
    },
  };
}
