import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { ProductStatusView } from '../domain/status.ts';
import type { Journal } from './ports/journal.ts';
import type { Log } from './ports/runtime.ts';

/**
 * The one place where statuses are written. Equal statuses are not written again; a status that
 * cannot be stored is logged and written with the next one.
 */
export class StatusBoard {
  readonly #journal: Journal;
  readonly #log: Log;
  readonly #shown = new Map<string, ProductStatusView>();
  readonly #unsaved = new Map<string, ProductStatusView>();
  readonly #removed = new Map<string, { readonly target: TargetName; readonly key: ProductKey }>();
  /** What this process has seen itself. */
  readonly #seen = new Set<string>();

  readonly #listeners: ((view: ProductStatusView) => void)[] = [];

  constructor(journal: Journal, log: Log) {
    this.#journal = journal;
    this.#log = log;
  }

  /** Takes over what an earlier process wrote, so that documents that have gone since are removed. */
  async load(): Promise<void> {
    for (const view of await this.#journal.statuses()) this.#shown.set(id(view), view);
  }

  set(view: ProductStatusView): void {
    const known = this.#shown.get(id(view));
    const isNew = known === undefined || !same(known, view);
    if (!isNew && this.#seen.has(id(view))) return;
    this.#seen.add(id(view));
    if (isNew) {
      this.#shown.set(id(view), view);
      this.#unsaved.set(id(view), view);
      this.#removed.delete(id(view));
    }
    for (const listener of this.#listeners) listener(view);
  }

  /** Told of every status that is not the same as before, or that an earlier process had written. */
  subscribe(listener: (view: ProductStatusView) => void): void {
    this.#listeners.push(listener);
  }

  get(target: TargetName, key: ProductKey): ProductStatusView | undefined {
    return this.#shown.get(id({ target, key }));
  }

  /** Whether it was seen by this process: what an earlier one wrote may be long ago. */
  isSeen(target: TargetName, key: ProductKey): boolean {
    return this.#seen.has(id({ target, key }));
  }

  /** Drops the statuses of a target's names that no document declares any more; returns them. */
  keepOnly(target: TargetName, keys: ReadonlySet<ProductKey>): readonly ProductStatusView[] {
    const dropped: ProductStatusView[] = [];
    for (const [at, view] of this.#shown) {
      if (view.target !== target || keys.has(view.key)) continue;
      this.#shown.delete(at);
      this.#seen.delete(at);
      this.#unsaved.delete(at);
      this.#removed.set(at, { target: view.target, key: view.key });
      dropped.push(view);
    }
    return dropped;
  }

  all(): readonly ProductStatusView[] {
    return [...this.#shown.values()];
  }

  async flush(): Promise<void> {
    if (this.#journal.readOnly !== null || this.#unsaved.size + this.#removed.size === 0) return;
    const views = [...this.#unsaved.values()];
    const removed = [...this.#removed.values()];
    this.#unsaved.clear();
    this.#removed.clear();
    try {
      await this.#journal.putStatus(views, removed);
    } catch (error) {
      for (const view of views) if (!this.#unsaved.has(id(view))) this.#unsaved.set(id(view), view);
      for (const one of removed) this.#removed.set(id(one), one);
      this.#log.write('error', 'journal.statusNotSaved', { reason: String(error) });
    }
  }
}

function id(of: { readonly target: TargetName; readonly key: ProductKey }): string {
  return JSON.stringify([of.target, of.key]);
}

function same(a: ProductStatusView, b: ProductStatusView): boolean {
  return JSON.stringify({ ...a, updatedAt: '' }) === JSON.stringify({ ...b, updatedAt: '' });
}
