import { recordInEffect } from '../diff/record.ts';
import type { AccountId, ProductKey, TargetName } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Step } from '../domain/request.ts';
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
import { Entries } from './entries.ts';
import { forgetTrouble } from './finish.ts';
import { Follower } from './follow.ts';
import { Memory } from './memory.ts';
import type { Observation } from './observe.ts';
import { runPass } from './pass.ts';
import type { Catalog, Clock, Fingerprinter, Journal, Log, Random } from './ports.ts';
import { KeyedQueue, PRIORITY, type Priority } from './queue.ts';
import type { Redactor } from './redact.ts';
import { allowedSteps, type Review, reviewTarget, statusesOf } from './review.ts';
import type { StatusBoard } from './status-board.ts';

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
  readonly maxChanges: number;
  /** A change that is not in the reviewed plan is left out, instead of waiting for the next review. */
  readonly leaveOut: boolean;
  readonly stop: AbortSignal;
  /** Why no target may start a mutating call now (source unreadable, journal read-only), or null. */
  heldBack(): string | null;
}

export interface TargetParts {
  readonly name: TargetName;
  readonly accountId: AccountId;
  readonly region: string;
  readonly catalog: Catalog;
  readonly writes: WriteGate;
  readonly maxInFlight: number;
}

const NOTHING: DesiredState = {
  revision: '',
  specs: new Map(),
  invalid: new Map(),
  declared: new Set(),
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
  #allowed: ReadonlyMap<ProductKey, readonly Step[]> = new Map();

  private constructor(parts: TargetParts, shared: Shared, entries: Entries) {
    this.name = parts.name;
    this.#shared = shared;
    this.#facts = new CatalogFacts(parts.catalog);
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
      allowed: (key) => this.#allowed.get(key),
      asked: (key) => this.#asked.has(key),
      held: (key) => this.#held(key),
    };
    this.#queue = new KeyedQueue({
      concurrency: parts.maxInFlight,
      clock: shared.clock,
      work: (key) => this.#work(key),
      onDone: () => this.#tellQuiet(),
    });
  }

  /** Loads the journal and queues every open request first: they take slots before new starts. */
  static async open(parts: TargetParts, shared: Shared): Promise<TargetReconciler> {
    const entries = await Entries.load(shared.journal, parts.name);
    return new TargetReconciler(parts, shared, entries);
  }

  resume(): number {
    const open = this.#context.entries.openIntents();
    for (const key of open) this.#queue.add(key, PRIORITY.resume);
    return open.length;
  }

  /** Takes over a revision without looking at AWS; queued names are computed against it from now on. */
  setDesired(desired: DesiredState): void {
    this.#desired = desired;
  }

  /** Reads the whole target, judges the whole plan, and queues the names that may change. */
  async review(): Promise<Review> {
    const facts = new CatalogFacts(this.#context.catalog);
    const desired = this.#desired;
    const review = await reviewTarget(
      { ...this.#context, facts: () => facts, maxChanges: this.#shared.maxChanges },
      desired,
    );
    if (review.kind === 'failed' || desired !== this.#desired) return review;
    this.#facts = facts;
    this.#observation = review.observation;
    this.#context.follower.estateSize = review.observation.estateSize;
    const busy = new Set(this.#context.entries.openIntents());
    for (const view of statusesOf(this.#context, review))
      if (!busy.has(view.key)) this.#context.board.set(view);
    this.#context.board.keepOnly(this.name, desired.declared);
    await this.#remember(review, desired);
    await this.#context.board.flush();
    return review;
  }

  /** What is in effect from now on, and which documents there were: later drift is told by it. */
  async #remember(review: Extract<Review, { kind: 'ok' }>, desired: DesiredState): Promise<void> {
    const context = this.#context;
    if (context.journal.readOnly !== null || context.fingerprinter === null) return;
    const at = isoNow(context.clock);
    const inSync = [...review.evaluations.values()].filter(
      ({ change }) => change.verdict.kind === 'inSync',
    );
    const digests = new Map(inSync.map(({ spec }) => [spec.key, specDigestOf(context, spec)]));
    await context.entries.updateMany([...digests.keys()], (key, entry) => {
      const specDigest = digests.get(key);
      const known =
        specDigest === undefined ||
        (entry.inEffect?.specDigest === specDigest && entry.latch === null);
      return known ? entry : recordInEffect(entry, { specDigest, revision: desired.revision, at });
    });
    if (desired.specs.size + desired.invalid.size < desired.declared.size) return;
    await context.journal.putDocuments(
      this.name,
      [...desired.specs.values()].map((spec) => ({
        key: spec.key,
        name: spec.name,
        file: spec.origin.at.file,
        digest: specDigestOf(context, spec),
      })),
    );
  }

  /** Lets the changes of a reviewed plan run; an empty set lets nothing run. */
  release(review: Review, only: ReadonlySet<ProductKey> | null, priority: Priority): number {
    const allowed = allowedSteps(review, only);
    this.#allowed = allowed;
    for (const key of allowed.keys()) this.#queue.add(key, priority);
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
