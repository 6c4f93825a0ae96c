import { EMPTY_ENTRY, type ProductEntry } from '../../src/domain/entry.ts';
import type { Approval, HeldPlan } from '../../src/domain/guard.ts';
import type { Freeze } from '../../src/domain/hold.ts';
import { freezeKey } from '../../src/domain/hold.ts';
import type { AccountId, ProductKey, TargetName } from '../../src/domain/ids.ts';
import type { KnownDocument } from '../../src/domain/known.ts';
import type { DaemonView, ProductStatusView } from '../../src/domain/status.ts';
import type { Journal, PersonRequest, Versioned } from '../../src/reconciler/ports/journal.ts';

/** What survives a restart, in memory: everything goes in and comes out as JSON, as on a disk. */
export class MemoryJournal implements Journal {
  readOnly: string | null = null;
  /** While set, every write is refused, as on a full disk. */
  full = false;
  readonly #entries = new Map<string, { readonly json: string; readonly version: number }>();
  readonly #statuses = new Map<string, ProductStatusView>();
  readonly #remembered = new Map<string, string>();
  readonly #documents = new Map<TargetName, readonly KnownDocument[]>();
  readonly #accounts = new Map<
    TargetName,
    { readonly accountId: AccountId; readonly region: string }
  >();
  readonly #approvals = new Map<TargetName, string>();
  readonly #held = new Map<TargetName, string>();
  #requests: PersonRequest[] = [];
  readonly #freezes = new Map<string, string>();
  #daemon: DaemonView | null = null;

  #id(target: TargetName, key: ProductKey): string {
    return JSON.stringify([target, key]);
  }

  #guard(): void {
    if (this.full) throw new Error('database or disk is full');
  }

  async list(target: TargetName): Promise<ReadonlyMap<ProductKey, Versioned<ProductEntry>>> {
    const found = new Map<ProductKey, Versioned<ProductEntry>>();
    for (const [id, { json, version }] of this.#entries) {
      const [name, key] = JSON.parse(id);
      if (name === target) found.set(key, { value: JSON.parse(json), version });
    }
    return found;
  }

  async get(target: TargetName, key: ProductKey): Promise<Versioned<ProductEntry>> {
    const held = this.#entries.get(this.#id(target, key));
    return held === undefined
      ? { value: EMPTY_ENTRY, version: 0 }
      : { value: JSON.parse(held.json), version: held.version };
  }

  async put(
    target: TargetName,
    key: ProductKey,
    entry: ProductEntry,
    version: number,
  ): Promise<number> {
    this.#guard();
    const held = this.#entries.get(this.#id(target, key))?.version ?? 0;
    if (held !== version) throw new Error(`conflict: ${key} is at version ${held}, not ${version}`);
    this.#entries.set(this.#id(target, key), { json: JSON.stringify(entry), version: version + 1 });
    return version + 1;
  }

  async putAll(
    target: TargetName,
    entries: readonly {
      readonly key: ProductKey;
      readonly entry: ProductEntry;
      readonly version: number;
    }[],
  ): Promise<readonly number[]> {
    this.#guard();
    const versions: number[] = [];
    for (const { key, entry, version } of entries)
      versions.push(await this.put(target, key, entry, version));
    return versions;
  }

  async approvals(target: TargetName): Promise<readonly Approval[]> {
    return JSON.parse(this.#approvals.get(target) ?? '[]');
  }

  async putApprovals(target: TargetName, approvals: readonly Approval[]): Promise<void> {
    this.#guard();
    this.#approvals.set(target, JSON.stringify(approvals));
  }

  async heldPlans(): Promise<readonly HeldPlan[]> {
    return [...this.#held.values()].flatMap((json) => JSON.parse(json));
  }

  async putHeldPlans(target: TargetName, plans: readonly HeldPlan[]): Promise<void> {
    this.#guard();
    this.#held.set(target, JSON.stringify(plans));
  }

  async documents(target: TargetName): Promise<readonly KnownDocument[]> {
    return this.#documents.get(target) ?? [];
  }

  async putDocuments(target: TargetName, documents: readonly KnownDocument[]): Promise<void> {
    this.#guard();
    this.#documents.set(target, documents);
  }

  async putStatus(
    views: readonly ProductStatusView[],
    removed: readonly { readonly target: TargetName; readonly key: ProductKey }[] = [],
  ): Promise<void> {
    this.#guard();
    for (const view of views) this.#statuses.set(this.#id(view.target, view.key), view);
    for (const { target, key } of removed) this.#statuses.delete(this.#id(target, key));
  }

  async statuses(): Promise<readonly ProductStatusView[]> {
    return [...this.#statuses.values()];
  }

  async putDaemon(view: DaemonView): Promise<void> {
    this.#guard();
    this.#daemon = view;
  }

  async daemon(): Promise<DaemonView | null> {
    return this.#daemon;
  }

  async remembered(target: TargetName, key: ProductKey, recordId: string): Promise<string | null> {
    return this.#remembered.get(JSON.stringify([target, key, recordId])) ?? null;
  }

  async remember(
    target: TargetName,
    key: ProductKey,
    recordId: string,
    json: string,
  ): Promise<void> {
    this.#guard();
    this.#remembered.set(JSON.stringify([target, key, recordId]), json);
  }

  async account(target: TargetName) {
    return this.#accounts.get(target) ?? null;
  }

  async bindAccount(target: TargetName, accountId: AccountId, region: string): Promise<void> {
    this.#accounts.set(target, { accountId, region });
  }

  async ask(request: PersonRequest): Promise<void> {
    this.#requests.push(request);
  }

  async takeRequests(): Promise<readonly PersonRequest[]> {
    if (this.#requests.length > 0) this.#guard();
    const taken = this.#requests;
    this.#requests = [];
    return taken;
  }

  async freezes(): Promise<readonly Freeze[]> {
    return [...this.#freezes.values()].map((json) => JSON.parse(json));
  }

  freeze(freeze: Freeze): void {
    this.#freezes.set(freezeKey(freeze), JSON.stringify(freeze));
  }

  lift(): void {
    this.#freezes.clear();
  }

  async close(): Promise<void> {}

  /** Every byte that is stored, for tests that search it. */
  dump(): string {
    return JSON.stringify([
      [...this.#entries],
      [...this.#statuses],
      [...this.#remembered],
      [...this.#documents],
    ]);
  }
}
