import type { Intent, LastResult, ProductEntry } from '../domain/entry.ts';
import type { RecordId } from '../domain/ids.ts';
import { isProvisioning } from '../domain/request.ts';
import { isFailedImport } from './creation-wish.ts';
import { movedBefore } from './failed-move.ts';
import { openHash } from './stored-request.ts';

/** How the request ended, with what a change of properties leaves as it was. */
export function resultOf(
  entry: ProductEntry,
  intent: Intent,
  end: Pick<LastResult, 'kind' | 'recordId' | 'at' | 'reason'>,
): LastResult {
  const { step, base, requestHash, isFound } = intent;
  // There was nothing of this name any more where something is provisioned.
  const isMade =
    step === 'provision' ||
    (end.kind === 'succeeded' && (isProvisioning(step) || step === 'import'));
  return {
    ...end,
    step,
    base,
    requestHash,
    openHash: openHash(intent.request),
    ...requested(entry, intent),
    ...(isProvisioning(step) ? {} : movedBefore(entry)),
    ...(isFound === true ? { isFound } : {}),
    ...(isFailedImport(entry) && !isMade ? { afterFailedImport: true } : {}),
    ...(step === 'owner' || step === 'launchRole' ? endedBefore(entry) : {}),
  };
}

function endedBefore(entry: ProductEntry): Pick<LastResult, 'halfEnded'> {
  const halfEnded = halfEndedBy(entry);
  return halfEnded === null ? {} : { halfEnded };
}

/** The termination of ours that failed, where nothing came after it that tells what it left. */
export function halfEndedBy({ lastResult }: Pick<ProductEntry, 'lastResult'>): RecordId | null {
  const isEnd = lastResult?.kind === 'failed' && lastResult.step === 'terminate';
  return isEnd ? lastResult.recordId : (lastResult?.halfEnded ?? null);
}

/**
 * A change of properties keeps the version: then what is known to run stays known, unless it came after
 * a record that is not ours, which may have brought in another one.
 */
function requested({ lastResult }: ProductEntry, intent: Intent): Pick<LastResult, 'version'> {
  const { version } = intent;
  if (version !== undefined) return { version };
  const before = lastResult?.version;
  const runs = lastResult?.kind === 'succeeded' || before?.isMove === false;
  if (lastResult === null || before === undefined || !runs) return {};
  return followsOn(lastResult, intent) ? { version: { ...before, isMove: false } } : {};
}

/** A change of properties need not move LastRecordId, so that the next one may have its base. */
function followsOn({ step, recordId, base }: LastResult, intent: Intent): boolean {
  return intent.base === recordId || (!isProvisioning(step) && intent.base === base);
}
