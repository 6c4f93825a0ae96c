import {
  type ApprovalView,
  GUARDS,
  type GuardFinding,
  type GuardName,
  type TargetGuards,
} from '../../domain/guard.ts';
import type { Plan } from '../../domain/plan.ts';
import { shortDigest } from '../approval.ts';
import { listed } from '../problems.ts';
import { duration, joined, type Paint, plural, thousands, visible, WIDTH, wrap } from './words.ts';

const ONE: Readonly<Record<GuardName, readonly [string, string]>> = {
  updates: ['update', 'updates'],
  provisions: ['provision', 'provisions'],
  terminations: ['termination or replacement', 'terminations and replacements'],
};

/** `7 planned`, or with what was sent before: `36 sent in 24 h + 3 planned = 39`. */
function guardFigures(finding: GuardFinding): string {
  const { planned, sentInWindow, sentInRevision, windowMs } = finding;
  const sent = Math.max(sentInWindow, sentInRevision);
  if (sent === 0) return `${thousands(planned)} planned`;
  const when = sentInRevision > sentInWindow ? 'for this revision' : `in ${hours(windowMs)}`;
  return `${thousands(sent)} sent ${when} + ${thousands(planned)} planned = ${thousands(sent + planned)}`;
}

function hours(ms: number): string {
  const whole = ms / 3_600_000;
  return Number.isInteger(whole) ? `${whole} h` : duration(ms);
}

