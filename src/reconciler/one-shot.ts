import { isMeant } from '../diff/approval.ts';
import { makePlan } from '../diff/plan.ts';
import type { PlanHolds } from '../domain/hold.ts';
import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { CallCounts, Plan, UnmanagedProduct } from '../domain/plan.ts';
import type { ProductStatusView } from '../domain/status.ts';
import type { DesiredState } from './context.ts';
import { idOf, lagsBehind } from './lags-behind.ts';
import { endProblems, isWanted } from './left-behind.ts';
import { planHolds } from './plan-holds.ts';
import { documentsOf, planOfTarget } from './plan-of.ts';
import { PRIORITY } from './queue.ts';
import { honourRequests, keepRequests } from './requests-of-run.ts';
import type { Review } from './review.ts';
import type { Revision, TargetHandle } from './revision.ts';
import type { Shared } from './shared.ts';
import { sumCalls } from './sum-calls.ts';
import type { TargetReconciler } from './target.ts';
import { targetLayers } from './target-layers.ts';
import { leftUnmanaged } from './unmanaged.ts';
import { waitQuiet } from './wait-quiet.ts';
import { agreed, approvedBy } from './whole-plan.ts';

/** Between looks at what the listing does not show as it is yet; a minute in all. */
const LAG_WAITS_MS = [2_000, 4_000, 8_000, 16_000, 30_000];

interface OpenTarget {
  readonly handle: TargetHandle;
  readonly desired: DesiredState;
  readonly opened:
    | { readonly kind: 'ok'; readonly reconciler: TargetReconciler }
    | { readonly kind: 'failed'; readonly why: string; readonly calls: CallCounts };
  review: Review | null;
}

export interface ApplyEnd {
  readonly released: number;
  /** Whether work was still going on when the time was over. */
  readonly timedOut: boolean;
  /** The plan made after the work: what is still not in its desired state. */
  readonly after: Plan;
  /** How the work on each provisioned product ended, before that plan was made. */
  readonly statuses: readonly ProductStatusView[];
}

/**
 * One look at the whole estate for `plan`, and one look, the work and another look for `apply`.
 * The same reviews and passes as in the daemon, without its loop.
 */
export class OneShot {
  readonly #shared: Shared;
  readonly #revision: Revision;
  readonly #programVersion: string;
  readonly #directory: string;
  #targets: readonly OpenTarget[] = [];
  #holds: PlanHolds | null = null;
  #unmanaged: readonly UnmanagedProduct[] = [];

  constructor(parts: {
    readonly shared: Shared;
    readonly revision: Revision;
    readonly programVersion: string;
    readonly directory: string;
  }) {
    this.#shared = parts.shared;
    this.#revision = parts.revision;
    this.#programVersion = parts.programVersion;
    this.#directory = parts.directory;
  }

