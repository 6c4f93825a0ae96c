import PQueue from 'p-queue';
import type { ProductKey } from '../domain/ids.ts';
import type { Clock } from './ports/runtime.ts';

/** Higher runs first: what is already in flight, then people, then commits, then the interval. */
export const PRIORITY = { resume: 3, person: 2, commit: 1, resync: 0 } as const;
export type Priority = (typeof PRIORITY)[keyof typeof PRIORITY];

type Phase =
  | { readonly kind: 'waiting'; readonly priority: Priority }
  /** Its lane is full: it waits without a slot until the lane has room. */
  | { readonly kind: 'parked'; readonly priority: Priority }
  | { readonly kind: 'running' }
  /** Asked for again while it runs: it runs once more, afresh, when it is done. */
  | { readonly kind: 'again'; readonly priority: Priority };

/**
 * A queue of names, never of changes. A name waits once and is worked by one worker at a time;
 * p-queue holds concurrency, order and priority. Rates are not its business: its own window follows
 * the wall clock.
 */
export class KeyedQueue {
  readonly #queue: PQueue;
  readonly #phases = new Map<ProductKey, Phase>();
  readonly #timers = new Map<
    ProductKey,
    { readonly dueMs: number; readonly abort: AbortController }
  >();
  readonly #clock: Clock;
  readonly #work: (key: ProductKey) => Promise<void>;
  readonly #onDone: () => void;
  readonly #lanesOf: (key: ProductKey) => readonly string[];
  readonly #laneLimits: ReadonlyMap<string, number>;
  readonly #mayRun: (key: ProductKey) => boolean;
  #closed = false;

  constructor(options: {
    readonly concurrency: number;
    readonly clock: Clock;
    /** Must not reject. */
    readonly work: (key: ProductKey) => Promise<void>;
    /** Called after each run, when `size` and `delayed` are up to date. */
    readonly onDone: () => void;
    /** Under which limits a name is besides the concurrency of all, by what is known now. */
    readonly lanesOf?: (key: ProductKey) => readonly string[];
    /** How many names of a lane run at one time; a lane that is not there has no limit. */
    readonly laneLimits?: ReadonlyMap<string, number>;
    /** What may be in flight already waits for no room in its lane: it takes some, whatever the limit. */
    readonly mayRun?: (key: ProductKey) => boolean;
  }) {
    this.#mayRun = options.mayRun ?? (() => false);
    this.#lanesOf = options.lanesOf ?? (() => []);
    this.#laneLimits = options.laneLimits ?? new Map();
    this.#queue = new PQueue({ concurrency: options.concurrency });
    this.#clock = options.clock;
    this.#work = options.work;
    this.#onDone = options.onDone;
  }

  add(key: ProductKey, priority: Priority): void {
    if (this.#closed) return;
    this.#cancelTimer(key);
    const phase = this.#phases.get(key);
    switch (phase?.kind) {
      case undefined:
        this.#start(key, priority);
        return;
      case 'waiting':
        if (priority > phase.priority) {
          this.#queue.setPriority(key, priority);
          this.#phases.set(key, { kind: 'waiting', priority });
        }
        return;
      case 'parked':
        if (priority > phase.priority) this.#phases.set(key, { ...phase, priority });
        return;
      case 'running':
        this.#phases.set(key, { kind: 'again', priority });
        return;
      case 'again':
        this.#phases.set(key, {
          kind: 'again',
          priority: Math.max(priority, phase.priority) as Priority,
        });
        return;
      default:
        phase satisfies never;
    }
  }

  /** Adds the name after a delay; of several delays for one name the earliest wins. */
  addAfter(key: ProductKey, delayMs: number, priority: Priority): void {
    if (this.#closed) return;
    const dueMs = this.#clock.monotonic() + delayMs;
    const timer = this.#timers.get(key);
    if (timer !== undefined && timer.dueMs <= dueMs) return;
    this.#cancelTimer(key);
    const abort = new AbortController();
    this.#timers.set(key, { dueMs, abort });
    void this.#clock.sleep(delayMs, abort.signal).then(() => {
      if (abort.signal.aborted) return;
      this.#timers.delete(key);
      this.add(key, priority);
    });
  }

  /** Whether more names of one of its lanes run than may: some ran already, or came to belong to it meanwhile. */
  isCrowded(key: ProductKey): boolean {
    const counts = this.#counts();
    return this.#lanesOf(key).some((lane) => (counts.get(lane) ?? 0) > this.#limitOf(lane));
  }

  /**
   * As many of each lane as it has room for join the queue again: the highest priority first. Asked for
   * from outside when names may have come to belong to another lane.
   */
  wake(): void {
    if (this.#closed) return;
    const parked = [...this.#phases].flatMap(([key, phase]) =>
      phase.kind === 'parked' ? [{ key, ...phase }] : [],
    );
    if (parked.length === 0) return;
    const counts = this.#counts();
    for (const { key, priority } of parked.toSorted((a, b) => b.priority - a.priority)) {
      const hasRoom = this.#hasRoom(key, counts);
      // What waits for room in several lanes is not passed by in one of them.
      this.#count(key, counts);
      if (hasRoom) this.#start(key, priority);
    }
  }

  /** Names that wait or run; delayed ones are not counted. */
  get size(): number {
    return this.#phases.size;
  }

  get delayed(): number {
    return this.#timers.size;
  }

  /** Takes no more work and drops what has not started. Running work goes on: await `idle`. */
  close(): void {
    this.#closed = true;
    this.#queue.clear();
    for (const key of [...this.#timers.keys()]) this.#cancelTimer(key);
    for (const [key, phase] of this.#phases)
      if (phase.kind === 'waiting' || phase.kind === 'parked') this.#phases.delete(key);
  }

  idle(): Promise<void> {
    return this.#queue.onIdle();
  }

  #start(key: ProductKey, priority: Priority): void {
    this.#phases.set(key, { kind: 'waiting', priority });
    void this.#queue.add(() => this.#run(key), { id: key, priority });
  }

  async #run(key: ProductKey): Promise<void> {
    if (!this.#mayRun(key) && !this.#hasRoom(key, this.#counts())) return this.#park(key);
    this.#phases.set(key, { kind: 'running' });
    try {
      await this.#work(key);
    } finally {
      const phase = this.#phases.get(key);
      this.#phases.delete(key);
      if (phase?.kind === 'again' && !this.#closed) this.#start(key, phase.priority);
      this.wake();
      this.#onDone();
    }
  }

  /** How many run of each lane. To which a name belongs may become known while it runs. */
  #counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [key, { kind }] of this.#phases)
      if (kind === 'running' || kind === 'again') this.#count(key, counts);
    return counts;
  }

  #count(key: ProductKey, counts: Map<string, number>): void {
    for (const lane of this.#lanesOf(key)) counts.set(lane, (counts.get(lane) ?? 0) + 1);
  }

  #hasRoom(key: ProductKey, counts: ReadonlyMap<string, number>): boolean {
    return this.#lanesOf(key).every((lane) => (counts.get(lane) ?? 0) < this.#limitOf(lane));
  }

  #limitOf(lane: string): number {
    return this.#laneLimits.get(lane) ?? Number.POSITIVE_INFINITY;
  }

  /** Gives the slot back, so that names of other lanes go on. */
  #park(key: ProductKey): void {
    const phase = this.#phases.get(key);
    if (phase?.kind === 'waiting')
      this.#phases.set(key, { kind: 'parked', priority: phase.priority });
  }

  #cancelTimer(key: ProductKey): void {
    this.#timers.get(key)?.abort.abort();
    this.#timers.delete(key);
  }
}
