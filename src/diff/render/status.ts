import type { Freeze, ShownWindow } from '../../domain/hold.ts';
import { formatPosition } from '../../domain/problem.ts';
import type { DaemonView, DatedView, ProductStatusView } from '../../domain/status.ts';
import { byText } from '../normalize.ts';
import { freezeLines, windowLines } from './holds.ts';
import {
  heldByGuard,
  isHeld,
  isInFlight,
  isStalled,
  isWaiting,
  pausedClause,
  pausedRollouts,
  said,
  waitingLines,
} from './status-groups.ts';
import {
  clock,
  duration,
  nextFor,
  noPaint,
  type Paint,
  plural,
  thousands,
  utc,
  visible,
  wrap,
} from './words.ts';

export interface StatusInput {
  readonly products: readonly (ProductStatusView & Partial<Pick<DatedView, 'since'>>)[];
  /** null: no daemon has ever written to this journal. */
  readonly daemon: DaemonView | null;
  /** ISO 8601 UTC. */
  readonly now: string;
  readonly freezes?: readonly Freeze[];
  readonly windows?: readonly ShownWindow[];
  /** By target, as the journal is bound to them; a daemon's own word goes before. */
  readonly accounts?: ReadonlyMap<string, string>;
}

/** Without a sign of life for this long, a daemon is not called running. */
const SILENT_MS = 90_000;
const INDENT = ' '.repeat(10);

