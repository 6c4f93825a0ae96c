import { shortDigest } from '../diff/approval.ts';
import type { TargetName } from '../domain/ids.ts';
import type { Log } from './ports/runtime.ts';
import type { Reviewed } from './review.ts';

/** One line for each look at a target, and one for each limit that holds it back. */
export function logReview(
  log: Log,
  target: TargetName,
  review: Reviewed,
  work: { readonly updates: number; readonly tookMs: number; readonly calls: number },
): void {
  const evaluations = [...review.evaluations.values()];
  log.write('info', 'review.finished', {
    target,
    documents: evaluations.length,
    updates: work.updates,
    refused: evaluations.filter(({ change }) => change.verdict.kind === 'refused').length,
    tookMs: work.tookMs,
    calls: work.calls,
  });
  const { report, runs } = review.judgement;
  for (const finding of review.guards) {
    const { guard, planned, allowed, bound, excess, managed } = finding;
    const sent = Math.max(finding.sentInWindow, finding.sentInRevision);
    const fields = { target, guard, planned, sent, allowed, bound, excess, managed };
    const left = runs.size === 0 ? 'nothing' : 'only what is approved';
    const next = report.set === null ? '' : `, or trueup approve ${shortDigest(report.set)}`;
    const message = `${left} is changed in this target: plan fewer at once${next}`;
    log.write('error', 'guard.refused', { ...fields, set: report.set }, message);
  }
}
