import { isTerminatedForAnother } from '../diff/creation-wish.ts';
import { lastFailedMove, waiveFailure } from '../diff/failed-move.ts';
import {
  type Holds,
  holdOf,
  holdsOf,
  type Member,
  type MemberState,
  type Rollout,
  ruleFor,
} from '../diff/rollout.ts';
import type { ProductKey, RecordId, TargetName } from '../domain/ids.ts';
import type { RolloutRule } from '../domain/rollout.ts';
import type { TargetContext } from './context.ts';
import type { Wait } from './dependencies.ts';
import type { EndedRecords } from './ended-records.ts';
import type { Entries } from './entries.ts';
import type { Evaluation } from './evaluate.ts';
import type { Log } from './ports/runtime.ts';
import { viewOf } from './review-rollouts.ts';
import { failedBefore, isSame, isWaived, journalled } from './rollout-journal.ts';
import { productNameOf } from './rollout-members.ts';
import { blocked, movesVersion } from './rollout-state.ts';
import type { StatusBoard } from './status-board.ts';

interface RolloutsParts {
  readonly target: TargetName;
  readonly rules: readonly RolloutRule[];
  readonly board: StatusBoard;
  readonly entries: Entries;
  readonly ended: EndedRecords;
  readonly log: Log;
}

/**
 * The rollouts of the last review, brought up to date by what the journal and the status board tell:
 * no call is made for them.
 */
export class Rollouts {
  readonly #parts: RolloutsParts;
  #byKey: ReadonlyMap<ProductKey, Rollout> = new Map();
  #endedBefore = 0;
  /** Those that were paused at the last review; null: this process has made none yet. */
  #paused: ReadonlySet<string> | null = null;

  /** What holds the others, worked out once for as long as nothing it rests on has changed. */
  readonly #holds = new WeakMap<Rollout, { readonly at: number; readonly holds: Holds }>();
  #leaderEvents = 0;

  constructor(parts: RolloutsParts) {
    this.#parts = parts;
    parts.board.subscribe(({ target, key }) => {
      const leads = target === parts.target && this.#byKey.get(key)?.leaders.has(key) === true;
      if (leads) this.#leaderEvents += 1;
    });
  }

