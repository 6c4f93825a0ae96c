import { type Live, type PresentProduct, read } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { isStale } from './assemble.ts';
import { explainFailure } from './catalog-facts.ts';
import { complete, stackIds } from './complete-live.ts';
import { by, type Found, notFound } from './find-live.ts';
import type { Observation, ObserveContext } from './observe.ts';
import type { Described, Result, SearchRow } from './ports/catalog.ts';

const NEVER_SEEN: Live = { kind: 'unreadable', why: 'it was not looked at' };

/**
 * Describes one provisioned product right before work on it. If no record was made since the bulk
 * observation, and that may hold, that is all: the rest of the observation still holds. Otherwise it
 * is read afresh: 1 Search by id and 1 DescribeStacks more.
 */
export async function freshen(
  context: ObserveContext,
  spec: Spec,
  observation: Observation | null,
  mayHold: boolean,
): Promise<Live> {
  const seen = observation?.products.get(spec.key) ?? NEVER_SEEN;
  const described = await context.catalog.describe(by(spec));
  if (described.kind === 'failed')
    return { kind: 'unreadable', why: explainFailure(described.failure) };
  if (described.value === null)
    return seen.kind === 'unreadable'
      ? seen
      : notFound({ complete: observation?.complete ?? false });
  await correctMemory(context, spec, described.value);
  if (mayHold && seen.kind === 'present' && stillHolds(seen, described.value)) {
    const { launchRole, statusMessage } = described.value;
    return { ...seen, launchRole: read(launchRole), statusMessage };
  }
  const row = await context.catalog.searchOne(described.value.id);
  if (lags(row, described.value) && wasListed(seen, described.value))
    return { kind: 'unreadable', why: 'the listing lags behind what AWS says of it' };
  const found: Found =
    row.kind === 'ok' && row.value !== null
      ? { kind: 'row', row: row.value, described: described.value }
      : { kind: 'described', described: described.value };
  return complete(context, spec, found, await context.catalog.stacks(stackIds([found])));
}

/** The row is missing, or older than what Describe says: a property change need not move LastRecordId. */
function lags(row: Result<SearchRow | null>, now: Described): boolean {
  if (row.kind === 'failed' || row.value === null || isStale(row.value, now)) return true;
  return row.value.status === 'UNDER_CHANGE' && now.status !== 'UNDER_CHANGE';
}

/** Only a row tells its stack: without it a chain would go on as if its parameters were unknown. */
function wasListed(seen: Live, { id }: Described): boolean {
  return seen.kind === 'present' && seen.id === id && seen.physicalId !== null;
}

/** What Describe says now outranks what was remembered: not every change of a role moves LastRecordId. */
async function correctMemory(context: ObserveContext, spec: Spec, now: Described): Promise<void> {
  if (spec.launchRole === null || now.status === 'UNDER_CHANGE') return;
  const { launchRole } = await context.memory.get(spec.key, now.records.last);
  if (launchRole !== undefined && launchRole !== now.launchRole)
    await context.memory.add(spec.key, now.records.last, { launchRole: now.launchRole });
}

function stillHolds(seen: PresentProduct, described: Described): boolean {
  return (
    seen.id === described.id &&
    seen.records.last === described.records.last &&
    seen.records.lastSuccessful === described.records.lastSuccessful &&
    seen.status === described.status
  );
}
