import type { MemberState } from '../diff/rollout.ts';
import type { ChangeVerdict } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { Live, PresentProduct, RecordPointers } from '../domain/live.ts';
import { isProvisioning } from '../domain/request.ts';
import type { VersionId } from '../domain/rollout.ts';
import type { Evaluation } from './evaluate.ts';
import {
  afterFailure,
  failedBefore,
  isStillOurs,
  journalled,
  ranByJournal,
} from './rollout-journal.ts';
import { ambiguityOf } from './trouble.ts';

/** Where one member of a rollout stands. Pure: nothing is asked of AWS for it. */

/** Whether what is planned brings another version than the one that runs, or the first one. */
export function movesVersion({ change: { verdict }, facts, live }: Evaluation): boolean {
  if (!('steps' in verdict) || !verdict.steps.some(isProvisioning)) return false;
  if (facts?.resolved.kind !== 'resolved') return false;
  return live.kind !== 'present' || verdict.kind === 'provision' || !runs(live, facts.resolved);
}

/**
 * As far as AWS tells; where it does not, it counts as another version. Where the first provisioning
 * failed, AWS names the version that was attempted, and nothing runs.
 */
export function runs(
  { product, version, records }: PresentProduct,
  wanted: Pick<VersionId, 'productId' | 'artifactId'>,
): boolean {
  return (
    hasSucceeded(records) &&
    product.kind === 'read' &&
    version.kind === 'read' &&
    product.value.id === wanted.productId &&
    version.value.id === wanted.artifactId
  );
}

export function hasSucceeded({ lastSuccessful, lastProvisioning }: RecordPointers): boolean {
  return lastSuccessful !== null || lastProvisioning === null;
}

/** What one member says about its rollout: what runs, what is open, then what its verdict is. */
export function stateOf(
  version: VersionId,
  evaluation: Evaluation,
  entry: ProductEntry,
): MemberState {
  const { live, change } = evaluation;
  if (live.kind === 'present' && runs(live, version)) return { kind: 'runs' };
  const isUnsure = isUnseen(live) && ranByJournal(version, entry);
  if (isUnsure && live.kind === 'present' && isStillOurs(entry, live.records))
    return { kind: 'runs' };
  const lost = ambiguityOf(entry);
  if (lost !== null) {
    const state = blocked(`is stalled: ${lost.reason}`, lost.next);
    return afterFailure(state, version, entry);
  }
  const known = journalled(version, entry);
  if (known?.kind === 'inFlight') return known;
  if (movesVersion(evaluation)) return { kind: 'moves', isAgain: failedBefore(version, entry) };
  if (known !== null) return known;
  const state = stateOfVerdict(change.verdict);
  if (state.kind === 'waits' && isUnsure) return { ...state, mayRun: true };
  // What has to pass before its further attempt holds the others as that does.
  return afterFailure(state, version, entry);
}

/** Nothing of this moment tells what runs: it is under change, or could not be read. */
function isUnseen(live: Live): boolean {
  if (live.kind !== 'present') return live.kind === 'unreadable';
  return live.product.kind !== 'read' || live.version.kind !== 'read';
}

function stateOfVerdict(verdict: ChangeVerdict): MemberState {
  switch (verdict.kind) {
    case 'suspended':
      return blocked('is suspended', 'resume it, or choose other canaries by labels');
    case 'refused':
      return blocked(`is refused: ${verdict.problems[0].message}`, verdict.problems[0].next);
    case 'reported':
      return blocked(
        `is only reported (${verdict.reason})`,
        'let it be updated, or choose other canaries by labels',
      );
    case 'waits':
      return blocked(
        verdict.why.startsWith('waits ') ? verdict.why : `is held: ${verdict.why}`,
        verdict.next,
      );
    case 'latched':
      return verdict.latch.kind === 'stalled'
        ? blocked(`is stalled: ${verdict.latch.reason}`, verdict.latch.next)
        : passing(`is tried again after ${verdict.latch.until}: ${verdict.latch.reason}`);
    case 'busy':
      return passing(
        verdict.ours
          ? 'has a request under way'
          : `is busy: another operation runs: ${verdict.status}`,
      );
    case 'unreadable':
      return passing(`could not be read: ${verdict.why}`);
    case 'inSync':
    case 'update':
    case 'provision':
    case 'import':
    case 'terminate':
      return passing('does not run that version yet');
    default:
      return verdict satisfies never;
  }
}

export function blocked(why: string, next: string | null): MemberState {
  return { kind: 'waits', why, next, isBlocked: true };
}

function passing(why: string): MemberState {
  return { kind: 'waits', why, next: null, isBlocked: false };
}
