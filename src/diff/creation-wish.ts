import type { Digest } from '../domain/ids.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import { positionOf, type Spec } from '../domain/spec.ts';
import type { AssessInput } from './assess.ts';
import { likenessOf } from './digest.ts';
import { isAsked } from './hold.ts';
import { problem } from './problems.ts';

/** How something that is not there comes into being. */
export type Creation = 'provision' | 'import' | 'recreate';

type Wish = Pick<AssessInput, 'spec' | 'live' | 'entry' | 'specDigest' | 'asked'>;

/** What the document asks for where there is nothing, or nothing that could be updated; null: nothing. */
export function creationOf(input: Wish): Creation | null {
  const { spec, live } = input;
  if (spec.reconcile.suspend || live.kind === 'unreadable') return null;
  if (live.kind === 'present') return mayRecreate(input, live) ? 'recreate' : null;
  // An id that is gone never comes back: something new would be another one.
  if (spec.identity.kind === 'id' || spec.expect.provisionedProductId !== null) return null;
  // Nor does a stack; one that is adopted is there.
  if (expectsOtherStack(spec)) return null;
  if (spec.reconcile.adopt !== null) return 'import';
  return spec.reconcile.onMissing === 'provision' || isHalfRecreated(input) ? 'provision' : null;
}

/** Neither a new one nor the one that would be adopted has the physical id that is expected. */
function expectsOtherStack({ expect, reconcile }: Spec): boolean {
  return expect.physicalId !== null && expect.physicalId !== reconcile.adopt?.stackArn;
}

/** Once for each content, and never what is protected or what a new one could not stand for. */
function mayRecreate(input: Wish, live: PresentProduct): boolean {
  return live.status === 'ERROR' && recreatesFromError(input);
}

/** Whether what is in ERROR is terminated and provisioned again by itself, or because a person asks. */
export function recreatesFromError(input: Omit<Wish, 'live'>): boolean {
  const { spec, entry, specDigest } = input;
  if (spec.reconcile.onError !== 'recreate') return false;
  // What an adopted stack holds was there before us, and would go with it.
  if (meansThisOne(spec) || spec.reconcile.adopt !== null || isFailedImport(entry)) return false;
  if (spec.reconcile.deletionProtection || specDigest === null) return false;
  return isAsked(input) || !wasRecreated(entry, specDigest);
}

/**
 * A content that comes back, by a revert for instance, has had its one recreation; and whatever was
 * recreated under another key may have been this one.
 */
function wasRecreated({ recreated, recreatedBefore }: Wish['entry'], content: Digest): boolean {
  const known = recreated === null ? recreatedBefore : [recreated, ...recreatedBefore];
  return known.some((one) => likenessOf(one, content) !== 'other');
}

/** It came into being as a stack was to be adopted, which failed: that stack would go with it. */
export function isFailedImport({ lastResult }: Pick<Wish['entry'], 'lastResult'>): boolean {
  if (lastResult === null) return false;
  if (lastResult.afterFailedImport === true) return true;
  return lastResult.kind === 'failed' && lastResult.step === 'import';
}

/** The document means exactly the one that is there: a new one has other ids. */
export function meansThisOne({ identity, expect }: Spec): boolean {
  return (
    identity.kind === 'id' || expect.provisionedProductId !== null || expect.physicalId !== null
  );
}

/**
 * It was terminated to be provisioned again, and that has not been done yet. What the document asks
 * for may have changed since: it is owed all the same.
 */
export function isHalfRecreated({ spec, entry }: Pick<Wish, 'spec' | 'entry'>): boolean {
  return spec.reconcile.onError === 'recreate' && isTerminatedForAnother(entry);
}

/**
 * The same as far as the journal alone tells it. A termination whose record was never known has no
 * result. What was pruned is owed nothing.
 */
export function isTerminatedForAnother({
  lastResult,
  recreated,
  provisionedProductId: id,
}: Pick<Wish['entry'], 'lastResult' | 'recreated' | 'provisionedProductId'>): boolean {
  if (recreated === null) return false;
  if (lastResult === null) return id === null;
  return lastResult.kind === 'succeeded' && lastResult.step === 'terminate';
}

/** Why what does not exist is not created, where the document asks for it and cannot have it. */
export function uncreatable(spec: Spec): Problem | null {
  const wanted = spec.reconcile.onMissing === 'provision' || spec.reconcile.adopt !== null;
  const { provisionedProductId: expected } = spec.expect;
  if (!wanted) return null;
  if (spec.identity.kind === 'id') {
    const message = `there is no provisioned product with id ${spec.identity.id}, and a new one would get another id`;
    const at = positionOf(spec, 'provisionedProductId');
    const field = 'provisionedProductId';
    const next = 'take provisionedProductId out of the document to have a new one made';
    return problem({ code: 'plan/absent', at, field, message, next });
  }
  if (expected === null) return expectsOtherStack(spec) ? otherStack(spec) : null;
  const field = 'expect.provisionedProductId';
  const message = `the name must stand for ${expected}, and nothing has this name: a new one would be another one`;
  const next =
    'to keep that one under its present name, give provisionedProductId in place of expect; to have a new one, take expect out';
  const at = positionOf(spec, field);
  return problem({ code: 'plan/expect-mismatch', at, field, message, next });
}

function otherStack(spec: Spec): Problem {
  const { expect, reconcile } = spec;
  const field = 'expect.physicalId';
  const isAdopted = reconcile.adopt !== null;
  const other = isAdopted ? 'reconcile.adopt names another stack' : 'a new one has another';
  const message = `the name must stand for the physical id ${expect.physicalId}, and nothing has this name: ${other}`;
  const next = isAdopted
    ? 'give the same stack in both, or take expect out'
    : 'to import that stack under this name, give it in reconcile.adopt; to have a new one, take expect out';
  const at = positionOf(spec, field);
  return problem({ code: 'plan/expect-mismatch', at, field, message, next });
}
