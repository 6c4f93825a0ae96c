import { renderStatusText } from '../diff/render/status.ts';
import type { DaemonView, ProductStatusView } from '../domain/status.ts';
import { visible, visibleJson } from '../domain/visible.ts';
import { withJournalFlags } from './again.ts';
import type { App, JournalView } from './app.ts';
import { silentMs } from './daemon-view.ts';
import type { ExitCode } from './io.ts';
import { notKnown, saysNoJournal } from './not-known.ts';
import { paintFor } from './paint.ts';

/** `status`: what the journal knows. Exit 0 if everything is Ready. */
export async function statusCommand(app: App): Promise<ExitCode> {
  const journal = await app.openJournal('read');
  try {
    const [statuses, daemon] = [await journal.datedStatuses(), await journal.daemon()];
    const [freezes, windows] = [await journal.freezes(), app.windows()];
    const only = app.invocation.only;
    const shown =
      only.length === 0
        ? statuses
        : statuses.filter((view) => only.some((one) => isNamed(view, one)));
    const unknown = only.find((one) => !statuses.some((view) => isNamed(view, one)));
    if (unknown !== undefined && journal.note === null) return notKnown(app, unknown, statuses);
    const now = new Date(app.now()).toISOString();
    if (app.invocation.format === 'json') {
      const json = { now, daemon, freezes, windows, products: shown, note: journal.note };
      app.io.out(`${visibleJson(json)}\n`);
    } else {
      saysNoJournal(app, journal);
      const accounts = await accountsOf(journal, shown);
      const view = { now, products: shown, daemon, freezes, windows, accounts };
      const text = renderStatusText(view, paintFor(app.io.colour));
      app.io.out(withJournalFlags(app.invocation, text));
    }
    const working = daemon === null || isWorking(daemon, app.now());
    const known = journal.note === null && shown.length > 0;
    return known && working && shown.every((one) => one.condition === 'Ready') ? 0 : 1;
  } finally {
    await journal.close();
  }
}

function isNamed({ target, name }: ProductStatusView, asked: string): boolean {
  return asked === name || asked === `${target}/${name}`;
}

/** What a running daemon cannot read is in no desired state, whatever the rest is in. */
function isWorking(daemon: DaemonView, nowMs: number): boolean {
  const { targets, stoppedAt, journalProblem, source } = daemon;
  if (targets.some(({ problem }) => problem !== null)) return false;
  if (stoppedAt !== null || silentMs(daemon, nowMs) !== null) return true;
  return journalProblem === null && source.problem === null && source.invalid === 0;
}

/** Where no daemon tells them: what apply was bound to. */
async function accountsOf(
  journal: Pick<JournalView, 'accountId'>,
  shown: readonly ProductStatusView[],
): Promise<ReadonlyMap<string, string>> {
  const accounts = new Map<string, string>();
  for (const target of new Set(shown.map((one) => one.target))) {
    const accountId = await journal.accountId(target);
    if (accountId !== null) accounts.set(target, accountId);
  }
  return accounts;
}

/** `status --check`: is the daemon alive and able to work? One line, for health checks. */
export async function checkCommand(app: App): Promise<ExitCode> {
  const journal = await app.openJournal('read');
  try {
    const daemon = await journal.daemon();
    const problem =
      daemon === null
        ? (journal.note ?? 'no daemon has written this journal')
        : troubleOf(daemon, app.now());
    app.io.out(`${visible(problem ?? 'ok')}\n`);
    return problem === null ? 0 : 1;
  } finally {
    await journal.close();
  }
}

function troubleOf(
  daemon: {
    readonly heartbeatAt: string;
    readonly stoppedAt: string | null;
    readonly journalProblem: string | null;
  },
  nowMs: number,
): string | null {
  if (daemon.stoppedAt !== null) return `the daemon stopped at ${daemon.stoppedAt}`;
  const silent = silentMs(daemon, nowMs);
  if (silent !== null) return `the daemon gave no sign of life for ${Math.round(silent / 1000)} s`;
  return daemon.journalProblem;
}
