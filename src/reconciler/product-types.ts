import type { Intent } from '../domain/entry.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { TargetContext } from './context.ts';
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
  learnFrom({
    step,
    version,
    productType,
  }: Pick<Intent, 'step' | 'version' | 'productType'>): void {
    // What is there already may be of the type of the product that it leaves.
    if (step !== 'provision' || version === undefined || productType === null) return;
    const names = [version.productId, version.productName].filter((one) => one !== null);
    this.learn(names.map((name) => [name, productType]));
  }

  of(product: string): string | null {
    return this.#types.get(product) ?? null;
  }
}

/**
 * The types of which it is or comes to be: what is remade for another product may be of two. null: nothing
 * tells yet, AWS does when it accepts the first of a product.
 */
export function typesOf(context: TargetContext, key: ProductKey): readonly string[] | null {
  const { intent } = context.entries.get(key);
  // What was observed may be what went before it.
  if (intent?.step === 'provision' && intent.productType === null) {
    const type = intent.version === undefined ? null : context.types.of(intent.version.productId);
    return type === null ? null : [type];
  }
  const live = context.observation()?.products.get(key);
  const there = live?.kind === 'present' ? live.type : (context.removal(key)?.change.type ?? null);
  const now = intent?.productType ?? there;
  const product = context.desired().specs.get(key)?.product ?? null;
  if (product === null) return now === null ? null : [now];
  const wanted = context.types.of(product.kind === 'id' ? product.id : product.name);
  if (wanted !== null) return now === null || now === wanted ? [wanted] : [now, wanted];
  const mayBeRemade = live?.kind === 'present' && live.status === 'ERROR';
  return now === null || mayBeRemade ? null : [now];
}
