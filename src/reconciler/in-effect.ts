import { isTerminatedForAnother } from '../diff/creation-wish.ts';
import { isBlind, lastProvisioningFailed } from '../diff/normalize.ts';
import { entryFor } from '../diff/ownership.ts';
import { appliedVersionOf } from '../diff/pending.ts';
import { recordInEffect, withSeen } from '../diff/record.ts';
import { orderDone } from '../diff/stack-set.ts';
import type { AppliedVersion, ProductEntry } from '../domain/entry.ts';
import type { RecordId } from '../domain/ids.ts';
import { kindOf } from '../domain/kind.ts';
import type { Live } from '../domain/live.ts';
import { type DesiredState, isoNow, specDigestOf, type TargetContext } from './context.ts';
import { askedBy, type Evaluation } from './evaluate.ts';
import { isBeforeOurs } from './lag.ts';
import type { Reviewed } from './review.ts';

/** What is in effect from now on, and which documents there were: later drift is told by it. */
export async function rememberInEffect(
  context: TargetContext,
  review: Reviewed,
  desired: DesiredState,
): Promise<void> {
  if (context.journal.readOnly !== null) return;
  await answerAnnotations(context, review);
  await rememberVersions(context, review);
  if (context.fingerprinter === null) return;
  const at = isoNow(context.clock);
  const inSync = [...review.evaluations.values()].filter(isInEffect);
  const digests = new Map(inSync.map(({ spec }) => [spec.key, specDigestOf(context, spec)]));
  await context.entries.updateMany([...digests.keys()], (key, entry) => {
    const specDigest = digests.get(key);
    const evaluation = review.evaluations.get(key);
    if (specDigest === undefined || evaluation === undefined) return entry;
    // What was in effect before our last record says nothing of what it came to.
    if (isBeforeOurs(evaluation.live, entry)) return entry;
    const applied = appliedIn(evaluation, entry);
    // There is nothing to do for it: what its annotation asks is answered, and not kept for another day.
    const retryHandled = askedBy(evaluation.spec) ?? entry.retryHandled;
    // By its id it is known under another key too, should its document name it in another way.
    const { live } = evaluation;
    const id = live.kind === 'present' ? live.id : entry.provisionedProductId;
    const inSpiteOf = failureIn(live) ?? entry.inEffect?.inSpiteOf;
    const isSet = live.kind === 'present' && kindOf(live) === 'stackSet';
    const instancesRun = orderDone(evaluation.spec, live) ?? entry.instancesRun;
    const known =
      !(isSet && isUnseen(entry)) &&
      entry.instancesRun === instancesRun &&
      entry.inEffect?.specDigest === specDigest &&
      entry.inEffect.inSpiteOf === inSpiteOf &&
      entry.provisionedProductId === id &&
      entry.latch === null &&
      !isTerminatedForAnother(entry) &&
      entry.retryHandled === retryHandled &&
      entry.appliedVersion === applied;
    if (known) return entry;
    const inEffect = {
      ...{ specDigest, revision: desired.revision, at },
      ...(inSpiteOf === undefined ? {} : { inSpiteOf }),
    };
    const after = recordInEffect(entryFor(entry, live), inEffect);
    return {
      // Of what bears the name now: what we set on the one before is not ours on this one.
      ...(isSet ? withSeen(after) : after),
      appliedVersion: applied,
      instancesRun,
      retryHandled,
      provisionedProductId: id,
    };
  });
  await context.journal.putDocuments(context.target, context.known.all());
}

/**
 * Where a policy of the document leaves it at a report there is nothing to attempt either: what its
 * annotation asks is not kept for what comes later. Where trueup only observes, it still stands.
 */
async function answerAnnotations(context: TargetContext, { evaluations }: Reviewed): Promise<void> {
  const answers = new Map(
    [...evaluations.values()].flatMap(({ spec, live, change: { verdict } }) => {
      const asked = askedBy(spec);
      const isLeft = verdict.kind === 'reported' && verdict.reason.endsWith(': report');
      return isLeft && asked !== null ? [[spec.key, { asked, live }] as const] : [];
    }),
  );
  await context.entries.updateMany([...answers.keys()], (key, entry) => {
    const answer = answers.get(key);
    const isKnown = answer === undefined || answer.asked === entry.retryHandled;
    return isKnown || isBeforeOurs(answer.live, entry)
      ? entry
      : { ...entry, retryHandled: answer.asked };
  });
}

/**
 * What the rule for the version finds and somebody brought in is as declared from then on, whatever else
 * differs: a later change of the document does not take it back. After a failure AWS may show what was
 * attempted.
 */
async function rememberVersions(context: TargetContext, { evaluations }: Reviewed): Promise<void> {
  const found = new Map([...evaluations].filter(([, one]) => runsWhatTheRuleFinds(one)));
  await context.entries.updateMany([...found.keys()], (key, entry) => {
    const evaluation = found.get(key);
    if (evaluation === undefined || entry.appliedVersion === null) return entry;
    const { live } = evaluation;
    const isAnother = live.kind !== 'present' || entry.provisionedProductId !== live.id;
    if (isAnother || isBeforeOurs(live, entry)) return entry;
    const appliedVersion = appliedIn(evaluation, entry);
    return appliedVersion === entry.appliedVersion ? entry : { ...entry, appliedVersion };
  });
}

function runsWhatTheRuleFinds({ effective, live }: Evaluation): boolean {
  if (effective.versionRule === null || effective.version?.kind !== 'id') return false;
  if (live.kind !== 'present' || live.version.kind !== 'read') return false;
  if (live.status !== 'AVAILABLE' || lastProvisioningFailed(live)) return false;
  return live.version.value.id === effective.version.id;
}

/** Its last request succeeded, and was not seen in effect since. */
function isUnseen({ lastResult }: ProductEntry): boolean {
  return lastResult?.kind === 'succeeded' && lastResult.isSeen !== true;
}

/** The last provisioning, where it failed and AWS returned the values that are there after it. */
function failureIn(live: Live): RecordId | undefined {
  if (live.kind !== 'present' || isBlind(live) || !lastProvisioningFailed(live)) return undefined;
  return live.records.lastProvisioning ?? undefined;
}

/** What the rule for the version found, where it is what runs. */
function appliedIn({ effective, live }: Evaluation, entry: ProductEntry): AppliedVersion | null {
  if (live.kind !== 'present' || live.version.kind !== 'read') return entry.appliedVersion;
  return appliedVersionOf(effective, entry, live.version.value.id);
}

/** As declared, but for something newer that is only reported. */
function isInEffect({ change: { verdict }, comparison }: Evaluation): boolean {
  if (verdict.kind !== 'reported') return verdict.kind === 'inSync';
  const isNewer =
    verdict.reason === 'onNewVersion: report' || verdict.reason === 'onRotate: report';
  return isNewer && comparison?.differences.length === 0;
}
