import type { Intent } from '../domain/entry.ts';
import type { RecordId } from '../domain/ids.ts';
import type { RecordStatus } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import type { ProductStatusView } from '../domain/status.ts';
import { identity } from './conditions.ts';

/** The status while a request of ours is open. */
export function statusOfIntent(
  spec: Spec,
  intent: Intent,
  before: ProductStatusView | undefined,
  at: { readonly revision: string; readonly now: string },
): ProductStatusView {
  const known = intent.recordId !== null;
  return {
    ...(before ?? { ...identity(spec, null, at), wanted: null, live: null, unverified: 0 }),
    provisionedProductId:
      intent.request.provisionedProductId ?? before?.provisionedProductId ?? null,
    revision: at.revision,
    at: spec.origin.at,
    updatedAt: at.now,
    condition: 'Reconciling',
    sync: 'OutOfSync',
    health: 'Progressing',
    reason: known ? 'InFlight' : 'Sent',
    message: known
      ? `record ${intent.recordId} is followed to its end`
      : 'sent; the answer is not known yet',
    next: null,
    recordId: intent.recordId,
    recordStatus: known ? 'IN_PROGRESS' : null,
    drift: false,
  };
}

/** The status while a termination is carried out whose document is gone. */
export function statusOfLeaving(
  before: ProductStatusView,
  intent: Intent,
  now: string,
): ProductStatusView {
  const known = intent.recordId !== null;
  return {
    ...before,
    condition: 'Reconciling',
    sync: 'OutOfSync',
    health: 'Progressing',
    reason: known ? 'Terminating' : 'Sent',
    message: known
      ? `record ${intent.recordId} is followed to its end`
      : 'sent; the answer is not known yet',
    next: null,
    recordId: intent.recordId,
    recordStatus: known ? 'IN_PROGRESS' : null,
    updatedAt: now,
  };
}

/** The status of what was terminated because its document is gone. */
export function statusOfTerminated(
  before: ProductStatusView,
  recordId: RecordId | null,
  now: string,
): ProductStatusView {
  return {
    ...before,
    provisionedProductId: null,
    condition: 'Ready',
    sync: 'Synced',
    health: 'Missing',
    reason: 'Terminated',
    message: recordId === null ? 'it is gone' : `record ${recordId} succeeded: it is gone`,
    next: null,
    recordId,
    recordStatus: recordId === null ? null : 'SUCCEEDED',
    wanted: null,
    live: null,
    unverified: 0,
    drift: false,
    updatedAt: now,
  };
}

/** The status while a record of ours runs, as AWS last told it. */
export function statusOfRecord(
  before: ProductStatusView,
  intent: Intent,
  status: RecordStatus,
  now: string,
): ProductStatusView {
  const failing = status === 'IN_PROGRESS_IN_ERROR';
  return {
    ...before,
    recordId: intent.recordId,
    recordStatus: status,
    reason: failing ? 'Failing' : 'InFlight',
    message: failing
      ? `record ${intent.recordId} failed, and AWS is undoing it`
      : `record ${intent.recordId} is followed to its end`,
    updatedAt: now,
  };
}

/** The status after our record succeeded and nothing else was to do; the next pass reads it back. */
export function statusOfSuccess(
  before: ProductStatusView,
  recordId: RecordId,
  now: string,
): ProductStatusView {
  return {
    ...before,
    condition: 'Ready',
    sync: 'Synced',
    health: 'Healthy',
    reason: 'Updated',
    message: `record ${recordId} succeeded`,
    next: null,
    recordId,
    recordStatus: 'SUCCEEDED',
    wanted: null,
    live: null,
    unverified: 0,
    drift: false,
    updatedAt: now,
  };
}
