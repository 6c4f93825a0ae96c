import type { Plan } from '../../domain/plan.ts';
import { formatPosition } from '../../domain/problem.ts';
import { codeOf } from './markdown-escape.ts';
import { noPaint, type Paint, plural, thousands, visible, wrap } from './words.ts';

/** More than this are counted only. */
const LISTED = 20;

/** What a revision leaves behind: nothing is done to it, and that is what a reader must know. */
export function unmanagedLines({ meta }: Plan, paint: Paint = noPaint): readonly string[] {
  const gone = meta.unmanaged ?? [];
  if (gone.length === 0) return [];
  const items = gone.slice(0, LISTED).map(
    // The place is where its document stood when it was last read.
    ({ target, name, at }) => `. ${visible(`${target}/${name}`)}  ${visible(formatPosition(at))}`,
  );
  return [
    paint('heading', `No longer declared (${thousands(gone.length)})`),
    ...items,
    ...more(gone.length),
    ...wrap(`${were(gone.length)} left as live; nothing is called (docs/lifecycle.md).`, '', ''),
  ];
}

export function unmanagedSection({ meta }: Plan): readonly string[] {
  const gone = meta.unmanaged ?? [];
  if (gone.length === 0) return [];
  const items = gone
    .slice(0, LISTED)
    .map(
      ({ target, name, at }) => `- ${codeOf(`${target}/${name}`)}, ${codeOf(formatPosition(at))}`,
    );
  const rest = more(gone.length).map((line) => `- ${line}`);
  const head = `No longer declared, and left as live: ${plural(gone.length, 'provisioned product', 'provisioned products')}`;
  return [[head, '', ...items, ...rest].join('\n')];
}

function were(count: number): string {
  return count === 1 ? 'It becomes unmanaged: it is' : 'They become unmanaged: they are';
}

function more(count: number): readonly string[] {
  return count > LISTED ? [`and ${thousands(count - LISTED)} more`] : [];
}
