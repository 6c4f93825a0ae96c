import { pendingWithoutValues } from '../diff/pending.ts';
import { endBegun } from '../diff/recreation.ts';
import { terminateRequest } from '../diff/request.ts';
import { asDigest, type ProductKey } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import { BUSY_AGAIN_MS, HELD_AGAIN_MS } from './again.ts';
import { sendNew } from './carry-out.ts';
import { explainFailure } from './catalog-facts.ts';
import { conclude } from './conclude.ts';
import { statusOfRemoval } from './conditions.ts';
import { isoNow, type TargetContext } from './context.ts';
import { heldPass } from './hold-back.ts';
import { makeIntent } from './intent.ts';
import { leavingAs } from './leaving.ts';
import { endsMore } from './leaving-instances.ts';
import { forget, judgeAgain, type Removal } from './removals.ts';

/**
 * One pass over a provisioned product whose document is gone: described again, judged again, and
 * terminated if the reviewed plan holds that and everything still speaks for it.
 */
export async function runRemoval(context: TargetContext, key: ProductKey): Promise<Outcome> {
  const removal = context.removal(key);
  if (removal === undefined || context.desired().declared.has(key)) return { kind: 'settled' };
  if (context.allowed(key)?.includes('terminate') !== true) return { kind: 'left' };
  const outcome = await heldOutcome(context, key);
  if (outcome !== null) return outcome;
  if (context.waitsFor(key) !== null) {
    context.park(key);
    return { kind: 'left' };
  }
  const { change } = removal;
  if (change.provisionedProductId === null) return { kind: 'settled' };
  const described = await context.catalog.describe({ id: change.provisionedProductId });
  if (described.kind === 'failed')
    return { kind: 'retry', error: explainFailure(described.failure) };
  if (described.value === null) {
    await forget(context, key);
    return { kind: 'settled' };
  }
  return terminate(context, key, removal, leavingAs(described.value));
}

async function heldOutcome(context: TargetContext, key: ProductKey): Promise<Outcome | null> {
  const held = context.held(key);
  if (held !== null) return { kind: 'again', afterMs: HELD_AGAIN_MS, why: held };
  return heldPass(context, key);
}

async function terminate(
  context: TargetContext,
  key: ProductKey,
  removal: Removal,
  live: ReturnType<typeof leavingAs>,
): Promise<Outcome> {
  const change = await judgeAgain(context, removal, live);
  const { verdict } = change;
  if (verdict.kind === 'busy')
    return { kind: 'again', afterMs: BUSY_AGAIN_MS, why: 'another operation runs' };
  if (verdict.kind !== 'terminate' || change.provisionedProductId === null) {
    const at = { revision: context.desired().revision, now: isoNow(context.clock) };
    context.board.set(statusOfRemoval(change, at));
    return { kind: 'settled' };
  }
  if (context.entries.isOpenElsewhere(change.provisionedProductId, key)) {
    const why = 'a request for it is open under its former document';
    return { kind: 'again', afterMs: HELD_AGAIN_MS, why };
  }
  // Left to the next review, which counts them.
  if (endsMore(change, removal.change)) return { kind: 'left' };
  if (context.guard.admission.consider(key, { change }) !== null) return { kind: 'left' };
  const request = terminateRequest(change.provisionedProductId, verdict.retain, null);
  const intent = makeIntent(context, {
    step: 'terminate',
    productType: change.type,
    request,
    base: change.base,
    specDigest: asDigest(removal.known.digest),
    at: change.at,
    pending: pendingWithoutValues(context.entries.get(key), null),
  });
  const carried = await sendNew(context, key, intent, request, {
    ...{ open: endBegun, prints: null },
    turn: () => null,
  });
  // Held or changed at the last moment: what it waits for wakes it, or the next review.
  if (carried.kind === 'dropped') return (await heldOutcome(context, key)) ?? { kind: 'left' };
  const sent = { last: true, cause: { kind: 'document' as const }, fields: [] };
  const end = await conclude(context, key, carried, sent);
  return end.kind === 'over' ? end.outcome : { kind: 'settled' };
}
