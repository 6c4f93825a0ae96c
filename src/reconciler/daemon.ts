import type { TargetName } from '../domain/ids.ts';
import type { Dependency } from '../domain/spec.ts';
import type { DaemonView } from '../domain/status.ts';
import { backoffMs, jittered } from './backoff.ts';
import type { DesiredState } from './context.ts';
import { honour } from './honour.ts';
import { LatestRevision } from './latest-revision.ts';
import { logReview } from './log-review.ts';
import { PersonRequests } from './person-requests.ts';
import type { PersonRequest, Snapshot, Source } from './ports.ts';
import { PRIORITY, type Priority } from './queue.ts';
import type { Review, Reviewed } from './review.ts';
import type { Revision, TargetHandle } from './revision.ts';
import type { Shared } from './shared.ts';
import type { TargetReconciler } from './target.ts';
import { approvedByPlan } from './whole-plan.ts';

export interface DaemonOptions {
  readonly directory: string;
  readonly intervalMs: number;
  readonly pollIntervalMs: number;
  readonly host: string;
  readonly pid: number;
}

const HEARTBEAT_MS = 30_000;

type Wake = 'source' | 'interval' | 'requests' | 'hangup' | 'target';

interface TargetState {
  readonly handle: TargetHandle;
  reconciler: TargetReconciler | null;
  review: Review | null;
  problem: string | null;
  failures: number;
  /** Monotonic time before which it is not opened or reviewed again after a failure. */
  notBeforeMs: number;
  /** A review is due: a new revision, the interval, a person. */
  due: Priority | null;
  reviewing: boolean;
  /** What was read while the target could not be opened: the last document of each name. */
  unheard: DesiredState | null;
}

/**
 * The loop of `trueup run`: it wakes when the directory may have changed, at an interval, on a
 * hang-up signal and when a person asks; it reads one revision whole, reviews every target, and
 * lets the queues work. It never ends by itself.
 */
export class Daemon {
  readonly #shared: Shared;
  readonly #source: Source;
  readonly #latest: LatestRevision;
  readonly #options: DaemonOptions;
  readonly #onReview: (target: TargetName, review: Reviewed) => void;
  readonly #states: readonly TargetState[];
  readonly #woken = new Set<Wake>();
  #wake = new AbortController();
  #lastPass: DaemonView['lastPass'] = null;
  readonly #requests: PersonRequests;
  /** What of ourselves the journal holds, and when that was written. */
  #beaten = { text: '', atMs: Number.NEGATIVE_INFINITY };
  readonly #startedAt: string;

