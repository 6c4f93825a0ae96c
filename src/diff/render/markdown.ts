import type { Plan } from '../../domain/plan.ts';
import { countChanges, type PlanCounts } from '../plan.ts';
import { type Group, type GroupKind, groupChanges, summary } from './groups.ts';
import { guardMarkdown } from './guards.ts';
import { advice } from './markdown-advice.ts';
import { detailSections } from './markdown-details.ts';
import { codeOf } from './markdown-escape.ts';
import { holdSection, problemSection, rolloutSection } from './markdown-lists.ts';
import { table } from './markdown-table.ts';
import { targetPlaces } from './places.ts';
import { callsLine } from './text.ts';
import { unmanagedSection } from './unmanaged.ts';
import { plural, utc } from './words.ts';

/** Code hosts take about 65,000 characters per comment. */
const LENGTH_MAX = 60_000;

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
    ...unmanagedSection(plan),
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

function lastLine({ body, meta, digest }: Plan, counts: PlanCounts): string {
  const { fields } = counts.unverified;
  const parts = [
    `revision ${codeOf(meta.revision)}`,
    `live state of ${utc(meta.createdAt)}`,
    ...targetPlaces(body),
    callsLine(meta.calls),
    ...(fields === 0 ? [] : [`${plural(fields, 'field', 'fields')} unverified`]),
    codeOf(digest),
  ];
  return `<sub>${parts.join(', ')}</sub>`;
}
