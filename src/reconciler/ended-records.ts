import type { ProductKey } from '../domain/ids.ts';

/** When our last record of each provisioned product was seen to end, by the monotonic clock. */
export class EndedRecords {
  readonly #times = new Map<ProductKey, number>();
  readonly #startMs: number;
  readonly #ordinals = new Map<ProductKey, number>();
  #count = 0;
  readonly #onNext = new Set<() => void>();

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  add(key: ProductKey, nowMs: number): void {
    this.#times.set(key, nowMs);
    this.#count += 1;
    this.#ordinals.set(key, this.#count);
    for (const resolve of this.#onNext) resolve();
    this.#onNext.clear();
  }

  /** Resolves when the next one has ended. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#onNext.add(resolve));
  }

  /**
   * Monotonic ms. The start of this process if none has ended in it: one may have ended just before,
   * and how long ago the wall clock cannot tell, because it may have jumped.
   */
  at(key: ProductKey): number {
    return this.#times.get(key) ?? this.#startMs;
  }

  /** Whether one ended in this process after so many had ended in all. */
  hasEndedSince(key: ProductKey, count: number): boolean {
    return (this.#ordinals.get(key) ?? 0) > count;
  }

  get count(): number {
    return this.#count;
  }
}
