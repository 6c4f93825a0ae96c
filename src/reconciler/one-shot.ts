import { isMeant } from '../diff/approval.ts';
import { makePlan } from '../diff/plan.ts';
import type { TargetName } from '../domain/ids.ts';
import type { CallCounts, Plan } from '../domain/plan.ts';
import type { Spec } from '../domain/spec.ts';
import type { DesiredState } from './context.ts';
import { honour } from './honour.ts';
import { documentsOf, planOfTarget } from './plan-of.ts';
import { PRIORITY } from './queue.ts';
import type { Review } from './review.ts';
import type { Revision, TargetHandle } from './revision.ts';
import type { Shared } from './shared.ts';
import type { TargetReconciler } from './target.ts';

/** Which of the documents a command is about; null: all of them. */
export type Selection = ((spec: Spec) => boolean) | null;

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
  async open(handles: readonly TargetHandle[], select: Selection): Promise<void> {
    const all = await Promise.all(
      handles.map(async (handle) => ((await this.#isWanted(handle)) ? [handle] : [])),
    );
    const wanted = all.flat();
    this.#targets = await Promise.all(
      wanted.map(async (handle) => {
        const opened = await handle.open();
        const desired = this.#desiredOf(handle.name, select);
        if (opened.kind === 'ok') opened.reconciler.setDesired(desired);
        return { handle, desired, opened, review: null };
      }),
    );
  }

  /** A document is for it, or was for it and asked for an end. */
  async #isWanted({ name }: TargetHandle): Promise<boolean> {
    const desired = this.#revision.targets.get(name);
    if (desired === undefined) return false;
    if (desired.specs.size + desired.invalid.size > 0) return true;
    const known = await this.#shared.journal.documents(name);
    return known.some(({ policies }) => policies.prune !== 'never');
  }

  #desiredOf(name: TargetName, select: Selection) {
    const desired = this.#revision.targets.get(name);
    const specs = new Map(
      [...(desired?.specs ?? [])].filter(([, spec]) => select === null || select(spec)),
    );
    return {
      revision: this.#revision.revision,
      specs,
      invalid: desired?.invalid ?? new Map(),
      declared: desired?.declared ?? new Set(),
      unknownIdentity: desired?.unknownIdentity ?? false,
      isSelection: select !== null || desired?.isSelection === true,
    };
  }

  /** Reviews every target and makes the plan. No mutating call is made. */
  async plan(): Promise<Plan> {
    await Promise.all(
      this.#targets.map(async (target) => {
        if (target.opened.kind === 'ok') target.review = await target.opened.reconciler.review();
      }),
    );
    await this.#approve(this.#makePlan());
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
          target.review = await opened.reconciler.approve(review, wish, set);
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
  async honourRequests(): Promise<void> {
    for (const request of await this.#shared.journal.takeRequests()) {
      const target = this.#targets.find((one) => one.handle.name === request.target);
      if (target?.opened.kind === 'ok') await honour(target.opened.reconciler, request);
    }
  }

  /** Lets the planned changes run, waits for their records, and looks again. */
  async apply(timeoutMs: number): Promise<ApplyEnd> {
    const reconcilers = this.#targets.flatMap(({ opened, review }) =>
      opened.kind === 'ok' && review !== null ? [{ reconciler: opened.reconciler, review }] : [],
    );
    let released = 0;
    for (const { reconciler, review } of reconcilers) {
      released += reconciler.resume();
      released += reconciler.release(review, PRIORITY.person);
    }
    if (released === 0) return { released, timedOut: false, after: this.#makePlan() };
    const timedOut = await this.#waitQuiet(
      reconcilers.map((one) => one.reconciler),
      timeoutMs,
    );
    // After an interrupt nothing more is asked: the journal has what is in flight.
    const after = this.#shared.stop.aborted ? this.#makePlan() : await this.plan();
    return { released, timedOut, after };
  }

  async #waitQuiet(reconcilers: readonly TargetReconciler[], timeoutMs: number): Promise<boolean> {
    const done = new AbortController();
    const quiet = allQuiet(reconcilers).then(() => done.abort());
    const signal = AbortSignal.any([done.signal, this.#shared.stop]);
    await Promise.race([quiet, this.#shared.clock.sleep(timeoutMs, signal)]);
    return !done.signal.aborted;
  }

  async close(): Promise<void> {
    const open = this.#targets.flatMap(({ opened }) =>
      opened.kind === 'ok' ? [opened.reconciler] : [],
    );
    for (const reconciler of open) reconciler.close();
    await Promise.all(open.map((reconciler) => reconciler.idle()));
    await this.#shared.board.flush();
    for (const reconciler of open) reconciler.context.catalog.close();
  }

  calls(): CallCounts {
    const sums = new Map<string, number>();
    for (const { opened } of this.#targets) {
      const counts =
        opened.kind === 'ok' ? opened.reconciler.context.catalog.calls() : opened.calls;
      for (const [operation, count] of Object.entries(counts.byOperation)) {
        sums.set(operation, (sums.get(operation) ?? 0) + count);
      }
    }
    const byOperation = Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { byOperation, total: [...sums.values()].reduce((sum, count) => sum + count, 0) };
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

/** The end of work in one target may begin some in another that waited for it. */
async function allQuiet(reconcilers: readonly TargetReconciler[]): Promise<void> {
  do await Promise.all(reconcilers.map((one) => one.quiet()));
  while (reconcilers.some((one) => one.pending > 0));
}
