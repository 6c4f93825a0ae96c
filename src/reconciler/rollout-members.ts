import { standingFailure } from '../diff/failed-move.ts';
import { type Member, type MemberState, type RolloutDraft, ruleFor } from '../diff/rollout.ts';
import type { ChangeVerdict } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { ProductId, ProductKey, TargetName } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Live, PresentProduct, RecordPointers } from '../domain/live.ts';
import { isProvisioning } from '../domain/request.ts';
import type { RolloutRule, VersionId } from '../domain/rollout.ts';
import type { Spec } from '../domain/spec.ts';
import { showsWhatRuns } from './assemble.ts';
import type { DesiredState } from './context.ts';
import type { Evaluation } from './evaluate.ts';
import type { Observation } from './observe.ts';
import type { SearchRow } from './ports/catalog.ts';
import {
  afterFailure,
  failedBefore,
  isStillOurs,
  journalled,
  lastFailedAt,
  ranByJournal,
} from './rollout-journal.ts';
import { mayBeFor, resolvedOf } from './rollout-wish.ts';
import { ambiguityOf } from './trouble.ts';

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

/** Whether what is planned brings another version than the one that runs, or the first one. */
export function movesVersion({ change: { verdict }, facts, live }: Evaluation): boolean {
  if (!('steps' in verdict) || !verdict.steps.some(isProvisioning)) return false;
  if (facts?.resolved.kind !== 'resolved') return false;
  return live.kind !== 'present' || verdict.kind === 'provision' || !runs(live, facts.resolved);
}

/**
 * As far as AWS tells; where it does not, it counts as another version. Where the first provisioning
 * failed, AWS names the version that was attempted, and nothing runs.
 */
export function runs(
  { product, version, records }: PresentProduct,
  wanted: Pick<VersionId, 'productId' | 'artifactId'>,
): boolean {
  return (
    hasSucceeded(records) &&
    product.kind === 'read' &&
    version.kind === 'read' &&
    product.value.id === wanted.productId &&
    version.value.id === wanted.artifactId
  );
}

function hasSucceeded({ lastSuccessful, lastProvisioning }: RecordPointers): boolean {
  return lastSuccessful !== null || lastProvisioning === null;
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

function stateOf(version: VersionId, evaluation: Evaluation, entry: ProductEntry): MemberState {
  const { live, change } = evaluation;
  if (live.kind === 'present' && runs(live, version)) return { kind: 'runs' };
  const isUnsure = isUnseen(live) && ranByJournal(version, entry);
  if (isUnsure && live.kind === 'present' && isStillOurs(entry, live.records))
    return { kind: 'runs' };
  const lost = ambiguityOf(entry);
  if (lost !== null) {
    const state = blocked(`is stalled: ${lost.reason}`, lost.next);
    return afterFailure(state, version, entry);
  }
  const known = journalled(version, entry);
  if (known?.kind === 'inFlight') return known;
  if (movesVersion(evaluation)) return { kind: 'moves', isAgain: failedBefore(version, entry) };
  if (known !== null) return known;
  const state = stateOfVerdict(change.verdict);
  if (state.kind === 'waits' && isUnsure) return { ...state, mayRun: true };
  // What has to pass before its further attempt holds the others as that does.
  return afterFailure(state, version, entry);
}

/** Nothing of this moment tells what runs: it is under change, or could not be read. */
function isUnseen(live: Live): boolean {
  if (live.kind !== 'present') return live.kind === 'unreadable';
  return live.product.kind !== 'read' || live.version.kind !== 'read';
}

function stateOfVerdict(verdict: ChangeVerdict): MemberState {
  switch (verdict.kind) {
    case 'suspended':
      return blocked('is suspended', 'resume it, or choose other canaries by labels');
    case 'refused':
      return blocked(`is refused: ${verdict.problems[0].message}`, verdict.problems[0].next);
    case 'reported':
      return blocked(
        `is only reported (${verdict.reason})`,
        'let it be updated, or choose other canaries by labels',
      );
    case 'waits':
      return blocked(
        verdict.why.startsWith('waits ') ? verdict.why : `is held: ${verdict.why}`,
        verdict.next,
      );
    case 'latched':
      return verdict.latch.kind === 'stalled'
        ? blocked(`is stalled: ${verdict.latch.reason}`, verdict.latch.next)
        : passing(`is tried again after ${verdict.latch.until}: ${verdict.latch.reason}`);
    case 'busy':
      return passing(
        verdict.ours
          ? 'has a request under way'
          : `is busy: another operation runs: ${verdict.status}`,
      );
    case 'unreadable':
      return passing(`could not be read: ${verdict.why}`);
    case 'inSync':
    case 'update':
    case 'provision':
    case 'import':
    case 'terminate':
      return passing('does not run that version yet');
    default:
      return verdict satisfies never;
  }
}

export function blocked(why: string, next: string | null): MemberState {
  return { kind: 'waits', why, next, isBlocked: true };
}

function passing(why: string): MemberState {
  return { kind: 'waits', why, next: null, isBlocked: false };
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
