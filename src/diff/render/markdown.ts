import type { Change, FieldDifference } from '../../domain/change.ts';
import type { Plan } from '../../domain/plan.ts';
import { formatPosition, type Position, type Problem } from '../../domain/problem.ts';
import { countChanges, type PlanCounts } from '../plan.ts';
import { ending } from './change-lines.ts';
import { type Group, type GroupKind, gist, groupChanges, summary } from './groups.ts';
import { guardMarkdown } from './guards.ts';
import { blockOf, cellOf, codeOf, htmlCode } from './markdown-escape.ts';
import { PAUSED, sentencesOf, turnOf } from './rollouts.ts';
import { callsLine } from './text.ts';
import { plural, shownPair, thousands, utc, visible } from './words.ts';

/** Code hosts take about 65,000 characters per comment; each part of it has its share. */
const LENGTH_MAX = 60_000;
const PROBLEMS_MAX = 12_000;
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

/** Refusals first: they are what the reader has to do something about. */
const ORDER: readonly GroupKind[] = [
  'refused',
  'unreadable',
  'terminate',
  'provision',
  'import',
  'update',
  'waits',
  'latched',
  'drift',
  'newer',
  'observed',
  'busy',
  'warned',
  'suspended',
];

/**
 * The plan as a comment for a pull request. The hidden first line lets a later run find and replace
 * it. Whatever comes from documents or AWS stands in code, where it can neither format nor mention.
 */
export function renderPlanMarkdown(plan: Plan): string {
  const counts = countChanges(plan);
  const groups = groupChanges(plan.body).toSorted(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind),
  );
  const start = [
    marker(plan),
    `## trueup: ${summary(counts)}`,
    `**${advice(counts, pausedIn(plan))}**`,
    ...problemSection(plan),
    ...holdSection(plan),
    ...rolloutSection(plan),
    ...guardMarkdown(plan, codeOf),
  ];
  const end = lastLine(plan, counts);
  const room = LENGTH_MAX - [...start, end].join('\n\n').length;
  return `${[...start, ...changeSections(groups, room), end].join('\n\n')}\n`;
}

/** What the documents cause first, then drift on its own. */
function changeSections(groups: readonly Group[], room: number): readonly string[] {
  const drift = groups.filter(({ kind }) => kind === 'drift');
  const rest = groups.filter(({ kind }) => kind !== 'drift');
  const driftHead =
    drift.length === 0 ? [] : ['### Drift, not caused by a document', ...table(drift)];
  const restHead = table(rest);
  const left = room - [...restHead, ...driftHead].join('\n\n').length;
  const details = detailSections(rest, left);
  const used = details.join('\n\n').length;
  return [...restHead, ...details, ...driftHead, ...detailSections(drift, left - used)];
}

function marker({ body }: Plan): string {
  const names = body.targets.map(({ name }) => encodeURIComponent(name).replaceAll('--', '-%2D'));
  return `<!-- trueup-plan targets=${names.join(',')} -->`;
}

function pausedIn({ body }: Plan): number {
  const rollouts = body.targets.flatMap((target) => target.rollouts ?? []);
  return rollouts.filter(({ paused }) => paused !== null).length;
}

/** What the reader must do, in one sentence. */
function advice(counts: PlanCounts, paused: number): string {
  const must = [
    counts.invalid === 0
      ? ''
      : `mend ${plural(counts.invalid, 'invalid file', 'invalid files')} (until then nothing declared there is touched)`,
    counts.unreadableTargets === 0
      ? ''
      : `${plural(counts.unreadableTargets, 'target', 'targets')} could not be read`,
    counts.refused === 0
      ? ''
      : `mend ${plural(counts.refused, 'refused provisioned product', 'refused provisioned products')}`,
    counts.unreadable === 0
      ? ''
      : `${plural(counts.unreadable, 'provisioned product', 'provisioned products')} could not be read`,
    counts.guards === 0
      ? ''
      : `a guard holds back ${plural(counts.heldByGuards, 'change', 'changes')}: plan fewer at once, or approve this set`,
  ].filter((part) => part !== '');
  if (must.length > 0) return `Before this can be applied: ${must.join('; ')}.`;
  const pause = plural(paused, 'rollout is paused', 'rollouts are paused');
  if (counts.acting === 0 && paused > 0) return `Applying this makes no call: ${pause}.`;
  if (counts.acting === 0) return 'Nothing to do: applying this makes no call.';
  const { total, terminations } = counts.writes;
  const what = plural(counts.acting, 'provisioned product', 'provisioned products');
  const calls = plural(total, 'call', 'calls');
  const ends =
    terminations === 0
      ? ''
      : ` It terminates ${plural(terminations, 'provisioned product', 'provisioned products')}.`;
  const rest = paused === 0 ? '' : ` Besides, ${pause}.`;
  return `Applying this changes ${what}, with ${calls}.${ends}${rest}`;
}

