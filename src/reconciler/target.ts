import type { ApprovalWish } from '../domain/guard.ts';
import type { Hold } from '../domain/hold.ts';
import { type Digest, nameInKey, type ProductKey, type TargetName } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Step } from '../domain/request.ts';
import type { Dependency } from '../domain/spec.ts';
import { announce, announceUnmanaged } from './announce.ts';
import { backoffMs } from './backoff.ts';
import { CatalogFacts } from './catalog-facts.ts';
import { statusOfTrouble } from './conditions.ts';
import { about, type DesiredState, EndedRecords, isoNow, type TargetContext } from './context.ts';
import { Entries } from './entries.ts';
import { Follower } from './follow.ts';
import { GuardGate } from './guard-gate.ts';
import { heldStatus, replacing } from './hold-back.ts';
import { type Holds, type HoldsNow, holdsOf } from './holds.ts';
import { rememberInEffect } from './in-effect.ts';
import { KnownDocuments } from './known.ts';
import { lagsBehindUs } from './lag.ts';
import { Memory } from './memory.ts';
import type { Observation } from './observe.ts';
import { Parking } from './parking.ts';
import { runPass } from './pass.ts';
import type { Values } from './ports.ts';
import { KeyedQueue, PRIORITY, type Priority } from './queue.ts';
import type { Removal } from './removals.ts';
import {
  allowedSteps,
  changeIn,
  type Review,
  type Reviewed,
  reviewTarget,
  statusesOf,
} from './review.ts';
import { Rollouts, waiveFailures } from './rollouts.ts';
import type { Shared, TargetParts } from './shared.ts';
import { forgetTrouble } from './trouble.ts';
import { NO_VALUES, ValueFacts } from './value-facts.ts';

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
  readonly #resting = new Map<ProductKey, AbortController>();
  readonly #quiet = new Set<() => void>();
  #desired: DesiredState = NOTHING;
  #observation: Observation | null = null;
  #facts: CatalogFacts;
  readonly #values: Values;
  #valueFacts: ValueFacts;
  #allowed: ReadonlyMap<ProductKey, readonly Step[]> = new Map();
  #removals: ReadonlyMap<ProductKey, Removal> = new Map();
  readonly #parking: Parking;
  readonly #holds: Holds;
  readonly #rollouts: Rollouts;

  private constructor(
    parts: TargetParts,
    shared: Shared,
    { entries, known, guard }: Pick<TargetContext, 'entries' | 'known' | 'guard'>,
  ) {
    this.name = parts.name;
    this.#shared = shared;
    this.#facts = new CatalogFacts(parts.catalog);
    this.#values = parts.values ?? NO_VALUES;
    this.#valueFacts = new ValueFacts(this.#values, shared.redactor);
    this.#holds = holdsOf(shared);
    const ended = new EndedRecords(shared.clock.monotonic());
    const { board, log, rolloutRules: rules } = shared;
    this.#rollouts = new Rollouts({ target: parts.name, rules, board, log, entries, ended });
    this.#context = {
      target: parts.name,
      accountId: parts.accountId,
      region: parts.region,
      catalog: parts.catalog,
      writes: parts.writes,
      ...shared,
      entries,
      guard,
      ended,
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
      hold: async (key) => this.#holdOf(await this.#holds.now(), key),
      known,
      removal: (key) => this.#removals.get(key),
      waitsFor: (key) => this.#parking.waitsFor(key),
      dependencyWait: (key) => this.#parking.dependencyWait(key),
      rollouts: this.#rollouts,
      park: (key) => this.#parking.park(key),
      importing: new Set(),
    };
    this.#parking = new Parking({
      target: parts.name,
      board: shared.board,
      clock: shared.clock,
      isInRun: shared.isInRun,
      revision: () => this.#desired.revision,
      dependenciesOf: (key) => this.#dependenciesOf(key),
      rollouts: this.#rollouts,
      onFree: (key) => this.#queue.add(key, PRIORITY.commit),
    });
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
    const { journal, clock, log, caps, approvals: wishes = [] } = shared;
    const target = parts.name;
    const guard = await GuardGate.load({ target, journal, entries, clock, log, caps, wishes });
    return new TargetReconciler(parts, shared, { entries, known, guard });
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
    if (desired !== this.#desired) {
      this.#allowed = new Map();
      this.#context.guard.enforce(null);
    }
    this.#desired = desired;
    this.#context.known.heed(desired);
  }

  /** Reads the whole target, judges the whole plan, and queues the names that may change. */
  async review(): Promise<Review> {
    const facts = new CatalogFacts(this.#context.catalog);
    const values = new ValueFacts(this.#values, this.#shared.redactor);
    const desired = this.#desired;
    const startedMs = this.#context.clock.monotonic();
    const endedBefore = this.recordsEnded;
    const review = await reviewTarget(
      {
        ...this.#context,
        facts: () => facts,
        values: () => values,
        rolloutRules: this.#shared.rolloutRules,
        waitsOn: (spec) => this.#parking.waitsOn(spec.dependsOn),
      },
      desired,
    );
    if (review.kind === 'failed' || desired !== this.#desired) return review;
    this.#facts = facts;
    this.#valueFacts = values;
    this.#observation = review.observation;
    this.#removals = review.removals;
    this.#rollouts.take(review.rollouts, endedBefore);
    this.#context.follower.estateSize = review.observation.estateSize;
    const busy = new Set(this.#context.entries.openIntents());
    const holds = await this.#holds.now();
    for (const seen of statusesOf(this.#context, review)) {
      // What came to its end while the rest was read, or just before, was seen as it was before.
      if (busy.has(seen.key) || this.#context.ended.at(seen.key) > startedMs) continue;
      if (this.#lags(review, seen.key)) continue;
      const view = heldStatus(seen, changeIn(review, seen.key), this.#holdOf(holds, seen.key));
      announce(this.#context, view);
      this.#context.board.set(view);
    }
    const shown = new Set([...desired.declared, ...review.removals.keys(), ...busy]);
    for (const gone of this.#context.board.keepOnly(this.name, shown))
      if (gone.reason !== 'Terminated') announceUnmanaged(this.#context, gone);
    await rememberInEffect(this.#context, review, desired);
    await this.#context.board.flush();
    return review;
  }

  /** What was just made is absent where AWS does not show it yet. */
  #lags({ desired, observation }: Reviewed, key: ProductKey): boolean {
    const spec = desired.specs.get(key);
    const live = observation.products.get(key);
    return spec !== undefined && live?.kind === 'absent' && lagsBehindUs(this.#context, spec, live);
  }

  #dependenciesOf(key: ProductKey): readonly Dependency[] {
    return this.#desired.specs.get(key)?.dependsOn ?? this.#removals.get(key)?.after ?? [];
  }

  /** Lets the changes of a reviewed plan run, unless another revision has come meanwhile. */
  release(review: Review, priority: Priority): number {
    if (review.kind === 'failed' || review.desired !== this.#desired) return 0;
    const allowed = allowedSteps(review);
    this.#context.guard.enforce(review.judgement);
    this.#allowed = allowed;
    for (const key of allowed.keys()) {
      this.#parking.leave(key);
      this.#resting.get(key)?.abort();
      this.#queue.add(key, priority);
    }
    return allowed.size;
  }

  /** Allows what the review holds back, and returns the review as it is judged with that. */
  async approve(review: Reviewed, wish: ApprovalWish, set: Digest): Promise<Reviewed> {
    const { guard } = this.#context;
    await guard.approvePlanned(review.judgement, set, wish);
    const judgement = await guard.judgeAgain(review.judgement);
    return { ...review, judgement, guards: judgement.refused };
  }

  async retry(key: ProductKey): Promise<void> {
    await forgetTrouble(this.#context, key);
    this.#asked.add(key);
    this.#failures.delete(key);
    this.#resting.get(key)?.abort();
    this.#context.log.write('info', 'product.retryAsked', about(this.#context, key));
  }

  /** A person says that the rollouts of a product go on in spite of what failed; returns how many did. */
  proceed(product: string): Promise<number> {
    return waiveFailures(this.#context, product);
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

  #holdOf(holds: HoldsNow, key: ProductKey): Hold | null {
    const spec = this.#desired.specs.get(key);
    const name = spec?.name ?? this.#context.known.get(key)?.name ?? nameInKey(key);
    const subject = { target: this.name, name, labels: spec?.labels ?? null };
    return holds(subject, replacing(this.#context, key));
  }

  async #work(key: ProductKey): Promise<void> {
    for (;;) {
      const outcome = await this.#pass(key);
      const afterMs = this.#after(key, outcome);
      await this.#context.board.flush();
      if (afterMs === null) return;
      if (!this.#keepsSlot(key, outcome)) {
        this.#queue.addAfter(key, afterMs, PRIORITY.resync);
        return;
      }
      await this.#rest(key, afterMs);
      if (this.#shared.stop.aborted) return;
    }
  }

  async #pass(key: ProductKey): Promise<Outcome> {
    this.#context.guard.begin(key);
    try {
      const outcome = await runPass(this.#context, key);
      const isHeld =
        this.#shared.oneShot === true &&
        outcome.kind === 'again' &&
        (await this.#context.hold(key)) !== null;
      return isHeld ? { kind: 'settled' } : outcome;
    } catch (error) {
      const message = this.#context.redactor.redact(
        error instanceof Error ? error.message : String(error),
      );
      const fields = { ...about(this.#context, key), reason: message };
      this.#context.log.write('error', 'pass.failed', fields);
      return { kind: 'retry', error: message };
    }
  }

  /** A request was sent, and what became of it could not be found out: it may be in flight. */
  #keepsSlot(key: ProductKey, outcome: Outcome): boolean {
    const { intent } = this.#context.entries.get(key);
    return outcome.kind === 'retry' && intent !== null && intent.firstSentAt !== null;
  }

  /** Waits with its slot; a person or a new plan ends the wait. */
  async #rest(key: ProductKey, afterMs: number): Promise<void> {
    const abort = new AbortController();
    this.#resting.set(key, abort);
    const signal = AbortSignal.any([abort.signal, this.#shared.stop]);
    await this.#context.clock.sleep(afterMs, signal);
    this.#resting.delete(key);
  }

  /** When it is worked again, ms from now; null: when something asks for it. */
  #after(key: ProductKey, outcome: Outcome): number | null {
    switch (outcome.kind) {
      case 'settled':
      case 'stalled':
        this.#asked.delete(key);
        this.#failures.delete(key);
        return null;
      case 'again':
        // `retry` let the latch fall: a new one tells that the attempt that was asked for was made.
        if (this.#context.entries.get(key).latch !== null) this.#asked.delete(key);
        this.#failures.delete(key);
        return outcome.afterMs;
      case 'retry': {
        const failures = (this.#failures.get(key) ?? 0) + 1;
        this.#failures.set(key, failures);
        const delayMs = backoffMs(failures, this.#context.random());
        this.#noteRetry(key, outcome.error, delayMs);
        return delayMs;
      }
      default:
        return outcome satisfies never;
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
