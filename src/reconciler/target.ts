import { recordInEffect } from '../diff/record.ts';
import { appliedVersionOf } from '../diff/request.ts';
import type { AppliedVersion, ProductEntry } from '../domain/entry.ts';
import type { AccountId, ProductKey, TargetName } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Caps } from '../domain/plan.ts';
import { formatPosition } from '../domain/problem.ts';
import type { Step } from '../domain/request.ts';
import type { Dependency } from '../domain/spec.ts';
import type { ProductStatusView } from '../domain/status.ts';
import { backoffMs } from './backoff.ts';
import { CatalogFacts } from './catalog-facts.ts';
import { statusOfTrouble } from './conditions.ts';
import {
  about,
  type DesiredState,
  EndedRecords,
  isoNow,
  specDigestOf,
  type TargetContext,
  type WriteGate,
} from './context.ts';
import { type Wait, waitFor } from './dependencies.ts';
import { Entries } from './entries.ts';
import type { Evaluation } from './evaluate.ts';
import { forgetTrouble } from './finish.ts';
import { Follower } from './follow.ts';
import { KnownDocuments } from './known.ts';
import { Memory } from './memory.ts';
import type { Observation } from './observe.ts';
import { runPass } from './pass.ts';
import type {
  Catalog,
  Clock,
  Fingerprinter,
  Journal,
  Log,
  LogLevel,
  Random,
  Values,
} from './ports.ts';
import { KeyedQueue, PRIORITY, type Priority } from './queue.ts';
import type { Redactor } from './redact.ts';
import type { Removal } from './removals.ts';
import { allowedSteps, type Review, reviewTarget, statusesOf } from './review.ts';
import type { StatusBoard } from './status-board.ts';
import { NO_VALUES, ValueFacts } from './value-facts.ts';

/** What all targets share. */
export interface Shared {
  readonly journal: Journal;
  readonly board: StatusBoard;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly fingerprinter: Fingerprinter | null;
  readonly observeOnly: boolean;
  readonly recordTimeoutMs: number;
  readonly engineRecordTimeoutMs: number;
  readonly caps: Caps;
  readonly stop: AbortSignal;
  /** Why no target may start a mutating call now (source unreadable, journal read-only), or null. */
  heldBack(): string | null;
  /** Monotonic ms of the last complete read of the directory; null: it cannot be read now. */
  readAtMs(): number | null;
  /** Whether this run looks at it at all; a selection may leave it out. */
  isInRun(dependency: Dependency): boolean;
}

export interface TargetParts {
  readonly name: TargetName;
  readonly accountId: AccountId;
  readonly region: string;
  readonly catalog: Catalog;
  /** Left out: documents that take values from elsewhere are held back. */
  readonly values?: Values;
  readonly writes: WriteGate;
  readonly maxInFlight: number;
  /** By type of product, within `maxInFlight`; a type that is not there has no limit of its own. */
  readonly maxInFlightByType: ReadonlyMap<string, number>;
}

const NOTHING: DesiredState = {
  revision: '',
  specs: new Map(),
  invalid: new Map(),
  declared: new Set(),
  unknownIdentity: false,
};

/** Reconciles one target: reviews the whole of it, queues names, works them one pass at a time. */
export class TargetReconciler {
  readonly name: TargetName;
  readonly #context: TargetContext;
  readonly #queue: KeyedQueue;
  readonly #shared: Shared;
  readonly #failures = new Map<ProductKey, number>();
  readonly #asked = new Set<ProductKey>();
  readonly #quiet = new Set<() => void>();
  #desired: DesiredState = NOTHING;
  #observation: Observation | null = null;
  #facts: CatalogFacts;
  readonly #values: Values;
  #valueFacts: ValueFacts;
  #allowed: ReadonlyMap<ProductKey, readonly Step[]> = new Map();
  #removals: ReadonlyMap<ProductKey, Removal> = new Map();
  readonly #parked = new Set<ProductKey>();

