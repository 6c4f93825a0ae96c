import type { Json } from './validate.ts';

/** One call as the catalog saw it. Inputs of writes are kept, those of reads are not. */
export interface LoggedCall {
  readonly number: number;
  /** Milliseconds since the epoch, of the catalog's clock. */
  readonly at: number;
  readonly service: string;
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  readonly caller: string;
  /** `ok`, an AWS error code, `lostRequest` or `lostReply`. */
  readonly result: string;
  readonly requestId: string;
  readonly input: Json | undefined;
  readonly recordId: string | undefined;
}

const KEPT = 20_000;

/** The latest calls, and the counts of all of them. */
export class CallLog {
  readonly #calls: LoggedCall[] = [];
  readonly #counts = new Map<string, number>();
  #total = 0;

  add(call: Omit<LoggedCall, 'number'>): void {
    this.#total += 1;
    this.#calls.push({ number: this.#total, ...call });
    if (this.#calls.length > 2 * KEPT) this.#calls.splice(0, this.#calls.length - KEPT);
    this.#counts.set(call.operation, (this.#counts.get(call.operation) ?? 0) + 1);
  }

  calls(operation?: string): readonly LoggedCall[] {
    return operation === undefined
      ? [...this.#calls]
      : this.#calls.filter((call) => call.operation === operation);
  }

  get total(): number {
    return this.#total;
  }

  counts(): Readonly<Record<string, number>> {
    const sorted = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.assign(Object.create(null), Object.fromEntries(sorted));
  }

  clear(): void {
    this.#calls.length = 0;
    this.#counts.clear();
    this.#total = 0;
  }
}