  constructor(parts: {
    readonly shared: Shared;
    readonly source: Source;
    readonly load: (snapshot: Snapshot) => Revision;
    readonly targets: readonly TargetHandle[];
    readonly options: DaemonOptions;
    /** Told of each review of a target, after its changes were released. */
    readonly onReview?: (target: TargetName, review: Reviewed) => void;
  }) {
    this.#shared = parts.shared;
    this.#source = parts.source;
    const { clock, log, journal } = parts.shared;
    this.#requests = new PersonRequests(journal, log, (request) => this.#honour(request));
    this.#latest = new LatestRevision({ source: parts.source, load: parts.load, clock, log });
    this.#options = parts.options;
    this.#onReview = parts.onReview ?? (() => undefined);
    this.#startedAt = this.#now();
    this.#states = parts.targets.map((handle) => ({
      handle,
      reconciler: null,
      review: null,
      problem: null,
      failures: 0,
      notBeforeMs: 0,
      due: null,
      reviewing: false,
      unheard: null,
    }));
  }

  /** Why no mutating call may start because of the source, or null. */
  get sourceProblem(): string | null {
    return this.#latest.problem;
  }

  /** Monotonic ms of the last complete read of the directory; null while it cannot be read. */
  get readAtMs(): number | null {
    return this.#latest.readAtMs;
  }

  /** Whether the present revision holds it, valid or not: a selection may leave it out. */
  isInRun({ target, key }: Dependency): boolean {
    const desired = this.#latest.revision?.targets.get(target);
    return desired !== undefined && (desired.specs.has(key) || desired.invalid.has(key));
  }

  hangUp(): void {
    this.#rouse('hangup');
  }

  /** Runs until `stop` aborts; then takes no more work and waits for what can end at once. */
  async run(): Promise<void> {
    const { stop, log } = this.#shared;
    log.write('info', 'daemon.started', {
      directory: this.#options.directory,
      pid: this.#options.pid,
    });
    stop.addEventListener('abort', () => this.#wake.abort(), { once: true });
    const watch = await this.#source.watch(() => this.#rouse('source'));
    try {
      this.#rouse('interval');
      let intervalMs = this.#shared.clock.monotonic();
      while (!stop.aborted) {
        if (this.#shared.clock.monotonic() >= intervalMs) {
          this.#woken.add('interval');
          intervalMs =
            this.#shared.clock.monotonic() +
            jittered(this.#options.intervalMs, this.#shared.random());
        }
        await this.#turn();
        await this.#rest(intervalMs);
      }
    } finally {
      await watch.close();
      await this.#shutDown();
    }
  }

  async #turn(): Promise<void> {
    const woken = new Set(this.#woken);
    this.#woken.clear();
    if (woken.has('source') || woken.has('interval') || woken.has('hangup'))
      await this.#readSource();
    if (woken.has('interval') || woken.has('hangup')) this.#makeDue(PRIORITY.resync);
    await this.#requests.take();
    for (const state of this.#states) this.#attend(state);
    await this.#report();
  }

  /** Sleeps until something is due: a wake-up, the interval, a heartbeat, a look for requests. */
  async #rest(intervalMs: number): Promise<void> {
    if (this.#woken.size > 0 || this.#shared.stop.aborted) return;
    const now = this.#shared.clock.monotonic();
    const waits = this.#states
      .filter((state) => state.notBeforeMs > now)
      .map((state) => state.notBeforeMs - now);
    const delayMs = Math.min(
      HEARTBEAT_MS,
      this.#options.pollIntervalMs,
      intervalMs - now,
      ...waits,
    );
    this.#wake = new AbortController();
    if (delayMs > 0)
      await this.#shared.clock.sleep(
        delayMs,
        AbortSignal.any([this.#wake.signal, this.#shared.stop]),
      );
  }

  #rouse(why: Wake): void {
    this.#woken.add(why);
    // A reason of its own: the default one takes a stack trace each time.
    this.#wake.abort(why);
  }

  async #readSource(): Promise<void> {
    const end = await this.#latest.read();
    if (end === 'new') for (const state of this.#states) this.#handDesired(state);
    if (end === 'new') this.#makeDue(PRIORITY.commit);
    else if (end === 'recovered') this.#makeDue(PRIORITY.resync);
  }

  #handDesired(state: TargetState): void {
    const desired = this.#latest.desiredOf(state.handle.name);
    if (desired === null) return;
    if (state.reconciler !== null) state.reconciler.setDesired(desired);
    else state.unheard = { ...desired, ...togetherWith(state.unheard, desired) };
  }

  #makeDue(priority: Priority): void {
    for (const state of this.#states) state.due = Math.max(priority, state.due ?? 0) as Priority;
  }

  async #honour(request: PersonRequest): Promise<void> {
    const state = this.#states.find((one) => one.handle.name === request.target);
    if (state?.reconciler == null) {
      this.#shared.log.write('warn', 'request.dropped', {
        target: request.target,
        reason: 'the target is not open',
      });
      return;
    }
    await honour(state.reconciler, request);
    state.due = PRIORITY.person;
  }

  /** Opens or reviews a target, in the background: a slow target holds up no other. */
  #attend(state: TargetState): void {
    if (state.reviewing || state.due === null || this.#shared.clock.monotonic() < state.notBeforeMs)
      return;
    const priority = state.due;
    state.due = null;
    state.reviewing = true;
    void this.#openAndReview(state, priority)
      .catch((error: unknown) => String(error))
      .then((why) => {
        state.reviewing = false;
        this.#noteTarget(state, why, priority);
        this.#rouse('target');
      });
  }

  /** Returns why it could not be done, or null. */
  async #openAndReview(state: TargetState, priority: Priority): Promise<string | null> {
    if (state.reconciler === null) {
      const opened = await state.handle.open();
      if (opened.kind === 'failed') return opened.why;
      state.reconciler = opened.reconciler;
      if (state.unheard !== null) opened.reconciler.setDesired(state.unheard);
      state.unheard = null;
      this.#handDesired(state);
      const resumed = opened.reconciler.resume();
      if (resumed > 0)
        this.#shared.log.write('info', 'intent.resumed', {
          target: state.handle.name,
          open: resumed,
        });
    }
    if (this.#latest.revision === null) return null;
    const startedMs = this.#shared.clock.monotonic();
    state.review = await state.reconciler.review();
    if (state.review.kind === 'failed') return state.review.why;
    const desired = (name: TargetName) => this.#latest.desiredOf(name);
    const whole = { states: this.#states, revision: this.#latest.revision, desired };
    const review = await approvedByPlan(whole, state.reconciler, state.review, this.#shared);
    state.review = review;
    const isHeld = this.#shared.observeOnly || this.#shared.heldBack() !== null;
    const released = isHeld ? 0 : state.reconciler.release(review, priority);
    const tookMs = Math.round(this.#shared.clock.monotonic() - startedMs);
    this.#lastPass = { at: this.#now(), tookMs };
    const calls = state.reconciler.context.catalog.calls().total;
    logReview(this.#shared.log, state.handle.name, review, { updates: released, tookMs, calls });
    if (released > 0) this.#lookAgainAfter(state, state.reconciler);
    this.#onReview(state.handle.name, review);
    return null;
  }

  /** One more look when the changes have ended: what was sent is read back, not believed. */
  #lookAgainAfter(state: TargetState, reconciler: TargetReconciler): void {
    const before = reconciler.recordsEnded;
    void reconciler.drained().then(() => {
      // Without a record there is nothing to read back; looking anyway would go round and round.
      if (this.#shared.stop.aborted || reconciler.recordsEnded === before) return;
      state.due ??= PRIORITY.resync;
      this.#rouse('target');
    });
  }

  #noteTarget(state: TargetState, why: string | null, priority: Priority): void {
    if (why === null) {
      state.failures = 0;
      state.problem = null;
      return;
    }
    state.failures += 1;
    if (state.problem !== why)
      this.#shared.log.write('error', 'target.unreadable', {
        target: state.handle.name,
        reason: why,
      });
    state.problem = why;
    state.due = priority;
    state.notBeforeMs =
      this.#shared.clock.monotonic() + backoffMs(state.failures, this.#shared.random());
  }

  async #report(stoppedAt: string | null = null): Promise<void> {
    if (this.#shared.journal.readOnly !== null) return;
    try {
      await this.#beat(this.#view(stoppedAt));
      await this.#shared.board.flush();
    } catch (error) {
      this.#shared.log.write('error', 'journal.statusNotSaved', { reason: String(error) });
    }
  }

  /** A write that waits for the disk: only for news, and for the proof that somebody is alive. */
  async #beat(view: DaemonView): Promise<void> {
    const nowMs = this.#shared.clock.monotonic();
    const text = JSON.stringify({ ...view, heartbeatAt: null });
    if (text === this.#beaten.text && nowMs - this.#beaten.atMs < HEARTBEAT_MS) return;
    await this.#shared.journal.putDaemon(view);
    this.#beaten = { text, atMs: nowMs };
  }

  #view(stoppedAt: string | null): DaemonView {
    return {
      host: this.#options.host,
      pid: this.#options.pid,
      startedAt: this.#startedAt,
      heartbeatAt: this.#now(),
      stoppedAt,
      lastPass: this.#lastPass,
      observeOnly: this.#shared.observeOnly,
      source: {
        directory: this.#options.directory,
        revision: this.#latest.revision?.revision ?? null,
        since: this.#latest.since,
        documents: this.#latest.revision?.documents ?? 0,
        invalid: this.#latest.revision?.invalid ?? 0,
        problem: this.#latest.problem,
      },
      journalProblem: this.#shared.journal.readOnly,
      targets: this.#states.map((state) => ({
        name: state.handle.name,
        accountId: state.reconciler?.context.accountId ?? state.handle.accountId,
        region: state.handle.region,
        problem: state.problem,
      })),
    };
  }

  async #shutDown(): Promise<void> {
    const open = this.#states.flatMap((state) =>
      state.reconciler === null ? [] : [state.reconciler],
    );
    for (const reconciler of open) reconciler.close();
    await Promise.all(open.map((reconciler) => reconciler.idle()));
    await this.#report(this.#now());
    this.#shared.log.write('info', 'daemon.stopped', {});
  }

  #now(): string {
    return new Date(this.#shared.clock.now()).toISOString();
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
