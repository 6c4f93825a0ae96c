import { scopeWords } from '../diff/freezes.ts';
import { freezeLines } from '../diff/render/holds.ts';
import { isInFlight } from '../diff/render/status-groups.ts';
import { plural, visible } from '../diff/render/words.ts';
import { TrueupError } from '../domain/errors/registry.ts';
import { type Freeze, type FreezeScope, scopeKey } from '../domain/hold.ts';
import type { TargetName } from '../domain/ids.ts';
import type { DaemonView, ProductStatusView } from '../domain/status.ts';
import { nearest } from '../domain/suggest.ts';
import { visibleJson } from '../domain/visible.ts';
import { withJournalFlags } from './again.ts';
import type { App } from './app.ts';
import { silentMs } from './daemon-view.ts';
import type { ExitCode } from './io.ts';
import { paintFor } from './paint.ts';

const REASON_MAX = 500;

/** `freeze --reason TEXT`: from now on nothing of what is meant is started. */
export async function freezeCommand(
  app: App,
  targets: readonly string[],
  reason: string,
): Promise<ExitCode> {
  const scopes = scopesOf(app, targets);
  const said = visible(reason.trim()).slice(0, REASON_MAX).toWellFormed();
  if (said === '') {
    const next = 'say why in a few words: whoever waits for it reads them';
    throw new TrueupError('cli/bad-argument', '--reason is empty', { next });
  }
  const at = new Date(app.now()).toISOString();
  const asked = scopes.map((scope): Freeze => ({ scope, reason: said, ...app.whoami(), at }));
  const freezer = await app.openFreezer('freeze');
  try {
    await freezer.freeze(asked);
    const [frozen, statuses] = [await freezer.freezes(), await freezer.statuses()];
    const unattended = whyUnattended(await freezer.daemon(), statuses, app.now());
    const notes = [
      ...daemonNotes(freezer.path, unattended),
      ...scopes.flatMap((scope) => noteOf(scope, statuses)),
    ];
    if (isJson(app)) json(app, { frozen, added: asked, lifted: [], notes });
    else app.io.out(withJournalFlags(app.invocation, frozenText(app, frozen, statuses)));
    for (const note of notes) app.io.err(`trueup: ${note}\n`);
    return 0;
  } finally {
    await freezer.close();
  }
}

/** `resume`: lifts what was frozen with these selectors; without any, everything. */
export async function resumeCommand(app: App, targets: readonly string[]): Promise<ExitCode> {
  const isAll = targets.length + app.invocation.only.length + app.invocation.labels.length === 0;
  const scopes = scopesOf(app, targets);
  const meant = new Set(scopes.map(scopeKey));
  const freezer = await app.openFreezer('resume');
  try {
    if (freezer.note !== null) {
      app.io.err(`trueup: ${freezer.note}\nnext: name the journal with --journal\n`);
      return 1;
    }
    const before = await freezer.freezes();
    const lifted = isAll ? before : before.filter(({ scope }) => meant.has(scopeKey(scope)));
    await freezer.lift(lifted);
    const frozen = await freezer.freezes();
    if (isJson(app)) json(app, { frozen, added: [], lifted, notes: [] });
    else app.io.out(withJournalFlags(app.invocation, resumedText(app, lifted, frozen)));
    const there = new Set(lifted.map(({ scope }) => scopeKey(scope)));
    const missed = isAll ? [] : scopes.filter((scope) => !there.has(scopeKey(scope)));
    return missed.length > 0 && before.length > 0 ? notLifted(app, missed) : 0;
  } finally {
    await freezer.close();
  }
}

/** One scope for each target and name, so that each can be lifted by itself. */
function scopesOf(app: App, named: readonly string[]): readonly FreezeScope[] {
  const { only } = app.invocation;
  const labels = labelsOf(app.invocation.labels);
  const targets = named.length === 0 ? [null] : named.map((target) => knownTarget(app, target));
  const names = only.length === 0 ? [null] : only;
  return names.flatMap((name) => {
    const at = name?.indexOf('/') ?? -1;
    if (name === null || at < 0) return targets.map((target) => ({ target, name, labels }));
    if (named.length > 0)
      throw new TrueupError(
        'cli/bad-argument',
        `--only ${name} names a target, and so does --target`,
      );
    return [{ target: knownTarget(app, name.slice(0, at)), name: name.slice(at + 1), labels }];
  });
}

