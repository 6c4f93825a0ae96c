import type { Intent } from '../domain/entry.ts';
import type { ProductKey, RecordId } from '../domain/ids.ts';
import type { TargetContext } from './context.ts';
import { whyHeld } from './hold-back.ts';
import { type Answering, dropIntent, stampRecord } from './intent.ts';
import type { Failure } from './ports/catalog.ts';

/** How carrying out one intent went, up to the point where AWS has a record for it or never will. */
export type Carried =
  | { readonly kind: 'accepted'; readonly intent: Intent; readonly recordId: RecordId }
  /** A termination whose record was never known, and what it was for is gone. */
  | { readonly kind: 'gone'; readonly intent: Intent }
  /** Nothing of it is in force: the intent is dropped, compute afresh. */
  | { readonly kind: 'dropped'; readonly why: string }
  /** AWS refused the request as it is; the intent is dropped. */
  | { readonly kind: 'refused'; readonly failure: Failure; readonly intent: Intent }
  /** Certainly not carried out, and worth another try later; the intent is dropped. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Several records could be ours. The intent stays. */
  | { readonly kind: 'ambiguous'; readonly intent: Intent; readonly records: readonly RecordId[] }
  /** Cannot be told now; the intent stays and is settled later. */
  | { readonly kind: 'open'; readonly why: string };

/** Sends refused for rate or not sent at all are repeated this often before the intent is dropped. */
export const SEND_TRIES = 8;
/**
 * Echoed answers in a row before we stop. Where AWS never forgets a token, a name that has been
 * provisioned n times needs n of them, each with a record of its own; the same record twice is none.
 */
export const GENERATIONS = 50;

/** AWS has a record for it, which the journal knows from now on. */
export async function accepted(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  answer: Answering,
): Promise<Carried> {
  const stamped = await stampRecord(context, key, intent, answer);
  return { kind: 'accepted', intent: stamped, recordId: answer.recordId };
}

/** It was certainly not carried out, as often as it was tried. */
export async function stop(
  context: TargetContext,
  key: ProductKey,
  failure: Failure,
): Promise<Carried> {
  await dropIntent(context, key);
  return { kind: 'failed', failure };
}

/** Waits for a write ticket, and asks `last` right before it; returns why the send may no longer happen, or null. */
export async function waitForTicket(
  context: TargetContext,
  key: ProductKey,
  last?: () => Promise<void>,
): Promise<string | null> {
  try {
    await context.writes.take(context.stop, last);
  } catch (error) {
    if (!context.stop.aborted) throw error;
    return 'shutting down';
  }
  return whyHeld(context, key);
}
