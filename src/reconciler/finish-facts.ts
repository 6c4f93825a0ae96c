import type { Intent } from '../domain/entry.ts';
import type { ProductKey, RecordId } from '../domain/ids.ts';
import { isStackArn, kindOf } from '../domain/kind.ts';
import type { RecordView } from '../domain/live.ts';
import { subjectOf } from '../domain/request.ts';
import { explainFailure } from './catalog-facts.ts';
import type { TargetContext } from './context.ts';

/** A termination counts as done only when DescribeProvisionedProduct knows nothing of it any more. */
export async function whyStillThere(
  context: TargetContext,
  intent: Intent,
): Promise<string | null> {
  const described = await context.catalog.describe(subjectOf(intent.request));
  if (described.kind === 'failed') return explainFailure(described.failure);
  return described.value === null ? null : 'it is terminated, and AWS still shows it';
}

/** What of a new provisioned product decides how its values can be told from now on. */
export async function newStack(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  known: RecordView | null,
) {
  const id = context.entries.get(key).provisionedProductId;
  if (id === null) return { stackUpdated: null };
  const row = await context.catalog.searchOne(id);
  if (row.kind === 'ok' && row.value !== null) {
    const { physicalId } = row.value;
    const isBlind = kindOf(row.value) === 'engine';
    if (physicalId === null || !isStackArn(physicalId)) return { stackUpdated: null, isBlind };
    const stacks = await context.catalog.stacks(new Set([physicalId]));
    const updated = stacks.found.get(physicalId)?.lastUpdated ?? null;
    return { stackUpdated: await unlessLater(context, intent, known, updated), isBlind };
  }
  // The listing may lag; the type alone tells all but old Control Tower accounts.
  const described = await context.catalog.describe({ id });
  const type = described.kind === 'ok' ? (described.value?.type ?? null) : null;
  const isBlind = type !== null && kindOf({ type, physicalId: null }) === 'engine';
  return { stackUpdated: null, isBlind };
}

/**
 * When the stack last changed: fingerprints hold only until it changes again. Null if it changed
 * after the record had ended, because that was somebody else. Read only if there are any.
 */
export async function stackTime(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  known: RecordView | null,
): Promise<string | null> {
  const { fingerprints, references } = intent.pending;
  if (Object.keys(fingerprints).length + Object.keys(references).length === 0) return null;
  const stack = await readStack(context, key, intent);
  return unlessLater(context, intent, known, stack?.lastUpdated ?? null);
}

/** The time at which a stack changed, unless our record had ended by then; null: not known. */
async function unlessLater(
  context: TargetContext,
  intent: Intent,
  known: RecordView | null,
  lastUpdated: string | null,
): Promise<string | null> {
  if (lastUpdated === null) return null;
  const record = known ?? (await readRecord(context, recordOf(intent)));
  if (record === null) return null;
  return Date.parse(lastUpdated) < Date.parse(record.updatedAt) ? lastUpdated : null;
}

async function readRecord(context: TargetContext, id: RecordId): Promise<RecordView | null> {
  const record = await context.catalog.record(id);
  return record.kind === 'ok' ? record.value : null;
}

/** A record that was resumed may end before the first review has listed anything. */
async function physicalIdOf(context: TargetContext, intent: Intent): Promise<string | null> {
  const id = intent.request.provisionedProductId;
  if (id === null) return null;
  const row = await context.catalog.searchOne(id);
  return row.kind === 'ok' ? (row.value?.physicalId ?? null) : null;
}

export async function readStack(context: TargetContext, key: ProductKey, intent: Intent) {
  const live = context.observation()?.products.get(key);
  const known = live?.kind === 'present' ? live.physicalId : null;
  const id = known ?? (await physicalIdOf(context, intent));
  if (id === null || id === undefined || !isStackArn(id)) return null;
  const stacks = await context.catalog.stacks(new Set([id]));
  return stacks.found.get(id) ?? null;
}

export function recordOf(intent: Intent): RecordId {
  if (intent.recordId === null) throw new Error('a record ended that the intent does not know');
  return intent.recordId;
}
