import type { DaemonView } from '../domain/status.ts';
import { backoffMs } from './backoff.ts';
import type { DesiredState } from './context.ts';
import { honour } from './honour.ts';
import { KnownDocuments } from './known.ts';
import type { LatestRevision } from './latest-revision.ts';
import { logReview } from './log-review.ts';
import type { PersonRequest } from './ports/journal.ts';
import { PRIORITY, type Priority } from './queue.ts';
import type { Review, Reviewed } from './review.ts';
import type { TargetHandle } from './revision.ts';
import type { Shared } from './shared.ts';
import type { TargetReconciler } from './target.ts';
import { nextWaitEndMs } from './wait-end.ts';
import { approvedByPlan } from './whole-plan.ts';

interface AttendedOptions {
  readonly handle: TargetHandle;
  readonly shared: Shared;
  readonly latest: LatestRevision;
  /** All targets of the daemon, this one too. */
  all(): readonly AttendedTarget[];
  /** Told of each review, after its changes were released. */
  onReview(review: Reviewed, tookMs: number): void;
  /** Something has come to an end, or is due at once. */
  onNews(): void;
}

/** One target as the daemon attends to it: opened when it can be, reviewed when a review is due. */
export class AttendedTarget {
  readonly handle: TargetHandle;
  readonly #options: AttendedOptions;
  readonly #shared: Shared;
  reconciler: TargetReconciler | null = null;
  review: Review | null = null;
  #problem: string | null = null;
  #failures = 0;
  /** Monotonic time before which it is not opened or reviewed again after a failure. */
  #notBeforeMs = 0;
  /** Monotonic time at which a review is due, because a wait after a failure is over then. */
  #waitEndMs: number | null = null;
  /** A review is due: a new revision, the interval, a person. */
  #due: Priority | null = null;
  #reviewing = false;
  #awaitsRecord = false;
  /** What was read while the target could not be opened: the last document of each name. */
  #unheard: DesiredState | null = null;

  constructor(options: AttendedOptions) {
    this.handle = options.handle;
    this.#options = options;
    this.#shared = options.shared;
  }

  makeDue(priority: Priority): void {
    this.#due = Math.max(priority, this.#due ?? 0) as Priority;
  }

  /** A person asks: that does not wait for the end of a wait after failures. */
  hurry(): void {
    this.#notBeforeMs = 0;
  }

