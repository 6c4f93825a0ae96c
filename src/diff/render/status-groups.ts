import type { ProductStatusView } from '../../domain/status.ts';
import { byText } from '../normalize.ts';
import { listed } from '../problems.ts';
import { type Paint, plural, thousands, visible, wrap } from './words.ts';

interface Views {
  readonly products: readonly ProductStatusView[];
}

export function isStalled(view: ProductStatusView): boolean {
  return view.condition === 'Stalled';
}

/** As the reconciler names it. */
const HELD_BY_GUARD = 'HeldByGuard';

export function isHeld(view: ProductStatusView): boolean {
  return view.reason === HELD_BY_GUARD;
}

/** One reason holds back many: it is said once for each target. */
export function heldByGuard({ products }: Views, paint: Paint): readonly (readonly string[])[] {
  const byTarget = Map.groupBy(products.filter(isHeld), (view) => view.target as string);
  return [...byTarget.values()].map((views) => {
    const [first] = views;
    if (first === undefined) return [];
    const names = views.map(({ name }) => visible(name)).sort(byText);
    return [
      paint('heading', `Held back by a guard in ${visible(first.target)} (${views.length})`),
      ...wrap(listed(names, 12), '  ', '  '),
      ...said('reason', visible(first.message)),
      ...(first.next === null ? [] : said('next', visible(first.next))),
    ];
  });
}

/** A record that is over belongs to what waits after it. */
export function isInFlight(view: ProductStatusView): boolean {
  if (view.condition !== 'Reconciling') return false;
  const isOver = view.recordStatus === 'SUCCEEDED' || view.recordStatus === 'FAILED';
  return view.reason === 'Sent' || (view.recordStatus !== null && !isOver);
}

export function isWaiting(view: ProductStatusView): boolean {
  return view.condition === 'Reconciling' && !isInFlight(view);
}

export function isPaused(view: ProductStatusView): boolean {
  return view.condition === 'Reconciling' && view.reason === 'RolloutPaused';
}

export function pausedClause(products: readonly ProductStatusView[]): string {
  const paused = Map.groupBy(products.filter(isPaused), (view) => view.message).size;
  if (paused === 0) return '';
  return paused === 1 ? '; a rollout is paused' : `; ${thousands(paused)} rollouts are paused`;
}

/** Everything of a paused rollout waits for the same reason, so that stands here once. */
export function pausedRollouts({ products }: Views, paint: Paint): readonly string[] {
  const groups = [...Map.groupBy(products.filter(isPaused), pauseKey).values()];
  if (groups.length === 0) return [];
  const lines = groups.flatMap((views) => {
    const [view] = views;
    if (view === undefined) return [];
    const waiting = plural(views.length, 'waits', 'wait');
    return [
      ...wrap(`  ${visible(view.target)}  ${waiting}: ${visible(view.message)}`, '', '    '),
      ...(view.next === null ? [] : said('next', visible(view.next))),
    ];
  });
  return [paint('heading', 'Paused rollouts'), ...lines];
}

/** What waits for one reason, such as a freeze, a window or its turn, stands under that reason. */
export function waitingLines({ products }: Views, paint: Paint): readonly string[] {
  const views = products
    .filter((view) => isWaiting(view) && !isPaused(view))
    .toSorted((a, b) => byText(a.target, b.target) || byText(a.name, b.name));
  if (views.length === 0) return [];
  const groups = Map.groupBy(views, (view) => JSON.stringify([waitsFor(view), view.next]));
  const lines = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const names = group.map(({ target, name }) => visible(`${target}/${name}`));
    return [
      ...wrap(listed(names, 12), '  ', '  '),
      ...said('waits', visible(waitsFor(first))),
      ...(first.next === null ? [] : said('next', visible(first.next))),
    ];
  });
  return [paint('heading', `Waiting (${thousands(views.length)})`), ...lines];
}

/** Of a turn not what it is for: that differs from one to the next, and the plan tells it. */
function waitsFor({ message, reason }: ProductStatusView): string {
  const isTurn =
    message.startsWith('waits for its turn') || (message === '' && reason === 'Waiting');
  if (isTurn) return 'for its turn';
  return message === '' ? reason : message;
}

function pauseKey({ target, message, next }: ProductStatusView): string {
  return JSON.stringify([target, message, next]);
}

export function said(word: string, sentence: string): readonly string[] {
  return wrap(`${word.padEnd(8)} ${sentence}`, '    ', '             ');
}
