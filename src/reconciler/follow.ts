import type { ProvisionedProductId, RecordId } from '../domain/ids.ts';
import type { RecordStatus, RecordView } from '../domain/live.ts';
import type { Operation } from '../domain/request.ts';
import { dueForLook, INITIAL_LOOK_MS, isRecordOver, nextLookMs, SHARED_GAP_MS } from './look.ts';
import type { Catalog, Clock, Log, SearchRow } from './ports.ts';

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
 * Follows all records of one target together. A look costs either one shared listing (whose rows
 * show every record that is over) or one DescribeRecord each, whichever is cheaper now.
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
    const listed = await this.#listFor(due);
    for (const one of due) {
      const row = rowOf(listed, one);
      const verdict = row === undefined ? 'ask' : isRecordOver(one, row);
      if (verdict === 'succeeded') this.#end(one, { kind: 'succeeded', record: null });
      else if (verdict === 'running') this.#postpone(one);
      else await this.#ask(one, row?.statusMessage ?? null);
    }
  }

  /**
   * Rows for the records that are due, by the cheapest way: none for a single record; the whole
   * listing where it is one page; else first the rows that still run, in one call, and the whole
   * listing only if more records than it has pages may have ended.
   */
  async #listFor(due: readonly Waiting[]): Promise<Rows | null> {
    const shareable = due.filter((one) => one.operation === 'UpdateProvisionedProduct');
    if (shareable.length < 2) return null;
    const pages = Math.max(1, Math.ceil(this.#estateSize / 100));
    if (pages === 1) return this.#list();
    const running = await this.#catalog.searchUnderChange();
    if (running.kind === 'failed') return null;
    const rows = new Map(running.value.map((row) => [row.id, row]));
    const isRunning = (one: Waiting) => {
      const row = rowOf(rows, one);
      return row !== undefined && isRecordOver(one, row) === 'running';
    };
    const ended = shareable.filter((one) => !isRunning(one)).length;
    return ended > pages ? this.#list() : rows;
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
    if (record.status === 'SUCCEEDED') return this.#end(one, { kind: 'succeeded', record });
    if (record.status === 'FAILED')
      return this.#end(one, { kind: 'failed', record, statusMessage });
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
