import { compare } from '../diff/compare.ts';
import { blankProduct } from '../diff/creation.ts';
import { openIntent } from '../diff/record.ts';
import { buildRequest } from '../diff/request.ts';
import { planInstances, removesMore, requestsLeft } from '../diff/stack-set.ts';
import type { Cause, ChangeVerdict } from '../domain/change.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Step } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import type { Carried } from './carried.ts';
import { sendNew, settleOpen } from './carry-out.ts';
import { conclude, HELD_AGAIN_MS, over, type RoundEnd } from './conclude.ts';
import { statusOfChange, statusOfTrouble } from './conditions.ts';
import { about, fingerprintOf, isoNow, type TargetContext } from './context.ts';
import { askedBy, type Evaluation, evaluate } from './evaluate.ts';
import { type Filled, fillValues, storedValues } from './fill-values.ts';
import { heldPass } from './hold-back.ts';
import { newIntent } from './intent.ts';
import { isBlindToUs, lagsBehindUs } from './lag.ts';
import { learnSecrets } from './learn-secrets.ts';
import { freshen } from './observe.ts';
import { runRemoval } from './prune-pass.ts';
import { whyNoReplacement } from './replacement.ts';
import { measuredOf } from './review-guards.ts';

/** Somebody else's operation runs: look again after this long. */
const BUSY_AGAIN_MS = 30_000;
/** A change that kept changing while it was carried out is looked at again after this long. */
const REVIEW_AGAIN_MS = 60_000;
/** Describe lags behind our own record: look again after this long. */
const LAG_AGAIN_MS = 5_000;
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
      return { kind: 'settled' };
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
  const again = afresh || isBlindToUs(context, spec.key);
  const live = await freshen(
    context,
    spec,
    again ? null : context.observation(),
    context.observation(),
  );
  if (lagsBehindUs(context, spec, live)) {
    return over({
      kind: 'again',
      afterMs: LAG_AGAIN_MS,
      why: 'AWS does not show our last record yet',
    });
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
  if (!isAllowed(context, key, verdict.steps) || removesUnreviewed(context, evaluation))
    return over({ kind: 'settled' });
  const hold = context.rollouts.holdOfChange(evaluation);
  if (hold !== null) {
    if (hold !== 'unreviewed') context.park(key);
    return over({ kind: 'settled' });
  }
  if (context.guard.consider(key, measuredOf(context, evaluation)) !== null)
    return over({ kind: 'settled' });
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

/** AWS carries out one import at a time; one may be open since an earlier process. */
function isImporting({ importing, entries }: TargetContext, key: ProductKey): boolean {
  return (
    importing.size > 0 ||
    entries.openIntents().some((one) => one !== key && entries.get(one).intent?.step === 'import')
  );
}

function isAllowed(context: TargetContext, key: ProductKey, steps: readonly Step[]): boolean {
  const allowed = context.allowed(key);
  return allowed !== undefined && steps.every((step) => allowed.includes(step));
}

/** A stack instance that was not there when the plan was judged is not removed by it. */
function removesUnreviewed(context: TargetContext, { spec, live, change }: Evaluation): boolean {
  if (change.verdict.kind === 'provision') {
    const held = context.observation()?.leaving?.get(spec.key) ?? 0;
    return (change.instances?.removed ?? 0) > held;
  }
  const reviewed = context.observation()?.products.get(spec.key);
  if (live.kind !== 'present' || reviewed?.kind !== 'present') return false;
  return removesMore(planInstances(spec, live, context.entries.get(spec.key)), reviewed);
}

/** Stack instances that one request cannot name take several of one step. */
function isLastRequest(context: TargetContext, { spec, live, change }: Evaluation): boolean {
  if (change.verdict.kind === 'provision') return change.verdict.steps.length === 1;
  if (change.verdict.kind !== 'update' || live.kind !== 'present') return true;
  const [step] = change.verdict.steps;
  if (step === undefined || change.verdict.steps.length > 1) return step === undefined;
  return requestsLeft(spec, live, context.entries.get(spec.key), step) <= 1;
}

async function perform(
  context: TargetContext,
  evaluation: Evaluation,
  cause: Cause,
  step: Step,
  last: boolean,
): Promise<RoundEnd> {
  const { effective: spec, facts } = evaluation;
  if (evaluation.live.kind === 'unreadable')
    return over({ kind: 'retry', error: 'live state was not read' });
  const live = evaluation.live.kind === 'present' ? evaluation.live : blankProduct(spec);
  const comparison =
    evaluation.comparison ??
    compare({
      spec,
      live,
      entry: context.entries.about(spec.key, live),
      fingerprint: fingerprintOf(context, spec.key),
      keyId: context.fingerprinter?.keyId ?? null,
    });
  const definitions = facts?.definitions.kind === 'read' ? facts.definitions.value : null;
  const built = buildRequest({
    step,
    spec,
    live,
    comparison,
    entry: context.entries.about(spec.key, live),
    fingerprint: fingerprintOf(context, spec.key),
    resolved: facts?.resolved.kind === 'resolved' ? facts.resolved : null,
    definitions,
    current: facts?.current.kind === 'read' ? facts.current.value : null,
  });
  const filled = await fillValues(context, spec, built, definitions);
  if (filled.kind !== 'ok') return over(await withoutValues(context, evaluation, filled));
  const { request } = filled;
  const intent = newIntent(context, evaluation, live, step, request);
  const carried = await sendNew(context, spec.key, intent, request, (entry, stamped) =>
    openIntent(entry, stamped, {
      live,
      keyId: context.fingerprinter?.keyId ?? null,
      cause,
      retry: askedBy(spec),
    }),
  );
  const fields = evaluation.change.differences
    .filter((difference) => difference.step === step)
    .map((difference) => difference.label);
  return conclude(context, spec.key, carried, { last, cause, fields });
}

/** Nothing was sent, because a value that it needs could not be had. */
async function withoutValues(
  context: TargetContext,
  { spec }: Evaluation,
  filled: Exclude<Filled, { kind: 'ok' }>,
): Promise<Outcome> {
  switch (filled.kind) {
    case 'moved':
      return { kind: 'again', afterMs: LAG_AGAIN_MS, why: filled.why };
    case 'unreadable':
      return { kind: 'retry', error: filled.why };
    case 'refused': {
      const { message, next } = filled.problem;
      const what = { stalled: true, reason: 'Refused', message, next };
      const before = context.board.get(context.target, spec.key);
      if (before !== undefined)
        context.board.set(statusOfTrouble(before, what, isoNow(context.clock)));
      context.log.write('error', 'product.stalled', {
        ...about(context, spec.key),
        reason: message,
      });
      return { kind: 'stalled', reason: message };
    }
    default:
      return filled satisfies never;
  }
}
