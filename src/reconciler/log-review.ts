import type { TargetName } from '../domain/ids.ts';
import type { Log } from './ports.ts';
import type { Review } from './review.ts';

/** One line for each look at a target, and one for each limit that holds it back. */
export function logReview(
  log: Log,
  target: TargetName,
  review: Extract<Review, { kind: 'ok' }>,
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
  for (const { guard, planned, cap } of review.guards) {
    const fields = { target, guard, planned, cap };
    log.write('error', 'guard.refused', fields, 'nothing is changed in this target');
  }
}
