import { EMPTY_ENTRY, type ProductEntry } from '../domain/entry.ts';
import { TrueupError } from '../domain/errors/registry.ts';
import type { Approval, HeldPlan } from '../domain/guard.ts';
import { type Freeze, freezeKey } from '../domain/hold.ts';
import {
  type AccountId,
  asProductKey,
  type ProductKey,
  type RecordId,
  type TargetName,
} from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { DaemonView, ProductStatusView } from '../domain/status.ts';
import type { Journal, PersonRequest, Versioned } from '../reconciler/ports/journal.ts';
import type { Clock } from '../reconciler/ports/runtime.ts';
import type { Access } from './access.ts';
import { storeFreeze, storeRequest, takeRequests } from './beside.ts';
import { isBound } from './bound-account.ts';
import { writeFailure } from './failures.ts';
import type { Items } from './items.ts';
import type { FreezesAfterReset } from './reset.ts';
import { knownDocument } from './shapes/document.ts';
import { productEntry } from './shapes/entry.ts';
import { freezeShape } from './shapes/freeze.ts';
import { approval, heldPlan } from './shapes/guard.ts';
import {
  type BoundAccount,
  boundAccount,
  rememberedFacts,
  type Writer,
  writerShape,
} from './shapes/service.ts';
import { daemonView, productStatus } from './shapes/status.ts';

export interface SqliteJournalParts {
  readonly path: string;
  readonly access: Access;
  readonly items: Items;
  readonly clock: Clock;
  /** There is no file yet. */
  readonly missing: boolean;
  /** Writes a person's word beside the writer; null: through this journal's own connection. */
  readonly writeBeside: ((work: (items: Items) => void) => void) | null;
  /** What became of the freezes of a journal that was moved aside; null: none was. */
  readonly reset: FreezesAfterReset | null;
  readonly release: () => void;
}

interface Replacement {
  readonly key: ProductKey;
  readonly entry: ProductEntry;
  readonly version: number;
}

/** The journal on SQLite: each call is one transaction, done when its promise resolves. */
export class SqliteJournal implements Journal {
  readonly path: string;
  /** There is no file yet: everything reads as empty. */
  readonly missing: boolean;
  readonly reset: FreezesAfterReset | null;
  readonly #parts: SqliteJournalParts;
  readonly #access: Access;
  readonly #items: Items;

  constructor(parts: SqliteJournalParts) {
    this.path = parts.path;
    this.missing = parts.missing;
    this.reset = parts.reset;
    this.#parts = parts;
    this.#access = parts.access;
    this.#items = parts.items;
  }

  get readOnly(): string | null {
    return this.#access.readOnly;
  }

  async list(target: TargetName): Promise<ReadonlyMap<ProductKey, Versioned<ProductEntry>>> {
    const found = this.#access.read(() => this.#items.ofTarget('entry', target, productEntry));
    return new Map(
      found.map(({ key, value, version }) => [asProductKey(key), { value, version }] as const),
    );
  }

  async get(target: TargetName, key: ProductKey): Promise<Versioned<ProductEntry>> {
    const item = this.#access.read(() => this.#items.get('entry', target, key, productEntry));
    return { value: item?.value ?? EMPTY_ENTRY, version: item?.version ?? 0 };
  }

  async put(
    target: TargetName,
    key: ProductKey,
    entry: ProductEntry,
    version: number,
  ): Promise<number> {
    return this.#access.write(() => this.#replace(target, { key, entry, version }));
  }

  async putAll(target: TargetName, entries: readonly Replacement[]): Promise<readonly number[]> {
    if (entries.length === 0) return [];
    return this.#access.write(() => entries.map((one) => this.#replace(target, one)));
  }

  async documents(target: TargetName): Promise<readonly KnownDocument[]> {
    const found = this.#access.read(() => this.#items.ofTarget('document', target, knownDocument));
    return found.map((item) => item.value);
  }

  async putDocuments(target: TargetName, documents: readonly KnownDocument[]): Promise<void> {
    const rows = documents.map((one) => [one.key, one] as const);
    this.#access.write(() => this.#items.replace('document', target, rows, knownDocument));
  }

  async approvals(target: TargetName): Promise<readonly Approval[]> {
    const found = this.#access.read(() => this.#items.ofTarget('approval', target, approval));
    return found.map((item) => item.value).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  }

  async putApprovals(target: TargetName, approvals: readonly Approval[]): Promise<void> {
    const rows = approvals.map((one) => [one.set, one] as const);
    this.#access.write(() => this.#items.replace('approval', target, rows, approval));
  }

  async heldPlans(): Promise<readonly HeldPlan[]> {
    const found = this.#access.read(() => this.#items.ofKind('held', heldPlan));
    return found.map((item) => item.value);
  }

