import { sha256 } from '../domain/canonical.ts';
import type { Change, ChangeVerdict } from '../domain/change.ts';
import type { Latch, ProductEntry } from '../domain/entry.ts';
import type { ProvisionedProductId, RecordId, TargetName } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { ProductStatus } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import { isFailedImport } from './creation-wish.ts';
import { isWaitOver } from './latch-after.ts';
import { problem, quoted } from './problems.ts';
import { terminateRequest } from './request.ts';
import { requestHash } from './stored-request.ts';

/** How long a document must have been missing, and how far apart two reads that say so must be. */
export const GONE_MS = 10 * 60_000;

/** As much of a provisioned product as its removal has to know. */
export type Leaving =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | {
      readonly kind: 'present';
      readonly id: ProvisionedProductId;
      readonly name: string;
      readonly type: string;
      readonly status: ProductStatus;
      readonly lastRecordId: RecordId | null;
    };

export interface RemovalInput {
  readonly target: TargetName;
  /** Its document is gone: `known.gone` says since when; null: it is missed now for the first time. */
  readonly known: KnownDocument;
  readonly entry: ProductEntry;
  /** A record of ours is about it. */
  readonly isOurs: boolean;
  readonly live: Leaving;
  /** Another document of this revision that is for the same provisioned product. */
  readonly claimedBy: string | null;
  /** Two complete reads of the directory, far enough apart, were without it. */
  readonly isConfirmed: boolean;
  /** Why it cannot be told now whether the document is gone; null: it can. */
  readonly unsure: string | null;
  /** Documents that are there and depend on it. */
  readonly neededBy: readonly string[];
  /** What goes at the same time and depends on it, and so goes first. */
  readonly after: readonly string[];
  readonly observeOnly: boolean;
  readonly asked: boolean;
  readonly now: string;
}

/** Whether its document asked for its end, and was not left alone itself. */
export function asksForEnd({ policies }: KnownDocument): boolean {
  return policies.prune !== 'never' && !policies.handsOff;
}

/**
 * Whether its removal concerns us at all. Without the journal's word that it is ours nothing is
 * done: it is unmanaged from now on. While a request of ours is open that may still be told.
 */
export function isPrunable(
  known: KnownDocument,
  entry: ProductEntry,
  owned: ReadonlySet<ProvisionedProductId>,
): boolean {
  if (!asksForEnd(known)) return false;
  const { provisionedProductId: id } = known;
  return entry.intent !== null || (id !== null && owned.has(id));
}

/** What is done about a provisioned product whose document is gone and had asked for its end. */
export function judgeRemoval(input: RemovalInput): Change {
  const { known, live, target } = input;
  const present = live.kind === 'present' ? live : null;
  return {
    target,
    key: known.key,
    name: known.name,
    at: placeOf(known),
    provisionedProductId: known.provisionedProductId,
    type: present?.type ?? null,
    base: present?.lastRecordId ?? null,
    differences: [],
    unverified: [],
    unreadable: [],
    keptParameters: 0,
    warnings: [],
    after: input.after,
    verdict: verdictOf(input),
  };
}

function placeOf(known: KnownDocument) {
  return { file: known.file, line: 1, column: 1 };
}

function verdictOf(input: RemovalInput): ChangeVerdict {
  const { known, entry, live } = input;
  if (entry.intent !== null && entry.intent.firstSentAt !== null) {
    const status = live.kind === 'present' ? live.status : 'UNDER_CHANGE';
    return { kind: 'busy', status, recordId: entry.intent.recordId, ours: true };
  }
  if (!input.isOurs)
    return {
      kind: 'waits',
      why: 'whether it is ours is told when its request has ended',
      next: null,
    };
  if (live.kind === 'unreadable') return { kind: 'unreadable', why: live.why };
  if (live.kind === 'absent') return { kind: 'inSync' };
  const refusal = refusalOf(input, live.lastRecordId);
  if (refusal !== null) return { kind: 'refused', problems: [refusal] };
  if (live.status === 'UNDER_CHANGE' || live.status === 'PLAN_IN_PROGRESS')
    return { kind: 'busy', status: live.status, recordId: live.lastRecordId, ours: false };
  const { latch } = entry;
  const over = latch !== null && isWaitOver(latch, input.now);
  const retain = known.policies.prune === 'retain';
  const isOurs = latch !== null && holdsTermination(latch, live.id, retain);
  if (isOurs && !over && !input.asked) return { kind: 'latched', latch };
  const wait = waitOf(input);
  if (wait !== null) return wait;
  const cause = { kind: 'document' } as const;
  if (input.observeOnly) return { kind: 'reported', cause, reason: 'run --observe' };
  return { kind: 'terminate', steps: ['terminate'], retain, digest: digestOf(input, live, retain) };
}

