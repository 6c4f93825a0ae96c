import { entryFor } from '../diff/ownership.ts';
import { EMPTY_ENTRY, type ProductEntry } from '../domain/entry.ts';
import {
  idInKey,
  type ProductKey,
  type ProvisionedProductId,
  type TargetName,
} from '../domain/ids.ts';
import type { Live } from '../domain/live.ts';
import type { Journal, Versioned } from './ports/journal.ts';

/**
 * The journal's entries of one target, held in memory and written through: an update is seen by
 * others only once it is durable. Updates of one key are applied one after the other.
 */
export class Entries {
  readonly #journal: Journal;
  readonly #target: TargetName;
  readonly #held = new Map<ProductKey, Versioned<ProductEntry>>();
  readonly #turns = new Map<ProductKey, Promise<unknown>>();
  #writes = 0;

  private constructor(journal: Journal, target: TargetName) {
    this.#journal = journal;
    this.#target = target;
  }

  static async load(journal: Journal, target: TargetName): Promise<Entries> {
    const entries = new Entries(journal, target);
    for (const [key, entry] of await journal.list(target)) entries.#held.set(key, entry);
    return entries;
  }

  get(key: ProductKey): ProductEntry {
    return this.#held.get(key)?.value ?? this.#former(key);
  }

  /**
   * Its document may have named it by its name before it gave the id: what our requests came to, and
   * what they set, holds all the same. What rests on the key itself, or on the document, does not.
   */
  #former(key: ProductKey): ProductEntry {
    const id = idInKey(key);
    if (id === null) return EMPTY_ENTRY;
    for (const { value } of this.#held.values()) {
      const { provisionedProductId, latch, lastResult, ownRecords } = value;
      const { declaredPath, ownTags, lastReferences, appliedVersion, instancesRun } = value;
      const set = { declaredPath, ownTags, lastReferences, appliedVersion, instancesRun };
      if (provisionedProductId === id && lastResult !== null)
        return { ...EMPTY_ENTRY, provisionedProductId, latch, lastResult, ownRecords, ...set };
    }
    return EMPTY_ENTRY;
  }

  /** As `get`, less what does not hold for what bears the name now. */
  about(key: ProductKey, live: Live): ProductEntry {
    return entryFor(this.get(key), live);
  }

  /** What requests of ours made or changed, whatever the key of its document was then. */
  owned(): ReadonlySet<ProvisionedProductId> {
    const ids = [...this.#held.values()].flatMap(({ value }) => value.ownedId ?? []);
    return new Set(ids);
  }

  /** How often anything was written: while it stays, so does every entry. */
  get writes(): number {
    return this.#writes;
  }

  keys(): readonly ProductKey[] {
    return [...this.#held.keys()];
  }

  /** Keys whose last request is still open: they are settled before anything else is computed. */
  openIntents(): readonly ProductKey[] {
    return this.keys().filter((key) => this.get(key).intent !== null);
  }

  /**
   * Whether a request for this provisioned product is open under another key: its document may have
   * moved from its name to its id while the answer was lost.
   */
  isOpenElsewhere(id: ProvisionedProductId, key: ProductKey): boolean {
    return this.openIntents().some(
      (other) => other !== key && this.get(other).intent?.request.provisionedProductId === id,
    );
  }

  /** Rejects if nothing was stored; then the change did not happen. */
  update(key: ProductKey, change: (entry: ProductEntry) => ProductEntry): Promise<ProductEntry> {
    const before = this.#turns.get(key) ?? Promise.resolve();
    const turn = before.then(() => this.#write(key, change));
    this.#hold(key, turn);
    return turn;
  }

  /**
   * The same change to many keys in one transaction. Keys with a write on its way are left out: they
   * change by themselves just now, and the next pass comes back to them.
   */
  async updateMany(
    keys: readonly ProductKey[],
    change: (key: ProductKey, entry: ProductEntry) => ProductEntry,
  ): Promise<void> {
    const idle = keys.filter((key) => !this.#turns.has(key));
    const writes = idle.flatMap((key) => {
      const held = this.#held.get(key) ?? { value: this.get(key), version: 0 };
      const entry = change(key, held.value);
      return entry === held.value ? [] : [{ key, entry, version: held.version }];
    });
    if (writes.length === 0) return;
    const turn = this.#writeMany(writes);
    for (const { key } of writes) this.#hold(key, turn);
    await turn;
  }

  async #writeMany(
    writes: readonly {
      readonly key: ProductKey;
      readonly entry: ProductEntry;
      readonly version: number;
    }[],
  ): Promise<void> {
    const versions = await this.#journal.putAll(this.#target, writes);
    writes.forEach(({ key, entry }, index) => {
      const version = versions[index];
      if (version !== undefined) this.#held.set(key, { value: entry, version });
    });
    this.#writes += 1;
  }

  /** Later updates of the key wait for this one, whether it succeeds or not. */
  #hold(key: ProductKey, turn: Promise<unknown>): void {
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#turns.get(key) === settled) this.#turns.delete(key);
      });
    this.#turns.set(key, settled);
  }

  async #write(
    key: ProductKey,
    change: (entry: ProductEntry) => ProductEntry,
  ): Promise<ProductEntry> {
    const held = this.#held.get(key) ?? { value: this.get(key), version: 0 };
    const value = change(held.value);
    if (value === held.value) return value;
    const version = await this.#journal.put(this.#target, key, value, held.version);
    this.#held.set(key, { value, version });
    this.#writes += 1;
    return value;
  }
}
