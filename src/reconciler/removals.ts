import { isPrunable, judgeRemoval, type Leaving, renamedProblem } from '../diff/removal.ts';
import type { Change } from '../domain/change.ts';
import { EMPTY_ENTRY } from '../domain/entry.ts';
import { type ProductKey, productKey } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Dependency } from '../domain/spec.ts';
import { explainFailure } from './catalog-facts.ts';
import { type DesiredState, isoNow, type TargetContext } from './context.ts';
import type { Evaluation } from './evaluate.ts';
import type { Observation } from './observe.ts';
import type { Described } from './ports.ts';

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
>;

/** Why it cannot be told now which documents are gone; null: it can. */
export function unsureOf(context: Pick<RemovalContext, 'readAtMs'>, desired: DesiredState) {
  if (desired.unknownIdentity) return 'a file of this revision could not be read';
  const [invalid] = desired.invalid.values();
  // Which product it means cannot be told for sure: it may be the one whose document seems gone.
  if (invalid !== undefined) return `the document of ${invalid.name} is invalid`;
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
  context.known.note(context, desired, observation.products, unsure);
  const missing = context.known.missing(context, desired);
  const removals = new Map<ProductKey, Removal>();
  for (const known of missing) {
    const live = await leavingOf(context, known, observation);
    if (live.kind === 'absent' && context.entries.get(known.key).intent === null) {
      await forget(context, known.key);
      continue;
    }
    removals.set(known.key, judge(context, desired, { known, live, unsure, missing, evaluations }));
  }
  return removals;
}

interface Facts {
  readonly known: KnownDocument;
  readonly live: Leaving;
  readonly unsure: string | null;
  readonly missing: readonly KnownDocument[];
  readonly evaluations: ReadonlyMap<ProductKey, Evaluation>;
}

function judge(context: RemovalContext, desired: DesiredState, facts: Facts): Removal {
  const { known, live, unsure, missing, evaluations } = facts;
  const leaving = missing.filter((one) => dependsOn(context, one, known));
  const after = leaving.map(({ key, name }) => ({ target: context.target, key, name }));
  const neededBy = context.known
    .all()
    .filter((one) => desired.declared.has(one.key) && dependsOn(context, one, known))
    .map(({ name }) => name)
    .sort();
  const change = judgeRemoval({
    target: context.target,
    known,
    entry: context.entries.get(known.key),
    live,
    claimedBy: claimantOf(desired, evaluations, known),
    isConfirmed: context.known.isConfirmed(context, known.key),
    unsure,
    neededBy,
    after: after.map(({ name }) => name),
    observeOnly: context.observeOnly,
    asked: context.asked(known.key),
    now: isoNow(context.clock),
  });
  return { known, change, after };
}

/** The same judgement on what AWS says right before the call; the rest is as it was reviewed. */
export function judgeAgain(context: RemovalContext, removal: Removal, live: Leaving): Change {
  const desired = context.desired();
  const { known } = removal;
  return judgeRemoval({
    target: context.target,
    known,
    entry: context.entries.get(known.key),
    live,
    claimedBy: claimantOf(desired, new Map(), known),
    isConfirmed: context.known.isConfirmed(context, known.key),
    unsure: unsureOf(context, desired),
    neededBy: [],
    after: removal.change.after,
    observeOnly: context.observeOnly,
    asked: context.asked(known.key),
    now: isoNow(context.clock),
  });
}

function dependsOn(
  { target }: Pick<RemovalContext, 'target'>,
  one: KnownDocument,
  on: KnownDocument,
): boolean {
  return one.dependsOn.some((other) => other.target === target && other.key === on.key);
}

/** A document of this revision that is for the same provisioned product, under whatever name. */
export function claimantOf(
  desired: Pick<DesiredState, 'specs' | 'invalid'>,
  evaluations: ReadonlyMap<ProductKey, Pick<Evaluation, 'change'>>,
  { provisionedProductId: id }: KnownDocument,
): string | null {
  if (id === null) return null;
  const asId = productKey({ kind: 'id', id });
  for (const spec of desired.specs.values()) {
    const found = evaluations.get(spec.key)?.change.provisionedProductId;
    if (spec.key === asId || spec.expect.provisionedProductId === id || found === id)
      return spec.name;
  }
  return desired.invalid.get(asId)?.name ?? null;
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
  const described = await context.catalog.describe({ id });
  if (described.kind === 'failed')
    return { kind: 'unreadable', why: explainFailure(described.failure) };
  if (described.value !== null) return leavingAs(described.value);
  return observation.complete
    ? { kind: 'absent' }
    : { kind: 'unreadable', why: 'the listing of provisioned products was not complete' };
}

export function leavingAs({ id, type, status, records }: Described): Leaving {
  return { kind: 'present', id, type, status, lastRecordId: records.last };
}

/** Nothing is left to be done, and nothing that was known of it holds for what may come by its name. */
export async function forget(context: RemovalContext, key: ProductKey): Promise<void> {
  context.known.forget(key);
  await context.entries.update(key, (entry) => {
    const { ownRecords, lastResult, retryHandled, charges } = entry;
    return isPrunedAlready(entry)
      ? entry
      : { ...EMPTY_ENTRY, ownRecords, lastResult, retryHandled, charges };
  });
}

function isPrunedAlready({ inEffect, provisionedProductId }: typeof EMPTY_ENTRY): boolean {
  return inEffect === null && provisionedProductId === null;
}

/** What seems to be another one's new name is not created while that one still stands. */
export function refuseRenamed(
  context: Pick<RemovalContext, 'known' | 'entries'>,
  evaluations: Map<ProductKey, Evaluation>,
): void {
  for (const known of context.known.all()) {
    const renamed = known.gone?.renamedTo ?? null;
    const evaluation = renamed === null ? undefined : evaluations.get(renamed.key);
    if (evaluation?.change.verdict.kind !== 'provision') continue;
    if (!isPrunable(known, context.entries.get(known.key))) continue;
    const problems = [renamedProblem(evaluation.change.at, known)] as const;
    const change: Change = { ...evaluation.change, verdict: { kind: 'refused', problems } };
    evaluations.set(evaluation.spec.key, { ...evaluation, change });
  }
}
