import type { Fingerprints, Intent, ProductEntry } from '../domain/entry.ts';
import type { Digest, RecordId } from '../domain/ids.ts';
import { isProvisioning } from '../domain/request.ts';
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
export function promoted(sent: Intent, success: Success): Fingerprints {
  const { recordId, stackUpdated } = success;
  const intent = sent.isFound === true && !sent.pending.complete ? withoutKept(sent) : sent;
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

/**
 * What rests on the stack as it was right before the request: where somebody edits it past Service
 * Catalog on the way, no record tells, and what is kept or undone to is the edited value.
 */
export function restsOnStack(
  { step }: Intent,
  prints: Fingerprints | null,
): prints is Fingerprints & { readonly stackUpdated: string } {
  if (prints === null || prints.stackUpdated === null || !isProvisioning(step)) return false;
  return Object.keys(prints.values).length + Object.keys(prints.references).length > 0;
}

/** The entry where the stack was, or may have been, changed before its open request was sent again. */
export function forgetHidden(entry: ProductEntry, intent: Intent): ProductEntry {
  return { ...entry, intent, fingerprints: null };
}

/** The intent whose success says nothing about the values that it keeps. */
export function withoutKept(intent: Intent): Intent {
  const { request, pending } = intent;
  if (!('parameters' in request)) return intent;
  const kept = new Set(
    request.parameters.flatMap((one) => (one.kind === 'previous' ? one.key : [])),
  );
  const less = <T>(of: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(of).filter(([key]) => !kept.has(key)));
  const { fingerprints, references } = pending;
  return {
    ...intent,
    pending: { ...pending, fingerprints: less(fingerprints), references: less(references) },
  };
}

/**
 * Old values run where the stack rolled back, or where CloudFormation never touched it. When a request
 * arrived whose record was only found is not known: the stack may have been edited before it did.
 */
export function keptFingerprints(
  { fingerprints }: ProductEntry,
  { isFound }: Pick<Intent, 'isFound'>,
  { stackRolledBack, stackUpdated }: RecordFailure,
): Fingerprints | null {
  if (fingerprints === null || fingerprints.stackUpdated === null || stackUpdated === null)
    return null;
  const untouched = sameInstant(fingerprints.stackUpdated, stackUpdated);
  const undone = stackRolledBack && isFound !== true;
  return undone || untouched ? { ...fingerprints, stackUpdated } : null;
}
