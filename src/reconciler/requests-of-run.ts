import type { TargetName } from '../domain/ids.ts';
import type { DesiredState } from './context.ts';
import { honour } from './honour.ts';
import type { PersonRequest } from './ports/journal.ts';
import type { Shared } from './shared.ts';
import type { TargetReconciler } from './target.ts';

/** A target that is open, and what this run is to make of it. */
interface Open {
  readonly reconciler: TargetReconciler;
  readonly desired: DesiredState;
}

/**
 * Honours what people asked for beside no daemon; what is about a target that is not open, or about a
 * document that is left out or invalid now, stays asked for.
 */
export async function honourRequests(
  { journal }: Pick<Shared, 'journal'>,
  openAs: (target: TargetName) => Open | null,
): Promise<void> {
  const waiting = [...(await journal.takeRequests())];
  try {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const open = openAs(next.target);
      if (open !== null && !isForLater(open.desired, next)) await honour(open.reconciler, next);
      else await journal.ask(next);
      waiting.shift();
    }
  } catch (error) {
    for (const request of waiting) await journal.ask(request);
    throw error;
  }
}

function isForLater({ specs, leftOut, invalid }: DesiredState, request: PersonRequest): boolean {
  if (request.kind !== 'retry' && request.kind !== 'accept') return false;
  const { key } = request;
  return !specs.has(key) && (leftOut?.has(key) === true || invalid.has(key));
}

/**
 * What was asked for and not attempted is left to whoever reconciles next; that it cannot be kept
 * undoes nothing of what was done.
 */
export async function keepRequests(
  { journal, log }: Pick<Shared, 'journal' | 'log'>,
  open: readonly TargetReconciler[],
  first: () => Promise<void> = async () => undefined,
): Promise<void> {
  if (journal.readOnly !== null) return;
  try {
    await first();
    for (const reconciler of open) await reconciler.keepAsked();
  } catch (error) {
    log.write('error', 'request.waits', { reason: String(error) });
  }
}
