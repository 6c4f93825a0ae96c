import { recordRetry } from '../diff/record.ts';
import type { Latch, ProductEntry } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import { statusOfTrouble } from './conditions.ts';
import { isoNow, type TargetContext } from './context.ts';

/** Shows what went wrong, on top of what is known of it. */
export function trouble(
  context: Pick<TargetContext, 'target' | 'board' | 'entries' | 'clock'>,
  key: ProductKey,
  what: Parameters<typeof statusOfTrouble>[1],
): void {
  const before = context.board.get(context.target, key);
  if (before === undefined) return;
  // What was missing may have been made by the request that is open.
  const mayBeThere = before.health === 'Missing' && context.entries.get(key).intent !== null;
  const seen = mayBeThere ? ({ ...before, health: 'Unknown' } as const) : before;
  context.board.set(statusOfTrouble(seen, what, isoNow(context.clock)));
}

/** Why it waits for a person, with an open request of which nobody can tell what became; null: it does not. */
export function ambiguityOf({
  intent,
  latch,
}: ProductEntry): Extract<Latch, { kind: 'stalled' }> | null {
  if (intent === null || latch?.kind !== 'stalled') return null;
  return latch.requestHash === null ? latch : null;
}

/**
 * A person asks again: the latch falls, and with it a request whose fate could not be told. A
 * request that is merely open stays: it is settled as ever.
 */
export async function forgetTrouble(context: TargetContext, key: ProductKey): Promise<void> {
  await context.entries.update(key, (entry) => {
    const isLost = entry.intent?.recordId === null && ambiguityOf(entry) !== null;
    return recordRetry({ ...entry, intent: isLost ? null : entry.intent }, entry.retryHandled);
  });
}
