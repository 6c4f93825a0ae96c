import { Cron } from 'croner';
import { fault, quote } from '../document/fault.ts';
import type { ErrorCode } from '../domain/errors/registry.ts';
import type { SyncWindow } from '../domain/hold.ts';
import type { Problem } from '../domain/problem.ts';
import { nearest } from '../domain/suggest.ts';
import { parseDuration } from './duration.ts';
import type { ReadConfigFile } from './read-config-file.ts';

/** A window as the schema guarantees it. */
export interface WindowEntry {
  readonly kind: 'allow' | 'deny';
  readonly schedule: string;
  readonly duration: string;
  readonly timeZone: string;
  readonly targets?: readonly string[];
  readonly names?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly manual?: boolean;
  readonly reason?: string;
}

const MINUTE_MS = 60_000;
const LONGEST_MS = 366 * 86_400_000;
/** Any time before every window; a date that does not come within the years after it never comes. */
const LONG_AGO = new Date(Date.UTC(2024, 0, 1));

export interface Windows {
  readonly windows: readonly SyncWindow[];
  readonly problems: readonly Problem[];
}

/** The windows of the file, with what a schema cannot say about them. */
export function resolveWindows(file: ReadConfigFile, targets: readonly string[]): Windows {
  const entries = file.content.windows ?? [];
  return {
    windows: entries.map(windowOf),
    problems: entries.flatMap((entry, index) => problemsOf(file, entry, index, targets)),
  };
}

function windowOf(entry: WindowEntry): SyncWindow {
  return {
    kind: entry.kind,
    schedule: entry.schedule,
    durationMs: parseDuration(entry.duration) ?? 0,
    timeZone: entry.timeZone,
    targets: entry.targets ?? [],
    names: entry.names ?? [],
    labels: entry.labels ?? {},
    manual: entry.manual ?? false,
    reason: entry.reason ?? null,
  };
}

function problemsOf(
  file: ReadConfigFile,
  entry: WindowEntry,
  index: number,
  targets: readonly string[],
): Problem[] {
  const problem = (code: ErrorCode, path: string, message: string, next?: string) =>
    fault(code, file.at(`/windows/${index}/${path}`), message, {
      field: `windows[${index}].${path.replaceAll('/', '.')}`,
      ...(next === undefined ? {} : { next }),
    });
  const zone = zoneProblem(entry.timeZone);
  const schedule = scheduleProblem(entry.schedule);
  const durationMs = parseDuration(entry.duration) ?? 0;
  const isDuration =
    durationMs >= MINUTE_MS && durationMs <= LONGEST_MS && durationMs % 1_000 === 0;
  const names = (entry.names ?? []).map((name) => name.split('/'));
  const meant = [
    ...(entry.targets ?? []).map((target, at) => ({ target, path: `targets/${at}` })),
    ...names.flatMap(([target = '', name], at) =>
      name === undefined || target.includes('*') ? [] : [{ target, path: `names/${at}` }],
    ),
  ];
  const unknown = meant.filter(({ target }) => !targets.includes(target));
  return [
    ...(schedule === null ? [] : [problem('config/bad-schedule', 'schedule', schedule)]),
    ...(isDuration
      ? []
      : [
          problem(
            'config/bad-window-duration',
            'duration',
            `${quote(entry.duration)} is not from 1m to 366d in whole seconds`,
          ),
        ]),
    ...(zone === null ? [] : [problem('config/bad-time-zone', 'timeZone', zone)]),
    ...unknown.map(({ target, path }) => {
      const near = nearest(target, targets);
      const what = `there is no target ${quote(target)} (there is ${targets.join(', ')})`;
      const next = near === null ? undefined : `did you mean ${quote(near)}?`;
      return problem('config/unknown-window-target', path, what, next);
    }),
  ];
}

function zoneProblem(timeZone: string): string | null {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return null;
  } catch {
    return `the time zone ${quote(timeZone)} is not known`;
  }
}

/** Times of five fields only: names such as @daily would hide when a window opens. */
function scheduleProblem(schedule: string): string | null {
  try {
    if (schedule.trim().split(/\s+/).length !== 5)
      return `${quote(schedule)} is not five cron fields`;
    const cron = new Cron(schedule, { timezone: 'UTC', mode: '5-part' });
    return cron.nextRun(LONG_AGO) === null ? `the time ${quote(schedule)} never comes` : null;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^\w+: /, '') : String(error);
    return `${quote(schedule)} is not a cron time: ${why}`;
  }
}
