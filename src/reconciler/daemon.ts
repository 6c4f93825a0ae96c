import type { AccountId, TargetName } from '../domain/ids.ts';
import type { CallCounts } from '../domain/plan.ts';
import type { Problem } from '../domain/problem.ts';
import type { Dependency } from '../domain/spec.ts';
import type { DaemonView } from '../domain/status.ts';
import { acceptProduct } from './accept.ts';
import { backoffMs, jittered } from './backoff.ts';
import type { DesiredState } from './context.ts';
import type { PersonRequest, Snapshot, Source } from './ports.ts';
import { PRIORITY, type Priority } from './queue.ts';
import type { Review } from './review.ts';
import type { Shared, TargetReconciler } from './target.ts';

/** What the documents of one revision ask for, per target. */
export interface Revision {
  readonly revision: string;
  readonly digest: string;
  readonly targets: ReadonlyMap<TargetName, DesiredState>;
  readonly documents: number;
  readonly invalid: number;
  readonly problems: readonly Problem[];
}

/** A target that may not be reachable yet: opening it reads who we are. */
export interface TargetHandle {
  readonly name: TargetName;
  /** As declared; null: not declared. */
  readonly accountId: AccountId | null;
  /** As declared; empty where it comes from the SDK's chain. */
  readonly region: string;
  /** Fails with a reason while AWS cannot be reached or refuses us. */
  open(): Promise<
    | { readonly kind: 'ok'; readonly reconciler: TargetReconciler }
    | { readonly kind: 'failed'; readonly why: string; readonly calls: CallCounts }
  >;
}

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
  readonly #load: (snapshot: Snapshot) => Revision;
  readonly #options: DaemonOptions;
  readonly #onReview: (target: TargetName, review: Extract<Review, { kind: 'ok' }>) => void;
  readonly #states: readonly TargetState[];
  readonly #woken = new Set<Wake>();
  #wake = new AbortController();
  #revision: Revision | null = null;
  #sourceProblem: string | null = 'not read yet';
  #sourceSince: string | null = null;
  #readAtMs: number | null = null;
  #lastPass: DaemonView['lastPass'] = null;
  /** What of ourselves the journal holds, and when that was written. */
  #beaten = { text: '', atMs: Number.NEGATIVE_INFINITY };
  /** Taken from the journal and not honoured yet: a journal that is full keeps nothing of them. */
  readonly #requests: PersonRequest[] = [];
  readonly #startedAt: string;

  constructor(parts: {
    readonly shared: Shared;
    readonly source: Source;
    readonly load: (snapshot: Snapshot) => Revision;
    readonly targets: readonly TargetHandle[];
    readonly options: DaemonOptions;
    /** Told of each review of a target, after its changes were released. */
    readonly onReview?: (target: TargetName, review: Extract<Review, { kind: 'ok' }>) => void;
  }) {
    this.#shared = parts.shared;
    this.#source = parts.source;
    this.#load = parts.load;
    this.#options = parts.options;
    this.#onReview = parts.onReview ?? (() => undefined);
    this.#startedAt = this.#now();
    this.#states = parts.targets.map((handle) => ({
      handle,
      reconciler: null,
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
    return this.#sourceProblem;
  }

  /** Monotonic ms of the last complete read of the directory; null while it cannot be read. */
  get readAtMs(): number | null {
    return this.#sourceProblem === null ? this.#readAtMs : null;
  }

  /** Whether the present revision holds it, valid or not: a selection may leave it out. */
  isInRun({ target, key }: Dependency): boolean {
    const desired = this.#revision?.targets.get(target);
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
    await this.#takeRequests();
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
    const { log } = this.#shared;
    const result = await this.#source.read();
    if (result.kind === 'unavailable') {
      if (this.#sourceProblem !== result.why)
        log.write(
          'error',
          'source.unavailable',
          { reason: result.why },
          'keeping the last good revision; no new call is made',
        );
      this.#sourceProblem = result.why;
      return;
    }
    this.#readAtMs = this.#shared.clock.monotonic();
    const known = this.#revision?.digest === result.snapshot.digest;
    const recovered = this.#sourceProblem !== null;
    this.#sourceProblem = null;
    if (recovered && this.#revision !== null)
      log.write('info', 'source.recovered', { revision: result.snapshot.revision });
    if (known && recovered) this.#makeDue(PRIORITY.resync);
    if (known) return;
    const revision = this.#load(result.snapshot);
    this.#revision = revision;
    this.#sourceSince = this.#now();
    log.write('info', 'source.revision', {
      revision: revision.revision,
      documents: revision.documents,
      invalid: revision.invalid,
    });
    for (const problem of revision.problems) {
      const document =
        problem.at === null
          ? undefined
          : `${problem.at.file}:${problem.at.line}:${problem.at.column}`;
      log.write(problem.severity === 'error' ? 'error' : 'warn', 'document.problem', {
        code: problem.code,
        document,
        field: problem.field,
        reason: problem.message,
        next: problem.next,
      });
    }
    for (const state of this.#states) this.#handDesired(state);
    this.#makeDue(PRIORITY.commit);
  }

  #handDesired(state: TargetState): void {
    const revision = this.#revision;
    if (revision === null) return;
    const desired = revision.targets.get(state.handle.name) ?? {
      revision: revision.revision,
      specs: new Map(),
      invalid: new Map(),
      declared: new Set(),
      unknownIdentity: false,
    };
    if (state.reconciler !== null) state.reconciler.setDesired(desired);
    else state.unheard = { ...desired, ...togetherWith(state.unheard, desired) };
  }

  #makeDue(priority: Priority): void {
    for (const state of this.#states) state.due = Math.max(priority, state.due ?? 0) as Priority;
  }

  async #takeRequests(): Promise<void> {
    if (this.#shared.journal.readOnly !== null) return;
    try {
      this.#requests.push(...(await this.#shared.journal.takeRequests()));
      for (let next = this.#requests[0]; next !== undefined; next = this.#requests[0]) {
        await this.#honour(next);
        this.#requests.shift();
      }
    } catch (error) {
      this.#shared.log.write('error', 'request.waits', { reason: String(error) });
    }
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
    if (request.kind === 'retry') await state.reconciler.retry(request.key);
    else await acceptProduct(state.reconciler.context, request.key);
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
    if (this.#revision === null) return null;
    const startedMs = this.#shared.clock.monotonic();
    const review = await state.reconciler.review();
    if (review.kind === 'failed') return review.why;
    const isHeld = this.#shared.observeOnly || this.#shared.heldBack() !== null;
    const released = isHeld ? 0 : state.reconciler.release(review, priority);
    const tookMs = Math.round(this.#shared.clock.monotonic() - startedMs);
    this.#lastPass = { at: this.#now(), tookMs };
    const calls = state.reconciler.context.catalog.calls().total;
    this.#shared.log.write('info', 'review.finished', {
      target: state.handle.name,
      documents: review.evaluations.size,
      updates: released,
      refused: [...review.evaluations.values()].filter(
        ({ change }) => change.verdict.kind === 'refused',
      ).length,
      tookMs,
      calls,
    });
    if (released > 0) this.#lookAgainAfter(state, state.reconciler);
    this.#onReview(state.handle.name, review);
    for (const finding of review.guards) {
      this.#shared.log.write(
        'error',
        'guard.refused',
        {
          target: state.handle.name,
          guard: finding.guard,
          planned: finding.planned,
          cap: finding.cap,
        },
        'nothing is changed in this target',
      );
    }
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
        revision: this.#revision?.revision ?? null,
        since: this.#sourceSince,
        documents: this.#revision?.documents ?? 0,
        invalid: this.#revision?.invalid ?? 0,
        problem: this.#sourceProblem,
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
