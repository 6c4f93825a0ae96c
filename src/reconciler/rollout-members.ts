import { standingFailure } from '../diff/failed-move.ts';
import { type Member, type MemberState, type RolloutDraft, ruleFor } from '../diff/rollout.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { ProductId, ProductKey, TargetName } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Live } from '../domain/live.ts';
import type { RolloutRule, VersionId } from '../domain/rollout.ts';
import type { Spec } from '../domain/spec.ts';
import { showsWhatRuns } from './assemble.ts';
import type { DesiredState } from './context.ts';
import type { Evaluation } from './evaluate.ts';
import type { Observation } from './observe.ts';
import type { SearchRow } from './ports/catalog.ts';
import { afterFailure, journalled, lastFailedAt, ranByJournal } from './rollout-journal.ts';
import { blocked, hasSucceeded, movesVersion, stateOf } from './rollout-state.ts';
import { mayBeFor, resolvedOf } from './rollout-wish.ts';

export interface RolloutInput {
  readonly target: TargetName;
  readonly rules: readonly RolloutRule[];
  readonly desired: DesiredState;
  readonly observation: Pick<Observation, 'others'>;
  readonly evaluations: ReadonlyMap<ProductKey, Evaluation>;
  entryOf(key: ProductKey): ProductEntry;
  /** A document that is invalid now, as it was when it could be read. */
  knownOf(key: ProductKey): KnownDocument | undefined;
}

/**
 * The rollouts of one target: one for each version of a product that a rule names and that something
 * is to move to, with every document that is for this version. Pure: nothing is asked of AWS for it.
 */
export function draftRollouts(input: RolloutInput): readonly RolloutDraft[] {
  if (input.rules.length === 0) return [];
  const names = productNames(input.evaluations);
  const drafts = new Map<string, RolloutDraft & { readonly members: Member[] }>();
  for (const evaluation of input.evaluations.values()) {
    const version = isUnderWay(evaluation, input) ? wantedVersion(evaluation, names) : null;
    if (version === null) continue;
    const at = JSON.stringify([version.productId, version.artifactId]);
    const rule = ruleFor(input.rules, { id: version.productId, name: version.productName });
    if (rule !== null && !drafts.has(at))
      drafts.set(at, { target: input.target, version, rule, members: [] });
  }
  for (const draft of drafts.values()) {
    for (const evaluation of input.evaluations.values())
      draft.members.push(...memberOf(draft.version, evaluation, input));
    for (const spec of input.desired.leftOut?.values() ?? [])
      if (mayBeFor(spec, null, input.entryOf(spec.key), draft.version))
        draft.members.push(leftOut(draft.version, spec, input));
    draft.members.push(...invalidMembers(draft.version, input));
  }
  return [...drafts.values()];
}

/** Names of products, as far as anything that was read tells them. */
function productNames(
  evaluations: ReadonlyMap<ProductKey, Evaluation>,
): ReadonlyMap<ProductId, string> {
  const names = new Map<ProductId, string>();
  for (const { live, facts, spec } of evaluations.values()) {
    if (live.kind === 'present' && live.product.kind === 'read')
      if (live.product.value.name !== null)
        names.set(live.product.value.id, live.product.value.name);
    if (facts?.resolved.kind === 'resolved' && spec.product?.kind === 'name')
      names.set(facts.resolved.productId, spec.product.name);
  }
  return names;
}

/** The name of the product that a document is for, as far as it or what runs tells it. */
export function productNameOf({ product }: Spec, live: Live, id: ProductId): string | null {
  if (product?.kind === 'name') return product.name;
  if (live.kind !== 'present' || live.product.kind !== 'read') return null;
  return live.product.value.id === id ? live.product.value.name : null;
}

/** It moves, or failed to. */
function isUnderWay(evaluation: Evaluation, input: RolloutInput): boolean {
  return movesVersion(evaluation) || standingFailure(input.entryOf(evaluation.spec.key)) !== null;
}

/** The version that it is to run, where that was looked up. */
function wantedVersion(
  evaluation: Evaluation,
  names: ReadonlyMap<ProductId, string>,
): VersionId | null {
  const resolved = resolvedOf(evaluation);
  if (resolved === null) return null;
  const { productId, artifactId, artifactName } = resolved;
  return { productId, productName: names.get(productId) ?? null, artifactId, artifactName };
}

function memberOf(version: VersionId, evaluation: Evaluation, input: RolloutInput): Member[] {
  const { spec, effective, live } = evaluation;
  const resolved = resolvedOf(evaluation);
  const isFor =
    resolved === null
      ? mayBeFor(effective, presentOf(live), input.entryOf(spec.key), version)
      : resolved.productId === version.productId && resolved.artifactId === version.artifactId;
  if (!isFor || evaluation.change.verdict.kind === 'import') return [];
  return [{ ...about(spec), state: stateOf(version, evaluation, input.entryOf(spec.key)) }];
}

const presentOf = (live: Live) => (live.kind === 'present' ? live : null);

function about({ key, name, labels }: Spec): Omit<Member, 'state'> {
  return { key, name, labels };
}

/** A selection leaves it out of this run: only the journal tells whether it runs the version. */
function leftOut(version: VersionId, spec: Spec, input: RolloutInput): Member {
  const entry = input.entryOf(spec.key);
  const next = `select ${spec.name} too, or run without a selection`;
  const state: MemberState = ranByJournal(version, entry)
    ? { kind: 'runs' }
    : (journalled(version, entry) ?? blocked('is not part of this run', next));
  return { ...about(spec), state: afterFailure(state, version, entry) };
}

/** What is live tells that an invalid document is for this product, not which version it is to have. */
function invalidMembers(version: VersionId, input: RolloutInput): readonly Member[] {
  const { desired, observation } = input;
  const rows = new Map([...observation.others].map(([id, row]) => [id as string, row]));
  return [...desired.invalid].flatMap(([key, { name, problem }]): Member[] => {
    const entry = input.entryOf(key);
    const known = input.knownOf(key);
    const row = rows.get(known?.provisionedProductId ?? entry.ownedId ?? '');
    const state =
      rowState(version, row) ??
      journalled(version, entry) ??
      (row?.productId === version.productId || lastFailedAt(version, entry) !== null
        ? blocked(`has an invalid document: ${problem.message}`, problem.next)
        : null);
    if (state === null) return [];
    const labels = known?.labels ?? {};
    return [{ key, name, labels, state: afterFailure(state, version, entry) }];
  });
}

/** What the listing alone tells; null: nothing. After a failed update it may show what was attempted. */
function rowState(version: VersionId, row: SearchRow | undefined): MemberState | null {
  if (row === undefined || row.productId !== version.productId) return null;
  const tells =
    row.status === 'AVAILABLE' && showsWhatRuns(row.records) && hasSucceeded(row.records);
  return tells && row.artifactId === version.artifactId ? { kind: 'runs' } : null;
}
