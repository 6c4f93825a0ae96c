import type { Change, ChangeVerdict, FieldDifference } from '../../domain/change.ts';
import { formatPosition, type Problem } from '../../domain/problem.ts';
import { isProvisioning, type Step } from '../../domain/request.ts';
import { type Group, gist } from './groups.ts';
import { problemLines } from './problem.ts';
import { headlineOf, nextAfter } from './reported-words.ts';
import { PAUSED, turnOf } from './rollouts.ts';
import {
  nextFor,
  type Paint,
  plural,
  shownPair,
  thousands,
  utc,
  visible,
  WIDTH,
  wrap,
} from './words.ts';

const NAME_COLUMN = 43;
const ARROW_COLUMN = 60;
const VALUE_COLUMN = 64;

/** One change below the heading of its group. */
export function changeLines(group: Group, change: Change, paint: Paint): readonly string[] {
  return [
    heading(group, change, paint),
    ...place(change),
    ...order(change),
    ...rolloutLines(change),
    ...differenceLines(change),
    ...kept(change),
    ...verdictLines(change),
    ...change.warnings.flatMap((warning) => problemLines(warning, change)),
  ];
}

function heading({ mark, style }: Group, change: Change, paint: Paint): string {
  const name = `${mark} ${visible(change.target)}/${visible(change.name)}`;
  const what = headline(change);
  if (what === '') return paint(style, name);
  const column = Math.min(NAME_COLUMN, WIDTH - what.length);
  const gap = ' '.repeat(Math.max(2, column - name.length));
  return `${paint(style, name)}${gap}${what}`;
}

function headline(change: Change): string {
  const { verdict } = change;
  switch (verdict.kind) {
    case 'update': {
      const where = verdict.steps.some(isProvisioning) ? (change.type ?? '') : 'no stack operation';
      return [gist(change), visible(where)].filter((part) => part !== '').join(', ');
    }
    case 'provision':
    case 'import':
      return gist(change);
    case 'terminate':
      return [gist(change), visible(change.type ?? '')].filter((part) => part !== '').join(', ');
    case 'reported':
      return headlineOf(verdict.reason);
    case 'latched':
      return verdict.latch.kind === 'stalled'
        ? 'stalled'
        : `waits until ${utc(verdict.latch.until)}`;
    case 'busy':
      return busy(verdict);
    case 'waits':
    case 'refused':
    case 'unreadable':
    case 'suspended':
    case 'inSync':
      return '';
    default:
      return verdict satisfies never;
  }
}

function busy(verdict: Extract<ChangeVerdict, { kind: 'busy' }>): string {
  const record = verdict.recordId === null ? '' : `, record ${visible(verdict.recordId)}`;
  return `${visible(verdict.status)}${record}${verdict.ours ? ', ours' : ''}`;
}

/** Where the document asks for it: at the first difference, else at the document. */
function place({ differences, at, verdict }: Change): readonly string[] {
  if (verdict.kind === 'suspended' || verdict.kind === 'busy' || verdict.kind === 'refused')
    return [];
  return [`    ${visible(formatPosition(differences[0]?.at ?? at))}`];
}

/** What it comes after; where it only waits, that is said by its reason. */
function order({ after, verdict }: Change): readonly string[] {
  return after.length === 0 || !('steps' in verdict) ? [] : said('after:', after.join(', '));
}

/** Its turn in the rollout; where that holds it back, the reason says so. */
function rolloutLines({ rollout, verdict }: Change): readonly string[] {
  if (rollout === undefined || !('steps' in verdict)) return [];
  const turn = turnOf(rollout);
  return turn === null ? [] : said('turn:', turn);
}

function differenceLines({ differences, verdict }: Change): readonly string[] {
  const arrow = verdict.kind === 'reported' ? '!=' : '->';
  if (verdict.kind === 'refused' || verdict.kind === 'busy') return [];
  return differences.flatMap((difference) => differenceRow(difference, arrow));
}

/** One row where all fits its column; else the two values below each other. */
function differenceRow(difference: FieldDifference, arrow: string): readonly string[] {
  const label = visible(difference.label);
  const { live, desired } = shownPair(difference);
  const fits =
    label.length <= NAME_COLUMN - 4 - 2 &&
    live.length <= ARROW_COLUMN - NAME_COLUMN - 1 &&
    desired.length <= WIDTH - VALUE_COLUMN;
  if (fits) {
    const row = `    ${label}`.padEnd(NAME_COLUMN) + live;
    return [`${row.padEnd(ARROW_COLUMN)}${arrow}  ${desired}`];
  }
  return [`    ${label}`, `        ${live}`, `    ${arrow}  ${desired}`];
}

