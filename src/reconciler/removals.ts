import { judgeRemoval, type Leaving, type RemovalInput } from '../diff/removal.ts';
import type { Change } from '../domain/change.ts';
import { EMPTY_ENTRY } from '../domain/entry.ts';
import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Dependency } from '../domain/spec.ts';
import { claimantOf, type Ids, idsIn, idsOf } from './claimants.ts';
import { type DesiredState, isoNow, type TargetContext } from './context.ts';
import { type Dependant, dependantsOf, invalidDependants, readDependants } from './dependants.ts';
import type { Evaluation } from './evaluate.ts';
import { leavingOf } from './leaving.ts';
import { withLeavingInstances } from './leaving-instances.ts';
import type { Observation } from './observe.ts';

/** A provisioned product whose document is gone and had asked for its end. */
export interface Removal {
  readonly known: KnownDocument;
  readonly change: Change;
  /** What goes before it: what depends on it and goes too. */
  readonly after: readonly Dependency[];
}

export type RemovalContext = Pick<
  TargetContext,
  | 'target'
  | 'catalog'
  | 'entries'
  | 'clock'
  | 'fingerprinter'
  | 'known'
  | 'readAtMs'
  | 'observeOnly'
  | 'asked'
  | 'desired'
  | 'log'
  | 'journal'
  | 'observation'
  | 'ended'
>;

/** Why it cannot be told now which documents are gone; null: it can. */
function unsureOf(context: Pick<RemovalContext, 'readAtMs'>, desired: DesiredState) {
  if (desired.unknownIdentity) return 'a file of this revision could not be read';
  return context.readAtMs() === null ? 'the directory cannot be read now' : null;
}

/** Judges every provisioned product whose document is gone; forgets those that AWS has forgotten. */
export async function reviewRemovals(
  context: RemovalContext,
  desired: DesiredState,
  observation: Observation,
  evaluations: ReadonlyMap<ProductKey, Evaluation>,
): Promise<ReadonlyMap<ProductKey, Removal>> {
  const unsure = unsureOf(context, desired);
  if (unsure === null) tellForeign(context, desired);
  context.known.note(context, desired, observation.products, unsure);
  const missing = context.known.missing(context, desired);
  const dependants = await readDependants(context, desired, missing);
  const ids = idsOf(evaluations);
  const ends = new Set(missing.map(({ key }) => key));
  const removals = new Map<ProductKey, Removal>();
  const renamed = context.known.renamed(context, desired).filter(({ key }) => !ends.has(key));
  for (const known of [...missing, ...renamed]) {
    const isOpen = context.entries.get(known.key).intent !== null;
    if (isHandedOver(context, desired, ids, known)) continue;
    const live = await leavingOf(context, known, observation);
    if (live.kind === 'absent' && !isOpen) await forget(context, known.key);
    else if (ends.has(known.key))
      removals.set(
        known.key,
        await judge(context, desired, { known, live, unsure, dependants, ids }),
      );
  }
  return removals;
}

/** What asked for its end and is not ours becomes unmanaged like anything else, and that is said once. */
function tellForeign(context: RemovalContext, desired: DesiredState): void {
  for (const known of context.known.foreign(context, desired))
    context.log.write('warn', 'removal.notOurs', {
      target: context.target,
      provisionedProduct: known.name,
      provisionedProductId: known.provisionedProductId ?? undefined,
      reason: `its document is gone and had reconcile.prune: ${known.policies.prune}, and trueup never changed it`,
      next: 'it is left as it is: terminate it by hand if it is to go',
    });
}

/** Another valid document is for it now: nothing is left of the former one but its name. */
function isHandedOver(
  context: RemovalContext,
  desired: DesiredState,
  ids: Ids,
  known: KnownDocument,
): boolean {
  const claimant = claimantOf(desired, ids, known, null);
  if (claimant === null || !claimant.isValid) return false;
  context.known.forget(known.key);
  context.log.write('info', 'removal.handedOver', {
    target: context.target,
    provisionedProduct: known.name,
    reason: `the document ${claimant.name} is for it now`,
  });
  return true;
}

interface Facts {
  readonly known: KnownDocument;
  readonly live: Leaving;
  readonly unsure: string | null;
  readonly dependants: readonly Dependant[];
  readonly ids: Ids;
}

async function judge(
  context: RemovalContext,
  desired: DesiredState,
  facts: Facts,
): Promise<Removal> {
  const { known, live, unsure, ids } = facts;
  const { neededBy, after } = dependantsOf(context.target, known, facts.dependants);
  const needing = new Set([...neededBy, ...invalidDependants(context.target, known, desired)]);
  const change = await judgeLeaving(context, desired, known, {
    live,
    unsure,
    claimedBy: claimantOf(desired, ids, known, calledBy(live))?.name ?? null,
    neededBy: [...needing].sort(),
    after: after.map((one) => nameOf(context.target, one)),
  });
  return { known, change, after };
}

/** The same judgement on what AWS says right before the call; the rest is as it was reviewed. */
export async function judgeAgain(
  context: RemovalContext,
  { known, change }: Removal,
  live: Leaving,
): Promise<Change> {
  const desired = context.desired();
  const ids = idsIn(context.observation()?.products ?? new Map());
  return judgeLeaving(context, desired, known, {
    live,
    unsure: unsureOf(context, desired),
    claimedBy: claimantOf(desired, ids, known, calledBy(live))?.name ?? null,
    neededBy: invalidDependants(context.target, known, desired),
    after: change.after,
  });
}

const calledBy = (live: Leaving) => (live.kind === 'present' ? live.name : null);

type Seen = Pick<RemovalInput, 'live' | 'unsure' | 'claimedBy' | 'neededBy' | 'after'>;

function judgeLeaving(
  context: RemovalContext,
  desired: DesiredState,
  known: KnownDocument,
  seen: Seen,
): Promise<Change> {
  const change = judgeRemoval({
    ...seen,
    target: context.target,
    known,
    entry: context.entries.get(known.key),
    isOurs: isOurs(context, known),
    isConfirmed: context.known.isConfirmed(context, known.key),
    unsure: seen.unsure ?? context.known.doubtOf(context, desired, known),
    observeOnly: context.observeOnly,
    asked: context.asked(known.key),
    now: isoNow(context.clock),
  });
  return withLeavingInstances(context, change);
}

function isOurs({ entries }: RemovalContext, { provisionedProductId: id }: KnownDocument): boolean {
  return id !== null && entries.owned().has(id);
}

function nameOf(here: TargetName, { target, name }: Dependency): string {
  return target === here ? name : `${target}/${name}`;
}

/** Nothing is left to be done, and nothing that was known of it holds for what may come by its name. */
export async function forget(context: RemovalContext, key: ProductKey): Promise<void> {
  context.known.forget(key);
  await context.entries.update(key, (entry) => {
    if (isPrunedAlready(entry)) return entry;
    const { ownRecords, lastResult, retryHandled, charges, recreated, recreatedBefore } = entry;
    const past = { recreated, recreatedBefore };
    return { ...EMPTY_ENTRY, ...past, ownRecords, lastResult, retryHandled, charges };
  });
}

function isPrunedAlready({ inEffect, provisionedProductId }: typeof EMPTY_ENTRY): boolean {
  return inEffect === null && provisionedProductId === null;
}
