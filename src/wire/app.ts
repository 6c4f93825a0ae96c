import { hostname } from 'node:os';
import type { App, DaemonWatch, Estate, JournalView, Loaded } from '../cli/app.ts';
import type { Io } from '../cli/io.ts';
import type { Invocation } from '../cli/program.ts';
import type { Config } from '../config/config.ts';
import { TrueupError } from '../domain/errors/registry.ts';
import type { Dependency } from '../domain/spec.ts';
import { openJournal } from '../journal/journal.ts';
import { Daemon } from '../reconciler/daemon.ts';
import { OneShot } from '../reconciler/one-shot.ts';
import type { Journal, Log, Snapshot } from '../reconciler/ports.ts';
import { Redactor } from '../reconciler/redact.ts';
import { StatusBoard } from '../reconciler/status-board.ts';
import type { Shared } from '../reconciler/target.ts';
import { systemClock } from '../server/clock.ts';
import { createLog } from '../server/log.ts';
import { createSource } from '../source/source.ts';
import { openFingerprinter } from '../values/fingerprint.ts';
import type { LocalSession } from './local.ts';
import { createRevisionLoader, type LoadedRevision, selection } from './revision.ts';
import { type ShutDown, shutDownOn } from './signals.ts';
import { targetHandles } from './targets.ts';

export interface AppParts {
  readonly io: Io;
  readonly invocation: Invocation;
  readonly config: Config;
  readonly version: string;
}

/** Puts the adapters together for one command. Each is opened when the command asks for it. */
export function createApp(parts: AppParts): App {
  const { io, invocation, config, version } = parts;
  const redactor = new Redactor();
  const log = createLog({
    level: config.logLevel,
    format: config.logFormat ?? (process.stderr.isTTY === true ? 'text' : 'json'),
    destination: process.stderr,
    colour: process.stderr.isTTY === true && (io.env.NO_COLOR ?? '') === '',
    clock: systemClock,
    redact: (text) => redactor.redact(text),
  });
  const isSelecting = invocation.only.length + invocation.labels.length > 0;
  const load = createRevisionLoader(config, selection(invocation), isSelecting);
  const held: { revision: LoadedRevision | null; directory: string } = {
    revision: null,
    directory: '',
  };
  const world: WorldParts = { config, invocation, log, redactor };
  return {
    io,
    invocation,
    version,
    timeoutMs: config.timeoutMs,
    now: () => systemClock.now(),
    load: async (directory) => {
      const read = await readOnce(io, config, directory, log);
      if (read.kind === 'unavailable') return read;
      held.revision = load(read.snapshot);
      held.directory = directory;
      refuseEmptySelection(invocation, held.revision);
      return { kind: 'ok', ...held.revision } satisfies Loaded;
    },
    openEstate: (purpose) => openEstate(world, held, version, purpose),
    runDaemon: (directory, watch) => runDaemon(world, load, directory, watch ?? null),
    openJournal: (purpose) => openJournalView(config, purpose),
  };
}

interface WorldParts {
  readonly config: Config;
  readonly invocation: Invocation;
  readonly log: Log;
  readonly redactor: Redactor;
}

type ReadOnce =
  | { readonly kind: 'ok'; readonly snapshot: Snapshot }
  | { readonly kind: 'unavailable'; readonly why: string };

async function readOnce(io: Io, config: Config, directory: string, log: Log): Promise<ReadOnce> {
  if (directory !== '-') return sourceOf(config, directory, log).read();
  const bytes = await io.readInput();
  if (bytes.length === 0) return { kind: 'unavailable', why: 'standard input is empty' };
  return {
    kind: 'ok',
    snapshot: { revision: 'stdin', digest: 'stdin', files: [{ path: '-', bytes }], unreadable: [] },
  };
}

function sourceOf(config: Config, directory: string, log: Log) {
  const { settleMs, pollIntervalMs } = config;
  return createSource({
    directory,
    clock: systemClock,
    settleMs,
    pollIntervalMs,
    onDegraded: (why) => log.write('warn', 'source.watchDegraded', { reason: why }),
  });
}

async function openWorld(world: WorldParts, mode: 'read' | 'write', shutDown: ShutDown) {
  const { invocation } = world;
  const local = invocation.local === null ? null : await startLocal(invocation);
  try {
    return await openShared(world, mode, shutDown, local);
  } catch (error) {
    // Its server would keep the process alive for ever.
    await local?.close();
    throw error;
  }
}

