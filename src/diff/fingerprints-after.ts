import type { Fingerprints, Intent, ProductEntry } from '../domain/entry.ts';
import type { Digest, RecordId } from '../domain/ids.ts';
import type { RecordFailure } from './latch-after.ts';
import { own, sameInstant } from './normalize.ts';

export interface Success {
  readonly recordId: RecordId;
  /** LastUpdatedTime of the stack, read after the record ended; null if it could not be read. */
  readonly stackUpdated: string | null;
  readonly at: string;
  /** No further step follows: the document is in effect as a whole. */
  readonly chainDone: boolean;
  /** Of a new product, known only now: nothing tells its parameter values. */
  readonly isBlind?: boolean;
}

/** Of the request that succeeded: they hold until the stack changes again. */
export function promoted(intent: Intent, success: Success): Fingerprints {
  const { recordId, stackUpdated } = success;
  if (intent.step === 'provision' && success.isBlind !== true)
    return { ...secretsOnly(intent), recordId, stackUpdated };
  const { keyId, complete, fingerprints, references } = intent.pending;
  return {
    recordId,
    stackUpdated: complete ? null : stackUpdated,
    keyId,
    complete,
    values: fingerprints,
    references,
  };
}

/** A stack tells all values but these. */
function secretsOnly({ request, pending }: Intent) {
  const values: Record<string, Digest> = Object.create(null);
  for (const argument of 'parameters' in request ? request.parameters : []) {
    const print = own(pending.fingerprints, argument.key);
    if (argument.kind === 'secret' && print !== undefined) values[argument.key] = print;
  }
  return { keyId: pending.keyId, complete: false, values, references: pending.references };
}

/** Old values run where the stack rolled back, or where CloudFormation never touched it. */
export function keptFingerprints(
  { fingerprints }: ProductEntry,
  { stackRolledBack, stackUpdated }: RecordFailure,
): Fingerprints | null {
  if (fingerprints === null || fingerprints.stackUpdated === null || stackUpdated === null)
    return null;
  const untouched = sameInstant(fingerprints.stackUpdated, stackUpdated);
  return stackRolledBack || untouched ? { ...fingerprints, stackUpdated } : null;
}
