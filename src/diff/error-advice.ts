import type { ProductEntry } from '../domain/entry.ts';
import type { Step } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import type { AssessInput } from './assess.ts';
import { isFailedImport, meansThisOne, recreatesFromError } from './creation-wish.ts';

type Advised = Pick<AssessInput, 'spec' | 'entry' | 'specDigest'>;

/** What a person does about ERROR: why it is not recreated, or what is left to do; null: what is always said. */
export function nextInError({ spec, entry, specDigest }: Advised): string | null {
  const { adopt, deletionProtection, onError } = spec.reconcile;
  if (adopt !== null || isFailedImport(entry))
    return 'a termination would delete the stack that was to be adopted: terminate it by hand with RetainPhysicalResources, mend the cause, then: trueup retry';
  if (onError !== 'recreate') return nextAfterOwn(entry);
  if (deletionProtection)
    return 'reconcile.deletionProtection forbids the termination that recreate needs: take it out, or terminate it by hand';
  if (meansThisOne(spec))
    return 'the document means exactly this one, and a new one would be another one: take provisionedProductId and expect out to have it recreated by its name';
  const { recreated, recreatedBefore } = entry;
  if (specDigest !== null && [recreated, ...recreatedBefore].includes(specDigest))
    return 'it was recreated once for this content: fix the cause, then change the document or ask again with trueup retry';
  if (specDigest !== null)
    return 'whether it was recreated for this content cannot be told, because the journal was written with another key: fix the cause, then ask for it with trueup retry';
  const known =
    recreated === null ? 'whether it was recreated before' : 'whether that was for this content';
  return `${known} cannot be told without the key of the journal: apply and run, which have it, terminate it and provision it again, once for each content`;
}

/** A provisioning of ours that failed holds its request also once that is gone. */
function nextAfterOwn({ lastResult, latch }: ProductEntry): string | null {
  return lastResult?.step === 'provision' && latch?.kind === 'stalled' ? latch.next : null;
}

/**
 * The same right after a record of ours failed, before anything is seen again: `entry` has that in
 * it, and `spec` is null where the document has gone meanwhile. Null: it is tried again by itself.
 */
export function nextAfterFailure(
  { spec, entry, specDigest }: Omit<Advised, 'spec'> & { readonly spec: Spec | null },
  step: Step,
): string | null {
  const { latch } = entry;
  if (latch?.kind !== 'stalled') return null;
  if (step !== 'provision' || spec?.reconcile.onError !== 'recreate') return latch.next;
  const advised = { spec, entry, specDigest };
  return recreatesFromError({ ...advised, asked: false })
    ? 'fix the cause: when it is looked at next, reconcile.onError: recreate terminates it and provisions it again, once for this content'
    : nextInError(advised);
}
