import type { Change, ChangeVerdict } from '../../domain/change.ts';
import type { PlanHolds } from '../../domain/hold.ts';
import type { Plan, TargetPlan } from '../../domain/plan.ts';
import { formatPosition } from '../../domain/problem.ts';
import type { ProductStatusView } from '../../domain/status.ts';
import { countChanges, heldByGuards, planResult } from '../plan.ts';
import { heldLines, pausedLines, said, whenOver } from './apply-held.ts';
import { problemLines } from './problem.ts';
import { callsLine } from './text.ts';
import {
  nextFor,
  noPaint,
  type Paint,
  plural,
  thousands,
  utc,
  visible,
  WIDTH,
  wrap,
} from './words.ts';

export interface ApplyInput {
  /** The plan that was carried out. */
  readonly before: Plan;
  /** The plan that was made after the work. */
  readonly after: Plan;
  /** How the work on each provisioned product ended. */
  readonly statuses: readonly ProductStatusView[];
  /** The time was over before everything had ended. */
  readonly timedOut: boolean;
  /** A signal ended the work: nothing was looked at again afterwards. */
  readonly interrupted: boolean;
}

export interface ApplyReport {
  readonly text: string;
  /** Whether every document that may act is in its desired state. */
  readonly clean: boolean;
}

/** A provisioned product that is not in its desired state: why, and what next. */
interface Open {
  readonly change: Change;
  readonly word: string;
  readonly lines: readonly string[];
}

