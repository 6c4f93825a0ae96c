import type { Intent } from '../domain/entry.ts';
import type { Entries } from './entries.ts';

/** Type of the provisioned products of each product, by its id and by its name. It does not change. */
export class ProductTypes {
  readonly #types = new Map<string, string>();
  #onNews: () => void = () => undefined;

  /** Knows what an earlier process was told: the listing may lag behind. */
  constructor(entries: Entries) {
    for (const key of entries.openIntents()) {
      const { intent } = entries.get(key);
      if (intent !== null) this.learnFrom(intent);
    }
  }

  /** Told when one became known: what waits for room may belong to another lane now. */
  subscribe(onNews: () => void): void {
    this.#onNews = onNews;
  }

  learn(types: Iterable<readonly [product: string, type: string]>): void {
    let isNews = false;
    for (const [product, type] of types) {
      isNews ||= this.#types.get(product) !== type;
      this.#types.set(product, type);
    }
    if (isNews) this.#onNews();
  }

  /** What AWS said when it accepted this one. */
  learnFrom({ version, productType }: Pick<Intent, 'version' | 'productType'>): void {
    if (version === undefined || productType === null) return;
    const names = [version.productId, version.productName].filter((one) => one !== null);
    this.learn(names.map((name) => [name, productType]));
  }

  of(product: string): string | null {
    return this.#types.get(product) ?? null;
  }
}
