import type { Digest, ProductKey, TargetName, Token } from '../domain/ids.ts';
import type { TargetContext } from './context.ts';
import type { EndedRecords } from './ended-records.ts';
import { Entries } from './entries.ts';
import { Follower } from './follow.ts';
import { GuardGate } from './guard-gate.ts';
import { KnownDocuments } from './known.ts';
import { Memory } from './memory.ts';
import { ProductTypes } from './product-types.ts';
import type { Shared, TargetParts } from './shared.ts';

/** What the journal holds of one target. */
export type LoadedTarget = Pick<TargetContext, 'entries' | 'known' | 'guard'>;

export async function loadTarget(target: TargetName, shared: Shared): Promise<LoadedTarget> {
  const { journal, clock, log, caps, approvals: wishes = [] } = shared;
  const isAskedFirst = shared.oneShot === true;
  const entries = await Entries.load(journal, target);
  const known = await KnownDocuments.load(journal, target);
  const guard = await GuardGate.load({
    ...{ target, journal, entries, clock, log, caps, wishes, isAskedFirst },
  });
  return { entries, known, guard };
}

/** What of a target's context stays the same for as long as it is open. */
export function fixedContext(
  { name: target, accountId, region, catalog, writes }: TargetParts,
  shared: Shared,
  loaded: LoadedTarget,
  ended: EndedRecords,
) {
  const { clock, log, stop } = shared;
  return {
    ...{ target, accountId, region, catalog, writes },
    ...shared,
    ...loaded,
    ended,
    memory: new Memory(shared.journal, target, log),
    follower: new Follower({ catalog, clock, log, stop, estateSize: 1 }),
    importing: new Set<ProductKey>(),
    types: new ProductTypes(loaded.entries),
    unattended: new Set(loaded.entries.openIntents()),
    refusals: new Map<ProductKey, Digest>(),
    sentAtMs: new Map<Token, number>(),
  };
}
