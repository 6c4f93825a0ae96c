import type { Change } from '../../domain/change.ts';
import type { Plan } from '../../domain/plan.ts';
import { formatPosition } from '../../domain/problem.ts';
import { countChanges, heldByGuards, planResult } from '../plan.ts';
import { heldLines, pausedLines, said } from './apply-held.ts';
import { type ApplyInput, HELD, type Open, openOf } from './apply-why.ts';
import { problemLines } from './problem.ts';
import { callsLine } from './text.ts';
import { noPaint, type Paint, plural, thousands, visible, WIDTH, wrap } from './words.ts';

export interface ApplyReport {
  readonly text: string;
  /** Whether every document that may act is in its desired state. */
  readonly clean: boolean;
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

export function ended({ timedOut, interrupted }: ApplyInput): readonly string[] {
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

function invalidLines({ body }: Plan, paint: Paint): readonly string[] {
  const errors = body.problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return [];
  return [
    paint('heading', `Invalid, left alone (${thousands(errors.length)})`),
    ...errors.flatMap((problem) => [
      paint('refused', `x ${visible(formatPosition(problem.at))}`),
      ...problemLines(problem, null),
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