function kept({ keptParameters, verdict, differences }: Change): readonly string[] {
  const isUpdate = verdict.kind === 'update' && verdict.steps.includes('update');
  if (!isUpdate || keptParameters === 0) return [];
  const isOther = differences.some(({ field }) => field.startsWith('provisioningParameters.'));
  const what =
    keptParameters === 1 ? 'parameter keeps its live value' : 'parameters keep their live values';
  return [`    ${thousands(keptParameters)} ${isOther ? 'other ' : ''}${what}`];
}

function verdictLines(change: Change): readonly string[] {
  const { verdict, rollout } = change;
  switch (verdict.kind) {
    case 'update':
      return [
        ...('evidence' in verdict.cause ? said('cause:', verdict.cause.evidence) : []),
        ...caution(verdict.steps),
      ];
    case 'provision':
      return [...recreation(change, verdict.steps), ...caution(verdict.steps)];
    case 'import':
      return said('stack:', verdict.stackArn);
    case 'terminate':
      return said('caution:', ending(change, verdict.retain));
    case 'waits':
      if (rollout?.isPaused === true) return said('why:', PAUSED);
      return [
        ...said('why:', verdict.why),
        ...(verdict.next === null ? [] : said('next:', verdict.next)),
      ];
    case 'reported':
      return reported(verdict);
    case 'refused':
      return refused(verdict.problems, change);
    case 'unreadable':
      return said('why:', verdict.why);
    case 'latched':
      return [
        ...said('why:', verdict.latch.reason),
        ...(verdict.latch.kind === 'stalled'
          ? said('next:', nextFor(verdict.latch.next, change.target, change.name))
          : []),
      ];
    case 'busy':
    case 'suspended':
    case 'inSync':
      return [];
    default:
      return verdict satisfies never;
  }
}

function recreation(change: Change, steps: readonly Step[]): readonly string[] {
  const text = `it is in ERROR: ${leftOf(change)} deleted first`;
  return steps.includes('terminate') ? said('caution:', text) : [];
}

function leftOf({ instances }: Change): string {
  return instances === undefined || instances.removed === 0
    ? 'what is left of it is'
    : `its ${plural(instances.removed, 'stack instance is', 'stack instances are')}`;
}

/** What its end means. */
export function ending({ type, instances }: Change, retain: boolean): string {
  const removed = instances?.removed ?? 0;
  const stacks =
    removed === 0
      ? 'its stack and what is in it'
      : `its ${plural(removed, 'stack instance', 'stack instances')} and what is in them`;
  if (retain) return `Service Catalog forgets it; ${stacks} stay`;
  return type === 'CONTROL_TOWER_ACCOUNT'
    ? 'the account is no longer managed; it is not closed'
    : `${stacks} are deleted`;
}

/** Each problem below its place; problems of one place share it. */
function refused(problems: readonly Problem[], change: Change): readonly string[] {
  return problems.flatMap((problem, i) => {
    const at = visible(formatPosition(problem.at));
    const before = problems[i - 1];
    const isSame = before !== undefined && visible(formatPosition(before.at)) === at;
    return [...(isSame ? [] : [`    ${at}`]), ...problemLines(problem, change)];
  });
}

function caution(steps: readonly Step[]): readonly string[] {
  const owner = 'the present owner loses access to this provisioned product';
  const instances = 'the stacks of removed stack instances are deleted';
  return [
    ...(steps.includes('deleteInstances') ? said('caution:', instances) : []),
    ...(steps.includes('owner') ? said('caution:', owner) : []),
  ];
}

function reported({ cause, reason }: Extract<ChangeVerdict, { kind: 'reported' }>) {
  const next = nextAfter(reason);
  const evidence = 'evidence' in cause ? cause.evidence : null;
  return [...(evidence === null ? [] : said('cause:', evidence)), ...said('next:', next)];
}

function said(word: string, sentence: string): readonly string[] {
  return wrap(`${word.padEnd(6)} ${visible(sentence)}`, '    ', '           ');
}
