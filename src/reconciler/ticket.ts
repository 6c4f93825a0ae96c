import { restsOnStack } from '../diff/fingerprints-after.ts';
import { sameInstant } from '../diff/normalize.ts';
import type { Fingerprints, Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import { waitForTicket } from './carried.ts';
import type { TargetContext } from './context.ts';
import { readStack } from './finish-facts.ts';

/** `held`: why the send may no longer happen, or null. */
export interface Ticket {
  readonly held: string | null;
  /** The stack is certainly still as it was when the fingerprints were made, or nothing rests on it. */
  readonly stands: boolean;
}

/**
 * A write ticket for a request, and one DescribeStacks right before it where fingerprints of hidden values
 * would outlive the request: an edit past Service Catalog shows in nothing else, and not any more later.
 */
export async function ticketFor(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  prints: Fingerprints | null,
): Promise<Ticket> {
  if (!restsOnStack(intent, prints))
    return { held: await waitForTicket(context, key), stands: true };
  let stands = false;
  const held = await waitForTicket(context, key, async () => {
    const updated = (await readStack(context, key, intent))?.lastUpdated ?? null;
    stands = updated !== null && sameInstant(updated, prints.stackUpdated);
  });
  return { held, stands };
}
