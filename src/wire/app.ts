import { hostname } from 'node:os';
import type { App, FailedMoveOf, JournalView, Loaded } from '../cli/app.ts';
import type { Invocation } from '../cli/invocation.ts';
import type { Io } from '../cli/io.ts';
import type { Config } from '../config/config.ts';
import { lastFailedMove } from '../diff/failed-move.ts';
import { sinceOf } from '../diff/since.ts';
import { shownWindows } from '../diff/windows.ts';
import { asDigest, type TargetName } from '../domain/ids.ts';
import type { DatedView } from '../domain/status.ts';
import { openJournal } from '../journal/journal.ts';
import type { Journal } from '../reconciler/ports/journal.ts';
import { Redactor } from '../reconciler/redact.ts';
import { systemClock } from '../server/clock.ts';
import { createLog } from '../server/log.ts';
import { readOnce } from './directory.ts';
import { openEstate } from './estate.ts';
import { openFreezer, whoami } from './freezer.ts';
import { createRevisionLoader, type LoadedRevision } from './revision.ts';
import { runDaemon } from './run-daemon.ts';
import { refuseEmptySelection, selection, warnOfEmptySelection } from './selection.ts';
import type { WorldParts } from './world.ts';

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
    runDaemon: (directory, watch) =>
      runDaemon(world, warnOfEmptySelection(invocation, load, log), directory, watch ?? null),
    windows: () => shownWindows(config.windows, systemClock.now()),
    targets: config.targets.map(({ name }) => name),
    whoami: () => whoami(io),
    openFreezer: (purpose) => openFreezer(config, purpose),
    openJournal: (purpose) => openJournalView(config, purpose),
  };
}

async function datedStatuses(journal: Journal): Promise<readonly DatedView[]> {
  const views = await journal.statuses();
  const entries = new Map<TargetName, Awaited<ReturnType<Journal['list']>>>();
  for (const target of new Set(views.map((view) => view.target)))
    entries.set(target, await journal.list(target));
  return views.map((view) => {
    const entry = entries.get(view.target)?.get(view.key)?.value;
    return { ...view, since: entry === undefined ? null : sinceOf(view, entry) };
  });
}

async function failedMoves(journal: Journal): Promise<readonly FailedMoveOf[]> {
  const targets = new Set((await journal.statuses()).map(({ target }) => target));
  const found: FailedMoveOf[] = [];
  for (const target of targets)
    for (const { value } of (await journal.list(target)).values()) {
      const failed = lastFailedMove(value);
      if (failed !== null) found.push({ ...failed, target });
    }
  return found;
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
    datedStatuses: () => datedStatuses(journal),
    daemon: () => journal.daemon(),
    accountId: async (target) => (await journal.account(target))?.accountId ?? null,
    documentDigest: async (target, key) => {
      const known = (await journal.documents(target)).find((one) => one.key === key);
      return known === undefined ? null : asDigest(known.digest);
    },
    freezes: () => journal.freezes(),
    heldPlans: () => journal.heldPlans(),
    ask: (request) => journal.ask(request),
    failedMoves: () => failedMoves(journal),
    close: () => journal.close(),
  };
}