function problemSection({ body }: Plan): readonly string[] {
  const targets = body.targets.flatMap(({ name, unreadable }) =>
    unreadable === null
      ? []
      : [`- target ${codeOf(name)} could not be read: ${codeOf(unreadable)}`],
  );
  const items = fitting([...targets, ...body.problems.map(problemItem)], PROBLEMS_MAX);
  const lines = [
    ...items.shown,
    ...(items.left === 0 ? [] : [`- and ${thousands(items.left)} more`]),
  ];
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function rolloutSection({ body }: Plan): readonly string[] {
  const items = body.targets.flatMap(({ name, rollouts = [] }) =>
    rollouts.map((rollout) => {
      const mark = rollout.paused === null ? '' : ', **paused**';
      const title = codeOf(`${name}/${rollout.product} ${rollout.version}`);
      return `- rollout of ${title}${mark}: ${sentencesOf(rollout).map(codeOf).join(', ')}`;
    }),
  );
  const { shown, left } = fitting(items, PROBLEMS_MAX);
  const lines = [...shown, ...(left === 0 ? [] : [`- and ${thousands(left)} more`])];
  return lines.length === 0 ? [] : [lines.join('\n')];
}

/** As many of the first as fit; what is left out is always said. */
function fitting(
  items: readonly string[],
  room: number,
): { readonly shown: readonly string[]; readonly left: number } {
  let used = 0;
  const fit = items.findIndex((item) => {
    used += item.length + 2;
    return used > room;
  });
  const shown = fit === -1 ? items : items.slice(0, fit);
  return { shown, left: items.length - shown.length };
}

function problemItem({ at, severity, field, message, next }: Problem): string {
  const what = field === '' ? message : `${field}: ${message}`;
  return `- ${severity} at ${codeOf(formatPosition(at))}: ${codeOf(what)}, next: ${codeOf(next)}`;
}

/** What keeps changes of the plan from being started now; it is no error of the plan. */
function holdSection({ meta }: Plan): readonly string[] {
  const held = meta.holds?.held ?? [];
  const groups = Map.groupBy(held, ({ why }) => why);
  const items = [...groups].map(
    ([why, changes]) =>
      `- not started now: ${plural(changes.length, 'change', 'changes')}, ${codeOf(why)}`,
  );
  return items.length === 0 ? [] : [items.join('\n')];
}

function place(at: Position | null): string {
  return cellOf(formatPosition(at));
}

function table(groups: readonly Group[]): readonly string[] {
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

function detailSections(groups: readonly Group[], room: number): readonly string[] {
  const all = groups.flatMap(({ changes }) => changes).flatMap((change) => details(change) ?? []);
  const { shown, left } = fitting(all, room - 100);
  const rest = left === 0 ? [] : [`Details of ${thousands(left)} more are in the JSON plan.`];
  return [...shown, ...rest];
}

function details(change: Change): string | null {
  const { verdict } = change;
  switch (verdict.kind) {
    case 'update':
    case 'provision':
    case 'reported': {
      if (change.differences.length === 0) return null;
      const cause = 'cause' in verdict ? verdict.cause : null;
      const why = cause !== null && 'evidence' in cause ? [`Cause: ${codeOf(cause.evidence)}`] : [];
      return folded(change, gist(change), [
        ...why,
        ...fieldGroups(change.differences).map(diffBlock),
      ]);
    }
    case 'refused': {
      if (verdict.problems.length === 1) return null;
      const title = plural(verdict.problems.length, 'problem', 'problems');
      return folded(change, title, [verdict.problems.map(problemItem).join('\n')]);
    }
    case 'import':
    case 'terminate':
    case 'waits':
    case 'inSync':
    case 'busy':
    case 'latched':
    case 'suspended':
    case 'unreadable':
      return null;
    default:
      return verdict satisfies never;
  }
}

function folded({ target, name }: Change, title: string, parts: readonly string[]): string {
  const summaryLine = `<details><summary>${htmlCode(`${target}/${name}`)}: ${title}</summary>`;
  return [summaryLine, ...parts, '</details>'].join('\n\n');
}

/** Version and its like, parameters, tags, properties: each group in a fence of its own. */
function fieldGroups(differences: readonly FieldDifference[]): readonly FieldDifference[][] {
  const groupOf = ({ field }: FieldDifference) => {
    const prefix = field.split('.', 1)[0] ?? '';
    return field.includes('.') ? prefix : '';
  };
  return [...Map.groupBy(differences, groupOf).values()];
}

function diffBlock(differences: readonly FieldDifference[]): string {
  const lines = differences.flatMap((difference) => {
    const { live, desired } = shownPair(difference);
    const label = visible(difference.label);
    return [`- ${label}: ${live}`, `+ ${label}: ${desired}`];
  });
  return blockOf('diff', lines);
}

function lastLine({ meta, digest }: Plan, counts: PlanCounts): string {
  const { fields } = counts.unverified;
  const parts = [
    `revision ${codeOf(meta.revision)}`,
    `live state of ${utc(meta.createdAt)}`,
    callsLine(meta.calls),
    ...(fields === 0 ? [] : [`${plural(fields, 'field', 'fields')} unverified`]),
    codeOf(digest),
  ];
  return `<sub>${parts.join(', ')}</sub>`;
}
