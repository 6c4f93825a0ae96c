import { entryFor } from '../diff/ownership.ts';
import { EMPTY_ENTRY, type ProductEntry } from '../domain/entry.ts';
import type { ProductKey, ProvisionedProductId, TargetName } from '../domain/ids.ts';
import type { Live } from '../domain/live.ts';
import type { Journal, Versioned } from './ports/journal.ts';
import { emptied, isInForce, isNewer, productOf, takesOver, withFormer } from './same-product.ts';

interface Write {
  readonly key: ProductKey;
  readonly entry: ProductEntry;
  readonly version: number;
}

/**
 * The journal's entries of one target, held in memory and written through: an update is seen by
 * others only once it is durable. Updates of one key are applied one after the other.
 */
export class Entries {
  readonly #journal: Journal;
  readonly #target: TargetName;
  readonly #held = new Map<ProductKey, Versioned<ProductEntry>>();
  readonly #turns = new Map<ProductKey, Promise<unknown>>();
  /** Which keys there are for one provisioned product. */
  readonly #keysOf = new Map<ProvisionedProductId, Set<ProductKey>>();
  #writes = 0;

  private constructor(journal: Journal, target: TargetName) {
    this.#journal = journal;
    this.#target = target;
  }

  static async load(journal: Journal, target: TargetName): Promise<Entries> {
    const entries = new Entries(journal, target);
    for (const [key, entry] of await journal.list(target)) entries.#keep(key, entry);
    return entries;
  }

  get(key: ProductKey): ProductEntry {
    const held = this.#held.get(key)?.value ?? EMPTY_ENTRY;
    const newer = this.#newer(key, held);
    return newer === null ? held : withFormer(held, newer);
  }

  /** Of another key for the same provisioned product, which tells of a later request of ours. */
  #newer(key: ProductKey, held: ProductEntry): ProductEntry | null {
    const id = productOf(key, held);
    for (const other of this.#sameAs(key, id)) {
      const value = this.#held.get(other)?.value;
      if (value?.provisionedProductId === id && isNewer(value, held)) return value;
    }
    return null;
  }

  #sameAs(key: ProductKey, id: ProvisionedProductId | null): readonly ProductKey[] {
    const keys = id === null ? undefined : this.#keysOf.get(id);
    return keys === undefined ? [] : [...keys].filter((one) => one !== key);
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

  /**
   * Keys whose last request is still open: they are settled before anything else is computed. What
   * certainly runs comes first: what has no answer may be about to be sent again.
   */
  openIntents(): readonly ProductKey[] {
    const open = this.keys().filter((key) => this.get(key).intent !== null);
    const isAccepted = (key: ProductKey) => this.get(key).intent?.recordId !== null;
    return [...open.filter(isAccepted), ...open.filter((key) => !isAccepted(key))];
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
      const before = this.get(key);
      const entry = change(key, before);
      return entry === before ? [] : [{ key, entry, version: this.#version(key) }];
    });
    if (writes.length === 0) return;
    const written = new Set(writes.map(({ key }) => key));
    const replaced = writes.flatMap(({ key, entry }) => this.#replacedBy(key, entry, written));
    const turn = this.#writeMany([...writes, ...replaced]);
    for (const { key } of [...writes, ...replaced]) this.#hold(key, turn);
    await turn;
  }

  async #writeMany(writes: readonly Write[]): Promise<void> {
    const versions = await this.#journal.putAll(this.#target, writes);
    writes.forEach(({ key, entry }, index) => {
      const version = versions[index];
      if (version !== undefined) this.#keep(key, { value: entry, version });
    });
    this.#writes += 1;
  }

  /**
   * Entries of other keys for the same provisioned product, emptied: should its document go back to one
   * of them, what it had been before would be taken for what it is now.
   */
  #replacedBy(
    key: ProductKey,
    entry: ProductEntry,
    written: ReadonlySet<ProductKey>,
  ): readonly Write[] {
    if (!takesOver(entry)) return [];
    return this.#sameAs(key, productOf(key, entry)).flatMap((other) => {
      const held = this.#held.get(other);
      if (held === undefined || written.has(other) || this.#turns.has(other)) return [];
      if (!isInForce(held.value)) return [];
      return [{ key: other, entry: emptied(held.value), version: held.version }];
    });
  }

  #version(key: ProductKey): number {
    return this.#held.get(key)?.version ?? 0;
  }

  #keep(key: ProductKey, entry: Versioned<ProductEntry>): void {
    const before = this.#held.get(key);
    const was = before === undefined ? null : productOf(key, before.value);
    if (was !== null) this.#keysOf.get(was)?.delete(key);
    const id = productOf(key, entry.value);
    if (id !== null) this.#keysOf.set(id, (this.#keysOf.get(id) ?? new Set()).add(key));
    this.#held.set(key, entry);
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
    const before = this.get(key);
    const value = change(before);
    if (value === before) return value;
    const write = { key, entry: value, version: this.#version(key) };
    const replaced = this.#replacedBy(key, value, new Set([key]));
    if (replaced.length === 0) {
      const version = await this.#journal.put(this.#target, key, value, write.version);
      this.#keep(key, { value, version });
      this.#writes += 1;
      return value;
    }
    const written = this.#writeMany([write, ...replaced]);
    for (const { key: other } of replaced) this.#hold(other, written);
    await written;
    return value;
  }
}
