import type { Fingerprints, Intent, ProductEntry } from '../domain/entry.ts';
import type { ProductKey, RecordId } from '../domain/ids.ts';
import type { ProductRequest } from '../domain/request.ts';
import { backoffMs } from './backoff.ts';
import { accepted, type Carried, GENERATIONS, SEND_TRIES, stop } from './carried.ts';
import type { TargetContext } from './context.ts';
import { dropIntent, nextGeneration, stampSend } from './intent.ts';
import { send } from './send-once.ts';
import { settleWith } from './settle-open.ts';
import { isStillWanted, saysTheSame } from './still-wanted.ts';
import { type Ticket, ticketFor } from './ticket.ts';

/** What a request is sent on for the first time. */
export interface FirstSend {
  /** What else changes in the entry with the first write of the intent. */
  readonly open: (entry: ProductEntry, intent: Intent) => ProductEntry;
  /** The fingerprints that hold, as they were looked at; null: none. */
  readonly prints: Fingerprints | null;
  /** Why it is not its turn any more in the rollout that its change belongs to; null: it is, or it is of none. */
  turn(): string | null;
}

/** Sends a new intent. `request` is what the intent stores, in clear. */
export async function sendNew(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  request: ProductRequest,
  first?: FirstSend,
): Promise<Carried> {
  let current = intent;
  const echoed = new Set<RecordId>();
  for (let tries = 1; ; tries++) {
    const sending = current.firstSentAt === null ? first : undefined;
    const prints = sending === undefined ? context.entries.get(key).fingerprints : sending.prints;
    const ticket = await ticketFor(context, key, current, prints);
    // Nothing is in force under this token: it is new, or was certainly not carried out.
    const turn = () =>
      first === undefined ? (context.rollouts.hold(key)?.why ?? null) : first.turn();
    const held = ticket.held ?? changedMeanwhile(context, key, current, ticket, turn);
    // Whatever was sent of it so far was certainly not carried out, so it may be forgotten.
    if (held !== null) {
      if (context.entries.get(key).intent !== null) await dropIntent(context, key);
      return { kind: 'dropped', why: held };
    }
    current = await stampSend(context, key, current, sending?.open);
    const answer = await send(context, key, current, request);
    switch (answer.kind) {
      case 'ours':
        return accepted(context, key, current, answer);
      case 'echo':
        current = nextGeneration(context, current);
        if (current.generation > GENERATIONS || echoed.has(answer.recordId))
          return stop(context, key, answer.failure);
        echoed.add(answer.recordId);
        await context.entries.update(key, (entry) => ({ ...entry, intent: current }));
        break;
      case 'unknown':
        return settleOpen(context, key, current);
      case 'notCarriedOut':
        if (tries >= SEND_TRIES) return stop(context, key, answer.failure);
        await context.clock.sleep(backoffMs(tries, context.random(), 500, 20_000), context.stop);
        break;
      case 'refused':
        await dropIntent(context, key);
        return { kind: 'refused', failure: answer.failure, intent: current };
      default:
        return answer satisfies never;
    }
  }
}

/** What the documents, the verdict or a guard no longer want while its request waited is computed afresh. */
function changedMeanwhile(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  { stands }: Ticket,
  turn: () => string | null,
): string | null {
  if (!stands) return 'its stack was changed while the request waited';
  if (!isWanted(context, key, intent)) return 'its document changed while the request waited';
  const wait = context.dependencyWait(key);
  if (wait !== null) return wait.why;
  const early = turn();
  if (early !== null) return early;
  const isAllowed = context.allowed(key)?.includes(intent.step) === true;
  // Last, because what is let through counts.
  return isAllowed
    ? context.guard.admission.admit(key, intent)
    : 'the plan that allowed it no longer holds';
}

/** As `isStillWanted`, less what only the first write of the intent will say. */
function isWanted(context: TargetContext, key: ProductKey, intent: Intent): boolean {
  const spec = context.desired().specs.get(key);
  if (spec === undefined) return isStillWanted(context, key, intent);
  return saysTheSame(context, spec, intent);
}

/** What became of a request whose answer is not known. */
export function settleOpen(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
): Promise<Carried> {
  return settleWith(context, key, intent, sendNew);
}