  /** Opens the targets that a document names; the others are not looked at. */
  async open(handles: readonly TargetHandle[]): Promise<void> {
    const opened = await Promise.all(handles.map((handle) => this.#open(handle)));
    this.#targets = opened.flat();
  }

  async #open(handle: TargetHandle): Promise<readonly OpenTarget[]> {
    const desired = this.#revision.targets.get(handle.name);
    if (desired === undefined || !(await isWanted(this.#shared, handle.name, desired))) return [];
    const opened = await handle.open();
    if (opened.kind === 'ok') opened.reconciler.setDesired(desired);
    return [{ handle, desired, opened, review: null }];
  }

  /** Reviews every target and makes the plan. No mutating call is made. */
  async plan(): Promise<Plan> {
    const before = this.#shared.board.all();
    for (const layer of targetLayers(this.#targets))
      await Promise.all(
        layer.map(async (target) => {
          if (target.opened.kind === 'ok') target.review = await target.opened.reconciler.review();
        }),
      );
    this.#unmanaged = leftUnmanaged(before, this.#shared.board.all());
    await this.#approve(this.#makePlan());
    this.#holds = await planHolds(this.#shared, this.#targets.flatMap(heldBy));
    return this.#makePlan();
  }

  #makePlan(): Plan {
    const made = makePlan({
      targets: this.#targets.map(planOfTarget),
      documents: this.#targets.flatMap(documentsOf),
      problems: this.#revision.problems,
    });
    const meta = {
      revision: this.#revision.revision,
      createdAt: new Date(this.#shared.clock.now()).toISOString(),
      programVersion: this.#programVersion,
      calls: this.calls(),
      directory: this.#directory,
      ...(this.#holds === null ? {} : { holds: this.#holds }),
      ...(this.#unmanaged.length === 0 ? {} : { unmanaged: this.#unmanaged }),
      guards: this.#targets.flatMap(({ review }) =>
        review?.kind === 'ok' ? [review.judgement.report] : [],
      ),
    };
    return { ...made, meta };
  }

  /** What was allowed beforehand by the digest of this whole plan, in every target that is held back. */
  async #approve({ digest }: Plan): Promise<void> {
    for (const target of this.#targets) {
      const { opened, review } = target;
      if (opened.kind !== 'ok' || review?.kind !== 'ok') continue;
      const { set } = review.judgement.report;
      await opened.reconciler.context.guard.notePlan(review.judgement, digest);
      for (const wish of this.#shared.approvals ?? [])
        if (set !== null && review.guards.length > 0 && isMeant(wish.digest, digest))
          target.review = await approvedBy(opened.reconciler.context.guard, review, wish, set);
    }
  }

  /** Digests that were given for approval and mean nothing that is or was planned here. */
  unmatched(plan: Plan): readonly string[] {
    const known = this.#targets.flatMap(({ opened }) =>
      opened.kind === 'ok' ? [opened.reconciler.context.guard] : [],
    );
    return (this.#shared.approvals ?? [])
      .filter((wish) => !isMeant(wish.digest, plan.digest))
      .filter((wish) => !known.some((guard) => guard.knows(wish)))
      .map(({ digest }) => digest);
  }

  /** What people asked for beside no daemon is honoured before the first look. */
  honourRequests(): Promise<void> {
    return honourRequests(this.#shared, (name) => {
      const target = this.#targets.find((one) => one.handle.name === name);
      if (target?.opened.kind !== 'ok') return null;
      return { reconciler: target.opened.reconciler, desired: target.desired };
    });
  }

  /** Lets the planned changes run, waits for their records, and looks again. */
  async apply(timeoutMs: number): Promise<ApplyEnd> {
    for (const target of this.#targets)
      if (target.opened.kind === 'ok' && target.review !== null) {
        const { guard } = target.opened.reconciler.context;
        target.review = await agreed(guard, target.review);
      }
    const reconcilers = this.#targets.flatMap(({ opened, review }) =>
      opened.kind === 'ok' && review !== null ? [{ reconciler: opened.reconciler, review }] : [],
    );
    const read = reconcilers.filter(({ review }) => review.kind === 'ok');
    await endProblems(
      this.#shared,
      read.map(({ reconciler }) => reconciler.context.target),
    );
    let released = 0;
    for (const { reconciler, review } of reconcilers) {
      released += reconciler.resume();
      released += reconciler.release(review, PRIORITY.person);
    }
    if (released === 0) return { released, timedOut: false, after: this.#makePlan(), statuses: [] };
    const timedOut = await waitQuiet(
      this.#shared,
      reconcilers.map((one) => one.reconciler),
      this.#targets.map((one) => ({ target: one.handle.name, keys: watchedKeys(one) })),
      timeoutMs,
    );
    // The next look says what is live; why something is not done only the work itself can say.
    const statuses = this.#shared.board.all();
    // After an interrupt nothing more is asked: the journal has what is in flight.
    const after = this.#shared.stop.aborted ? this.#makePlan() : await this.#planAfter(statuses);
    return { released, timedOut, after, statuses };
  }

  /** Listings lag behind our own records: then what was just done cannot be read yet. */
  async #planAfter(ended: readonly ProductStatusView[]): Promise<Plan> {
    const { clock, stop } = this.#shared;
    const done = new Set(ended.filter(({ reason }) => reason === 'Updated').map(idOf));
    let plan = await this.plan();
    for (const waitMs of LAG_WAITS_MS) {
      if (!lagsBehind(plan, done) || stop.aborted) return plan;
      await clock.sleep(waitMs, stop);
      if (!stop.aborted) plan = await this.plan();
    }
    return plan;
  }

  async close(): Promise<void> {
    const open = this.#targets.flatMap(({ opened }) =>
      opened.kind === 'ok' ? [opened.reconciler] : [],
    );
    for (const reconciler of open) reconciler.close();
    await Promise.all(open.map((reconciler) => reconciler.drained()));
    await keepRequests(this.#shared, open);
    await this.#shared.board.flush();
    for (const reconciler of open) reconciler.context.catalog.close();
  }

  calls(): CallCounts {
    return sumCalls(
      this.#targets.map(({ opened }) =>
        opened.kind === 'ok' ? opened.reconciler.context.catalog.calls() : opened.calls,
      ),
    );
  }

  /** Accounts that were found, for the question before the first change. */
  accounts(): readonly {
    readonly target: TargetName;
    readonly accountId: string;
    readonly region: string;
    readonly declared: boolean;
  }[] {
    return this.#targets.flatMap(({ handle, opened }) =>
      opened.kind === 'ok'
        ? [
            {
              target: handle.name,
              accountId: opened.reconciler.context.accountId,
              region: opened.reconciler.context.region,
              declared: handle.accountId !== null,
            },
          ]
        : [],
    );
  }
}

/** What this run may change: what is declared, what is to go, and what an earlier run has left open. */
function watchedKeys({ desired, opened, review }: OpenTarget): readonly ProductKey[] {
  const leaving = review?.kind === 'ok' ? [...review.removals.keys()] : [];
  const open = opened.kind === 'ok' ? opened.reconciler.context.entries.openIntents() : [];
  return [...desired.specs.keys(), ...leaving, ...open];
}

function heldBy({ opened, review }: OpenTarget) {
  return opened.kind === 'ok' ? [{ context: opened.reconciler.context, review }] : [];
}
