import { isAccountBusy } from '../diff/failure-text.ts';
import { gist } from '../diff/render/groups.ts';
import { shortField } from '../diff/render/problem.ts';
import type { Cause, Change } from '../domain/change.ts';
import type { Latch } from '../domain/entry.ts';
import type { ProductStatusView } from '../domain/status.ts';

type Condition = Pick<
  ProductStatusView,
  'condition' | 'sync' | 'reason' | 'message' | 'next' | 'recordId' | 'recordStatus' | 'drift'
>;

const plain = { next: null, recordId: null, recordStatus: null, drift: false } as const;

const pending = (reason: string) =>
  ({ ...plain, condition: 'Reconciling', sync: 'OutOfSync', reason }) as const;

const unseen = (reason: string) =>
  ({ ...plain, condition: 'Reconciling', sync: 'Unknown', reason }) as const;

/** What a verdict is called in the status: every kind of it, and nothing else. */
export function conditionOf(change: Change): Condition {
  const { verdict } = change;
  switch (verdict.kind) {
    case 'inSync':
      return {
        ...plain,
        condition: 'Ready',
        sync: 'Synced',
        reason: 'InSync',
        message: 'in its desired state',
      };
    case 'update':
      return {
        ...pending(reasonOf(verdict.cause, 'Waiting')),
        message: `waits for its turn: ${labels(change)}`,
        drift: verdict.cause.kind === 'drift',
      };
    case 'provision':
    case 'import':
    case 'terminate':
      return { ...pending('Waiting'), message: `waits for its turn: ${gist(change)}` };
    case 'waits':
      return {
        ...pending(change.rollout?.isPaused === true ? 'RolloutPaused' : 'WaitsFor'),
        message: verdict.why,
        next: verdict.next,
      };
    case 'reported':
      return {
        ...plain,
        condition: 'Ready',
        sync: 'OutOfSync',
        reason: reasonOf(verdict.cause, 'Observed'),
        message: `differs and is only reported (${verdict.reason}): ${labels(change)}`,
        next: 'change the document, or the policy that only reports it',
        drift: verdict.cause.kind === 'drift',
      };
    case 'suspended':
      return {
        ...plain,
        condition: 'Ready',
        sync: 'Unknown',
        reason: 'Suspended',
        message: 'reconcile.suspend is set',
      };
    case 'busy':
      return {
        ...unseen('Busy'),
        message: `another operation runs: ${verdict.status}`,
        recordId: verdict.recordId,
      };
    case 'latched':
      return latched(verdict.latch);
    case 'refused':
      return {
        ...plain,
        condition: 'Stalled',
        sync: 'OutOfSync',
        reason: 'Refused',
        message: `${shortField(verdict.problems[0].field)}${verdict.problems[0].message}`,
        next: verdict.problems[0].next,
      };
    case 'unreadable':
      return { ...unseen('Unreadable'), message: verdict.why };
    default:
      return verdict satisfies never;
  }
}

function latched(latch: Latch): Condition {
  const waits = latch.kind === 'backoff';
  const isWithoutEffect = latch.kind === 'stalled' && latch.hasSucceeded === true;
  const failed = isWithoutEffect ? 'NoEffect' : 'RecordFailed';
  return {
    ...plain,
    condition: waits ? 'Reconciling' : 'Stalled',
    sync: 'OutOfSync',
    reason: waits ? (isAccountBusy(latch.reason) ? 'Busy' : 'Backoff') : failed,
    message: latch.reason,
    next: latch.kind === 'backoff' ? `tried again after ${latch.until}` : latch.next,
    recordId: latch.recordId,
    recordStatus: latch.recordId === null ? null : isWithoutEffect ? 'SUCCEEDED' : 'FAILED',
  };
}

function labels(change: Change): string {
  return change.differences.length === 0
    ? 'its last operation failed'
    : change.differences.map((difference) => difference.label).join(', ');
}

/** What is seen first in the status: where it comes from, unless the document wants it. */
function reasonOf(cause: Cause, otherwise: string): string {
  switch (cause.kind) {
    case 'drift':
      return 'Drift';
    case 'newVersion':
      return 'NewVersion';
    case 'rotated':
      return 'Rotated';
    case 'document':
    case 'heal':
      return otherwise;
    default:
      return cause satisfies never;
  }
}
