import type { Change, ChangeVerdict } from '../domain/change.ts';
import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { Live } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import type { ProductStatusView } from '../domain/status.ts';
import { conditionOf } from './condition-of.ts';
import type { InvalidDocument } from './context.ts';

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

function describeSide(change: Change, side: 'live' | 'desired'): string | null {
  const texts = change.differences.map((difference) => {
    const shown = difference[side];
    const value =
      shown.kind === 'text' ? shown.text : shown.kind === 'hidden' ? '(hidden)' : shown.note;
    return `${difference.label} ${value}`;
  });
  return texts.length === 0 ? null : texts.join(', ');
}
