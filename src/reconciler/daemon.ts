import type { TargetName } from '../domain/ids.ts';
import type { Dependency } from '../domain/spec.ts';
import type { DaemonView } from '../domain/status.ts';
import { AttendedTarget } from './attended-target.ts';
import { jittered } from './backoff.ts';
import { LatestRevision } from './latest-revision.ts';
import { PersonRequests } from './person-requests.ts';
import type { PersonRequest } from './ports/journal.ts';
import type { Snapshot, Source } from './ports/source.ts';
import { PRIORITY, type Priority } from './queue.ts';
import { keepRequests } from './requests-of-run.ts';
import type { Reviewed } from './review.ts';
import type { Revision, TargetHandle } from './revision.ts';
import type { Shared } from './shared.ts';
import { journalTeller } from './tell-journal.ts';

export interface DaemonOptions {
  readonly directory: string;
  readonly intervalMs: number;
  readonly pollIntervalMs: number;
  readonly host: string;
  readonly pid: number;
}

const HEARTBEAT_MS = 30_000;

type Wake = 'source' | 'interval' | 'hangup' | 'target';

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
  readonly #targets: readonly AttendedTarget[];
  readonly #woken = new Set<Wake>();
  #wake = new AbortController();
  #lastPass: DaemonView['lastPass'] = null;
  readonly #requests: PersonRequests;
  readonly #tellJournal: () => boolean;
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
    this.#tellJournal = journalTeller(journal, log);
    this.#requests = new PersonRequests(journal, log, (request) => this.#honour(request));
    this.#latest = new LatestRevision({ source: parts.source, load: parts.load, clock, log });
    this.#options = parts.options;
    this.#startedAt = this.#now();
    this.#targets = parts.targets.map(
      (handle) =>
        new AttendedTarget({
          handle,
          shared: parts.shared,
          latest: this.#latest,
          all: () => this.#targets,
          onReview: (review, tookMs) => {
            this.#lastPass = { at: this.#now(), tookMs };
            parts.onReview?.(handle.name, review);
          },
          onNews: () => this.#rouse('target'),
        }),
    );
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
    if (woken.has('hangup')) for (const target of this.#targets) target.hurry();
    if (this.#tellJournal()) this.#makeDue(PRIORITY.resync);
    await this.#requests.take();
    for (const target of this.#targets) target.attend();
    await this.#report();
  }

  /** Sleeps until something is due: a wake-up, the interval, a heartbeat, a look for requests. */
  async #rest(intervalMs: number): Promise<void> {
    if (this.#woken.size > 0 || this.#shared.stop.aborted) return;
    const now = this.#shared.clock.monotonic();
    const waits = this.#targets.flatMap(({ waitMs }) => waitMs ?? []);
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
    if (end === 'new') for (const target of this.#targets) target.hear();
    if (end === 'new') this.#makeDue(PRIORITY.commit);
    else if (end === 'recovered') this.#makeDue(PRIORITY.resync);
  }

  #makeDue(priority: Priority): void {
    for (const target of this.#targets) target.makeDue(priority);
  }

  async #honour(request: PersonRequest): Promise<void> {
    const target = this.#targets.find((one) => one.handle.name === request.target);
    if (target !== undefined) return target.honour(request);
    const reason = 'the configuration has no such target';
    this.#shared.log.write('warn', 'request.dropped', { target: request.target, reason });
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
      targets: this.#targets.map((target) => target.view()),
    };
  }

  async #shutDown(): Promise<void> {
    const open = this.#targets.flatMap(({ reconciler }) => reconciler ?? []);
    for (const reconciler of open) reconciler.abandon();
    await Promise.all(open.map((reconciler) => reconciler.drained()));
    await keepRequests(this.#shared, open, () => this.#requests.putBack());
    await this.#report(this.#now());
    this.#shared.log.write('info', 'daemon.stopped', {});
  }

  #now(): string {
    return new Date(this.#shared.clock.now()).toISOString();
  }
}
