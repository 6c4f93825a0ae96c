import { nextFor } from '../diff/render/words.ts';
import type { ProductKey } from '../domain/ids.ts';
import { formatPosition } from '../domain/problem.ts';
import type { ProductStatusView } from '../domain/status.ts';
import { about, type TargetContext } from './context.ts';
import { HELD_BY_GUARD } from './guard-trouble.ts';
import type { LogLevel } from './ports/runtime.ts';

type AnnounceContext = Pick<TargetContext, 'board' | 'log' | 'target'>;

/** What a person must know is logged when it comes up, not at every look. */
export function announce(context: AnnounceContext, view: ProductStatusView): void {
  const before = context.board.get(context.target, view.key);
  const isNew = before?.reason !== view.reason || before.message !== view.message;
  // What a guard holds back is told once for the whole target.
  if (!isNew || view.reason === HELD_BY_GUARD) return;
  if (view.condition === 'Stalled') write(context, 'error', 'product.stalled', view);
  else if (view.drift && view.condition === 'Ready') write(context, 'warn', 'drift.reported', view);
}

export function announceUnmanaged(context: AnnounceContext, view: ProductStatusView): void {
  const { log, target } = context;
  const about = { target, provisionedProduct: view.name, document: formatPosition(view.at) };
  const message = 'no document declares it any more; it is left as it is';
  log.write('info', 'product.unmanaged', about, message);
}

/** What a person needs to know of it where it is told apart from its status. */
export function stalledFields(
  context: TargetContext,
  key: ProductKey,
  reason: string,
  next: string | null,
) {
  const named = about(context, key);
  const { target, provisionedProduct: name } = named;
  return { ...named, reason, next: next === null ? undefined : nextFor(next, target, name) };
}

function write(
  { log }: AnnounceContext,
  level: LogLevel,
  event: string,
  view: ProductStatusView,
): void {
  log.write(level, event, {
    target: view.target,
    provisionedProduct: view.name,
    reason: view.message,
    next: view.next === null ? undefined : nextFor(view.next, view.target, view.name),
    document: formatPosition(view.at),
  });
}
