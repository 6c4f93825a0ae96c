import { hostname, userInfo } from 'node:os';
import type { Freezer } from '../cli/app.ts';
import type { Io } from '../cli/io.ts';
import type { Config } from '../config/config.ts';
import { TrueupError } from '../domain/errors/registry.ts';
import { openJournal } from '../journal/journal.ts';
import type { SqliteJournal } from '../journal/sqlite-journal.ts';
import { systemClock } from '../server/clock.ts';

function open(config: Config, mode: 'ask' | 'write'): Promise<SqliteJournal> {
  const common = { path: config.journal, clock: systemClock, host: hostname(), pid: process.pid };
  return openJournal({ ...common, mode });
}

/** Beside whoever writes the journal. Only `freeze` makes one, so that the first start is frozen. */
export async function openFreezer(config: Config, purpose: 'freeze' | 'resume'): Promise<Freezer> {
  const beside = await open(config, 'ask');
  if (!beside.missing || purpose === 'resume') return freezerOn(beside);
  await beside.close();
  try {
    return freezerOn(await open(config, 'write'));
  } catch (error) {
    // Somebody has made it in this very moment, and holds it.
    if (!(error instanceof TrueupError) || error.code !== 'journal/locked') throw error;
    return freezerOn(await open(config, 'ask'));
  }
}

function freezerOn(journal: SqliteJournal): Freezer {
  return {
    note: journal.missing ? `there is no journal at ${journal.path}, so nothing is frozen` : null,
    path: journal.path,
    daemon: () => journal.daemon(),
    freezes: () => journal.freezes(),
    statuses: () => journal.statuses(),
    freeze: (freezes) => journal.freeze(freezes),
    lift: (freezes) => journal.lift(freezes),
    close: () => journal.close(),
  };
}

export function whoami({ env }: Io): { readonly user: string; readonly host: string } {
  return { user: userName(env), host: hostname() };
}

/** In a container the user may have no name. */
function userName(env: Io['env']): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER ?? env.LOGNAME ?? `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
