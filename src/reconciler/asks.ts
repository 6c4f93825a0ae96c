import type { Digest, ProductKey } from '../domain/ids.ts';
import type { Step } from '../domain/request.ts';
import { isForAnother } from './asked-again.ts';
import { specDigestOf, type TargetContext } from './context.ts';

interface Ask {
  /** What its document said then; null: it could not be read. */
  readonly document: Digest | null;
  readonly attempted: Set<Step>;
}

/** What people asked for once more: each holds for the document that they saw, and for one attempt of each step. */
export class Asks {
  readonly #context: TargetContext;
  readonly #asks = new Map<ProductKey, Ask>();

  constructor(context: TargetContext) {
    this.#context = context;
  }

  /** `document`: the one that the person saw, where that was told. */
  add(key: ProductKey, document: Digest | undefined): void {
    const spec = this.#context.desired().specs.get(key);
    const now = spec === undefined ? null : specDigestOf(this.#context, spec);
    this.#asks.set(key, { document: document ?? now, attempted: new Set() });
  }

  drop(key: ProductKey): void {
    this.#asks.delete(key);
  }

  has(key: ProductKey): boolean {
    const ask = this.#asks.get(key);
    if (ask === undefined) return false;
    if (!isForAnother(this.#context, key, ask.document ?? undefined)) return true;
    this.drop(key);
    return false;
  }

  keys(): ReadonlySet<ProductKey> {
    return new Set([...this.#asks.keys()].filter((key) => this.has(key)));
  }

  /** A request of this step is in force, or may be. */
  attempt(key: ProductKey, step: Step): void {
    this.#asks.get(key)?.attempted.add(step);
  }

  attempted(key: ProductKey): ReadonlySet<Step> {
    return this.#asks.get(key)?.attempted ?? NONE;
  }
}

const NONE: ReadonlySet<Step> = new Set();
