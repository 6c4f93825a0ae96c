/** What happens next to a record: a binary heap by time, then by order of arrival. */
export interface Due {
  readonly at: number;
  readonly place: string;
  /** The record's id. */
  readonly id: string;
}

interface Item {
  readonly due: Due;
  readonly turn: number;
}

export class DueQueue {
  readonly #heap: Item[] = [];
  #turn = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the next thing is due; null: nothing is under way. */
  next(): number | null {
    return this.#heap[0]?.due.at ?? null;
  }

  push(due: Due): void {
    const heap = this.#heap;
    this.#turn += 1;
    heap.push({ due, turn: this.#turn });
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** The earliest thing that is due at `now`, removed. */
  pop(now: number): Due | null {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.due.at > now) return null;
    const last = heap.pop();
    if (heap.length > 0 && last !== undefined) {
      heap[0] = last;
      this.#sink();
    }
    return first.due;
  }

  #sink(): void {
    let parent = 0;
    for (;;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2])
        if (child < this.#heap.length && this.#before(child, least)) least = child;
      if (least === parent) return;
      this.#swap(parent, least);
      parent = least;
    }
  }

  #before(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return false;
    return a.due.at < b.due.at || (a.due.at === b.due.at && a.turn < b.turn);
  }

  #swap(one: number, other: number): void {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