/** What became of a plan, and why each provisioned product that is not as declared is not. */
export function renderApply(input: ApplyInput, paint: Paint = noPaint): ApplyReport {
  const { before, after, timedOut, interrupted } = input;
  const all = after.body.targets.flatMap((target) => openOf(target, input));
  // What a guard holds back is counted, not listed: the plan has just shown it.
  const held = new Set(heldByGuards(after).map(idOf));
  const open = all.filter(({ change }) => !held.has(idOf(change)));
  const left = new Set(all.map(({ change }) => idOf(change)));
  const planned = actingIn(before);
  const done = planned.filter((change) => !left.has(idOf(change))).length;
  const result = planResult(after, true);
  const clean = result.exitCode === 0 && all.length === 0 && !timedOut && !interrupted;
  const sections = [
    [
      `Apply   ${plural(planned.length, 'change', 'changes')} planned, ${thousands(done)} carried out`,
      ...guarded(all.length - open.length),
      ...ended(input),
    ],
    openLines(
      open.filter(({ change, word }) => change.rollout?.isPaused !== true && word !== HELD),
      paint,
    ),
    heldLines(
      open.filter(({ word }) => word === HELD),
      paint,
    ),
    pausedLines(after, paint),
    invalidLines(after, paint),
    targetLines(after, paint),
    [
      ...leftAlone(after),
      `Calls   ${callsLine(after.meta.calls)}`,
      ...wrap(because(clean, open, result.because), 'Result  ', '        ').map((line) =>
        paint(clean ? 'good' : 'refused', line),
      ),
    ],
  ];
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.map((line) => line.trimEnd()).join('\n')}\n`)
    .join('\n');
  return { text, clean };
}

function guarded(count: number): readonly string[] {
  if (count === 0) return [];
  const what = plural(count, 'change is', 'changes are');
  const text = `${what} held back by a guard; the plan above says how to allow it`;
  return wrap(text, '        ', '        ');
}

function idOf({ target, key }: Change): string {
  return JSON.stringify([target, key]);
}

function actingIn({ body }: Plan): readonly Change[] {
  return body.targets.flatMap(({ changes }) => changes.filter(({ verdict }) => 'steps' in verdict));
}

function ended({ timedOut, interrupted }: ApplyInput): readonly string[] {
  const rest = 'what is in flight is left to the journal; apply again takes it up';
  if (interrupted) return wrap(`interrupted: ${rest}`, '        ', '        ');
  return timedOut ? wrap(`the time is over: ${rest}`, '        ', '        ') : [];
}

function because(clean: boolean, open: readonly Open[], otherwise: string): string {
  if (clean) return 'exit 0, every document that may act is in its desired state';
  if (open.length === 0) return `exit 1, because ${otherwise}`;
  const what = plural(open.length, 'provisioned product is', 'provisioned products are');
  return `exit 1, because ${what} not in the desired state`;
}

function openLines(open: readonly Open[], paint: Paint): readonly string[] {
  if (open.length === 0) return [];
  const title = `Not in the desired state (${thousands(open.length)})`;
  const blocks = open.map(({ change, word, lines }) => [
    heading(change, word, paint),
    `    ${visible(formatPosition(change.at))}`,
    ...lines,
  ]);
  return [
    paint('heading', title),
    ...blocks.flatMap((block, i) => (i === 0 ? block : ['', ...block])),
  ];
}

const WORD_COLUMN = 43;

function heading({ target, name }: Change, word: string, paint: Paint): string {
  const head = `x ${visible(target)}/${visible(name)}`;
  const column = Math.min(WORD_COLUMN, WIDTH - word.length);
  return `${paint('refused', head)}${' '.repeat(Math.max(2, column - head.length))}${word}`;
}

function openOf(target: TargetPlan, input: ApplyInput): readonly Open[] {
  return target.changes.flatMap((change) => {
    const status = input.statuses.find(
      (view) => view.target === change.target && view.key === change.key,
    );
    const held = input.after.meta.holds?.held.find(
      (one) => one.target === change.target && one.name === change.name,
    );
    const found = whyOpen(change.verdict, { change, status, held, input });
    return found === null ? [] : [{ change, ...found }];
  });
}

interface Known {
  readonly change: Change;
  readonly status: ProductStatusView | undefined;
  /** A freeze or a sync window keeps it from being started. */
  readonly held: PlanHolds['held'][number] | undefined;
  readonly input: ApplyInput;
}

type Reason = Omit<Open, 'change'>;
type Why = Reason | null;

function whyOpen(verdict: ChangeVerdict, known: Known): Why {
  switch (verdict.kind) {
    case 'refused':
      return { word: 'refused', lines: verdict.problems.flatMap(problemLines) };
    case 'latched':
      return verdict.latch.kind === 'stalled'
        ? why('stalled', verdict.latch.reason, named(verdict.latch.next, known.change))
        : why('failed', verdict.latch.reason, `apply again after ${utc(verdict.latch.until)}`);
    case 'unreadable':
      return why('could not be read', verdict.why, 'mend what the reason names, then apply again');
    case 'busy':
      return why(
        'busy',
        `${verdict.ours ? 'an operation of ours' : 'another operation'} runs: ${verdict.status}${verdict.recordId === null ? '' : `, record ${verdict.recordId}`}`,
        'apply again when it is over',
      );
    case 'waits':
      return why('waiting', verdict.why, verdict.next ?? AGAIN);
    case 'update':
    case 'provision':
    case 'import':
    case 'terminate':
      return whyNotDone(known);
    case 'inSync':
    case 'reported':
    case 'suspended':
      return null;
    default:
      return verdict satisfies never;
  }
}

const AGAIN = 'apply again';

/** By a freeze or a sync window: one reason keeps back many. */
const HELD = 'held';

/** Something is still to be done: the end of the work on it tells more than the comparison does. */
function whyNotDone({ change, status, held, input }: Known): Why {
  if (held !== undefined) return why(HELD, held.why, whenOver(held.why));
  if (status?.condition === 'Ready') {
    if (input.interrupted) return null;
    const reason = `${status.message}, and what is live differs again`;
    return why('differs again', reason, 'look at trueup plan: AWS may keep it in another form');
  }
  if (status?.condition === 'Stalled')
    return why(
      'stalled',
      status.message,
      named(status.next ?? 'mend what the reason names, then apply again', change),
    );
  const isOpen = status?.reason === 'InFlight' || status?.reason === 'Sent';
  if (isOpen)
    return why('in flight', status.message, 'apply again: it is taken up, not sent twice');
  if (status === undefined || status.reason === 'Waiting' || status.message === '')
    return why('not begun', 'its turn did not come', AGAIN);
  return why('not carried out', status.message, status.next ?? AGAIN);
}

function named(next: string, { target, name }: Change): string {
  return nextFor(next, target, name);
}

function why(word: string, reason: string, next: string): Reason {
  return { word, lines: [...said('why:', reason), ...said('next:', next)] };
}

function invalidLines({ body }: Plan, paint: Paint): readonly string[] {
  const errors = body.problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return [];
  return [
    paint('heading', `Invalid, left alone (${thousands(errors.length)})`),
    ...errors.flatMap((problem) => [
      paint('refused', `x ${visible(formatPosition(problem.at))}`),
      ...problemLines(problem),
    ]),
  ];
}

function targetLines({ body }: Plan, paint: Paint): readonly string[] {
  const unread = body.targets.filter(({ unreadable }) => unreadable !== null);
  if (unread.length === 0) return [];
  return [
    paint('heading', `Targets that could not be read (${thousands(unread.length)})`),
    ...unread.flatMap(({ name, unreadable }) => [
      paint('refused', `x ${visible(name)}`),
      ...said('why:', unreadable ?? ''),
      ...said('next:', 'mend what the reason names, then apply again; nothing was changed there'),
    ]),
  ];
}

/** What differs by the will of its document is no failure, and not silent either. */
function leftAlone(after: Plan): readonly string[] {
  const { drifted, newer, observed, suspended } = countChanges(after);
  const parts = [
    [drifted, 'drifted'],
    [newer, 'with something newer'],
    [observed, 'observed'],
    [suspended, 'suspended'],
  ] as const;
  const named = parts.flatMap(([count, what]) =>
    count === 0 ? [] : [`${thousands(count)} ${what}`],
  );
  if (named.length === 0) return [];
  return wrap(
    `${named.join(', ')}, as the documents say (trueup plan shows them)`,
    'Left    ',
    '        ',
  );
}
