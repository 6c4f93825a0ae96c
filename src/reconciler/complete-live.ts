import {
  type Live,
  notRead,
  type PresentProduct,
  type Reading,
  type RecordView,
  read,
  unreadable,
} from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { assembleLive, showsWhatRuns } from './assemble.ts';
import { explainFailure } from './catalog-facts.ts';
import type { Found } from './find-live.ts';
import { mayLagBehindUs } from './lag.ts';
import type { ObserveContext } from './observe.ts';
import type { Described, SearchRow, StackListing } from './ports/catalog.ts';
import { readInstances, readStack, stackIdOf } from './read-stack.ts';

export function stackIds(found: readonly Found[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const one of found) {
    const id = one.kind === 'row' ? stackIdOf(one.row) : null;
    if (id !== null) ids.add(id);
  }
  return ids;
}

export async function complete(
  context: ObserveContext,
  spec: Spec,
  found: Found,
  stacks: StackListing,
): Promise<Live> {
  if (found.kind === 'live') return found.live;
  const row = found.kind === 'row' ? found.row : null;
  const described = found.described;
  const base = described ?? row;
  if (base === null) return { kind: 'unreadable', why: 'nothing was read' };
  const busy = base.status === 'UNDER_CHANGE';
  const live = assembleLive({
    row,
    described,
    ...(await readStack(context, row, stacks)),
    instances: busy ? notRead : await readInstances(context, spec, row),
    success: busy ? notRead : await successRecord(context, spec, base),
    launchRole: busy ? notRead : await launchRole(context, spec, base),
  });
  if (live === null) return { kind: 'unreadable', why: 'nothing was read' };
  return nameVersion(context, spec, live);
}

/** One DescribeRecord, only where the row cannot tell what runs or a path is declared. */
async function successRecord(
  context: ObserveContext,
  spec: Spec,
  base: Described | SearchRow,
): Promise<Reading<RecordView>> {
  const wanted = spec.path !== null || !showsWhatRuns(base.records);
  const id = base.records.lastSuccessful;
  if (!wanted || id === null) return notRead;
  const remembered = await context.memory.get(spec.key, base.records.last);
  if (remembered.success?.id === id) return read(remembered.success);
  const record = await context.catalog.record(id);
  if (record.kind === 'failed') return unreadable(explainFailure(record.failure));
  if (record.value === null) return unreadable(`record ${id} cannot be read`);
  await context.memory.add(spec.key, base.records.last, { success: record.value });
  return read(record.value);
}

/**
 * One Describe, only where a launch role is declared and Describe was not made anyway. It is
 * remembered only where it is as declared, where Describe cannot lag behind our own last change of it,
 * and until our next record: a change of it need not move LastRecordId.
 */
export async function launchRole(
  context: ObserveContext,
  spec: Spec,
  base: Described | SearchRow,
): Promise<Reading<string | null>> {
  if (spec.launchRole === null || 'launchRole' in base) return notRead;
  const remembered = await context.memory.get(spec.key, base.records.last);
  const after = context.entries.get(spec.key).ownRecords[0] ?? null;
  if (remembered.launchRole === spec.launchRole && remembered.launchRoleAfter === after)
    return read(remembered.launchRole);
  const mayLag = mayLagBehindUs(context, spec.key);
  const described = await context.catalog.describe({ id: base.id });
  if (described.kind === 'failed') return unreadable(explainFailure(described.failure));
  if (described.value === null) return unreadable('it went away while it was read');
  const { records, launchRole, status } = described.value;
  // Describe may lag behind the listing inside one record: then it shows the role before our change.
  if (status !== base.status)
    return unreadable('DescribeProvisionedProduct does not agree with the listing yet');
  if (!mayLag && records.last === base.records.last && launchRole === spec.launchRole)
    await context.memory.add(spec.key, base.records.last, { launchRole, launchRoleAfter: after });
  return read(launchRole);
}

/** A version declared by name and known only by id (after a failed update) needs the version list. */
async function nameVersion(
  context: ObserveContext,
  spec: Spec,
  live: PresentProduct,
): Promise<PresentProduct> {
  if (
    spec.version?.kind !== 'name' ||
    live.version.kind !== 'read' ||
    live.version.value.name !== null
  )
    return live;
  if (live.product.kind !== 'read') return live;
  const id = live.version.value.id;
  const artifacts = await context.facts().artifacts(live.product.value.id);
  if (artifacts.kind !== 'read') return live;
  const artifact = artifacts.value.find((one) => one.id === id);
  return artifact === undefined ? live : { ...live, version: read({ id, name: artifact.name }) };
}
