/** Chance from a seed: the same label and seed give the same numbers on every machine. */
export class Rng {
  readonly #label: string;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(label: string) {
    this.#label = label;
    let hash = 1_779_033_703 ^ label.length;
    for (let index = 0; index < label.length; index += 1) {
      hash = Math.imul(hash ^ label.charCodeAt(index), 3_432_918_353);
      hash = (hash << 13) | (hash >>> 19);
    }
    const word = () => {
      hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507);
      hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909);
      hash ^= hash >>> 16;
      return hash >>> 0;
    };
    [this.#a, this.#b, this.#c, this.#d] = [word(), word(), word(), word()];
    for (let index = 0; index < 12; index += 1) this.next();
  }

  /** An independent stream. */
  fork(label: string): Rng {
    return new Rng(`${this.#label}/${label}`);
  }

  /** 0 ≤ x < 1 (sfc32). */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** A whole number, `low` ≤ n ≤ `high`. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** One of the values, by weight. */
  weighted<T>(items: readonly (readonly [weight: number, value: T])[]): T {
    const total = items.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.next() * total;
    for (const [weight, value] of items) {
      left -= weight;
      if (left < 0) return value;
    }
    return this.pick(items)[1];
  }
}