  /** Takes over those of a review that began when so many of our records had ended. */
  take(rollouts: readonly Rollout[], endedBefore: number): void {
    this.#byKey = new Map(
      rollouts.flatMap((rollout) => rollout.members.map(({ key }) => [key, rollout] as const)),
    );
    this.#endedBefore = endedBefore;
    this.#announce(rollouts);
  }

  /** Why this one may not begin its move now; null: it may, it has none to make, or it is of no rollout. */
  hold(key: ProductKey): Wait | null {
    return this.#hasMoved(key) ? null : this.#holdOfMove(key);
  }

  /** What runs the version may change otherwise, whatever the others do. */
  #hasMoved(key: ProductKey): boolean {
    const rollout = this.#byKey.get(key);
    const member = rollout?.byKey.get(key);
    if (rollout === undefined || member === undefined) return false;
    return this.#stateOf(rollout, member).kind === 'runs';
  }

  #holdOfMove(key: ProductKey): Wait | null {
    const rollout = this.#byKey.get(key);
    if (rollout === undefined || this.#isBegun(key)) return null;
    const stateOf = (member: Member) => this.#stateOf(rollout, member);
    const own = rollout.byKey.get(key);
    // What failed is held by its own latch, and is no more than Stalled by that.
    if (own !== undefined && stateOf(own).kind === 'failed') return null;
    const hold = holdOf(rollout, key, stateOf, () => this.#holdsOf(rollout, stateOf));
    if (hold === null) return null;
    const { why, next, isBlocked } = hold;
    return { why, next, isBlocked, reason: hold.kind === 'paused' ? 'RolloutPaused' : 'WaitsFor' };
  }

  /** The same for a change that was computed since; `unreviewed`: no review has judged this move. */
  holdOfChange(evaluation: Evaluation): Wait | 'unreviewed' | null {
    const { spec, live, facts } = evaluation;
    const { verdict } = evaluation.change;
    if (facts?.resolved.kind !== 'resolved' || !movesVersion(evaluation)) return null;
    const wanted = facts.resolved;
    const version = this.#byKey.get(spec.key)?.version;
    if (version !== undefined && isSame(version, wanted)) {
      // It ran that version when it was looked at, and somebody has moved it since.
      if (verdict.kind === 'update' && this.#hasMoved(spec.key)) return 'unreviewed';
      return this.#holdOfMove(spec.key);
    }
    const name = productNameOf(spec, live, wanted.productId);
    const rule = ruleFor(this.#parts.rules, { id: wanted.productId, name });
    return rule === null ? null : 'unreviewed';
  }

  /** The rollout whose others wait for this one, or are paused by its failure. */
  ledBy(key: ProductKey): Rollout | null {
    const rollout = this.#byKey.get(key);
    if (rollout === undefined) return null;
    const hasFailed = this.#parts.entries.get(key).lastResult?.kind === 'failed';
    return rollout.leaders.has(key) || hasFailed ? rollout : null;
  }

  #holdsOf(rollout: Rollout, stateOf: (member: Member) => MemberState): Holds {
    const at = this.#parts.entries.writes + this.#leaderEvents;
    const known = this.#holds.get(rollout);
    if (known?.at === at) return known.holds;
    const holds = holdsOf(rollout, stateOf);
    this.#holds.set(rollout, { at, holds });
    return holds;
  }

  /** A pause is logged when it comes up and when it ends, not at every look. */
  #announce(rollouts: readonly Rollout[]): void {
    const { target, log } = this.#parts;
    const paused = new Set<string>();
    for (const rollout of rollouts) {
      const at = JSON.stringify([rollout.version.productId, rollout.version.artifactId]);
      const { product, version, failures, members, paused: pause } = viewOf(rollout);
      const fields = { target, product, version, failures: failures.length, members };
      const isNew = pause !== null && this.#paused?.has(at) !== true && !this.#isShown(pause.why);
      if (isNew)
        log.write('error', 'rollout.paused', { ...fields, reason: pause.why, next: pause.next });
      if (pause !== null) paused.add(at);
      else if (this.#paused?.has(at) === true) log.write('info', 'rollout.resumed', fields);
    }
    this.#paused = paused;
  }

  /** An earlier process has said so: the status still shows it. */
  #isShown(why: string): boolean {
    const { board, target } = this.#parts;
    if (this.#paused !== null) return false;
    return board.all().some((view) => view.target === target && view.message === why);
  }

  /** It was terminated to be provisioned again: that is not left half done. */
  #isBegun(key: ProductKey): boolean {
    return isTerminatedForAnother(this.#parts.entries.get(key));
  }

  #stateOf({ version }: Rollout, { key, state }: Member): MemberState {
    const { entries, ended } = this.#parts;
    const entry = entries.get(key);
    const known = journalled(version, entry);
    if (state.kind === 'runs') {
      // It ran that version, was in ERROR and was made anew, which has failed since.
      const hasFailed = known?.kind === 'failed' && ended.hasEndedSince(key, this.#endedBefore);
      return hasFailed ? known : state;
    }
    if (known?.kind === 'inFlight') return known;
    if (ended.hasEndedSince(key, this.#endedBefore)) {
      const { lastResult } = entry;
      if (known !== null) return known;
      if (lastResult?.version !== undefined && isSame(lastResult.version, version)) {
        // What failed and kept the version runs it all the same.
        if (lastResult.kind === 'succeeded' || !lastResult.version.isMove) return { kind: 'runs' };
        return { kind: 'moves', isAgain: failedBefore(version, entry) };
      }
    }
    if (state.kind === 'moves') return this.#troubleOf(key) ?? state;
    if (known !== null) return known;
    if (state.kind === 'waived' && isWaived(version, entry)) return state;
    // Its failure fell, because a person asked for another attempt.
    return state.kind === 'failed' || state.kind === 'waived'
      ? { kind: 'moves', isAgain: failedBefore(version, entry) }
      : state;
  }

  /** What came up since the review, when its request was to be sent. */
  #troubleOf(key: ProductKey): MemberState | null {
    const view = this.#parts.board.get(this.#parts.target, key);
    return view?.condition === 'Stalled' ? blocked(`is stalled: ${view.message}`, view.next) : null;
  }
}

/**
 * The rollouts of a product go on: what failed stays as it is, and counts no more. `records`: the
 * failures that the person saw; without: all that stand.
 */
export async function waiveFailures(
  context: TargetContext,
  product: string,
  records?: readonly RecordId[],
): Promise<number> {
  const failed = context.entries.keys().filter((key) => {
    // One that is to be tried again holds the others as well.
    const failure = lastFailedMove(context.entries.get(key));
    if (failure === null || failure.isWaived) return false;
    if (records !== undefined && !records.includes(failure.recordId)) return false;
    const { productId, productName } = failure.version;
    return product === productId || product === productName;
  });
  for (const key of failed) await context.entries.update(key, waiveFailure);
  const fields = { target: context.target, product, failures: failed.length };
  if (failed.length > 0) context.log.write('info', 'rollout.proceeds', fields);
  else context.log.write('warn', 'request.dropped', { ...fields, reason: 'nothing of it failed' });
  return failed.length;
}
