/** Keys in order, for paging without touching what lies before or behind the page. */
export class SortedIndex {
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  add(key: string): void {
    const at = this.#position(key);
    if (this.#keys[at] !== key) this.#keys.splice(at, 0, key);
  }

  remove(key: string): void {
    const at = this.#position(key);
    if (this.#keys[at] === key) this.#keys.splice(at, 1);
  }

  /** Keys behind `after` (null: from the start), at most `limit`. */
  after(after: string | null, limit: number): readonly string[] {
    let from = 0;
    if (after !== null) {
      from = this.#position(after);
      if (this.#keys[from] === after) from += 1;
    }
    return this.#keys.slice(from, from + limit);
  }

  keys(): readonly string[] {
    return this.#keys;
  }

  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
