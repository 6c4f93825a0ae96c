import { lastFailedMove, standingFailure } from '../diff/failed-move.ts';
import type { MemberState } from '../diff/rollout.ts';
import type { FailedMove, ProductEntry } from '../domain/entry.ts';
import type { RecordPointers } from '../domain/live.ts';
import type { VersionId } from '../domain/rollout.ts';

/** What the journal tells of one that is to move to a version. */

/** By the journal alone: the last request of ours brought it there, or keeps it there. */
export function ranByJournal(version: VersionId, { intent, lastResult }: ProductEntry): boolean {
  if (intent?.version !== undefined)
    return !intent.version.isMove && isSame(intent.version, version);
  if (intent?.step === 'terminate') return false;
  if (lastResult?.version === undefined || !isSame(lastResult.version, version)) return false;
  return lastResult.kind === 'succeeded' || !lastResult.version.isMove;
}

/** Whether AWS's records, of which the version cannot be told now, show that the journal still holds. */
export function isStillOurs(
  { intent, lastResult, ownRecords }: ProductEntry,
  { last, lastSuccessful }: RecordPointers,
): boolean {
  // Our last one to succeed: whatever the journal says came after it, or is it.
  if (lastSuccessful !== null && ownRecords.includes(lastSuccessful)) return true;
  if (intent?.version !== undefined) return last === intent.recordId || last === intent.base;
  return last === lastResult?.recordId;
}

/** It failed at this version, and nobody said since that this does not matter. */
export function failedBefore(version: VersionId, entry: ProductEntry): boolean {
  return lastFailedAt(version, entry)?.isWaived === false;
}

/** Its last failed move, where that was to this version; whatever was said since. */
export function lastFailedAt(version: VersionId, entry: ProductEntry): FailedMove | null {
  const failed = lastFailedMove(entry);
  return failed !== null && isSame(failed.version, version) ? failed : null;
}

/** It failed at this version, and a person said that the others go on in spite of it. */
export function isWaived(version: VersionId, entry: ProductEntry): boolean {
  return lastFailedAt(version, entry)?.isWaived === true;
}

export function isSame(
  a: Pick<VersionId, 'productId' | 'artifactId'>,
  b: Pick<VersionId, 'productId' | 'artifactId'>,
): boolean {
  return a.productId === b.productId && a.artifactId === b.artifactId;
}

/** What the journal alone tells; null: nothing. */
export function journalled(version: VersionId, entry: ProductEntry): MemberState | null {
  const { intent } = entry;
  const isAgain = failedBefore(version, entry);
  if (intent?.version !== undefined && isSame(intent.version, version))
    return { kind: 'inFlight', isAgain };
  // Its launch role goes before the move that is tried again.
  if (intent !== null && intent.version === undefined && isAgain)
    return { kind: 'inFlight', isAgain };
  const failed = standingFailure(entry);
  if (failed === null || !isSame(failed.version, version)) return null;
  if (failed.isWaived) return { kind: 'waived' };
  const { recordId, reason } = failed;
  return { kind: 'failed', failure: { recordId, reason } };
}

/** What failed at this version and cannot be tried now, by what a person said since. */
export function afterFailure(
  state: MemberState,
  version: VersionId,
  entry: ProductEntry,
): MemberState {
  if (state.kind !== 'waits') return state;
  if (isWaived(version, entry)) return { kind: 'waived' };
  return failedBefore(version, entry) ? { ...state, isAgain: true } : state;
}