  private constructor(parts: TargetParts, shared: Shared, entries: Entries, known: KnownDocuments) {
    this.name = parts.name;
    this.#shared = shared;
    this.#facts = new CatalogFacts(parts.catalog);
    this.#values = parts.values ?? NO_VALUES;
    this.#valueFacts = new ValueFacts(this.#values, shared.redactor);
    this.#context = {
      target: parts.name,
      accountId: parts.accountId,
      region: parts.region,
      catalog: parts.catalog,
      writes: parts.writes,
      ...shared,
      entries,
      ended: new EndedRecords(shared.clock.monotonic()),
      memory: new Memory(shared.journal, parts.name, shared.log),
      follower: new Follower({
        catalog: parts.catalog,
        clock: shared.clock,
        log: shared.log,
        stop: shared.stop,
        estateSize: 1,
      }),
      desired: () => this.#desired,
      observation: () => this.#observation,
      facts: () => this.#facts,
      values: () => this.#valueFacts,
      allowed: (key) => this.#allowed.get(key),
      asked: (key) => this.#asked.has(key),
      held: (key) => this.#held(key),
      known,
      removal: (key) => this.#removals.get(key),
      waitsFor: (key) => this.#waitsFor(this.#dependenciesOf(key)),
      park: (key) => this.#park(key),
      importing: new Set(),
    };
    shared.board.subscribe((view) => this.#unpark(view));
    this.#queue = new KeyedQueue({
      concurrency: parts.maxInFlight,
      clock: shared.clock,
      work: (key) => this.#work(key),
      onDone: () => this.#tellQuiet(),
      laneOf: (key) => this.#typeOf(key),
      laneLimits: parts.maxInFlightByType,
    });
  }

  /** Loads the journal and queues every open request first: they take slots before new starts. */
  static async open(parts: TargetParts, shared: Shared): Promise<TargetReconciler> {
    const entries = await Entries.load(shared.journal, parts.name);
    const known = await KnownDocuments.load(shared.journal, parts.name);
    return new TargetReconciler(parts, shared, entries, known);
  }

  resume(): number {
    const open = this.#context.entries.openIntents();
    for (const key of open) this.#queue.add(key, PRIORITY.resume);
    return open.length;
  }

  /**
   * Takes over a revision without looking at AWS. Until it has been reviewed as a whole nothing of
   * it may run: what the plan of another revision allowed does not count any more.
   */
  setDesired(desired: DesiredState): void {
    if (desired !== this.#desired) this.#allowed = new Map();
    this.#desired = desired;
    this.#context.known.heed(desired);
  }

  /** Reads the whole target, judges the whole plan, and queues the names that may change. */
  async review(): Promise<Review> {
    const facts = new CatalogFacts(this.#context.catalog);
    const values = new ValueFacts(this.#values, this.#shared.redactor);
    const desired = this.#desired;
    const startedMs = this.#context.clock.monotonic();
    const review = await reviewTarget(
      {
        ...this.#context,
        facts: () => facts,
        values: () => values,
        caps: this.#shared.caps,
        waitsOn: (spec) => this.#waitsFor(spec.dependsOn),
      },
      desired,
    );
    if (review.kind === 'failed' || desired !== this.#desired) return review;
    this.#facts = facts;
    this.#valueFacts = values;
    this.#observation = review.observation;
    this.#removals = review.removals;
    this.#context.follower.estateSize = review.observation.estateSize;
    const busy = new Set(this.#context.entries.openIntents());
    for (const view of statusesOf(this.#context, review)) {
      // What came to its end while the rest was read was seen as it was before.
      if (busy.has(view.key) || this.#context.ended.at(view.key) > startedMs) continue;
      this.#announce(view);
      this.#context.board.set(view);
    }
    const shown = new Set([...desired.declared, ...review.removals.keys(), ...busy]);
    for (const gone of this.#context.board.keepOnly(this.name, shown))
      this.#log(
        'info',
        'product.unmanaged',
        gone,
        'no document declares it any more; it is left as it is',
      );
    await this.#remember(review, desired);
    await this.#context.board.flush();
    return review;
  }

  /** What a person must know is logged when it comes up, not at every look. */
  #announce(view: ProductStatusView): void {
    const before = this.#context.board.get(this.name, view.key);
    const isNew = before?.reason !== view.reason || before.message !== view.message;
    if (!isNew) return;
    if (view.condition === 'Stalled') this.#log('error', 'product.stalled', view);
    else if (view.drift && view.condition === 'Ready') this.#log('warn', 'drift.reported', view);
  }

  #log(level: LogLevel, event: string, view: ProductStatusView, message?: string): void {
    const fields = {
      target: view.target,
      provisionedProduct: view.name,
      reason: view.message,
      next: view.next ?? undefined,
      document: formatPosition(view.at),
    };
    this.#context.log.write(
      level,
      event,
      message === undefined ? fields : { ...fields, reason: undefined, next: undefined },
      message,
    );
  }

  /** What is in effect from now on, and which documents there were: later drift is told by it. */
  async #remember(review: Extract<Review, { kind: 'ok' }>, desired: DesiredState): Promise<void> {
    const context = this.#context;
    if (context.journal.readOnly !== null || context.fingerprinter === null) return;
    const at = isoNow(context.clock);
    const inSync = [...review.evaluations.values()].filter(isInEffect);
    const digests = new Map(inSync.map(({ spec }) => [spec.key, specDigestOf(context, spec)]));
    await context.entries.updateMany([...digests.keys()], (key, entry) => {
      const specDigest = digests.get(key);
      const evaluation = review.evaluations.get(key);
      if (specDigest === undefined || evaluation === undefined) return entry;
      const applied = appliedIn(evaluation, entry);
      const known =
        entry.inEffect?.specDigest === specDigest &&
        entry.latch === null &&
        entry.appliedVersion === applied;
      if (known) return entry;
      const inEffect = { specDigest, revision: desired.revision, at };
      return { ...recordInEffect(entry, inEffect), appliedVersion: applied };
    });
    if (desired.specs.size + desired.invalid.size < desired.declared.size) return;
    await context.journal.putDocuments(this.name, context.known.all());
  }

  #dependenciesOf(key: ProductKey): readonly Dependency[] {
    return this.#desired.specs.get(key)?.dependsOn ?? this.#removals.get(key)?.after ?? [];
  }

  #waitsFor(dependencies: readonly Dependency[]): Wait | null {
    const { board, isInRun } = this.#shared;
    return waitFor(
      {
        target: this.name,
        revision: this.#desired.revision,
        statusOf: (target, key) => board.get(target, key),
        isInRun,
      },
      dependencies,
    );
  }

  #park(key: ProductKey): void {
    this.#parked.add(key);
    this.#showWait(key);
  }

  #showWait(key: ProductKey): void {
    const { board, clock } = this.#shared;
    const wait = this.#waitsFor(this.#dependenciesOf(key));
    const before = board.get(this.name, key);
    if (wait === null || before === undefined) return;
    const what = { stalled: false, reason: 'WaitsFor', message: wait.why, next: wait.next };
    board.set(statusOfTrouble(before, what, isoNow(clock)));
  }

  /** What waited for this one alone is queued; no call is made to find that out. */
  #unpark(view: ProductStatusView): void {
    for (const key of [...this.#parked]) {
      const dependencies = this.#dependenciesOf(key);
      const concerns = dependencies.some(
        (one) => one.target === view.target && one.key === view.key,
      );
      if (!concerns) continue;
      if (this.#waitsFor(dependencies) !== null) {
        this.#showWait(key);
        continue;
      }
      this.#parked.delete(key);
      this.#queue.add(key, PRIORITY.commit);
    }
  }

  /** Lets the changes of a reviewed plan run, unless another revision has come meanwhile. */
  release(review: Review, priority: Priority): number {
    if (review.kind === 'failed' || review.desired !== this.#desired) return 0;
    const allowed = allowedSteps(review);
    this.#allowed = allowed;
    for (const key of allowed.keys()) {
      this.#parked.delete(key);
      this.#queue.add(key, priority);
    }
    return allowed.size;
  }

  async retry(key: ProductKey): Promise<void> {
    await forgetTrouble(this.#context, key);
    this.#asked.add(key);
    this.#failures.delete(key);
    this.#context.log.write('info', 'product.retryAsked', about(this.#context, key));
  }

  get context(): TargetContext {
    return this.#context;
  }

  get pending(): number {
    return this.#queue.size + this.#queue.delayed;
  }

  /** Resolves when nothing waits, runs or is due later. */
  quiet(): Promise<void> {
    if (this.pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#quiet.add(resolve));
  }

  /** How many records of ours have ended since the start. */
  get recordsEnded(): number {
    return this.#context.ended.count;
  }

  /** Resolves when nothing waits or runs now; what is due later does not count. */
  drained(): Promise<void> {
    return this.#queue.idle();
  }

  close(): void {
    this.#queue.close();
  }

  /** Resolves when running passes have ended; call `close` and abort `stop` first. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  /** An open request tells it even before anything was observed. */
  #typeOf(key: ProductKey): string | null {
    const live = this.#observation?.products.get(key);
    if (live?.kind === 'present') return live.type;
    const open = this.#context.entries.get(key).intent?.productType;
    if (open !== undefined && open !== null) return open;
    const product = this.#desired.specs.get(key)?.product;
    if (product === undefined || product === null) return null;
    const name = product.kind === 'id' ? product.id : product.name;
    return this.#observation?.types.get(name) ?? null;
  }

  #held(key: ProductKey): string | null {
    if (this.#shared.stop.aborted) return 'shutting down';
    if (this.#desired.invalid.has(key)) return 'its document is invalid now';
    return this.#shared.heldBack();
  }

  async #work(key: ProductKey): Promise<void> {
    let outcome: Outcome;
    try {
      outcome = await runPass(this.#context, key);
    } catch (error) {
      const message = this.#context.redactor.redact(
        error instanceof Error ? error.message : String(error),
      );
      this.#context.log.write('error', 'pass.failed', {
        ...about(this.#context, key),
        reason: message,
      });
      outcome = { kind: 'retry', error: message };
    }
    this.#after(key, outcome);
    await this.#context.board.flush();
  }

  #after(key: ProductKey, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'settled':
      case 'stalled':
        this.#asked.delete(key);
        this.#failures.delete(key);
        return;
      case 'again':
        // `retry` let the latch fall: a new one tells that the attempt that was asked for was made.
        if (this.#context.entries.get(key).latch !== null) this.#asked.delete(key);
        this.#failures.delete(key);
        this.#queue.addAfter(key, outcome.afterMs, PRIORITY.resync);
        return;
      case 'retry': {
        const failures = (this.#failures.get(key) ?? 0) + 1;
        this.#failures.set(key, failures);
        const delayMs = backoffMs(failures, this.#context.random());
        this.#queue.addAfter(key, delayMs, PRIORITY.resync);
        this.#noteRetry(key, outcome.error, delayMs);
        return;
      }
      default:
        outcome satisfies never;
    }
  }

  #noteRetry(key: ProductKey, error: string, delayMs: number): void {
    this.#context.log.write('warn', 'product.retrying', {
      ...about(this.#context, key),
      afterMs: delayMs,
      reason: error,
    });
    const before = this.#context.board.get(this.name, key);
    if (before === undefined || before.condition === 'Stalled') return;
    const trouble = { stalled: false, reason: 'Retrying', message: error, next: null };
    this.#context.board.set(statusOfTrouble(before, trouble, isoNow(this.#context.clock)));
  }

  #tellQuiet(): void {
    if (this.pending > 0) return;
    for (const resolve of this.#quiet) resolve();
    this.#quiet.clear();
  }
}

/** What the rule for the version found, where it is what runs. */
function appliedIn({ effective, live }: Evaluation, entry: ProductEntry): AppliedVersion | null {
  if (live.kind !== 'present' || live.version.kind !== 'read') return entry.appliedVersion;
  return appliedVersionOf(effective, entry, live.version.value.id);
}

/** As declared, but for something newer that is only reported. */
function isInEffect({ change: { verdict }, comparison }: Evaluation): boolean {
  if (verdict.kind !== 'reported') return verdict.kind === 'inSync';
  const isNewer =
    verdict.reason === 'onNewVersion: report' || verdict.reason === 'onRotate: report';
  return isNewer && comparison?.differences.length === 0;
}
