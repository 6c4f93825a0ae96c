import type { Change, ChangeVerdict } from '../../domain/change.ts';
import type { PlanBody } from '../../domain/plan.ts';
import { isPart } from '../compare-parameters.ts';
import type { PlanCounts } from '../plan.ts';
import { plural, type Style, thousands } from './words.ts';

export type GroupKind =
  | 'update'
  | 'provision'
  | 'import'
  | 'terminate'
  | 'waits'
  | 'drift'
  | 'newer'
  | 'observed'
  | 'refused'
  | 'unreadable'
  | 'latched'
  | 'busy'
  | 'suspended'
  | 'warned';

export interface Group {
  readonly kind: GroupKind;
  readonly title: string;
  readonly mark: string;
  readonly style: Style;
  readonly changes: readonly Change[];
}

const GROUPS: readonly Omit<Group, 'changes'>[] = [
  { kind: 'update', title: 'To update', mark: '~', style: 'update' },
  { kind: 'provision', title: 'To provision', mark: '+', style: 'update' },
  { kind: 'import', title: 'To import', mark: '+', style: 'update' },
  { kind: 'terminate', title: 'To terminate', mark: '-', style: 'refused' },
  { kind: 'waits', title: 'Waiting for something else', mark: '.', style: 'drift' },
  { kind: 'drift', title: 'Drift, not caused by a document', mark: '!', style: 'drift' },
  { kind: 'newer', title: 'Something newer, only reported', mark: '!', style: 'drift' },
  { kind: 'observed', title: 'Differs, and is only observed', mark: '!', style: 'drift' },
  { kind: 'refused', title: 'Refused before any call', mark: 'x', style: 'refused' },
  { kind: 'unreadable', title: 'Could not be read', mark: '?', style: 'refused' },
  { kind: 'latched', title: 'Not sent for now', mark: '=', style: 'drift' },
  { kind: 'busy', title: 'Busy', mark: '.', style: 'quiet' },
  { kind: 'suspended', title: 'Suspended by the document', mark: '.', style: 'quiet' },
  { kind: 'warned', title: 'Unchanged, with a warning', mark: '!', style: 'drift' },
];

/** The changes that people should see, by what becomes of them. Those in sync are only counted. */
export function groupChanges(body: PlanBody): readonly Group[] {
  const changes = body.targets.flatMap((target) => target.changes);
  return GROUPS.map((group) => ({
    ...group,
    changes: changes.filter((change) => groupOf(change) === group.kind),
  })).filter((group) => group.changes.length > 0);
}

function groupOf({ verdict, warnings }: Change): GroupKind | null {
  if (verdict.kind === 'inSync') return warnings.length > 0 ? 'warned' : null;
  return groupOfVerdict(verdict);
}

function groupOfVerdict(verdict: Exclude<ChangeVerdict, { kind: 'inSync' }>): GroupKind {
  if (verdict.kind !== 'reported') return verdict.kind;
  switch (verdict.cause.kind) {
    case 'document':
      return 'observed';
    case 'newVersion':
    case 'rotated':
      return 'newer';
    case 'drift':
    case 'heal':
      return 'drift';
    default:
      return verdict.cause satisfies never;
  }
}

/** `3 to update, 1 drifted, 1,495 unchanged`: what there is none of is left out. */
export function summary(counts: PlanCounts): string {
  const parts: readonly (readonly [number, string])[] = [
    [counts.updates, 'to update'],
    [counts.provisions, 'to provision'],
    [counts.imports, 'to import'],
    [counts.terminations, 'to terminate'],
    [counts.waiting, 'waiting'],
    [counts.drifted, 'drifted'],
    [counts.newer, 'with something newer'],
    [counts.observed, 'observed'],
    [counts.refused, 'refused'],
    [counts.unreadable, 'unreadable'],
    [counts.held, 'held back'],
    [counts.busy, 'busy'],
    [counts.suspended, 'suspended'],
  ];
  const named = parts.flatMap(([count, what]) =>
    count === 0 ? [] : [`${thousands(count)} ${what}`],
  );
  const invalid =
    counts.invalid === 0 ? [] : [plural(counts.invalid, 'invalid file', 'invalid files')];
  const unread =
    counts.unreadableTargets === 0
      ? []
      : [plural(counts.unreadableTargets, 'target unreadable', 'targets unreadable')];
  const compared = [...named, ...invalid, ...unread];
  const unchanged = `${thousands(counts.unchanged)} unchanged`;
  // Of a target that could not be read nothing is known, not even that it is unchanged.
  return counts.unchanged === 0 && unread.length > 0
    ? compared.join(', ')
    : [...compared, unchanged].join(', ');
}

/** What a change is about, in a few words: `new version`, `2 parameters`, `owner`. */
export function gist(change: Change): string {
  const { verdict } = change;
  switch (verdict.kind) {
    case 'provision':
      return verdict.steps.includes('terminate') ? 'terminated and provisioned again' : 'new';
    case 'import':
      return 'import of a stack';
    case 'terminate':
      return verdict.retain ? 'terminated, its resources kept' : 'terminated';
    default:
      return gistOfUpdate(change);
  }
}

function isAboutInstances({ step, label }: Change['differences'][number]): boolean {
  return step === 'deleteInstances' || step === 'createInstances' || label === 'stack instances';
}

function gistOfUpdate({ verdict, differences }: Change): string {
  if (verdict.kind === 'update' && verdict.cause.kind === 'heal') return 'sent again for TAINTED';
  const has = (part: string) => differences.some((one) => isPart(one, part));
  const count = (prefix: string) =>
    differences.filter(({ field }) => field.startsWith(prefix)).length;
  const parameters = count('provisioningParameters.');
  const tags = count('tags.');
  const isNew = has('version');
  return [
    has('product') ? 'another product' : '',
    isNew ? 'new version' : '',
    has('path') ? 'path' : '',
    parameters === 0 ? '' : plural(parameters, 'parameter', 'parameters'),
    tags === 0 ? '' : plural(tags, 'tag', 'tags'),
    differences.some(isAboutInstances) ? 'stack instances' : '',
    has('launch role') ? 'launch role' : '',
    has('owner') ? 'owner' : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