/** A failed update says nothing about a termination; what could not be told holds everything. */
function holdsTermination(latch: Latch, id: ProvisionedProductId, retain: boolean): boolean {
  if (latch.requestHash === null) return true;
  return latch.requestHash === requestHash(terminateRequest(id, retain, null));
}

function refusalOf(input: RemovalInput, lastRecordId: RecordId | null): Problem | null {
  const { known, entry, claimedBy } = input;
  const at = placeOf(known);
  const field = '';
  const wish = `its document is gone and had reconcile.prune: ${known.policies.prune}`;
  if (known.policies.deletionProtection) {
    const message = `${wish}, and reconcile.deletionProtection`;
    return problem({ code: 'plan/deletion-protected', at, field, message });
  }
  if (isFailedImport(entry) && known.policies.prune !== 'retain') {
    const message = `${wish}, and its import failed: a termination would delete the stack that was to be adopted`;
    const next = 'terminate it by hand with RetainPhysicalResources';
    return problem({ code: 'plan/product-error', at, field, message, next });
  }
  const other = claimedBy ?? known.gone?.renamedTo?.name ?? null;
  if (other !== null) {
    const id = known.provisionedProductId ?? '';
    const message =
      claimedBy === null
        ? `${wish}, and the document ${quoted(other)} with the same content came in its place`
        : `${wish}, and the document ${quoted(other)} is for the same provisioned product ${id}`;
    const next = `to keep it, give provisionedProductId: ${id} in the document ${quoted(other)}; to have another one in its place, put the document ${quoted(known.name)} back beside it, and take it out once the new one runs`;
    return problem({ code: 'plan/renamed', at, field, message, next });
  }
  const ours = lastRecordId !== null && entry.ownRecords.includes(lastRecordId);
  if (lastRecordId === known.lastRecordId || ours) return null;
  const message = `${wish}; since then somebody else changed the provisioned product (record ${lastRecordId})`;
  return problem({ code: 'plan/changed-since', at, field, message });
}

function waitOf(input: RemovalInput): ChangeVerdict | null {
  const { known, neededBy, unsure, isConfirmed } = input;
  if (neededBy.length > 0) {
    const why = `it is to be terminated, and documents depend on it: ${neededBy.join(', ')}`;
    const next = 'take it out of reconcile.dependsOn there';
    return { kind: 'waits', why, next };
  }
  if (unsure !== null) {
    const why = `it is to be terminated once it is certain that its document is gone: ${unsure}`;
    return { kind: 'waits', why, next: null };
  }
  if (isConfirmed) return null;
  const how = known.policies.prune === 'retain' ? ' and its resources kept' : '';
  const why = `it is terminated${how} once its document has been missing for 10 minutes`;
  const next = `to keep it, put the document ${quoted(known.name)} back (it was in ${known.file})`;
  return { kind: 'waits', why, next };
}

function digestOf(
  { target, known }: RemovalInput,
  live: Extract<Leaving, { kind: 'present' }>,
  retain: boolean,
) {
  return sha256({
    version: 'trueup-change-1',
    target,
    key: known.key,
    provisionedProductId: live.id,
    base: live.lastRecordId,
    steps: ['terminate'],
    retain,
  });
}

/** What a document that seems to be another one's new name is told while that one still stands. */
export function renamedProblem(
  at: Problem['at'],
  old: KnownDocument,
  likeness: 'same' | 'sameBefore' | 'unknown' = 'same',
): Pick<Problem, 'code' | 'severity' | 'at' | 'field' | 'message' | 'next'> {
  const { provisionedProductId: id } = old;
  const content = {
    same: ' with the same content',
    sameBefore: ', in whose place this one came with the same content,',
    unknown: ' which may have had the same content (the journal was written with another key)',
  }[likeness];
  const message = `a provisioned product cannot be renamed, and the document ${quoted(old.name)}${content} is not there any more`;
  const keep =
    id === null
      ? 'its provisionedProductId, once its request has ended,'
      : `provisionedProductId: ${id}`;
  const next = `to keep the old one, give ${keep} here; to have a new one, put the document ${quoted(old.name)} back beside this one, and take it out once the new one runs`;
  const found = { code: 'plan/renamed' as const, severity: 'error' as const };
  return { ...found, at, field: '', message, next };
}
