import type { ProvisionedProductId, RecordId } from '../domain/ids.ts';
import type { RecordStatus, RecordView } from '../domain/live.ts';
import type { Operation } from '../domain/request.ts';
import { dueForLook, INITIAL_LOOK_MS, isRecordOver, nextLookMs, SHARED_GAP_MS } from './look.ts';
import type { Catalog, SearchRow } from './ports/catalog.ts';
import type { Clock, Log } from './ports/runtime.ts';

/** How a record ended, or why we stopped looking. */
export type RecordEnd =
  /** `record` is null where a shared listing told. */
  | { readonly kind: 'succeeded'; readonly record: RecordView | null }
  | { readonly kind: 'failed'; readonly record: RecordView; readonly statusMessage: string | null }
  /** AWS does not know the record: there is nothing to follow. */
  | { readonly kind: 'unknownRecord' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'stopped' };

export interface Followed {
  readonly recordId: RecordId;
  /** null: it is new, and its id is not known yet. */
  readonly provisionedProductId: ProvisionedProductId | null;
  readonly operation: Operation;
  /** Called with each new status of the record that is seen before its end. */
  readonly onStatus?: (status: RecordStatus) => void;
}

interface Waiting extends Followed {
  readonly startedMs: number;
  readonly timeoutMs: number;
  readonly resolve: (end: RecordEnd) => void;
  dueMs: number;
  looks: number;
  seen: RecordStatus | null;
}

function rowOf(rows: Rows | null, { provisionedProductId: id }: Followed): SearchRow | undefined {
  return id === null ? undefined : rows?.get(id);
}

type Rows = ReadonlyMap<ProvisionedProductId, SearchRow>;

/**
 * Follows all records of one target together. A look costs one shared listing (whose rows show every
 * record that is over), or one page of the newest records where a listing has several pages; only
 * what neither tells is asked for by DescribeRecord.
 */
export class Follower {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiting = new Map<RecordId, Waiting>();
  readonly #stop: AbortSignal;
  #estateSize: number;
  #wake = new AbortController();
  #running = false;

  constructor(options: {
    readonly catalog: Catalog;
    readonly clock: Clock;
    readonly log: Log;
    readonly stop: AbortSignal;
    /** Provisioned products in the target: what a shared listing costs. */
    readonly estateSize: number;
  }) {
    this.#catalog = options.catalog;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#stop = options.stop;
    this.#estateSize = options.estateSize;
    options.stop.addEventListener('abort', () => this.#stopAll(), { once: true });
  }

  set estateSize(size: number) {
    this.#estateSize = size;
  }

  follow(followed: Followed, timeoutMs: number): Promise<RecordEnd> {
    if (this.#stop.aborted) return Promise.resolve({ kind: 'stopped' });
    return new Promise((resolve) => {
      const now = this.#clock.monotonic();
      this.#waiting.set(followed.recordId, {
        ...followed,
        startedMs: now,
        timeoutMs,
        resolve,
        dueMs: now + INITIAL_LOOK_MS,
        looks: 0,
        seen: null,
      });
      this.#wake.abort();
      if (!this.#running) void this.#loop();
    });
  }

  async #loop(): Promise<void> {
    this.#running = true;
    let earliestMs = 0;
    try {
      while (this.#waiting.size > 0 && !this.#stop.aborted) {
        const now = this.#clock.monotonic();
        const dueMs = Math.max(
          earliestMs,
          Math.min(...[...this.#waiting.values()].map((one) => one.dueMs)),
        );
        if (dueMs > now) {
          this.#wake = new AbortController();
          await this.#clock.sleep(dueMs - now, AbortSignal.any([this.#wake.signal, this.#stop]));
          continue;
        }
        await this.#look(now);
        earliestMs = this.#clock.monotonic() + SHARED_GAP_MS;
      }
    } finally {
      this.#running = false;
    }
  }

  async #look(nowMs: number): Promise<void> {
    const due = dueForLook([...this.#waiting.values()], nowMs);
    const untold = due.length > 1 && this.#pages > 1 ? await this.#tellNewest(due) : due;
    const listed = await this.#listFor(untold);
    for (const one of untold) {
      const row = rowOf(listed, one);
      const verdict = row === undefined ? 'ask' : isRecordOver(one, row);
      if (verdict === 'succeeded') this.#end(one, { kind: 'succeeded', record: null });
      else if (verdict === 'running') this.#postpone(one);
      // A listing that lags still tells of an earlier failure, which may have been of another kind.
      else await this.#ask(one, row?.records.last === one.recordId ? row.statusMessage : null);
    }
  }

  get #pages(): number {
    return Math.max(1, Math.ceil(this.#estateSize / 100));
  }

  /**
   * One call for all: what we follow is mostly among the newest records of the account. Returns
   * those of which it told nothing, and those that failed: DescribeRecord has the whole reason.
   */
  async #tellNewest(due: readonly Waiting[]): Promise<readonly Waiting[]> {
    const newest = await this.#catalog.newestRecords();
    if (newest.kind === 'failed') return due;
    const records = new Map(newest.value.map((record) => [record.id, record]));
    return due.filter((one) => {
      const record = records.get(one.recordId);
      if (record === undefined || record.status === 'FAILED') return true;
      this.#take(one, record);
      return false;
    });
  }

  /** The whole listing, where it costs fewer calls than asking for each record. */
  async #listFor(due: readonly Waiting[]): Promise<Rows | null> {
    const shareable = due.filter((one) => one.operation === 'UpdateProvisionedProduct');
    return shareable.length > this.#pages ? this.#list() : null;
  }

  async #list(): Promise<Rows | null> {
    const listing = await this.#catalog.search();
    if (listing.kind === 'failed') return null;
    this.#estateSize = listing.value.rows.length;
    return new Map(listing.value.rows.map((row) => [row.id, row]));
  }

  async #ask(one: Waiting, statusMessage: string | null): Promise<void> {
    if (!this.#waiting.has(one.recordId)) return;
    const answer = await this.#catalog.record(one.recordId);
    if (answer.kind === 'failed') {
      this.#log.write('debug', 'record.unreadable', {
        record: one.recordId,
        reason: answer.failure.message,
      });
      return this.#postpone(one);
    }
    const record = answer.value;
    if (record === null) return this.#end(one, { kind: 'unknownRecord' });
    if (record.status === 'FAILED')
      return this.#end(one, { kind: 'failed', record, statusMessage });
    this.#take(one, record);
  }

  #take(one: Waiting, record: RecordView): void {
    if (record.status === 'SUCCEEDED') {
      this.#end(one, { kind: 'succeeded', record });
      return;
    }
    if (record.status !== one.seen) {
      one.seen = record.status;
      one.onStatus?.(record.status);
    }
    this.#postpone(one);
  }

  #postpone(one: Waiting): void {
    const now = this.#clock.monotonic();
    if (now - one.startedMs >= one.timeoutMs) {
      this.#end(one, { kind: 'timeout' });
      return;
    }
    one.looks += 1;
    one.dueMs = now + nextLookMs(one.looks);
  }

  #end(one: Waiting, end: RecordEnd): void {
    this.#waiting.delete(one.recordId);
    one.resolve(end);
  }

  #stopAll(): void {
    for (const one of [...this.#waiting.values()]) this.#end(one, { kind: 'stopped' });
  }
}
