import type { Change, FieldDifference } from '../../domain/change.ts';
import { type Group, gist } from './groups.ts';
import { blockOf, codeOf, htmlCode } from './markdown-escape.ts';
import { fitting, problemItem } from './markdown-lists.ts';
import { plural, shownPair, thousands, visible } from './words.ts';

export function detailSections(groups: readonly Group[], room: number): readonly string[] {
  const all = groups.flatMap(({ changes }) => changes).flatMap((change) => details(change) ?? []);
  const { shown, left } = fitting(all, room - 100);
  const rest = left === 0 ? [] : [`Details of ${thousands(left)} more are in the JSON plan.`];
  return [...shown, ...rest];
}

export function details(change: Change): string | null {
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
