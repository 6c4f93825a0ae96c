import type { Digest, ProductKey } from '../domain/ids.ts';
import type { Step } from '../domain/request.ts';
import { isForAnother } from './asked-again.ts';
import { specDigestOf, type TargetContext } from './context.ts';

interface Ask {
  /** What its document said then; null: it could not be read. */
  readonly document: Digest | null;
  readonly attempted: Set<Step>;
  /**
   * The request that was open then, or that AWS had just refused, which is no attempt of what was asked
   * for; null: none, or it has ended.
   */
  open: Digest | null;
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
    const { entries, refusals } = this.#context;
    const open = entries.get(key).intent?.requestHash ?? refusals.get(key) ?? null;
    this.#asks.set(key, { document: document ?? now, attempted: new Set(), open });
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

  /** What stopped it is how a request ended that had been open before: the attempt is still to be made. */
  outlives(key: ProductKey): boolean {
    const ask = this.#asks.get(key);
    if (ask === undefined || ask.open === null || ask.attempted.size > 0) return false;
    const { intent, latch } = this.#context.entries.get(key);
    if (intent !== null || latch?.requestHash !== ask.open) return false;
    ask.open = null;
    return this.has(key);
  }

  attempted(key: ProductKey): ReadonlySet<Step> {
    return this.#asks.get(key)?.attempted ?? NONE;
  }
}

const NONE: ReadonlySet<Step> = new Set();
