import { areAsDeclared, needsInstances } from '../diff/stack-set.ts';
import { kindOf } from '../domain/kind.ts';
import {
  notRead,
  type Reading,
  read,
  type Stack,
  type StackInstance,
  unreadable,
} from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { explainFailure } from './catalog-facts.ts';
import type { TargetContext } from './context.ts';
import type { Memory } from './memory.ts';
import type { Catalog, SearchRow, StackListing } from './ports/catalog.ts';

interface ReadContext {
  readonly catalog: Catalog;
  readonly memory: Memory;
}

/** Only a stable product of a kind with stacks has one worth reading: while it changes nothing is compared. */
export function stackIdOf(row: SearchRow): string | null {
  if (kindOf(row) !== 'stack' || row.physicalId === null || row.status === 'UNDER_CHANGE')
    return null;
  return row.physicalId.startsWith('arn:') ? row.physicalId : null;
}

export interface StackRead {
  readonly stack: Reading<Stack>;
  readonly stackDenied: boolean;
}

/** The stack of a row, from the bulk listing; a stack set by a call of its own. */
export async function readStack(
  context: ReadContext,
  row: SearchRow | null,
  stacks: StackListing,
): Promise<StackRead> {
  const open = (why: string) => ({ stack: unreadable(why), stackDenied: false });
  if (row === null) return open('the listing does not show this provisioned product yet');
  const kind = kindOf(row);
  if (kind === 'engine') return open(`AWS returns no parameter values for type ${row.type}`);
  if (row.status === 'UNDER_CHANGE') return { stack: notRead, stackDenied: false };
  if (kind === 'stackSet') return stackSetReading(context, row);
  const id = stackIdOf(row);
  if (id === null) return open('it has no stack');
  const stack = stacks.found.get(id);
  if (stack !== undefined) return { stack: read(stack), stackDenied: false };
  if (stacks.missing.has(id)) return open(`its stack ${id} does not exist`);
  const denied = stacks.denied.get(id);
  if (denied !== undefined) return { stack: unreadable(explainFailure(denied)), stackDenied: true };
  if (stacks.failure === null) return open('its stack was not returned');
  return open(explainFailure(stacks.failure));
}

async function stackSetReading(context: ReadContext, row: SearchRow): Promise<StackRead> {
  if (row.physicalId === null)
    return { stack: unreadable('it has no stack set'), stackDenied: false };
  const set = await context.catalog.stackSet(row.physicalId);
  if (set.kind === 'ok') {
    const missing = unreadable(`its stack set ${row.physicalId} does not exist`);
    return { stack: set.value === null ? missing : read(set.value), stackDenied: false };
  }
  const why = unreadable(explainFailure(set.failure));
  return { stack: why, stackDenied: set.failure.kind === 'denied' };
}

/**
 * Pages of 20, only where the document or the status asks for them. What was listed at a record holds
 * until the next one only where it was as declared: a listing may lag behind the record, and what is
 * amiss is mended past Service Catalog as well.
 */
export async function readInstances(
  context: ReadContext & Pick<TargetContext, 'entries'>,
  spec: Spec,
  row: SearchRow | null,
): Promise<Reading<readonly StackInstance[]>> {
  if (row === null || kindOf(row) !== 'stackSet' || !needsInstances(spec, row.status))
    return notRead;
  const { last } = row.records;
  const remembered = await context.memory.get(spec.key, last);
  const known = remembered.instances;
  if (known !== undefined && areAsDeclared(spec, known, context.entries.get(spec.key)))
    return read(known);
  const listed = await context.catalog.stackInstances(row.id);
  if (listed.kind === 'failed') return unreadable(explainFailure(listed.failure));
  await context.memory.add(spec.key, last, { instances: listed.value });
  return read(listed.value);
}
