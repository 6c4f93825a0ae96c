import type { Cause, ChangeVerdict } from '../domain/change.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Step } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import { BUSY_AGAIN_MS, HELD_AGAIN_MS } from './again.ts';
import type { Carried } from './carried.ts';
import { settleOpen } from './carry-out.ts';
import { conclude, over, type RoundEnd } from './conclude.ts';
import { statusOfChange } from './conditions.ts';
import { about, isoNow, type TargetContext } from './context.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { storedValues } from './fill-values.ts';
import { freshen } from './freshen.ts';
import { heldPass } from './hold-back.ts';
import { isBlindToUs, lagsBehindUs, lookedAt, waitsForLag } from './lag.ts';
import { learnSecrets } from './learn-secrets.ts';
import { isAllowed, isAnother, isImporting, isLastRequest, removesUnreviewed } from './may-act.ts';
import { perform, withoutValues } from './perform.ts';
import { runRemoval } from './prune-pass.ts';
import { whyNoReplacement } from './replacement.ts';
import { measuredOf } from './review-guards.ts';

/** A change that kept changing while it was carried out is looked at again after this long. */
const REVIEW_AGAIN_MS = 60_000;

/**
 * launchRole, update, instances, owner: a chain longer than this contradicts itself, but for
 * stack instances that form many groups; those go on after a review.
 */
const LONGEST_CHAIN = 12;

/**
 * One pass over one provisioned product: settle what is open, look again, compute the change
 * afresh, carry out its steps one by one, each followed to its end.
 */
export async function runPass(context: TargetContext, key: ProductKey): Promise<Outcome> {
  context.unattended.delete(key);
  const { intent } = context.entries.get(key);
  if (intent !== null) {
    const end = await settle(context, key, intent);
    if (end.kind === 'over') return end.outcome;
  }
  for (let round = 0; round < LONGEST_CHAIN; round++) {
    const spec = context.desired().specs.get(key);
    if (spec === undefined) return runRemoval(context, key);
    const held = context.held(key);
    if (held !== null) return { kind: 'again', afterMs: HELD_AGAIN_MS, why: held };
    const outcome = await heldPass(context, key);
    if (outcome !== null) return outcome;
    const wait = round === 0 ? context.waitsFor(key) : context.dependencyWait(key);
    if (wait !== null) {
      context.park(key);
      return { kind: 'left' };
    }
    const end = await runRound(context, spec, round > 0);
    if (end.kind === 'over') return end.outcome;
  }
  return {
    kind: 'again',
    afterMs: REVIEW_AGAIN_MS,
    why: 'its change kept changing while it was carried out',
  };
}

async function settle(context: TargetContext, key: ProductKey, intent: Intent): Promise<RoundEnd> {
  const spec = context.desired().specs.get(key);
  if (spec !== undefined) {
    learnSecrets(context.redactor, spec, secretsOf(intent));
    // Fetched to be known to the redactor: AWS may quote them when the record ends.
    await storedValues(context, spec, intent.request);
  }
  context.log.write('info', 'intent.settling', {
    ...about(context, key),
    token: intent.token,
    record: intent.recordId ?? undefined,
  });
  const carried: Carried =
    intent.recordId === null
      ? await settleOpen(context, key, intent)
      : { kind: 'accepted', intent, recordId: intent.recordId };
  return conclude(context, key, carried, { last: false, cause: null, fields: [] });
}

function secretsOf({ request }: Intent): readonly string[] {
  if (!('parameters' in request)) return [];
  return request.parameters.flatMap((one) => (one.kind === 'secret' ? [one.key] : []));
}

async function runRound(context: TargetContext, spec: Spec, afresh: boolean): Promise<RoundEnd> {
  const mayHold = !afresh && !isBlindToUs(context, spec.key);
  const looked = lookedAt(context.clock);
  const live = await freshen(context, spec, context.observation(), mayHold);
  if (lagsBehindUs(context, spec, live, looked)) {
    return over(waitsForLag(context, spec));
  }
  const evaluation = await evaluate(context, spec, live);
  // What a document said before must not be shown as the state of what it says now.
  if (context.desired().specs.get(spec.key) !== spec) return { kind: 'goOn' };
  const { change } = evaluation;
  const at = { revision: context.desired().revision, now: isoNow(context.clock) };
  context.board.set(statusOfChange(spec, change, live, at));
  const { verdict } = change;
  switch (verdict.kind) {
    case 'update':
    case 'provision':
    case 'import':
    case 'terminate':
      return act(context, evaluation, verdict);
    case 'busy':
      return over({
        kind: 'again',
        afterMs: BUSY_AGAIN_MS,
        why: `another operation runs: ${verdict.status}`,
      });
    case 'unreadable':
      return over({ kind: 'retry', error: verdict.why });
    case 'latched':
      return over(
        verdict.latch.kind === 'backoff'
          ? {
              kind: 'again',
              afterMs: Math.max(1_000, Date.parse(verdict.latch.until) - context.clock.now()),
              why: verdict.latch.reason,
            }
          : { kind: 'stalled', reason: verdict.latch.reason },
      );
    case 'refused':
      return over({ kind: 'stalled', reason: verdict.problems[0].message });
    case 'waits':
    case 'inSync':
    case 'reported':
    case 'suspended':
      return over({ kind: 'settled' });
    default:
      return verdict satisfies never;
  }
}

type Acting = Extract<ChangeVerdict, { readonly steps: readonly Step[] }>;

async function act(
  context: TargetContext,
  evaluation: Evaluation,
  verdict: Acting,
): Promise<RoundEnd> {
  const { live, spec } = evaluation;
  const { key } = spec;
  const [step] = verdict.steps;
  if (step === undefined) return over({ kind: 'settled' });
  // Whatever the plan does not hold is left to the next review, which queues it again.
  if (!isAllowed(context, key, verdict.steps) || isAnother(context, evaluation))
    return over({ kind: 'left' });
  if (removesUnreviewed(context, evaluation)) return over({ kind: 'left' });
  const hold = context.rollouts.holdOfChange(evaluation);
  if (hold !== null) {
    if (hold !== 'unreviewed') context.park(key);
    return over({ kind: 'left' });
  }
  if (context.guard.admission.consider(key, measuredOf(context, evaluation)) !== null)
    return over({ kind: 'left' });
  if (live.kind === 'present' && context.entries.isOpenElsewhere(live.id, key)) {
    const why = 'a request for it is open under its former document';
    return over({ kind: 'again', afterMs: HELD_AGAIN_MS, why });
  }
  const missing = step === 'terminate' ? await whyNoReplacement(context, evaluation) : null;
  if (missing !== null) return over(await withoutValues(context, evaluation, missing));
  const cause = verdict.kind === 'update' ? verdict.cause : BY_DOCUMENT;
  if (step !== 'import')
    return perform(context, evaluation, cause, step, isLastRequest(context, evaluation));
  if (isImporting(context, key))
    return over({ kind: 'again', afterMs: BUSY_AGAIN_MS, why: 'another import is in progress' });
  context.importing.add(key);
  try {
    // It comes as it is: whether that is as declared is told by another look.
    return await perform(context, evaluation, cause, step, false);
  } finally {
    context.importing.delete(key);
  }
}

const BY_DOCUMENT: Cause = { kind: 'document' };
