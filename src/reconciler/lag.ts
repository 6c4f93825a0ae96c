import { STABLE_MS } from '../diff/settle.ts';
import type { LastResult, ProductEntry } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { Live, Reading } from '../domain/live.ts';
import type { Outcome } from '../domain/outcome.ts';
import { isProvisioning } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import { LAG_AGAIN_MS } from './again.ts';
import { about, type TargetContext } from './context.ts';
import type { Clock } from './ports/runtime.ts';
import { trouble } from './trouble.ts';

const REASON = 'Lag';

/**
 * Whether the bulk observation may be from before our own last record: LastRecordId is still its base,
 * or it is a change of properties, which need not move LastRecordId, after which another one's shows.
 */
export function isBlindToUs(context: TargetContext, key: ProductKey): boolean {
  const last = context.entries.get(key).lastResult;
  const seen = context.observation()?.products.get(key);
  if (last === null || seen?.kind !== 'present') return false;
  const shown = seen.records.last;
  return shown === last.base || (!isProvisioning(last.step) && shown !== last.recordId);
}

/** When a look began, by both clocks: how old what it saw is at least. */
export interface LookedAt {
  readonly nowMs: number;
  readonly monotonicMs: number;
}

export const lookedAt = (clock: Pick<Clock, 'now' | 'monotonic'>): LookedAt => ({
  nowMs: clock.now(),
  monotonicMs: clock.monotonic(),
});

/** A wall clock that jumps so far between two processes, right after a change, is not assumed. */
const LONG_AGO_MS = 24 * 3_600_000;

/** Whether Describe may still show the state before our own last record, or before one under way. */
export function mayLagBehindUs(
  { entries, clock, ended }: Pick<TargetContext, 'entries' | 'clock' | 'ended'>,
  key: ProductKey,
): boolean {
  const { intent, lastResult } = entries.get(key);
  if (intent !== null) return true;
  if (lastResult === null || clock.monotonic() - ended.at(key) >= STABLE_MS) return false;
  return clock.now() - Date.parse(lastResult.at) < LONG_AGO_MS;
}

/**
 * Whether a look still shows the state before our own last record. Describe is given 60 s to catch up;
 * until then its answer would make us send what is already done.
 */
export function lagsBehindUs(
  context: TargetContext,
  spec: Spec,
  live: Live,
  looked: LookedAt,
): boolean {
  const last = context.entries.get(spec.key).lastResult;
  if (last === null || live.kind === 'unreadable' || !showsBefore(last, live)) return false;
  const ageMs = looked.nowMs - Date.parse(last.at);
  const monotonicAgeMs = looked.monotonicMs - context.ended.at(spec.key);
  if ((ageMs < 0 || ageMs >= STABLE_MS) && monotonicAgeMs >= STABLE_MS) return false;
  if (live.kind === 'absent') return true;
  // A property change need not move LastRecordId: its value tells as well.
  if (last.step === 'launchRole') return !isRead(live.launchRole, spec.launchRole);
  if (last.step === 'owner')
    return (
      live.owner.kind !== 'read' ||
      ![live.owner.value.arn, live.owner.value.sessionArn].includes(spec.owner)
    );
  return true;
}

/** Up to a minute in which nothing seems to happen: people are told what for. */
export function waitsForLag(context: TargetContext, { key }: Spec): Outcome {
  const why = `AWS does not show trueup's own last record ${context.entries.get(key).lastResult?.recordId ?? ''} as the latest: it may lag behind, or somebody else's came after; it is given a minute`;
  if (context.board.get(context.target, key)?.reason !== REASON)
    context.log.write('info', 'product.lags', { ...about(context, key), reason: why });
  trouble(context, key, { stalled: false, reason: REASON, message: why, next: null });
  return { kind: 'again', afterMs: LAG_AGAIN_MS, why };
}

/** A listing that is certainly older than our last record: the record before it is the last one there. */
export function isBeforeOurs(live: Live, { lastResult: last }: ProductEntry): boolean {
  if (live.kind !== 'present' || last === null || !isProvisioning(last.step)) return false;
  return live.records.last === last.base && last.base !== last.recordId;
}

/** As it may have been before our last record: nothing, where that made something new. */
function showsBefore(last: LastResult, live: Exclude<Live, { kind: 'unreadable' }>): boolean {
  const isNew = last.step === 'provision' || last.step === 'import';
  if (live.kind === 'absent') return isNew;
  if (last.step === 'terminate') return true;
  // Somebody else's record may lie in between, or come after: which of them, only time tells.
  return live.records.last !== last.recordId;
}

function isRead<T>(reading: Reading<T>, value: T): boolean {
  return reading.kind === 'read' && reading.value === value;
}
