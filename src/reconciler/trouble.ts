import { recordRetry } from '../diff/record.ts';
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

/**
 * A person asks again: the latch falls, and with it a request whose fate could not be told. A
 * request that is merely open stays: it is settled as ever.
 */
export async function forgetTrouble(context: TargetContext, key: ProductKey): Promise<void> {
  await context.entries.update(key, (entry) => {
    const ambiguous =
      entry.intent?.recordId === null &&
      entry.latch?.kind === 'stalled' &&
      entry.latch.requestHash === null;
    return recordRetry({ ...entry, intent: ambiguous ? null : entry.intent }, entry.retryHandled);
  });
}
