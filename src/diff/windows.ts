import { Cron } from 'croner';
import type { HoldSubject, ShownWindow, SyncWindow, WindowState } from '../domain/hold.ts';
import { hasLabels } from './freezes.ts';

/** Who wants to start something: windows with `manual` let a person through. */
export type Starter = 'person' | 'daemon';

/** How far ahead the next change of state is looked for; beyond, there is none in sight. */
const HORIZON_MS = 400 * 86_400_000;
/** Boundaries of windows that are looked at on the way there. */
const MOST_STEPS = 200;

/** Parsed once: a window stays the same for as long as the process runs. */
const parsed = new WeakMap<SyncWindow, readonly Cron[]>();

/**
 * It opens whenever one of these says so. Of several numbers a schedule has both of an hour that comes
 * twice, and nothing in one that is left out: what is read as fixed times has that as well.
 */
function schedulesOf(window: SyncWindow): readonly Cron[] {
  const known = parsed.get(window);
  if (known !== undefined) return known;
  const options = { timezone: window.timeZone, mode: '5-part' } as const;
  const crons = [new Cron(window.schedule, options)];
  if (hasSeveralFixedTimes(window))
    crons.push(new Cron(window.schedule, { ...options, fixedTimeRule: 'no-wildcard' }));
  parsed.set(window, crons);
  return crons;
}

function hasSeveralFixedTimes({ schedule }: SyncWindow): boolean {
  const [minute = '', hour = ''] = schedule.trim().split(/\s+/);
  return /[,-]/.test(minute + hour) && !/[*/]/.test(minute + hour);
}

/** Starts are at whole seconds, and durations are whole seconds. */
const wholeSecond = (ms: number) => Math.floor(ms / 1_000) * 1_000;

/** The last start that is not later than `nowMs`; null: there never was one. */
function lastStart(window: SyncWindow, nowMs: number): number | null {
  const after = new Date(wholeSecond(nowMs) + 1_000);
  const starts = schedulesOf(window).flatMap((one) => one.previousRuns(1, after));
  return starts.length === 0 ? null : Math.max(...starts.map((start) => start.getTime()));
}

/** The first start that is later than `nowMs`; null: there is none to come. */
function nextStart(window: SyncWindow, nowMs: number): number | null {
  const from = new Date(wholeSecond(nowMs));
  const starts = schedulesOf(window).flatMap((one) => one.nextRun(from) ?? []);
  return starts.length === 0 ? null : Math.min(...starts.map((start) => start.getTime()));
}

/** All starts are equally long, so the last one before now is the one that ends last. */
function openUntil(window: SyncWindow, nowMs: number): number | null {
  const start = lastStart(window, nowMs);
  if (start === null) return null;
  const end = start + window.durationMs;
  return end > nowMs ? end : null;
}

/** The next moment at which this window may change its state; always later than `nowMs`. */
function nextBoundary(window: SyncWindow, nowMs: number): number | null {
  return openUntil(window, nowMs) ?? nextStart(window, nowMs);
}

interface Rules {
  readonly denies: readonly SyncWindow[];
  readonly allows: readonly SyncWindow[];
}

/** What counts for whoever asks: a manual deny window does not, one manual allow window frees all. */
function rulesFor(windows: readonly SyncWindow[], starter: Starter): Rules {
  const counts = ({ manual }: SyncWindow) => starter === 'daemon' || !manual;
  const allows = windows.filter(({ kind }) => kind === 'allow');
  return {
    denies: windows.filter((window) => window.kind === 'deny' && counts(window)),
    allows: allows.every(counts) ? allows : [],
  };
}

type Judgement = { readonly isOpen: boolean; readonly denied: SyncWindow | null };

/** An open deny window wins; where there are allow windows, one of them must be open. */
function judge({ denies, allows }: Rules, nowMs: number): Judgement {
  const denied = denies.find((window) => openUntil(window, nowMs) !== null) ?? null;
  if (denied !== null) return { isOpen: false, denied };
  const isOpen = allows.length === 0 || allows.some((one) => openUntil(one, nowMs) !== null);
  return { isOpen, denied: null };
}

