import type { Intent } from '../domain/entry.ts';
import type { RecordId } from '../domain/ids.ts';
import type { RecordView } from '../domain/live.ts';
import type { StoredRequest } from '../domain/request.ts';

/** How far AWS's clock and ours may be apart. */
const SKEW_MS = 5 * 60_000;
/** How late a request may arrive that nobody waits for any more: so long it is neither repeated nor given up. */
export const STABLE_MS = 60_000;
/** After this long at the base, a request that cannot be rebuilt is given up. */
export const DROP_MS = 10 * 60_000;

/** Record types that no change of properties bears. The types of such changes are not documented. */
const PROVISIONING_TYPES: ReadonlySet<string> = new Set([
  'PROVISION_PRODUCT',
  'UPDATE_PROVISIONED_PRODUCT',
  'TERMINATE_PROVISIONED_PRODUCT',
]);

/** Record types of what already exists. */
const CHANGING_TYPES: ReadonlySet<string> = new Set([
  'UPDATE_PROVISIONED_PRODUCT',
  'TERMINATE_PROVISIONED_PRODUCT',
]);

export interface SettleInput {
  readonly intent: Intent;
  /** As described now; must be fresh. */
  readonly lastRecordId: RecordId | null;
  /** Records newer than the base, newest first; `null` while they were not read. */
  readonly history: readonly RecordView[] | null;
  /** Same clock as `firstSeenAtBaseMs`. */
  readonly nowMs: number;
  /** Since when it is looked for, by the same clock: never before its last send. */
  readonly sinceMs: number;
  /** Since when, without a break, LastRecordId was seen at the base; `null`: seen now for the first time. */
  readonly firstSeenAtBaseMs: number | null;
  readonly ownRecords: readonly RecordId[];
  /** Whether the stored request can be rebuilt exactly. */
  readonly rebuildable: boolean;
}

type Trace = Pick<SettleInput, 'intent' | 'lastRecordId' | 'history' | 'ownRecords'>;

export type Settlement =
  /** Read the records newer than the base, then ask again. */
  | { readonly kind: 'needHistory' }
  | { readonly kind: 'follow'; readonly recordId: RecordId }
  /** Repeat the stored request with the stored token. */
  | { readonly kind: 'resend' }
  | { readonly kind: 'wait'; readonly afterMs: number }
  /** Nothing came of it: forget it and compute afresh. */
  | { readonly kind: 'drop'; readonly why: string }
  /** More than one record may be ours. */
  | { readonly kind: 'ambiguous'; readonly records: readonly RecordId[] };

/** What to do about an intent whose outcome is open, after a restart or a lost reply. */
export function settleIntent(input: SettleInput): Settlement {
  const { intent } = input;
  if (intent.recordId !== null) return { kind: 'follow', recordId: intent.recordId };
  if (intent.firstSentAt === null) return { kind: 'drop', why: 'it was never sent' };
  return leftNoTrace(input) ? atBase(input) : pastBase(input, intent.firstSentAt);
}

/** Neither LastRecordId nor, as far as it was read, the history shows anything that it may have made. */
export function leftNoTrace(input: Trace): boolean {
  return input.lastRecordId === input.intent.base && fittingRecords(input).length === 0;
}

/** Records newer than the base that this request may have made, and that no other of ours made. */
function fittingRecords({ intent, history, ownRecords }: Trace): readonly RecordView[] {
  const known = new Set(ownRecords);
  return (history ?? []).filter(
    (record) =>
      record.id !== intent.base && !known.has(record.id) && mayComeFrom(record, intent.request),
  );
}

/** A record may still be on its way, so the base must hold for a while before anything is repeated. */
function atBase({ nowMs, firstSeenAtBaseMs, rebuildable }: SettleInput): Settlement {
  const heldMs = firstSeenAtBaseMs === null ? 0 : nowMs - firstSeenAtBaseMs;
  const neededMs = rebuildable ? STABLE_MS : DROP_MS;
  if (heldMs < neededMs) return { kind: 'wait', afterMs: neededMs - heldMs };
  if (rebuildable) return { kind: 'resend' };
  return { kind: 'drop', why: 'no record of it appeared, and a value of it is no longer declared' };
}

function pastBase(input: SettleInput, sentAt: string): Settlement {
  if (input.history === null) return { kind: 'needHistory' };
  const fitting = fittingRecords(input);
  // Our clock may have jumped, so it only chooses between several: all of them are newer than the base.
  const earliest = Date.parse(sentAt) - SKEW_MS;
  const inTime = fitting.filter((record) => Date.parse(record.createdAt) >= earliest);
  const [first, second] = inTime.length > 0 ? inTime : fitting;
  // Records that seem too old, or several of them, may all be another one's: ours may still arrive.
  const isCertain = inTime.length === 1;
  const afterMs = STABLE_MS - (input.nowMs - input.sinceMs);
  if (!isCertain && afterMs > 0) return { kind: 'wait', afterMs };
  if (first === undefined)
    return { kind: 'drop', why: 'other records followed, none of them ours' };
  if (second === undefined) return { kind: 'follow', recordId: first.id };
  return {
    kind: 'ambiguous',
    records: (inTime.length > 0 ? inTime : fitting).map((record) => record.id),
  };
}

function mayComeFrom(record: RecordView, request: StoredRequest): boolean {
  switch (request.operation) {
    case 'UpdateProvisionedProduct':
      return (
        record.type === 'UPDATE_PROVISIONED_PRODUCT' &&
        record.productId === request.productId &&
        record.artifactId === request.artifactId
      );
    case 'UpdateProvisionedProductProperties':
      return !PROVISIONING_TYPES.has(record.type);
    case 'ProvisionProduct':
      return (
        record.type === 'PROVISION_PRODUCT' &&
        record.productId === request.productId &&
        record.artifactId === request.artifactId
      );
    // The type of an import's record is not documented. Of a new name, it is the first of all.
    case 'ImportAsProvisionedProduct':
      return (
        !CHANGING_TYPES.has(record.type) &&
        record.productId === request.productId &&
        record.artifactId === request.artifactId
      );
    case 'TerminateProvisionedProduct':
      return record.type === 'TERMINATE_PROVISIONED_PRODUCT';
    default:
      return request satisfies never;
  }
}

export interface AnswerInput {
  readonly intent: Intent;
  /** `createdAt` is null where the operation does not tell it. */
  readonly accepted: { readonly recordId: RecordId; readonly createdAt: string | null };
  /** Records known before this answer. */
  readonly ownRecords: readonly RecordId[];
}

/**
 * Whether an answer is this intent's own record, or AWS repeated an older one for the token. Only
 * proof of an echo lets the generation grow.
 */
export function judgeAnswer(input: AnswerInput): { readonly kind: 'ours' | 'echo' | 'early' } {
  const { intent, accepted, ownRecords } = input;
  if (accepted.recordId === intent.base || ownRecords.includes(accepted.recordId))
    return { kind: 'echo' };
  if (accepted.createdAt === null || intent.firstSentAt === null) return { kind: 'ours' };
  const before = Date.parse(accepted.createdAt) < Date.parse(intent.firstSentAt) - SKEW_MS;
  // Our clock may be wrong: only the history proves that the record is older than the base.
  return { kind: before ? 'early' : 'ours' };
}
