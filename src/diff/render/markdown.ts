import type { Change, FieldDifference } from '../../domain/change.ts';
import type { Plan } from '../../domain/plan.ts';
import { formatPosition, type Position, type Problem } from '../../domain/problem.ts';
import { countChanges, type PlanCounts, planResult } from '../plan.ts';
import { type Group, type GroupKind, gist, groupChanges, summary } from './groups.ts';
import { blockOf, cellOf, codeOf, htmlCode } from './markdown-escape.ts';
import { callsLine } from './text.ts';
import { plural, shownText, thousands, utc, visible } from './words.ts';

/** Code hosts take about 65,000 characters per comment. */
const LENGTH_MAX = 60_000;
const ROWS_MAX = 200;

const CONSEQUENCE: Readonly<Record<GroupKind, string>> = {
  update: 'is updated',
  drift: 'drifted, only reported',
  observed: 'differs, only observed',
  refused: '**refused**',
  unreadable: '**could not be read**',
  latched: 'not sent for now',
  busy: 'busy, not compared',
  suspended: 'suspended',
  warned: 'unchanged, with a warning',
};

/** Refusals first: they are what the reader has to do something about. */
const ORDER: readonly GroupKind[] = [
  'refused',
  'unreadable',
  'update',
  'latched',
  'drift',
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
    `**${advice(counts)}**`,
    ...problemSection(plan),
    ...table(groups),
  ];
  const end = lastLine(plan);
  const room = LENGTH_MAX - [...start, end].join('\n\n').length;
  return `${[...start, ...detailSections(groups, room), end].join('\n\n')}\n`;
}

function marker({ body }: Plan): string {
  const names = body.targets.map(({ name }) => encodeURIComponent(name).replaceAll('--', '-%2D'));
  return `<!-- trueup-plan targets=${names.join(',')} -->`;
}

/** What the reader must do, in one sentence. */
function advice(counts: PlanCounts): string {
  const must = [
    counts.invalid === 0
      ? ''
      : `mend ${plural(counts.invalid, 'invalid file', 'invalid files')}; until then what they declare is not touched`,
    counts.unreadableTargets === 0
      ? ''
      : `${plural(counts.unreadableTargets, 'target', 'targets')} could not be read`,
    counts.refused === 0
      ? ''
      : `mend ${plural(counts.refused, 'refused provisioned product', 'refused provisioned products')}`,
    counts.unreadable === 0
      ? ''
      : `${plural(counts.unreadable, 'provisioned product', 'provisioned products')} could not be read`,
    counts.guards === 0 ? '' : 'the plan exceeds --max-changes: split it or raise the limit',
  ].filter((part) => part !== '');
  if (must.length > 0) return `Before this can be applied: ${must.join('; ')}.`;
  if (counts.updates === 0) return 'Nothing to do: applying this makes no call.';
  const { updates, properties } = counts.writes;
  const what = plural(counts.updates, 'provisioned product', 'provisioned products');
  return `Applying this changes ${what}, with ${plural(updates + properties, 'call', 'calls')}.`;
}

function problemSection({ body }: Plan): readonly string[] {
  const targets = body.targets.flatMap(({ name, unreadable }) =>
    unreadable === null
      ? []
      : [`- target ${codeOf(name)} could not be read: ${codeOf(unreadable)}`],
  );
  const problems = body.problems.slice(0, ROWS_MAX).map(problemItem);
  const more = body.problems.length - problems.length;
  const rest = more > 0 ? [`- and ${thousands(more)} more`] : [];
  const items = [...targets, ...problems, ...rest];
  return items.length === 0 ? [] : [items.join('\n')];
}

function problemItem({ at, severity, field, message, next }: Problem): string {
  const what = field === '' ? message : `${field}: ${message}`;
  return `- ${severity} at ${codeOf(formatPosition(at))}: ${codeOf(what)}, next: ${codeOf(next)}`;
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
  const more = rows.length - ROWS_MAX;
  const rest = more > 0 ? [`| | and ${thousands(more)} more | | |`] : [];
  return [[...head, ...rows.slice(0, ROWS_MAX), ...rest].join('\n')];
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
    case 'reported':
      return gist(change);
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

/** Details until the comment is full; what is left out is said, never silently dropped. */
function detailSections(groups: readonly Group[], room: number): readonly string[] {
  const shown = groups.filter(({ kind }) => ['update', 'drift', 'observed'].includes(kind));
  const all = shown.flatMap(({ changes }) => changes).filter((one) => one.differences.length > 0);
  const sections: string[] = [];
  let left = room - 100;
  for (const change of all) {
    const section = details(change);
    if (section.length + 2 > left) break;
    left -= section.length + 2;
    sections.push(section);
  }
  const more = all.length - sections.length;
  const rest = more === 0 ? [] : [`Details of ${thousands(more)} more are in the JSON plan.`];
  return [...sections, ...rest];
}

function details(change: Change): string {
  const name = htmlCode(`${change.target}/${change.name}`);
  const { verdict } = change;
  const cause =
    'cause' in verdict && verdict.cause.kind === 'drift' ? verdict.cause.evidence : null;
  const parts = [
    `<details><summary>${name}: ${gist(change)}</summary>`,
    ...(cause === null ? [] : [`Cause: ${codeOf(cause)}`]),
    ...fieldGroups(change.differences).map(diffBlock),
    '</details>',
  ];
  return parts.join('\n\n');
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
  const lines = differences.flatMap(({ label, live, desired }) => [
    `- ${visible(label)}: ${shownText(live, desired)}`,
    `+ ${visible(label)}: ${shownText(desired, live)}`,
  ]);
  return blockOf('diff', lines);
}

function lastLine(plan: Plan): string {
  const { meta, digest } = plan;
  const { exitCode, because } = planResult(plan, false);
  const parts = [
    `revision ${codeOf(meta.revision)}`,
    `live state of ${utc(meta.createdAt)}`,
    callsLine(meta.calls),
    codeOf(digest),
    `exit ${exitCode}, because ${because}`,
  ];
  return `<sub>${parts.join(', ')}</sub>`;
}
