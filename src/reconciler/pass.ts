import { openIntent } from '../diff/record.ts';
import { buildRequest } from '../diff/request.ts';
import { STABLE_MS } from '../diff/settle.ts';
import type { Cause } from '../domain/change.ts';
import type { Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { Live, Reading } from '../domain/live.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Step } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import { type Carried, sendNew, settleOpen } from './carry-out.ts';
import { conclude, HELD_AGAIN_MS, over, type RoundEnd } from './conclude.ts';
import { statusOfChange } from './conditions.ts';
import { about, fingerprintOf, isoNow, type TargetContext } from './context.ts';
import { askedBy, type Evaluation, evaluate, learnSecrets } from './evaluate.ts';
import { newIntent } from './intent.ts';
import { freshen } from './observe.ts';

/** Somebody else's operation runs: look again after this long. */
const BUSY_AGAIN_MS = 30_000;
/** What the reviewed plan does not cover waits for the next review. */
const REVIEW_AGAIN_MS = 60_000;
/** Describe lags behind our own record: look again after this long. */
const LAG_AGAIN_MS = 5_000;
/** launchRole, update, owner: a chain longer than this contradicts itself. */
const LONGEST_CHAIN = 4;

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
    if (spec === undefined) return { kind: 'settled' };
    const held = context.held(key);
    if (held !== null) return { kind: 'again', afterMs: HELD_AGAIN_MS, why: held };
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
  if (spec !== undefined) learnSecrets(context.redactor, spec, secretsOf(intent));
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
  if (request.operation !== 'UpdateProvisionedProduct') return [];
  return request.parameters.flatMap((one) => (one.kind === 'secret' ? [one.key] : []));
}

async function runRound(context: TargetContext, spec: Spec, afresh: boolean): Promise<RoundEnd> {
  const live = await lookAt(context, spec, afresh);
  if (lagsBehindUs(context, spec, live)) {
    return over({
      kind: 'again',
      afterMs: LAG_AGAIN_MS,
      why: 'AWS does not show our last record yet',
    });
  }
  const evaluation = await evaluate(context, spec, live);
  const { change } = evaluation;
  const at = { revision: context.desired().revision, now: isoNow(context.clock) };
  context.board.set(statusOfChange(spec, change, live, at));
  const { verdict } = change;
  switch (verdict.kind) {
    case 'update': {
      const [step] = verdict.steps;
      if (step === undefined) return over({ kind: 'settled' });
      if (!isAllowed(context, spec.key, verdict.steps)) return over(unreviewed(context));
      return perform(context, evaluation, verdict.cause, step, verdict.steps.length === 1);
    }
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
    case 'inSync':
    case 'reported':
    case 'suspended':
      return over({ kind: 'settled' });
    default:
      return verdict satisfies never;
  }
}

/**
 * The provisioned product as it is now. The bulk observation holds while LastRecordId stays; a change
 * of a property need not move it, so after one of ours the listing is not relied on.
 */
async function lookAt(context: TargetContext, spec: Spec, afresh: boolean): Promise<Live> {
  const live = await freshen(context, spec, afresh ? null : context.observation());
  const last = context.entries.get(spec.key).lastResult;
  const doubtful =
    !afresh &&
    last !== null &&
    last.step !== 'update' &&
    live.kind === 'present' &&
    live.records.last === last.base;
  return doubtful ? freshen(context, spec, null) : live;
}

/**
 * Whether Describe still shows the state before our own last record. It is given 60 s to catch up;
 * until then its answer would make us send what is already done.
 */
function lagsBehindUs(context: TargetContext, spec: Spec, live: Live): boolean {
  const last = context.entries.get(spec.key).lastResult;
  if (last === null || live.kind !== 'present') return false;
  if (live.records.last !== last.base || last.recordId === last.base) return false;
  const ageMs = context.clock.now() - Date.parse(last.at);
  const monotonicAgeMs = context.clock.monotonic() - context.ended.at(spec.key);
  if ((ageMs < 0 || ageMs >= STABLE_MS) && monotonicAgeMs >= STABLE_MS) return false;
  // A property change need not move LastRecordId: its value tells as well.
  if (last.step === 'launchRole') return !isRead(live.launchRole, spec.launchRole);
  if (last.step === 'owner')
    return (
      live.owner.kind !== 'read' ||
      ![live.owner.value.arn, live.owner.value.sessionArn].includes(spec.owner)
    );
  return true;
}

function isRead<T>(reading: Reading<T>, value: T): boolean {
  return reading.kind === 'read' && reading.value === value;
}

function unreviewed(context: TargetContext): Outcome {
  const why = 'its change is not in the reviewed plan';
  return context.leaveOut
    ? { kind: 'stalled', reason: why }
    : { kind: 'again', afterMs: REVIEW_AGAIN_MS, why };
}

function isAllowed(context: TargetContext, key: ProductKey, steps: readonly Step[]): boolean {
  const allowed = context.allowed(key);
  return allowed !== undefined && steps.every((step) => allowed.includes(step));
}

async function perform(
  context: TargetContext,
  evaluation: Evaluation,
  cause: Cause,
  step: Step,
  last: boolean,
): Promise<RoundEnd> {
  const { spec, live, comparison, facts } = evaluation;
  if (live.kind !== 'present' || comparison === null)
    return over({ kind: 'retry', error: 'live state was not read' });
  const request = buildRequest({
    step,
    spec,
    live,
    comparison,
    entry: context.entries.get(spec.key),
    fingerprint: fingerprintOf(context, spec.key),
    resolved: facts?.resolved.kind === 'resolved' ? facts.resolved : null,
    definitions: facts?.definitions.kind === 'read' ? facts.definitions.value : null,
  });
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
