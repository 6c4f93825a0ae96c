import { compare } from '../diff/compare.ts';
import { blankProduct } from '../diff/creation.ts';
import { labelsOf } from '../diff/instance-requests.ts';
import { validFingerprints } from '../diff/normalize.ts';
import { openIntent } from '../diff/record.ts';
import { buildRequest } from '../diff/request.ts';
import type { Cause } from '../domain/change.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Step } from '../domain/request.ts';
import { LAG_AGAIN_MS } from './again.ts';
import { stalledFields } from './announce.ts';
import type { Carried } from './carried.ts';
import { sendNew } from './carry-out.ts';
import { conclude, over, type RoundEnd } from './conclude.ts';
import { fingerprintOf, type TargetContext } from './context.ts';
import { askedBy, type Evaluation } from './evaluate.ts';
import { type Filled, fillValues } from './fill-values.ts';
import { newIntent } from './intent.ts';
import { trouble } from './trouble.ts';

export async function perform(
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
  const keyId = context.fingerprinter?.keyId ?? null;
  const comparison =
    evaluation.comparison ??
    compare({
      spec,
      live,
      entry: context.entries.about(spec.key, live),
      fingerprint: fingerprintOf(context, spec.key),
      keyId,
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
  const opened = { live, keyId, cause, retry: askedBy(spec) };
  const carried = await sendNew(context, spec.key, intent, request, {
    open: (entry, stamped) => openIntent(entry, stamped, opened),
    prints: validFingerprints(context.entries.about(spec.key, live), live, keyId),
    turn: () => turnOf(context, evaluation),
  });
  if (isAttempt(carried)) context.attempt(spec.key, step);
  const fields = labelsOf(evaluation.change.differences, step, request);
  return conclude(context, spec.key, carried, { last, cause, fields });
}

/** A request is in force, or may be. */
function isAttempt({ kind }: Carried): boolean {
  return kind !== 'dropped' && kind !== 'refused' && kind !== 'failed';
}

/** The rollout may have been paused while the request waited, or was refused for its rate. */
function turnOf(context: TargetContext, evaluation: Evaluation): string | null {
  const hold = context.rollouts.holdOfChange(evaluation);
  return hold === 'unreviewed' ? 'its rollout was not reviewed' : (hold?.why ?? null);
}

/** Nothing was sent, because a value that it needs could not be had. */
export async function withoutValues(
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
      trouble(context, spec.key, { stalled: true, reason: 'Refused', message, next });
      const fields = stalledFields(context, spec.key, message, next);
      context.log.write('error', 'product.stalled', fields);
      return { kind: 'stalled', reason: message };
    }
    default:
      return filled satisfies never;
  }
}
