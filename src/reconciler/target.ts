import type { Hold } from '../domain/hold.ts';
import type { Digest, ProductKey, TargetName } from '../domain/ids.ts';
import type { Step } from '../domain/request.ts';
import type { Dependency } from '../domain/spec.ts';
import { answered } from './answered.ts';
import { askedAgain, isForAnother } from './asked-again.ts';
import { CatalogFacts } from './catalog-facts.ts';
import { about, type DesiredState, type TargetContext } from './context.ts';
import { EndedRecords } from './ended-records.ts';
import { replacing } from './hold-back.ts';
import { holdSubject } from './hold-subject.ts';
import { type Holds, type HoldsNow, holdsOf } from './holds.ts';
import { rememberInEffect } from './in-effect.ts';
import { lookedAt } from './lag.ts';
import { hasLeftOutChanged, readElsewhere, type SeenElsewhere } from './left-out.ts';
import type { Observation } from './observe.ts';
import { Parking } from './parking.ts';
import type { Values } from './ports/values.ts';
import { PRIORITY, type Priority } from './queue.ts';
import type { Removal } from './removals.ts';
import { allowedSteps, type Review, reviewTarget } from './review.ts';
import { Rollouts } from './rollouts.ts';
import type { Shared, TargetParts } from './shared.ts';
import { showReview } from './show-review.ts';
import { fixedContext, type LoadedTarget, loadTarget } from './target-parts.ts';
import { forgetTrouble } from './trouble.ts';
import { NO_VALUES, ValueFacts } from './value-facts.ts';
import { Worker } from './worker.ts';

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
  readonly #worker: Worker;
  readonly #shared: Shared;
  /** Of this target alone: `stop` is for the whole process. */
  readonly #abandoned = new AbortController();
  #desired: DesiredState = NOTHING;
  /** Of this revision; null: not read yet. */
  #elsewhere: SeenElsewhere | null = null;
  #observation: Observation | null = null;
  #facts: CatalogFacts;
  readonly #values: Values;
  #valueFacts: ValueFacts;
  #allowed: ReadonlyMap<ProductKey, readonly Step[]> = new Map();
  #removals: ReadonlyMap<ProductKey, Removal> = new Map();
  readonly #parking: Parking;
  readonly #holds: Holds;
  readonly #rollouts: Rollouts;

  private constructor(parts: TargetParts, given: Shared, loaded: LoadedTarget) {
    this.name = parts.name;
    const stop = AbortSignal.any([given.stop, this.#abandoned.signal]);
    const shared: Shared = { ...given, stop };
    this.#shared = shared;
    this.#facts = new CatalogFacts(parts.catalog);
    this.#values = parts.values ?? NO_VALUES;
    this.#valueFacts = new ValueFacts(this.#values, shared.redactor);
    this.#holds = holdsOf(shared);
    const ended = new EndedRecords(shared.clock.monotonic());
    const { entries } = loaded;
    const { board, log, rolloutRules: rules } = shared;
    this.#rollouts = new Rollouts({ target: parts.name, rules, board, log, entries, ended });
    this.#context = {
      ...fixedContext(parts, shared, loaded, ended),
      desired: () => this.#desired,
      observation: () => this.#observation,
      facts: () => this.#facts,
      values: () => this.#valueFacts,
      allowed: (key) => this.#allowed.get(key),
      asked: (key) => this.#worker.asks.has(key),
      attempted: (key) => this.#worker.asks.attempted(key),
      attempt: (key, step) => this.#worker.asks.attempt(key, step),
      held: (key) => this.#held(key),
      hold: async (key) => this.#holdOf(await this.#holds.now(), key),
      removal: (key) => this.#removals.get(key),
      waitsFor: (key) => this.#parking.waitsFor(key),
      dependencyWait: (key) => this.#parking.dependencyWait(key),
      rollouts: this.#rollouts,
      park: (key) => this.#parking.park(key),
    };
    this.#parking = new Parking({
      target: parts.name,
      board: shared.board,
      clock: shared.clock,
      isInRun: shared.isInRun,
      hasChanged: (one) => hasLeftOutChanged(this.#context, this.#elsewhere ?? new Map(), one),
      revision: () => this.#desired.revision,
      dependenciesOf: (key) => this.#dependenciesOf(key),
      rollouts: this.#rollouts,
      onFree: (key) => this.#worker.add(key, PRIORITY.commit),
    });
    this.#worker = new Worker({
      context: this.#context,
      shared,
      maxInFlight: parts.maxInFlight,
      maxInFlightByType: parts.maxInFlightByType,
    });
  }

  /** Loads the journal and queues every open request first: they take slots before new starts. */
  static async open(parts: TargetParts, shared: Shared): Promise<TargetReconciler> {
    return new TargetReconciler(parts, shared, await loadTarget(parts.name, shared));
  }

  resume(): number {
    const open = this.#context.entries.openIntents();
    for (const key of open) this.#worker.add(key, PRIORITY.resume);
    return open.length;
  }

  /**
   * Takes over a revision without looking at AWS. Until it has been reviewed as a whole nothing of
   * it may run: what the plan of another revision allowed does not count any more.
   */
  setDesired(desired: DesiredState): void {
    if (desired !== this.#desired) {
      this.#allowed = new Map();
      this.#elsewhere = null;
      this.#context.guard.admission.enforce(null);
    }
    this.#desired = desired;
    this.#context.known.heed(this.#context, desired);
  }

  /** Reads the whole target, judges the whole plan, and queues the names that may change. */
  async review(): Promise<Review> {
    const facts = new CatalogFacts(this.#context.catalog);
    const values = new ValueFacts(this.#values, this.#shared.redactor);
    const desired = this.#desired;
    const looked = lookedAt(this.#context.clock);
    const endedBefore = this.recordsEnded;
    const asked = this.#worker.asks.keys();
    const elsewhere = this.#elsewhere ?? (await readElsewhere(this.#context, desired));
    if (desired === this.#desired) this.#elsewhere = elsewhere;
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
    this.#context.types.learn(review.observation.types);
    this.#removals = review.removals;
    this.#rollouts.take(review.rollouts, endedBefore);
    this.#context.follower.estateSize = review.observation.estateSize;
    for (const key of answered(review, asked)) this.#worker.asks.drop(key);
    const holds = await this.#holds.now();
    showReview(this.#context, review, looked, (key) => this.#holdOf(holds, key));
    await rememberInEffect(this.#context, review, desired);
    await this.#context.board.flush();
    return review;
  }

  #dependenciesOf(key: ProductKey): readonly Dependency[] {
    return this.#desired.specs.get(key)?.dependsOn ?? this.#removals.get(key)?.after ?? [];
  }

  /** Lets the changes of a reviewed plan run, unless another revision has come meanwhile. */
  release(review: Review, priority: Priority): number {
    if (review.kind === 'failed' || review.desired !== this.#desired) return 0;
    const allowed = allowedSteps(review);
    this.#context.guard.admission.enforce(review.judgement);
    this.#allowed = allowed;
    for (const key of allowed.keys()) {
      this.#parking.leave(key);
      this.#worker.wake(key);
      this.#worker.add(key, priority);
    }
    return allowed.size;
  }

  /** `document`: only as long as its document has this digest; without: whatever it says. */
  async retry(key: ProductKey, document?: Digest): Promise<void> {
    if (isForAnother(this.#context, key, document)) return;
    await forgetTrouble(this.#context, key);
    this.#worker.ask(key, document);
    this.#context.log.write('info', 'product.retryAsked', about(this.#context, key));
  }

  /** What a person asked for and nothing has attempted yet is left to whoever reconciles next. */
  async keepAsked(): Promise<void> {
    for (const request of askedAgain(this.#context, this.#worker.asks.keys()))
      await this.#shared.journal.ask(request);
  }

  get context(): TargetContext {
    return this.#context;
  }

  get pending(): number {
    return this.#worker.pending;
  }

  /** Resolves when nothing waits, runs or is due later. */
  quiet(): Promise<void> {
    return this.#worker.quiet();
  }

  /** How many records of ours have ended since the start. */
  get recordsEnded(): number {
    return this.#context.ended.count;
  }

  /**
   * Resolves when nothing waits or runs now; what is due later does not count. After `abandon`,
   * and after `close` with `stop` aborted: when the running passes have ended.
   */
  drained(): Promise<void> {
    return this.#worker.drained();
  }

  close(): void {
    this.#worker.close();
  }

  /** Closes it as if `stop` were aborted: what is in flight is left to the process that comes next. */
  abandon(): void {
    this.#abandoned.abort();
    this.close();
  }

  #held(key: ProductKey): string | null {
    if (this.#shared.stop.aborted) return 'shutting down';
    if (this.#desired.invalid.has(key)) return 'its document is invalid now';
    if (this.#worker.isCrowded(key)) return 'more of its type are in flight than may be';
    return this.#shared.heldBack();
  }

  #holdOf(holds: HoldsNow, key: ProductKey): Hold | null {
    const spec = this.#desired.specs.get(key);
    const known = this.#context.known.get(key);
    const parts = { target: this.name, key, spec, known, observation: this.#observation };
    return holds(holdSubject(parts), replacing(this.#context, key));
  }
}
