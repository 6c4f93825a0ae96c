import { hostname } from 'node:os';
import { type AwsCatalog, createCatalog } from '../aws/catalog.ts';
import type { DaemonWatch } from '../cli/app.ts';
import type { Config } from '../config/config.ts';
import { TrueupError } from '../domain/errors/registry.ts';
import { Daemon } from '../reconciler/daemon.ts';
import type { Shared } from '../reconciler/shared.ts';
import { sourceOf } from './directory.ts';
import type { createRevisionLoader } from './revision.ts';
import { shutDownOn } from './signals.ts';
import { type Connect, targetHandles } from './targets.ts';
import { heldByJournal, openWorld, type WorldParts } from './world.ts';

export async function runDaemon(
  world: WorldParts,
  load: ReturnType<typeof createRevisionLoader>,
  directory: string,
  watch: DaemonWatch | null,
): Promise<number> {
  const { config, log } = world;
  if (world.invocation.local === null) refuseUndeclared(config);
  const ending: { code: number | null } = { code: null };
  const shutDown = shutDownOn(['SIGINT', 'SIGTERM'], config.shutdownTimeoutMs);
  const opened = await openWorld(world, 'write', shutDown);
  const held: { daemon: Daemon | null } = { daemon: null };
  const ended = { log: false };
  const catalogs = trackedCatalogs();
  const shared: Shared = {
    ...opened.shared,
    // A review that is given up has nothing to tell any more: it fails because we have ended.
    log: {
      write: (...line) => {
        if (!ended.log) log.write(...line);
      },
    },
    heldBack: () => held.daemon?.sourceProblem ?? heldByJournal(opened.shared.journal),
    readAtMs: () => held.daemon?.readAtMs ?? null,
    isInRun: (dependency) => held.daemon?.isInRun(dependency) ?? true,
  };
  const daemon = new Daemon({
    shared,
    source: sourceOf(config, directory, log),
    load,
    targets: targetHandles(
      config,
      shared,
      opened.local,
      { env: process.env, purpose: 'act' },
      catalogs.connect,
    ),
    onReview: (target, review) => {
      const changes = [...review.evaluations.values()].map((one) => one.change);
      ending.code ??= watch?.onChanges(target, changes) ?? null;
      if (ending.code !== null) shutDown.now();
    },
    options: {
      directory,
      intervalMs: config.intervalMs,
      pollIntervalMs: config.pollIntervalMs,
      host: hostname(),
      pid: process.pid,
    },
  });
  held.daemon = daemon;
  const hangUp = () => daemon.hangUp();
  process.on('SIGHUP', hangUp);
  try {
    await daemon.run();
    return ending.code ?? 0;
  } catch (error) {
    log.write('error', 'daemon.failed', { reason: String(error) });
    return 1;
  } finally {
    process.off('SIGHUP', hangUp);
    ended.log = true;
    // Before the journal: what a review would go on to read could not be kept.
    catalogs.close();
    await opened.close();
  }
}

/** Keeps the catalogs that are open, so that a review that is under way when the daemon ends reads no more. */
function trackedCatalogs(): { readonly connect: Connect; close(): void } {
  const open = new Set<AwsCatalog>();
  return {
    connect: (options) => {
      const catalog = createCatalog(options);
      const tracked = {
        ...catalog,
        close: () => {
          open.delete(tracked);
          catalog.close();
        },
      };
      open.add(tracked);
      return tracked;
    },
    close: () => {
      for (const catalog of [...open]) catalog.close();
    },
  };
}

/** A daemon acts alone, so the configuration must say in which accounts. */
function refuseUndeclared(config: Config): void {
  const target = config.targets.find((one) => one.accountId === null);
  if (target === undefined) return;
  throw new TrueupError(
    'aws/account-needed',
    `target ${target.name} does not say which account it must be`,
  );
}