/** Which of the three it is, in words: `3 allowed (30 % of 10)`. */
function guardAllowance({ allowed, bound, share, managed }: GuardFinding): string {
  const why = bound === 'share' ? `${percent(share ?? 0)} of ${thousands(managed)}` : bound;
  return `${thousands(allowed)} allowed (${why})`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

/** One sentence for logs, statuses and comments. */
export function guardSentence(finding: GuardFinding): string {
  const name = ONE[finding.guard][1];
  const over = finding.excess === 0 ? '' : `: ${thousands(finding.excess)} too many`;
  return `${name}: ${guardFigures(finding)}, ${guardAllowance(finding)}${over}`;
}

const STYLE = { refused: 'refused', warning: 'drift', ok: 'quiet' } as const;

/** Every guard that has something to count; the others in one line. */
export function guardLines(
  { body, meta }: Plan,
  paint: Paint,
  flags: AllowFlags = NO_FLAGS,
): readonly string[] {
  const counted = meta.guards.flatMap(({ findings }) => findings.filter(hasFigures));
  const approvals = meta.guards.flatMap((one) => one.approvals.flatMap(approvalLines));
  const acts = body.targets.some(({ changes }) => changes.some((one) => 'steps' in one.verdict));
  if (!acts && approvals.length === 0) return [];
  const width = Math.max(3, ...counted.map(({ target }) => visible(target).length));
  const head = (verdict: GuardFinding['verdict'], where: string, what: string) =>
    `  ${paint(STYLE[verdict], verdict.padEnd(8))}  ${where.padEnd(width)}  ${what.padEnd(12)}  `;
  const plainWidth = 2 + 8 + 2 + width + 2 + 12 + 2;
  const lines = counted.flatMap((finding) => {
    const { verdict, target, guard, excess } = finding;
    const over = excess === 0 ? '' : `: ${thousands(excess)} too many`;
    const text = `${guardFigures(finding)}, ${guardAllowance(finding)}${over}${approvedToo(finding)}`;
    const [first = '', ...rest] = wrap(text, ' '.repeat(plainWidth), ' '.repeat(plainWidth));
    return [head(verdict, visible(target), guard) + first.slice(plainWidth), ...rest];
  });
  const idle = GUARDS.filter((guard) => counted.every((one) => one.guard !== guard));
  const last = idle.length === 0 ? [] : [`${head('ok', 'all', joined(idle))}0 planned`];
  return [
    paint('heading', 'Guards'),
    ...lines,
    ...last,
    ...approvals,
    ...meta.guards.flatMap((one) => allowLines(one, meta.directory, flags)),
  ];
}

function hasFigures({ planned, approved, sentInWindow, sentInRevision }: GuardFinding): boolean {
  return planned + approved + sentInWindow + sentInRevision > 0;
}

function approvedToo({ approved }: GuardFinding): string {
  return approved === 0 ? '' : `; ${thousands(approved)} approved`;
}

function approvalLines(view: ApprovalView): readonly string[] {
  const { standing, waiting, sent, moved } = view;
  const counts = [
    [standing.length, 'may run'],
    [waiting.length, 'wait'],
    [sent.length, 'sent'],
    [moved.length, 'moved since and left out'],
  ] as const;
  const parts = counts.flatMap(([count, what]) =>
    count === 0 ? [] : [`${thousands(count)} ${what}`],
  );
  const names = moved.length === 0 ? '' : ` (${listed(moved.map(visible), 5)})`;
  const strict = view.isVoid ? '; all or nothing, so nothing of it runs' : '';
  return wrap(
    `approved  ${shortDigest(view.set)}: ${parts.join(', ')}${names}${strict}`,
    '  ',
    '            ',
  );
}

/** The commands stand on lines of their own, to be copied. */
function allowLines(
  { set, findings, target }: TargetGuards,
  directory: string,
  flags: AllowFlags,
): readonly string[] {
  if (set === null || findings.every(({ verdict }) => verdict !== 'refused')) return [];
  return [
    `  next: plan fewer at once in ${visible(target)}, or allow exactly this set once:`,
    ...allowCommands(set, directory, flags),
  ];
}

/** What else the commands need to mean the same estate. */
export interface AllowFlags {
  readonly apply: readonly string[];
  /** null: there can be no daemon beside it. */
  readonly approve: readonly string[] | null;
}

const NO_FLAGS: AllowFlags = { apply: [], approve: [] };

function allowCommands(set: string, directory: string, flags: AllowFlags): readonly string[] {
  const digest = shortDigest(set);
  const apply = ['trueup apply', quotedPath(directory), `--approve ${digest}`, ...flags.apply];
  if (flags.approve === null) return command(apply);
  const approve = [`trueup approve ${digest}`, ...flags.approve];
  return [...command(apply), '  or, beside a running daemon:', ...command(approve)];
}

/** One command, broken as a shell takes it. */
function command(words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = '   ';
  for (const word of words) {
    if (line.trim() !== '' && line.length + word.length + 3 > WIDTH) {
      lines.push(`${line} \\`);
      line = '     ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

function quotedPath(directory: string): string {
  return /^[\w./-]+$/.test(directory)
    ? directory
    : `'${visible(directory).replaceAll("'", `'\\''`)}'`;
}

/** For a pull request: refusals and what comes near, with how to allow exactly this. */
export function guardMarkdown({ meta }: Plan, codeOf: (text: string) => string): readonly string[] {
  const lines = meta.guards.flatMap(({ findings, set, target }) => {
    const told = findings.filter(({ verdict }) => verdict !== 'ok');
    const refused = told.some(({ verdict }) => verdict === 'refused');
    const items = told.map(
      (one) =>
        `- ${one.verdict === 'refused' ? '**refused**' : 'near'}: ${codeOf(target)}, ${guardSentence(one)}`,
    );
    const how =
      set === null || !refused
        ? []
        : [
            `- to allow exactly this once: ${codeOf(`trueup approve ${shortDigest(set)}`)} beside the daemon, or ${codeOf('approvals:')} in trueup.yaml`,
          ];
    return [...items, ...how];
  });
  return lines.length === 0 ? [] : [['### Guards', '', ...lines].join('\n')];
}

/** `60 changes`, for the list of what is held. */
export function heldCount(count: number): string {
  return plural(count, 'change', 'changes');
}
