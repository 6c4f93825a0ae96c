import type { Change } from '../../domain/change.ts';
import { formatPosition, type Position } from '../../domain/problem.ts';
import { ending } from './change-lines.ts';
import { type Group, type GroupKind, gist } from './groups.ts';
import { cellOf } from './markdown-escape.ts';
import { fitting } from './markdown-lists.ts';
import { PAUSED, turnOf } from './rollouts.ts';
import { thousands } from './words.ts';

/** Its share of a comment, in characters. */
const TABLE_MAX = 20_000;

const CONSEQUENCE: Readonly<Record<GroupKind, string>> = {
  update: 'is updated',
  provision: 'is provisioned',
  import: 'is imported',
  terminate: '**is terminated**',
  waits: 'waits',
  drift: 'drifted, only reported',
  newer: 'something newer, only reported',
  observed: 'differs, only observed',
  refused: '**refused**',
  unreadable: '**could not be read**',
  latched: 'not sent for now',
  busy: 'busy',
  suspended: 'suspended',
  warned: 'unchanged, with a warning',
};

function place(at: Position | null): string {
  return cellOf(formatPosition(at));
}

export function table(groups: readonly Group[]): readonly string[] {
  const rows = groups.flatMap(({ kind, changes }) =>
    changes.map((change) => {
      const cells = [CONSEQUENCE[kind], nameOf(change), reasonOf(change), placeOf(change)];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  if (rows.length === 0) return [];
  const head = ['| | provisioned product | what | document |', '|---|---|---|---|'];
  const { shown, left } = fitting(rows, TABLE_MAX);
  const rest = left === 0 ? [] : [`| | and ${thousands(left)} more | | |`];
  return [[...head, ...shown, ...rest].join('\n')];
}

function nameOf({ target, name }: Change): string {
  return cellOf(`${target}/${name}`);
}

function placeOf(change: Change): string {
  const { verdict, differences, at } = change;
  const problem = verdict.kind === 'refused' ? verdict.problems[0].at : null;
  return place(problem ?? differences[0]?.at ?? at);
}

function reasonOf(change: Change): string {
  const { verdict } = change;
  switch (verdict.kind) {
    case 'update':
    case 'provision':
    case 'import':
    case 'reported':
      return afterOf(change);
    case 'terminate':
      return `${gist(change)}; caution: ${ending(change, verdict.retain)}`;
    case 'waits':
      return change.rollout?.isPaused === true ? PAUSED : cellOf(verdict.why);
    case 'refused': {
      const [first, ...rest] = verdict.problems;
      const field = first.field === '' ? '' : `${first.field}: `;
      const more = rest.length === 0 ? '' : `, and ${rest.length} more`;
      return `${cellOf(`${field}${first.message}`)}, next: ${cellOf(first.next)}${more}`;
    }
    case 'unreadable':
      return cellOf(verdict.why);
    case 'latched':
      return cellOf(verdict.latch.reason);
    case 'busy':
      return cellOf(verdict.status);
    case 'suspended':
      return '';
    case 'inSync':
      return change.warnings.map(({ message }) => cellOf(message)).join(', ');
    default:
      return verdict satisfies never;
  }
}

/** What it is about, and what it comes after. */
function afterOf(change: Change): string {
  const { after, verdict, rollout } = change;
  if (!('steps' in verdict)) return gist(change);
  const turn = rollout === undefined ? null : turnOf(rollout);
  return [
    gist(change),
    ...(after.length === 0 ? [] : [`after ${after.map((name) => cellOf(name)).join(', ')}`]),
    ...(turn === null ? [] : [`turn: ${cellOf(turn)}`]),
  ].join(', ');
}
