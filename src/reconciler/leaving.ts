import type { Leaving } from '../diff/removal.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import { explainFailure } from './catalog-facts.ts';
import type { TargetContext } from './context.ts';
import { mayLagBehindUs } from './lag.ts';
import type { Observation } from './observe.ts';
import type { Described } from './ports/catalog.ts';

type LeavingContext = Pick<TargetContext, 'catalog' | 'entries' | 'clock' | 'ended'>;

/** What is there of a product whose document is gone: by the listing, else by a look of its own. */
export async function leavingOf(
  context: LeavingContext,
  known: KnownDocument,
  observation: Observation,
): Promise<Leaving> {
  const id = known.provisionedProductId;
  if (id === null) return { kind: 'unreadable', why: 'its id is not known' };
  const row = observation.others.get(id);
  if (row !== undefined) {
    const { name, type, status, records } = row;
    return { kind: 'present', id, name, type, status, lastRecordId: records.last };
  }
  const mayLag = isNewHere(context, known.key) && mayLagBehindUs(context, known.key);
  const described = await context.catalog.describe({ id });
  if (described.kind === 'failed')
    return { kind: 'unreadable', why: explainFailure(described.failure) };
  if (described.value !== null) return leavingAs(described.value);
  if (mayLag) return { kind: 'unreadable', why: 'AWS may not show our last record yet' };
  return observation.complete
    ? { kind: 'absent' }
    : { kind: 'unreadable', why: 'the listing of provisioned products was not complete' };
}

/** Our last record made it, and AWS may take a while to show it. */
function isNewHere({ entries }: LeavingContext, key: ProductKey): boolean {
  const step = entries.get(key).lastResult?.step;
  return step === 'provision' || step === 'import';
}

export function leavingAs({ id, name, type, status, records }: Described): Leaving {
  return { kind: 'present', id, name, type, status, lastRecordId: records.last };
}
