import type { Plan } from '../../domain/plan.ts';
import { formatPosition, type Problem } from '../../domain/problem.ts';
import { codeOf } from './markdown-escape.ts';
import { sentencesOf } from './rollouts.ts';
import { plural, thousands } from './words.ts';

/** Its share of a comment, in characters. */
const PROBLEMS_MAX = 12_000;

export function problemSection({ body }: Plan): readonly string[] {
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

export function rolloutSection({ body }: Plan): readonly string[] {
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
export function fitting(
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

export function problemItem({ at, severity, field, message, next }: Problem): string {
  const what = field === '' ? message : `${field}: ${message}`;
  return `- ${severity} at ${codeOf(formatPosition(at))}: ${codeOf(what)}, next: ${codeOf(next)}`;
}

/** What keeps changes of the plan from being started now; it is no error of the plan. */
export function holdSection({ meta }: Plan): readonly string[] {
  const held = meta.holds?.held ?? [];
  const groups = Map.groupBy(held, ({ why }) => why);
  const items = [...groups].map(
    ([why, changes]) =>
      `- not started now: ${plural(changes.length, 'change', 'changes')}, ${codeOf(why)}`,
  );
  return items.length === 0 ? [] : [items.join('\n')];
}
