import type { Freeze, PlanHolds, ShownWindow, SyncWindow } from '../../domain/hold.ts';
import { liftingFlags, scopeWords, sortedFreezes } from '../freezes.ts';
import { noPaint, type Paint, plural, thousands, utc, visible, wrap } from './words.ts';

const INDENT = '      ';

/** Who froze what, since when and why; `[]` where nothing is frozen. */
export function freezeLines(freezes: readonly Freeze[], paint: Paint = noPaint): readonly string[] {
  if (freezes.length === 0) return [];
  const lines = sortedFreezes(freezes).flatMap(({ scope, reason, user, host, at }) => [
    ...wrap(
      `${scopeWords(scope)}, by ${visible(user)}@${visible(host)} since ${utc(at)}`,
      '  ',
      INDENT,
    ),
    ...wrap(`reason  ${visible(reason)}`, INDENT, `${INDENT}        `),
    `${INDENT}lift    trueup resume${liftingFlags(scope)}`,
  ]);
  return [paint('refused', `Frozen (${thousands(freezes.length)})`), ...lines];
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** `8h`, `1d12h`: as it is written in trueup.yaml. */
function span(ms: number): string {
  let rest = ms;
  return UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${unit}`;
  }).join('');
}

/** `deny   0 8 * * 1-5 for 10h, Europe/Berlin: target prod-eu (quarter end)`. */
function windowWords(window: SyncWindow): string {
  const { kind, schedule, durationMs, timeZone, targets, names, labels, reason } = window;
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const parts = [
    targets.length === 0 ? '' : `target ${targets.join(', ')}`,
    names.join(', '),
    pairs.length === 0 ? '' : `label ${pairs.join(', ')}`,
  ].filter((part) => part !== '');
  const concerned = parts.length === 0 ? 'everything' : parts.join('; ');
  const why = reason === null ? '' : ` (${reason})`;
  const when = `${schedule} for ${span(durationMs)}, ${timeZone}`;
  return visible(`${kind} ${when}: ${concerned}${why}`);
}

/** A deny window that is open forbids: the word must not sound as if it were the other way. */
function stateWords({ window, isOpen, until }: ShownWindow): string {
  const { kind, manual } = window;
  const state =
    kind === 'allow' ? (isOpen ? 'open' : 'closed') : isOpen ? 'in force' : 'not in force';
  const end = until === null ? ', with no end in sight' : ` until ${utc(until)}`;
  return `${state}${end}${manual ? '; apply is let through' : ''}`;
}

/** Each window with its state now; `[]` where there are none. */
export function windowLines(
  windows: readonly ShownWindow[],
  paint: Paint = noPaint,
): readonly string[] {
  if (windows.length === 0) return [];
  const lines = windows.flatMap((shown) => [
    ...wrap(windowWords(shown.window), '  ', INDENT),
    ...wrap(stateWords(shown), INDENT, INDENT),
  ]);
  return [paint('heading', `Sync windows (${thousands(windows.length)})`), ...lines];
}

/** Names that are told one by one; of more, their number tells enough. */
const MOST_NAMES = 20;

/** Changes of a plan that wait, grouped by why. */
export function heldLines({ held }: PlanHolds, paint: Paint = noPaint): readonly string[] {
  if (held.length === 0) return [];
  const groups = Map.groupBy(held, ({ why }) => why);
  const lines = [...groups].flatMap(([why, changes]) => {
    const names = changes.slice(0, MOST_NAMES).map((one) => visible(`${one.target}/${one.name}`));
    const more = changes.length - names.length;
    const all = [...names, ...(more === 0 ? [] : [`and ${thousands(more)} more`])].join(', ');
    return [...wrap(why, '  ', '  '), ...wrap(all, INDENT, INDENT)];
  });
  const title = `Not started now: ${plural(held.length, 'change', 'changes')} of this plan`;
  return [paint('drift', title), ...lines];
}

/** Everything that a plan says of freezes and windows, as paragraphs. */
export function planHoldSections(
  holds: PlanHolds | undefined,
  paint: Paint,
): readonly (readonly string[])[] {
  if (holds === undefined) return [];
  return [
    freezeLines(holds.freezes, paint),
    windowLines(holds.windows, paint),
    heldLines(holds, paint),
  ];
}