  /** How long until it has something to do by itself, ms; null: it has not. */
  get waitMs(): number | null {
    const nowMs = this.#shared.clock.monotonic();
    const timesMs = [this.#notBeforeMs, this.#waitEndMs ?? 0].filter((atMs) => atMs > nowMs);
    return timesMs.length === 0 ? null : Math.min(...timesMs) - nowMs;
  }

  /** Takes over the latest revision. */
  hear(): void {
    const desired = this.#options.latest.desiredOf(this.handle.name);
    if (desired === null) return;
    if (this.reconciler !== null) this.reconciler.setDesired(desired);
    else this.#unheard = { ...desired, ...togetherWith(this.#unheard, desired) };
  }

  async honour(request: PersonRequest): Promise<void> {
    // Asked again of the journal, which outlives us: it is taken once the target is open and there is a revision.
    if (this.reconciler === null || this.#options.latest.revision === null)
      return this.#shared.journal.ask(request);
    await honour(this.reconciler, request);
    this.#due = PRIORITY.person;
    this.hurry();
    this.#options.onNews();
  }

  /** Opens or reviews it if that is due, in the background: a slow target holds up no other. */
  attend(): void {
    const nowMs = this.#shared.clock.monotonic();
    if (this.#waitEndMs !== null && this.#waitEndMs <= nowMs) {
      this.#waitEndMs = null;
      this.#due ??= PRIORITY.resync;
    }
    if (this.#reviewing || this.#due === null || this.#notBeforeMs > nowMs) return;
    const priority = this.#due;
    this.#due = null;
    this.#reviewing = true;
    void this.#openAndReview(priority)
      .catch((error: unknown) => String(error))
      .then((why) => {
        this.#reviewing = false;
        this.#note(why, priority);
        this.#options.onNews();
      });
  }

  /** Returns why it could not be done, or null. */
  async #openAndReview(priority: Priority): Promise<string | null> {
    if (this.reconciler === null) {
      const opened = await this.handle.open();
      if (opened.kind === 'failed') {
        await this.#keepUnheard();
        return opened.why;
      }
      this.#take(opened.reconciler);
    }
    const { reconciler } = this;
    const { clock, observeOnly } = this.#shared;
    const { latest } = this.#options;
    if (reconciler === null || latest.revision === null) return null;
    const startedMs = clock.monotonic();
    this.review = await reconciler.review();
    if (this.review.kind === 'failed') return this.review.why;
    const whole = {
      states: this.#options.all(),
      revision: latest.revision,
      desired: latest.desiredOf.bind(latest),
    };
    const review = await approvedByPlan(whole, reconciler, this.review, this.#shared);
    this.review = review;
    const isHeld = observeOnly || this.#shared.heldBack() !== null;
    const released = isHeld ? 0 : reconciler.release(review, priority);
    const judged = [...review.evaluations.values(), ...review.removals.values()];
    const waitMs = nextWaitEndMs(
      judged.map(({ change }) => change),
      clock.now(),
    );
    this.#waitEndMs = waitMs === null ? null : clock.monotonic() + waitMs;
    const tookMs = Math.round(clock.monotonic() - startedMs);
    const calls = reconciler.context.catalog.calls().total;
    logReview(this.#shared.log, this.handle.name, review, { updates: released, tookMs, calls });
    if (released > 0) void this.#lookAgainAfter(reconciler);
    this.#options.onReview(review, tookMs);
    return null;
  }

  /** What documents say about their end outlives the process, whether or not their target can be opened. */
  async #keepUnheard(): Promise<void> {
    if (this.#unheard === null) return;
    const { journal } = this.#shared;
    const known = await KnownDocuments.load(journal, this.handle.name);
    known.heed(this.#shared, this.#unheard);
    await known.keep({ journal, target: this.handle.name });
  }

  #take(reconciler: TargetReconciler): void {
    this.reconciler = reconciler;
    if (this.#unheard !== null) reconciler.setDesired(this.#unheard);
    this.#unheard = null;
    this.hear();
    const open = reconciler.resume();
    if (open > 0)
      this.#shared.log.write('info', 'intent.resumed', { target: this.handle.name, open });
  }

  /** One more look when the changes have ended: what was sent is read back, not believed. */
  async #lookAgainAfter(reconciler: TargetReconciler): Promise<void> {
    const before = reconciler.recordsEnded;
    await reconciler.drained();
    if (reconciler.recordsEnded === before) {
      // Without a record there is nothing to read back; looking anyway would go round and round. What
      // waits, because AWS lags or is busy, is sent later, and may bring one.
      if (this.#awaitsRecord) return;
      this.#awaitsRecord = true;
      await reconciler.context.ended.next();
      this.#awaitsRecord = false;
      await reconciler.drained();
    }
    if (this.#shared.stop.aborted) return;
    this.#due ??= PRIORITY.resync;
    this.#options.onNews();
  }

  #note(why: string | null, priority: Priority): void {
    if (why === null) {
      this.#failures = 0;
      this.#problem = null;
      return;
    }
    this.#failures += 1;
    const { clock, log, random } = this.#shared;
    if (this.#problem !== why)
      log.write('error', 'target.unreadable', { target: this.handle.name, reason: why });
    this.#problem = why;
    this.#due = priority;
    this.#notBeforeMs = clock.monotonic() + backoffMs(this.#failures, random());
  }

  view(): DaemonView['targets'][number] {
    return {
      name: this.handle.name,
      accountId: this.reconciler?.context.accountId ?? this.handle.accountId,
      region: this.handle.region,
      problem: this.#problem,
    };
  }
}

/** What documents say about their end counts from the moment they are read. */
function togetherWith(
  before: DesiredState | null,
  { specs, declared }: DesiredState,
): Pick<DesiredState, 'specs' | 'declared'> {
  if (before === null) return { specs, declared };
  return {
    specs: new Map([...before.specs, ...specs]),
    declared: new Set([...before.declared, ...declared]),
  };
}
