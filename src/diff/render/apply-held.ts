import type { Change } from '../../domain/change.ts';
import type { Plan } from '../../domain/plan.ts';
import { listed } from '../problems.ts';
import { type Paint, plural, thousands, visible, wrap } from './words.ts';

/** A change that a freeze or a sync window keeps back; `lines` say why, and what next. */
interface HeldOpen {
  readonly change: Change;
  readonly lines: readonly string[];
}

/** More names than these are counted. */
const NAMES_AT_MOST = 12;

/** What a freeze or a window keeps back, under its reason. */
export function heldLines(open: readonly HeldOpen[], paint: Paint): readonly string[] {
  if (open.length === 0) return [];
  const groups = Map.groupBy(open, ({ lines }) => lines.join('\n'));
  const blocks = [...groups.values()].map((group) => [
    ...wrap(
      listed(
        group.map(({ change }) => visible(`${change.target}/${change.name}`)),
        NAMES_AT_MOST,
      ),
      'x ',
      '  ',
    ),
    ...(group[0]?.lines ?? []),
  ]);
  const title = `Not started now (${thousands(open.length)})`;
  return [
    paint('heading', title),
    ...blocks.flatMap((block, i) => (i === 0 ? block : ['', ...block])),
  ];
}

/** All that waits for one reason, in one place. */
export function pausedLines({ body }: Plan, paint: Paint): readonly string[] {
  return body.targets.flatMap(({ name, rollouts = [], changes }) =>
    rollouts.flatMap(({ product, version, paused }) => {
      const waiting = changes.filter(
        ({ rollout }) =>
          rollout?.isPaused === true && rollout.product === product && rollout.version === version,
      );
      if (paused === null || waiting.length === 0) return [];
      const who = plural(waiting.length, 'provisioned product waits', 'provisioned products wait');
      return [
        paint('refused', visible(`x ${name}: ${who} for ${product} ${version}`)),
        ...said('why:', paused.why),
        ...said('next:', paused.next),
      ];
    }),
  );
}

/** What a person can do about what holds a change back. */
export function whenOver(reason: string): string {
  return reason.startsWith('frozen')
    ? 'apply again once it is lifted (trueup resume)'
    : 'apply again when that is over';
}

export function said(word: string, sentence: string): readonly string[] {
  return wrap(`${word.padEnd(6)} ${visible(sentence)}`, '    ', '           ');
}
