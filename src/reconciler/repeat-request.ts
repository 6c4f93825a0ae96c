import { forgetHidden, withoutKept } from '../diff/fingerprints-after.ts';
import { endBegun } from '../diff/recreation.ts';
import { leftNoTrace } from '../diff/settle.ts';
import { rebuildRequest } from '../diff/stored-request.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { ProductRequest } from '../domain/request.ts';
import { accepted, type Carried, GENERATIONS, stop } from './carried.ts';
import { fingerprintOf, type TargetContext } from './context.ts';
import { storedValues } from './fill-values.ts';
import { whyNotRepeatedYet } from './hold-back.ts';
import { dropIntent, nextGeneration, stampSend } from './intent.ts';
import type { Failure } from './ports/catalog.ts';
import { send } from './send-once.ts';
import { look } from './settle-look.ts';
import { isStillWanted } from './still-wanted.ts';
import { ticketFor } from './ticket.ts';

/** Longest wait between two looks at a provisioned product whose last send got no answer. */
export const SETTLE_LOOK_MS = 5_000;

/** Sends a request under its next token: from `carry-out.ts`, which comes back here for a lost reply. */
export type SendAgain = (
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  request: ProductRequest,
) => Promise<Carried>;

export type LookAgain = { readonly kind: 'lookAgain'; readonly intent: Intent };

/** Repeats the stored request with the stored token, once; what follows is looked at again. */
export async function resend(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  sendAgain: SendAgain,
): Promise<Carried | LookAgain> {
  const early = whyNotRepeatedYet(context);
  // Nothing has come of this one, so its slot is free for those.
  if (early !== null) return { kind: 'open', why: early };
  const { fingerprints } = context.entries.get(key);
  const { held, stands } = await ticketFor(context, key, intent, fingerprints);
  const request = await rebuild(context, key, intent);
  if (held !== null) return { kind: 'open', why: held };
  if (request === null) return { kind: 'lookAgain', intent };
  // A termination that is repeated because its document went is no recreation any more.
  const isEnd = intent.step === 'terminate' && !context.desired().specs.has(key);
  const begun = isEnd ? endBegun : stands ? undefined : forgetHidden;
  const stamped = await stampSend(context, key, stands ? intent : withoutKept(intent), begun);
  context.log.write('info', 'intent.resent', { token: intent.token, operation: request.operation });
  const answer = await send(context, key, stamped, request);
  switch (answer.kind) {
    case 'ours':
      return accepted(context, key, stamped, answer);
    case 'echo': {
      const next = nextGeneration(context, stamped);
      if (next.generation > GENERATIONS) return stop(context, key, answer.failure);
      await context.entries.update(key, (entry) => ({ ...entry, intent: next }));
      return sendAgain(context, key, next, request);
    }
    // A refusal now says nothing about the first send, so live state decides here too.
    case 'unknown':
    case 'notCarriedOut':
    case 'refused':
      await context.clock.sleep(SETTLE_LOOK_MS, context.stop);
      return answer.kind === 'refused' && isLasting(answer.failure)
        ? refusedAtBase(context, key, stamped, answer.failure)
        : { kind: 'lookAgain', intent: stamped };
    default:
      return answer satisfies never;
  }
}

function isLasting(failure: Failure): boolean {
  return failure.kind === 'invalid' || failure.kind === 'notFound';
}

/**
 * Refused while LastRecordId had been at the base for the whole window. It may be refused because the
 * first send has arrived after all, which Describe need not show yet: only the history tells.
 */
async function refusedAtBase(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  failure: Failure,
): Promise<Carried | LookAgain> {
  const seen = await look(context, intent, true);
  const { ownRecords } = context.entries.get(key);
  if (seen.kind !== 'seen' || !leftNoTrace({ ...seen, intent, ownRecords }))
    return { kind: 'lookAgain', intent };
  await dropIntent(context, key);
  return { kind: 'refused', failure, intent };
}

/**
 * The stored request in clear, or null if it can no longer be repeated: a secret is gone, or the
 * document has since come to want something else, or must wait for another one. Then the base must
 * hold longer before it is dropped.
 */
export async function rebuild(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
): Promise<ProductRequest | null> {
  const spec = context.desired().specs.get(key);
  if (!isStillWanted(context, key, intent) || context.dependencyWait(key) !== null) return null;
  if (spec === undefined) return 'parameters' in intent.request ? null : intent.request;
  const values = await storedValues(context, spec, intent.request);
  return rebuildRequest(intent.request, spec, fingerprintOf(context, key), values);
}