/** What is ready, what runs, what waits and what needs a person. Ended by a line feed. */
export function renderStatusText(input: StatusInput, paint: Paint = noPaint): string {
  const sections = [
    [headline(input, paint)],
    freezeLines(input.freezes ?? [], paint),
    daemonLines(input, paint),
    windowLines(input.windows ?? [], paint),
    targetTable(input),
    ...heldByGuard(input, paint),
    detailLines('Stalled', input, (view) => isStalled(view) && !isHeld(view), paint),
    detailLines('In flight', input, isInFlight, paint),
    pausedRollouts(input, paint),
    waitingLines(input, paint),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.map((line) => line.trimEnd()).join('\n')}\n`)
    .join('\n');
}

function headline({ products, now }: StatusInput, paint: Paint): string {
  const stalled = products.filter(isStalled).length;
  const flying = products.filter(isInFlight).length;
  const waiting = products.filter(isWaiting).length;
  const time = utc(now);
  if (products.length === 0) return `${time}   nothing is known yet`;
  if (stalled > 0) {
    const what = `${thousands(stalled)} ${stalled === 1 ? 'needs' : 'need'} a person`;
    return `${time}   ${paint('refused', `${what}${pausedClause(products)}`)}`;
  }
  if (flying + waiting > 0) {
    const parts = [
      ...(flying === 0 ? [] : [`${thousands(flying)} in flight`]),
      ...(waiting === 0 ? [] : [plural(waiting, 'waits', 'wait')]),
    ];
    return `${time}   ${parts.join(', ')}${pausedClause(products)}`;
  }
  return `${time}   ${paint('good', `all ${thousands(products.length)} ready`)}`;
}

function daemonLines({ daemon, now }: StatusInput, paint: Paint): readonly string[] {
  if (daemon === null) return ['Daemon    none has written to this journal'];
  const { source } = daemon;
  const since = source.since === null ? '' : ` since ${clock(source.since, now)}`;
  const alarmed = (line: string) => (isSilent(daemon, now) ? paint('refused', line) : line);
  const counts = `${plural(source.documents, 'document', 'documents')}, ${thousands(source.invalid)} invalid`;
  const revision = source.revision === null ? 'not read yet' : visible(source.revision);
  // An apply may have read another one since: each provisioned product has its own revision.
  const past = daemon.stoppedAt !== null || isSilent(daemon, now) ? ', last known' : '';
  return [
    ...wrap(daemonState(daemon, now), 'Daemon    ', INDENT).map(alarmed),
    ...wrap(`${revision}${since}, ${counts}${past}`, 'Source    ', INDENT),
    ...(source.problem === null ? [] : troubled(source.problem, paint)),
    `Journal   ${daemon.journalProblem === null ? 'ok' : paint('refused', visible(daemon.journalProblem))}`,
    ...daemon.targets.flatMap(({ name, problem }) =>
      problem === null ? [] : troubled(`target ${name}: ${problem}`, paint),
    ),
  ];
}

function troubled(problem: string, paint: Paint): readonly string[] {
  const lines = wrap(visible(problem), INDENT, INDENT);
  return lines.map((line) => paint('refused', line));
}

function isSilent({ stoppedAt, heartbeatAt }: DaemonView, now: string): boolean {
  return stoppedAt === null && Date.parse(now) - Date.parse(heartbeatAt) > SILENT_MS;
}

function daemonState(daemon: DaemonView, now: string): string {
  const ms = (iso: string) => Date.parse(now) - Date.parse(iso);
  const who = visible(daemon.host);
  if (daemon.stoppedAt !== null) return `stopped at ${clock(daemon.stoppedAt, now)} on ${who}`;
  if (isSilent(daemon, now))
    return `no sign of life for ${duration(ms(daemon.heartbeatAt))}, last seen on ${who}`;
  const mode = daemon.observeOnly ? ', only observing' : '';
  const pass =
    daemon.lastPass === null
      ? 'no full pass yet'
      : `last full pass ${clock(daemon.lastPass.at, now)}, took ${duration(daemon.lastPass.tookMs)}`;
  return `running ${duration(ms(daemon.startedAt))} as ${who}${mode}, ${pass}`;
}

const COLUMNS = ['READY', 'IN FLIGHT', 'WAITING', 'STALLED', 'DRIFT', 'UNVERIFIED'] as const;

function targetTable({ products, daemon, accounts: bound }: StatusInput): readonly string[] {
  const byTarget = Map.groupBy(products, (view) => view.target as string);
  const accounts = new Map(
    (daemon?.targets ?? []).map(({ name, accountId }) => [name as string, accountId]),
  );
  const names = [...new Set([...byTarget.keys(), ...accounts.keys()])].sort(byText);
  if (names.length === 0) return [];
  const rows = names.map((name) => [
    visible(name),
    accounts.get(name) ?? bound?.get(name) ?? '-',
    ...figures(byTarget.get(name) ?? []),
  ]);
  return alignTable([['TARGET', 'ACCOUNT', ...COLUMNS], ...rows]);
}

function figures(views: readonly ProductStatusView[]): readonly string[] {
  const unverified = views.reduce((sum, view) => sum + view.unverified, 0);
  return [
    views.filter((view) => view.condition === 'Ready').length,
    views.filter(isInFlight).length,
    views.filter(isWaiting).length,
    views.filter(isStalled).length,
    views.filter((view) => view.drift).length,
    unverified,
  ].map(thousands);
}

/** Text columns to the left, figures to the right. */
function alignTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < 2 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  '),
  );
}

function detailLines(
  title: string,
  { products, now }: StatusInput,
  belongs: (view: ProductStatusView) => boolean,
  paint: Paint,
): readonly string[] {
  const views = products
    .filter(belongs)
    .toSorted((a, b) => byText(a.target, b.target) || byText(a.name, b.name));
  if (views.length === 0) return [];
  return [paint('heading', title), ...views.flatMap((view) => productLines(view, now))];
}

/** Column of what is said about a provisioned product. */
const NAME_WIDTH = 30;

/** When it came to rest, or for how long it has been on its way. */
function sinceText(
  { condition, since = null, recordStatus }: StatusInput['products'][number],
  now: string,
): string {
  if (since === null) return '';
  const isOver = condition === 'Stalled' && recordStatus !== 'IN_PROGRESS';
  return isOver ? ` ${clock(since, now)}` : ` ${duration(Date.parse(now) - Date.parse(since))}`;
}

function productLines(view: StatusInput['products'][number], now: string): readonly string[] {
  const name = `  ${visible(view.target)}/${visible(view.name)}`;
  const record =
    view.recordId === null
      ? visible(view.reason)
      : `record ${visible(view.recordId)} ${visible(view.recordStatus ?? '')}`.trimEnd();
  const head = `${name.padEnd(NAME_WIDTH - 2)}  ${record}${sinceText(view, now)}`;
  if (view.condition !== 'Stalled') return [head];
  const where = `${visible(formatPosition(view.at))}, revision ${visible(view.revision)}`;
  return [
    head,
    ...said('wanted', view.wanted === null ? where : `${visible(view.wanted)}, ${where}`),
    ...(view.live === null ? [] : said('live', visible(view.live))),
    ...said('reason', visible(view.message)),
    ...(view.next === null
      ? []
      : said('next', visible(nextFor(view.next, view.target, view.name)))),
  ];
}
