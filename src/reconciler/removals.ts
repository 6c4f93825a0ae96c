import { judgeRemoval, type Leaving, type RemovalInput, renamedProblem } from '../diff/removal.ts';
import type { Change } from '../domain/change.ts';
import { EMPTY_ENTRY } from '../domain/entry.ts';
import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Dependency } from '../domain/spec.ts';
import { explainFailure } from './catalog-facts.ts';
import { claimantOf, type Ids, idsIn, idsOf } from './claimants.ts';
import { type DesiredState, isoNow, type TargetContext } from './context.ts';
import { type Dependant, dependantsOf, invalidDependants, readDependants } from './dependants.ts';
import type { Evaluation } from './evaluate.ts';
import { mayLagBehindUs } from './lag.ts';
import { withLeavingInstances } from './leaving-instances.ts';
import type { Observation } from './observe.ts';
import type { Described } from './ports/catalog.ts';

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
    if (!isOpen && isHandedOver(context, desired, ids, known)) continue;
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
  const claimant = claimantOf(desired, ids, known);
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
    claimedBy: claimantOf(desired, ids, known)?.name ?? null,
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
    claimedBy: claimantOf(desired, ids, known)?.name ?? null,
    neededBy: invalidDependants(context.target, known, desired),
    after: change.after,
  });
}

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
    unsure: seen.unsure ?? context.known.doubtOf(desired, known),
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

async function leavingOf(
  context: RemovalContext,
  known: KnownDocument,
  observation: Observation,
): Promise<Leaving> {
  const id = known.provisionedProductId;
  if (id === null) return { kind: 'unreadable', why: 'its id is not known' };
  const row = observation.others.get(id);
  if (row !== undefined) {
    const { type, status, records } = row;
    return { kind: 'present', id, type, status, lastRecordId: records.last };
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
function isNewHere({ entries }: RemovalContext, key: ProductKey): boolean {
  const step = entries.get(key).lastResult?.step;
  return step === 'provision' || step === 'import';
}

export function leavingAs({ id, type, status, records }: Described): Leaving {
  return { kind: 'present', id, type, status, lastRecordId: records.last };
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

/** What seems to be another one's new name is not created while that one still stands. */
export function refuseRenamed(
  context: Pick<RemovalContext, 'known' | 'fingerprinter'>,
  desired: DesiredState,
  evaluations: Map<ProductKey, Evaluation>,
): void {
  const standing = context.known.standing(desired);
  if (standing.length === 0) return;
  for (const [key, evaluation] of evaluations) {
    const { spec, change } = evaluation;
    if (change.verdict.kind !== 'provision' && change.verdict.kind !== 'import') continue;
    if (change.provisionedProductId !== null) continue;
    const former = context.known.formerOf(context, standing, spec);
    if (former === null) continue;
    const problems = [renamedProblem(change.at, former)] as const;
    evaluations.set(key, {
      ...evaluation,
      change: { ...change, verdict: { kind: 'refused', problems } },
    });
  }
}