/** As everywhere, every label must hold; one with two values never could. */
function labelsOf(given: readonly string[]): FreezeScope['labels'] {
  const pairs = given.map((label): [string, string] => {
    const at = label.indexOf('=');
    return [label.slice(0, at), label.slice(at + 1)];
  });
  const labels = new Map(pairs);
  const clash = pairs.find(([key, value]) => labels.get(key) !== value);
  if (clash === undefined) return Object.fromEntries(pairs);
  throw new TrueupError(
    'cli/bad-argument',
    `-l gives ${clash[0]} two values: freeze them one by one`,
  );
}

/** A freeze of a target that is misspelled would freeze nothing, and nobody would notice. */
function knownTarget(app: App, name: string): TargetName {
  const found = app.targets.find((target) => target === name);
  if (found !== undefined) return found;
  const meant = nearest(name, app.targets);
  throw new TrueupError(
    'cli/bad-argument',
    `there is no target ${JSON.stringify(name)} (there is ${app.targets.join(', ')})`,
    { next: meant === null ? 'name one of those that are there' : `did you mean ${meant}?` },
  );
}

/** Another journal than the daemon's stops nothing of it: who freezes in a hurry must be told at once. */
function daemonNotes(path: string, unattended: string | null): readonly string[] {
  if (unattended === null) return [];
  return [
    `${unattended} the journal ${visible(path)}: a daemon that has another one goes on; if one runs, freeze with its --journal or in its working directory`,
  ];
}

function whyUnattended(
  daemon: DaemonView | null,
  statuses: readonly ProductStatusView[],
  nowMs: number,
): string | null {
  if (daemon === null) return statuses.length === 0 ? 'no apply or run has ever used' : null;
  const isRunning = daemon.stoppedAt === null && silentMs(daemon, nowMs) === null;
  return isRunning ? null : 'no daemon works now with';
}

/** What a person may have meant otherwise. It is frozen all the same. */
function noteOf(scope: FreezeScope, statuses: readonly ProductStatusView[]): readonly string[] {
  const { name, target } = scope;
  if (name === null) return [];
  const isKnown = statuses.some(
    (one) => one.name === name && (target === null || one.target === target),
  );
  if (isKnown) return [];
  const what = scopeWords(scope);
  return [
    `the journal knows no provisioned product ${what} so far; it is frozen in case one comes`,
  ];
}

function frozenText(
  app: App,
  frozen: readonly Freeze[],
  statuses: readonly ProductStatusView[],
): string {
  const running = statuses.filter(isInFlight);
  const inFlight =
    running.length === 0
      ? []
      : [
          '',
          `${plural(running.length, 'operation that was', 'operations that were')} started before, followed to the end:`,
          ...running.map(
            (one) =>
              `  ${visible(`${one.target}/${one.name}`)}  ${one.recordId === null ? 'no answer yet' : `record ${one.recordId}`}`,
          ),
        ];
  return `${[...freezeLines(frozen, paintFor(app.io.colour)), ...inFlight].join('\n')}\n`;
}

function resumedText(app: App, lifted: readonly Freeze[], frozen: readonly Freeze[]): string {
  const done = lifted.map(
    ({ scope, user, host, reason }) =>
      `lifted: ${scopeWords(scope)}, frozen by ${visible(user)}@${visible(host)}: ${visible(reason)}`,
  );
  const head = done.length === 0 ? ['nothing was lifted'] : done;
  const rest =
    frozen.length === 0
      ? ['nothing is frozen now']
      : ['', 'still frozen:', ...freezeLines(frozen, paintFor(app.io.colour))];
  return `${[...head, ...rest].join('\n')}\n`;
}

/** What the person wanted to go on stays frozen, so that a script must not go on either. */
function notLifted(app: App, missed: readonly FreezeScope[]): ExitCode {
  const words = missed.map((scope) => scopeWords(scope)).join('; ');
  app.io.err(
    `trueup: no freeze has exactly these selectors: ${words}\nnext: give those of a freeze that is listed, or none to lift all: trueup resume\n`,
  );
  return 1;
}

function isJson(app: App): boolean {
  return app.invocation.format === 'json';
}

function json(app: App, value: object): void {
  app.io.out(`${visibleJson(value)}\n`);
}
