import type { ProductId } from '../domain/ids.ts';

/** Type of the provisioned products of each product, by its id and by its name. It does not change. */
export class ProductTypes {
  readonly #types = new Map<string, string>();
  readonly #onNews: () => void;

  /** `onNews`: what waits for room may belong to another lane now. */
  constructor(onNews: () => void) {
    this.#onNews = onNews;
  }

  learn(types: Iterable<readonly [product: string | null | undefined, type: string | null]>): void {
    let isNews = false;
    for (const [product, type] of types) {
      if (product === null || product === undefined || type === null || type === '') continue;
      isNews ||= this.#types.get(product) !== type;
      this.#types.set(product, type);
    }
    if (isNews) this.#onNews();
  }

  of(product: ProductId | string): string | null {
    return this.#types.get(product) ?? null;
  }
}
