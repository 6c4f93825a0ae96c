import type { Digest, ProductKey } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import { Asks } from './asks.ts';
import { backoffMs } from './backoff.ts';
import { about, type TargetContext } from './context.ts';
import { runPass } from './pass.ts';
import { typesOf } from './product-types.ts';
import { KeyedQueue, PRIORITY, type Priority } from './queue.ts';
import type { Shared } from './shared.ts';
import { trouble } from './trouble.ts';

interface WorkerOptions {
  readonly context: TargetContext;
  readonly shared: Pick<Shared, 'oneShot' | 'stop'>;
  readonly maxInFlight: number;
  /** Some types have a cap of their own. */
  readonly maxInFlightByType: ReadonlyMap<string, number>;
}

/** Works the names of one target, one pass at a time each, within its slots; waits and tries again. */
export class Worker {
  readonly #context: TargetContext;
  readonly #shared: Pick<Shared, 'oneShot' | 'stop'>;
  readonly #queue: KeyedQueue;
  readonly #failures = new Map<ProductKey, number>();
  readonly asks: Asks;
  readonly #resting = new Map<ProductKey, AbortController>();
  readonly #quiet = new Set<() => void>();

  constructor({ context, shared, ...caps }: WorkerOptions) {
    this.#context = context;
    this.asks = new Asks(context);
    this.#shared = shared;
    // What is of a type that nothing tells yet may be of any that has a limit.
    const limited = [...caps.maxInFlightByType.keys()];
    this.#queue = new KeyedQueue({
      concurrency: caps.maxInFlight,
      clock: context.clock,
      work: (key) => this.#work(key),
      onDone: () => this.#tellQuiet(),
      lanesOf: (key) => typesOf(context, key) ?? limited,
      laneLimits: caps.maxInFlightByType,
      mayRun: (key) => context.unattended.has(key),
    });
    context.types.subscribe(() => this.#queue.wake());
  }

  add(key: ProductKey, priority: Priority): void {
    this.#queue.add(key, priority);
  }

  /** Ends the wait of one that rests with its slot: there is a new plan. */
  wake(key: ProductKey): void {
    this.#resting.get(key)?.abort();
  }

  /** A person asks for another attempt, at once and as if nothing had failed. */
  ask(key: ProductKey, document?: Digest): void {
    this.asks.add(key, document);
    this.#failures.delete(key);
    this.wake(key);
  }

  /** More of its type are in flight than may be: only what runs goes on. */
  isCrowded(key: ProductKey): boolean {
    return this.#queue.isCrowded(key);
  }

  get pending(): number {
    return this.#queue.size + this.#queue.delayed;
  }

  /** Resolves when nothing waits, runs or is due later. */
  quiet(): Promise<void> {
    if (this.pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#quiet.add(resolve));
  }

  /** Resolves when nothing waits or runs now; what is due later does not count. */
  drained(): Promise<void> {
    return this.#queue.idle();
  }

  close(): void {
    this.#queue.close();
  }

  async #work(key: ProductKey): Promise<void> {
    for (;;) {
      const outcome = await this.#pass(key);
      const afterMs = this.#after(key, outcome);
      await this.#context.board.flush();
      // Where the shutdown takes its time, what was stopped would begin again at once, over and over.
      if (afterMs === null || this.#shared.stop.aborted) return;
      if (!this.#keepsSlot(key, outcome)) {
        this.#queue.addAfter(key, afterMs, await this.#priorityOf(key));
        return;
      }
      await this.#rest(key, afterMs);
      if (this.#shared.stop.aborted) return;
    }
  }

  /** What is open goes before new starts, unless it could only be held again, over and over. */
  async #priorityOf(key: ProductKey): Promise<Priority> {
    const { entries, desired, hold } = this.#context;
    if (entries.get(key).intent === null || desired().invalid.has(key)) return PRIORITY.resync;
    return (await hold(key)) === null ? PRIORITY.resume : PRIORITY.resync;
  }

  async #pass(key: ProductKey): Promise<Outcome> {
    this.#context.guard.admission.begin(key);
    try {
      const outcome = await runPass(this.#context, key);
      const isHeld =
        this.#shared.oneShot === true &&
        outcome.kind === 'again' &&
        (await this.#context.hold(key)) !== null;
      return isHeld ? { kind: 'left' } : outcome;
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
      case 'stalled': {
        const isToBeTried = outcome.kind === 'stalled' && this.asks.outlives(key);
        if (!isToBeTried) this.asks.drop(key);
        this.#failures.delete(key);
        return isToBeTried ? 0 : null;
      }
      case 'left':
        this.#failures.delete(key);
        return null;
      case 'again':
        if (this.asks.outlives(key)) return 0;
        // `retry` let the latch fall: a new one tells that the attempt that was asked for was made.
        if (this.#context.entries.get(key).latch !== null) this.asks.drop(key);
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
    const before = this.#context.board.get(this.#context.target, key);
    if (before === undefined || before.condition === 'Stalled') return;
    const what = { stalled: false, reason: 'Retrying', message: error, next: null };
    trouble(this.#context, key, what);
  }

  #tellQuiet(): void {
    if (this.pending > 0) return;
    for (const resolve of this.#quiet) resolve();
    this.#quiet.clear();
  }
}