async function openShared(
  world: WorldParts,
  mode: 'read' | 'write',
  shutDown: ShutDown,
  local: LocalSession | null,
) {
  const { config, invocation, log, redactor } = world;
  const path =
    local !== null && invocation.flags.journal === undefined ? local.journal : config.journal;
  const journal = await openJournal({
    path,
    clock: systemClock,
    host: hostname(),
    pid: process.pid,
    mode,
    reset: invocation.journalReset,
  });
  const keyFile = config.fingerprintKeyFile;
  const fingerprinter = await openFingerprinter({
    keyFile,
    journalPath: path,
    mode: journal.readOnly === null ? 'write' : 'read',
    warn: (message) => log.write('warn', 'journal.keyPermissions', { reason: message }),
  });
  const board = new StatusBoard(journal, log);
  await board.load();
  // Commands other than run read the directory once, before they open anything else.
  const readAtMs = systemClock.monotonic();
  const shared: Shared = {
    journal,
    board,
    clock: systemClock,
    random: Math.random,
    log,
    redactor,
    fingerprinter,
    observeOnly: config.observe,
    recordTimeoutMs: config.recordTimeoutMs,
    engineRecordTimeoutMs: config.engineRecordTimeoutMs,
    caps: {
      maxChanges: config.maxChanges,
      maxProvisions: config.maxProvisions,
      maxTerminations: config.maxTerminations,
    },
    stop: shutDown.signal,
    heldBack: () => heldByJournal(journal),
    readAtMs: () => readAtMs,
    isInRun: () => true,
  };
  return { shared, local, close: () => closeWorld(journal, local, shutDown) };
}

/** Loaded only where it is wanted: against AWS it would cost a tenth of the memory for nothing. */
async function startLocal(invocation: Invocation): Promise<LocalSession> {
  const local = await import('./local.ts');
  return local.startLocal(invocation.local || null, invocation.localState);
}

function heldByJournal(journal: Journal): string | null {
  return journal.readOnly === null ? null : `the journal cannot be written: ${journal.readOnly}`;
}

async function closeWorld(
  journal: Journal,
  local: LocalSession | null,
  shutDown: ShutDown,
): Promise<void> {
  await journal.close();
  await local?.close();
  shutDown.release();
}

async function openEstate(
  world: WorldParts,
  held: { readonly revision: LoadedRevision | null; readonly directory: string },
  version: string,
  purpose: 'plan' | 'apply',
): Promise<Estate> {
  const { revision, directory } = held;
  if (revision === null)
    throw new TrueupError('cli/internal', 'an estate was opened before its documents were read');
  const shutDown = shutDownOn(['SIGINT', 'SIGTERM']);
  const opened = await openWorld(world, purpose === 'plan' ? 'read' : 'write', shutDown);
  const selected = (dependency: Dependency) => isSelected(revision, dependency);
  const shared: Shared = { ...opened.shared, isInRun: selected };
  const handles = targetHandles(world.config, shared, opened.local, {
    env: process.env,
    purpose: purpose === 'plan' ? 'plan' : 'act',
  });
  const oneShot = new OneShot({
    shared,
    revision,
    programVersion: version,
    directory,
  });
  await oneShot.open(handles, null);
  if (purpose === 'apply') await oneShot.honourRequests();
  return {
    plan: () => oneShot.plan(),
    accounts: () => oneShot.accounts(),
    apply: async (timeoutMs) => ({
      ...(await oneShot.apply(timeoutMs)),
      interrupted: shutDown.exitCode(),
    }),
    close: async () => {
      // What is still followed when the time is over is left to the journal.
      shutDown.now();
      await oneShot.close();
      await opened.close();
    },
  };
}

function isSelected(revision: LoadedRevision, { target, key }: Dependency): boolean {
  const desired = revision.targets.get(target);
  return desired !== undefined && (desired.specs.has(key) || desired.invalid.has(key));
}

async function runDaemon(
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
  const shared: Shared = {
    ...opened.shared,
    heldBack: () => held.daemon?.sourceProblem ?? heldByJournal(opened.shared.journal),
    readAtMs: () => held.daemon?.readAtMs ?? null,
    isInRun: (dependency) => held.daemon?.isInRun(dependency) ?? true,
  };
  const daemon = new Daemon({
    shared,
    source: sourceOf(config, directory, log),
    load,
    targets: targetHandles(config, shared, opened.local, { env: process.env, purpose: 'act' }),
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
    await opened.close();
  }
}

/** A misspelled name must not look like an estate in which there is nothing to do. */
function refuseEmptySelection(invocation: Invocation, revision: LoadedRevision): void {
  const given = [
    ...invocation.only.map((name) => `--only ${name}`),
    ...invocation.labels.map((label) => `-l ${label}`),
  ];
  const selected = [...revision.targets.values()].some((desired) => desired.specs.size > 0);
  if (given.length === 0 || selected) return;
  throw new TrueupError('cli/nothing-selected', `no valid document matches ${given.join(' ')}`);
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

async function openJournalView(config: Config, purpose: 'read' | 'ask'): Promise<JournalView> {
  const mode = purpose === 'ask' ? 'ask' : 'read';
  const journal = await openJournal({
    path: config.journal,
    clock: systemClock,
    host: hostname(),
    pid: process.pid,
    mode,
  });
  return {
    note: journal.missing ? `there is no journal at ${config.journal}` : null,
    statuses: () => journal.statuses(),
    daemon: () => journal.daemon(),
    ask: (request) => journal.ask(request),
    close: () => journal.close(),
  };
}