  async putHeldPlans(target: TargetName, plans: readonly HeldPlan[]): Promise<void> {
    // Rows come back by key, so the place in the list is the key.
    const rows = plans.map((one, index) => [String(index), one] as const);
    this.#access.write(() => this.#items.replace('held', target, rows, heldPlan));
  }

  async putStatus(
    views: readonly ProductStatusView[],
    removed: readonly { readonly target: TargetName; readonly key: ProductKey }[] = [],
  ): Promise<void> {
    this.#access.write(() => {
      for (const { target, key } of removed) this.#items.remove('status', target, key);
      for (const view of views) this.#items.store('status', view.target, view.key, view);
    });
  }

  async statuses(): Promise<readonly ProductStatusView[]> {
    const found = this.#access.read(() => this.#items.ofKind('status', productStatus));
    return found.map((item) => item.value);
  }

  async putDaemon(view: DaemonView): Promise<void> {
    this.#access.write(() => this.#items.store('daemon', '', '', view));
  }

  async daemon(): Promise<DaemonView | null> {
    return this.#access.read(() => this.#items.get('daemon', '', '', daemonView))?.value ?? null;
  }

  async remembered(
    target: TargetName,
    key: ProductKey,
    recordId: RecordId,
  ): Promise<string | null> {
    const item = this.#access.read(() =>
      this.#items.get('remembered', target, key, rememberedFacts),
    );
    return item?.value.recordId === recordId ? item.value.json : null;
  }

  /** Keeps the facts of one record only: those of an older one are of no use any more. */
  async remember(
    target: TargetName,
    key: ProductKey,
    recordId: RecordId,
    json: string,
  ): Promise<void> {
    this.#access.write(() => this.#items.store('remembered', target, key, { recordId, json }));
  }

  async account(target: TargetName): Promise<BoundAccount | null> {
    return (
      this.#access.read(() => this.#items.get('account', target, '', boundAccount))?.value ?? null
    );
  }

  /**
   * Binding again to the same account and region changes nothing; to others it is refused, and so is
   * a second name for them: what is frozen, open or counted under the first would not be seen.
   */
  async bindAccount(target: TargetName, accountId: AccountId, region: string): Promise<void> {
    const bound = this.#access.read(() => this.#items.ofKind('account', boundAccount));
    if (isBound(this.path, bound, { target, accountId, region })) return;
    this.#access.write(() => this.#items.store('account', target, '', { accountId, region }));
  }

  /** The same request made again before it was taken is one request. */
  async ask(request: PersonRequest): Promise<void> {
    const now = this.#parts.clock.now();
    this.#writeBeside((items) => storeRequest(items, request, now));
  }

  async freezes(): Promise<readonly Freeze[]> {
    return this.#access
      .read(() => this.#items.ofKind('freeze', freezeShape))
      .map((item) => item.value);
  }

  /** Durable when it resolves, beside a writer as well. */
  async freeze(freezes: readonly Freeze[]): Promise<void> {
    this.#writeBeside((items) => {
      for (const one of freezes) storeFreeze(items, one);
    });
  }

  async lift(freezes: readonly Freeze[]): Promise<void> {
    this.#writeBeside((items) => {
      for (const one of freezes) items.remove('freeze', '', freezeKey(one));
    });
  }

  #writeBeside(work: (items: Items) => void): void {
    const { writeBeside } = this.#parts;
    try {
      if (writeBeside === null) this.#access.write(() => work(this.#items));
      else writeBeside(work);
    } catch (error) {
      throw writeFailure(this.path, error);
    }
  }

  /** Oldest first. */
  async takeRequests(): Promise<readonly PersonRequest[]> {
    return takeRequests(this.#access, this.#items);
  }

  /** Who holds the journal for writing, or held it and was killed; null: nobody. */
  async writer(): Promise<Writer | null> {
    return this.#access.read(() => this.#items.get('writer', '', '', writerShape))?.value ?? null;
  }

  async close(): Promise<void> {
    // A name that is left behind does no harm: the lock decides who writes, not the name.
    if (this.readOnly === null) this.#access.tryToWrite(() => this.#items.remove('writer', '', ''));
    await this.#access.close();
    this.#parts.release();
  }

  #replace(target: TargetName, { key, entry, version }: Replacement): number {
    const stored = this.#items.get('entry', target, key, productEntry)?.version ?? 0;
    if (stored !== version)
      throw new TrueupError(
        'journal/conflict',
        `the journal entry of ${target}/${key} has version ${stored}, not ${version}`,
      );
    this.#items.store('entry', target, key, entry, version + 1);
    return version + 1;
  }
}