/**
 * Whether the windows let anything start at `nowMs`, and until when that holds. A pure function of
 * the wall clock: after a jump the answer is simply that of the new time.
 */
export function windowState(
  windows: readonly SyncWindow[],
  nowMs: number,
  starter: Starter = 'daemon',
): WindowState {
  const rules = rulesFor(windows, starter);
  const { isOpen, denied } = judge(rules, nowMs);
  const until = nextChange(rules, nowMs, isOpen);
  return isOpen ? { kind: 'open', until } : { kind: 'closed', until, denied };
}

function nextChange(rules: Rules, nowMs: number, isOpen: boolean): number | null {
  const counting = [...rules.denies, ...rules.allows];
  let atMs = nowMs;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const denied = rules.denies.flatMap((window) => openUntil(window, atMs) ?? []);
    // Whatever opens under a deny window changes nothing before that has ended.
    const nexts =
      denied.length > 0
        ? [Math.max(...denied)]
        : counting.flatMap((window) => nextBoundary(window, atMs) ?? []);
    const nextMs = Math.min(...nexts);
    if (nexts.length === 0 || nextMs - nowMs > HORIZON_MS) return null;
    if (judge(rules, nextMs).isOpen !== isOpen) return nextMs;
    atMs = nextMs;
  }
  return null;
}

/** Whether a window is about this one; `maybe`: what would tell is not known. */
export function meaningOf(window: SyncWindow, subject: HoldSubject): 'yes' | 'maybe' | 'no' {
  const { target, labels } = subject;
  const isForTarget = window.targets.length === 0 || window.targets.includes(target);
  if (!isForTarget || !hasLabels(window.labels, labels)) return 'no';
  const isLabelSure = labels !== null || Object.keys(window.labels).length === 0;
  const named = namedBy(window, subject);
  return named === 'yes' && !isLabelSure ? 'maybe' : named;
}

function namedBy(
  { names }: SyncWindow,
  { target, name, realName = name }: HoldSubject,
): 'yes' | 'maybe' | 'no' {
  const known = [name, realName].flatMap((one) => (one === null ? [] : [one]));
  const isNamed = known.some((one) =>
    names.some((pattern) => isLike(pattern, one) || isLike(pattern, `${target}/${one}`)),
  );
  if (names.length === 0 || isNamed) return 'yes';
  return known.length < 2 ? 'maybe' : 'no';
}

/**
 * The windows that decide about this one, by their places in the list: each of these sets must be open.
 * A deny window that may be about it counts. An allow window that may be about it lets nothing through
 * that one which certainly is does not; of several that may be, each could be the only one.
 */
export function decidingSets(
  windows: readonly SyncWindow[],
  subject: HoldSubject,
): readonly (readonly number[])[] {
  const about = windows.map((window) => meaningOf(window, subject));
  const placesOf = (kind: SyncWindow['kind'], meanings: readonly string[]) =>
    windows.flatMap((one, at) =>
      one.kind === kind && meanings.includes(about[at] ?? 'no') ? [at] : [],
    );
  const denies = placesOf('deny', ['yes', 'maybe']);
  const allows = placesOf('allow', ['yes']);
  const unsure = placesOf('allow', ['maybe']);
  if (allows.length > 0 || unsure.length === 0) return [[...denies, ...allows]];
  return unsure.map((at) => [...denies, at]);
}

/** `*` stands for any text. Linear: each part is looked for once, from where the last one ended. */
function isLike(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Each window by itself, for people. */
export function shownWindows(
  windows: readonly SyncWindow[],
  nowMs: number,
): readonly ShownWindow[] {
  return windows.map((window) => {
    const alone = { denies: [], allows: [window] };
    const { isOpen } = judge(alone, nowMs);
    const untilMs = nextChange(alone, nowMs, isOpen);
    return { window, isOpen, until: untilMs === null ? null : new Date(untilMs).toISOString() };
  });
}
