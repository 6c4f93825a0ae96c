import { isAccountBusy } from '../diff/failure-text.ts';
import { gist } from '../diff/render/groups.ts';
import { shortField } from '../diff/render/problem.ts';
import type { Cause, Change, ChangeVerdict } from '../domain/change.ts';
import type { Latch } from '../domain/entry.ts';
import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { Live } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import type { ProductStatusView } from '../domain/status.ts';
import type { InvalidDocument } from './context.ts';

type Condition = Pick<
  ProductStatusView,
  'condition' | 'sync' | 'reason' | 'message' | 'next' | 'recordId' | 'recordStatus' | 'drift'
>;

/** The status that follows from a comparison, before anything was sent. */
export function statusOfChange(
  spec: Spec,
  change: Change,
  live: Live,
  at: { readonly revision: string; readonly now: string },
): ProductStatusView {
  return {
    ...identity(spec, live, at),
    provisionedProductId: change.provisionedProductId,
    health: healthOf(change.verdict, live),
    wanted: describeSide(change, 'desired'),
    live: describeSide(change, 'live'),
    unverified: change.unverified.length,
    ...placeOf(change),
    ...conditionOf(change),
  };
}

/** What is refused stands at a field of the document; its line helps more than that of the name. */
function placeOf({ verdict }: Change): Partial<Pick<ProductStatusView, 'at'>> {
  const at = verdict.kind === 'refused' ? verdict.problems[0].at : null;
  return at === null ? {} : { at };
}

/** The status of a provisioned product whose document is gone and had asked for its end. */
export function statusOfRemoval(
  change: Change,
  at: { readonly revision: string; readonly now: string },
): ProductStatusView {
  return {
    target: change.target,
    key: change.key,
    name: change.name,
    provisionedProductId: change.provisionedProductId,
    health: 'Unknown',
    wanted: 'none',
    live: change.type,
    unverified: 0,
    revision: at.revision,
    at: change.at,
    updatedAt: at.now,
    ...conditionOf(change),
  };
}

/** The status of a provisioned product whose document is invalid now: it is left alone. */
export function statusOfInvalid(
  target: TargetName,
  key: ProductKey,
  document: InvalidDocument,
  before: ProductStatusView | undefined,
  at: { readonly revision: string; readonly now: string },
): ProductStatusView {
  return {
    target,
    key,
    name: document.name,
    provisionedProductId: before?.provisionedProductId ?? null,
    // What is invalid is not looked at, and what was seen once says nothing about now.
    health: 'Unknown',
    wanted: null,
    live: null,
    unverified: 0,
    revision: at.revision,
    at: document.problem.at ?? document.at,
    updatedAt: at.now,
    condition: 'Stalled',
    sync: 'Unknown',
    reason: 'InvalidDocument',
    message: document.problem.message,
    next: document.problem.next,
    recordId: before?.recordId ?? null,
    recordStatus: before?.recordStatus ?? null,
    drift: false,
  };
}

/** The status where something keeps us from going on; `stalled` means that a person is needed. */
export function statusOfTrouble(
  before: ProductStatusView,
  trouble: {
    readonly stalled: boolean;
    readonly reason: string;
    readonly message: string;
    readonly next: string | null;
    /** Where the trouble is the end of a record. */
    readonly recordStatus?: string;
  },
  now: string,
): ProductStatusView {
  return {
    ...before,
    recordStatus: trouble.recordStatus ?? before.recordStatus,
    condition: trouble.stalled ? 'Stalled' : 'Reconciling',
    reason: trouble.reason,
    message: trouble.message,
    next: trouble.next,
    updatedAt: now,
  };
}

export function identity(
  spec: Spec,
  live: Live | null,
  at: { readonly revision: string; readonly now: string },
) {
  return {
    target: spec.target,
    key: spec.key,
    name: spec.name,
    provisionedProductId: live?.kind === 'present' ? live.id : null,
    revision: at.revision,
    at: spec.origin.at,
    updatedAt: at.now,
  };
}

function healthOf(verdict: ChangeVerdict, live: Live): ProductStatusView['health'] {
  if (verdict.kind === 'suspended') return 'Suspended';
  if (live.kind === 'absent') return 'Missing';
  if (live.kind === 'unreadable') return 'Unknown';
  switch (live.status) {
    case 'AVAILABLE':
      return 'Healthy';
    case 'UNDER_CHANGE':
    case 'PLAN_IN_PROGRESS':
      return 'Progressing';
    case 'TAINTED':
    case 'ERROR':
      return 'Degraded';
    default:
      return 'Unknown';
  }
}

const plain = { next: null, recordId: null, recordStatus: null, drift: false } as const;

const pending = (reason: string) =>
  ({ ...plain, condition: 'Reconciling', sync: 'OutOfSync', reason }) as const;

const unseen = (reason: string) =>
  ({ ...plain, condition: 'Reconciling', sync: 'Unknown', reason }) as const;

function conditionOf(change: Change): Condition {
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
  return {
    ...plain,
    condition: waits ? 'Reconciling' : 'Stalled',
    sync: 'OutOfSync',
    reason: waits ? (isAccountBusy(latch.reason) ? 'Busy' : 'Backoff') : 'RecordFailed',
    message: latch.reason,
    next: latch.kind === 'backoff' ? `tried again after ${latch.until}` : latch.next,
    recordId: latch.recordId,
    recordStatus: latch.recordId === null ? null : 'FAILED',
  };
}

function labels(change: Change): string {
  return change.differences.length === 0
    ? 'its last operation failed'
    : change.differences.map((difference) => difference.label).join(', ');
}

function describeSide(change: Change, side: 'live' | 'desired'): string | null {
  const texts = change.differences.map((difference) => {
    const shown = difference[side];
    const value =
      shown.kind === 'text' ? shown.text : shown.kind === 'hidden' ? '(hidden)' : shown.note;
    return `${difference.label} ${value}`;
  });
  return texts.length === 0 ? null : texts.join(', ');
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
