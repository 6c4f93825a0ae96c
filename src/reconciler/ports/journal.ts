import type { ProductEntry } from '../../domain/entry.ts';
import type { Approval, HeldPlan } from '../../domain/guard.ts';
import type { Freeze } from '../../domain/hold.ts';
import type { AccountId, Digest, ProductKey, RecordId, TargetName } from '../../domain/ids.ts';
import type { KnownDocument } from '../../domain/known.ts';
import type { DaemonView, ProductStatusView } from '../../domain/status.ts';

/** A person's word, put beside a running daemon by the CLI. */
export type PersonRequest =
  /** `document`: only as long as the document has this digest; without: whatever it says. */
  | {
      readonly kind: 'retry';
      readonly target: TargetName;
      readonly key: ProductKey;
      readonly document?: Digest;
    }
  /** `document`: digest of the document that the person saw; rows of earlier versions lack it. */
  | {
      readonly kind: 'accept';
      readonly target: TargetName;
      readonly key: ProductKey;
      readonly document?: Digest;
    }
  /**
   * `product`: name or id of the product whose rollouts go on in spite of the failures of `records`,
   * or of all that stand in rows of earlier versions, which lack them.
   */
  | {
      readonly kind: 'proceed';
      readonly target: TargetName;
      readonly product: string;
      readonly records?: readonly RecordId[];
    }
  /** `set`: of a held plan of this target; `asked`: the digest as it was given. */
  | {
      readonly kind: 'approve';
      readonly target: TargetName;
      readonly set: Digest;
      readonly asked: string;
      readonly strict: boolean;
    };

export interface Versioned<T> {
  readonly value: T;
  /** For compare-and-set; 0: not stored yet. */
  readonly version: number;
}

/**
 * Everything that must survive a restart, keyed by target. Every write is durable when its promise
 * resolves. A rejected write means: nothing was stored, so nothing may be sent.
 */
export interface Journal {
  /** null: writable. Otherwise why it is not; then no mutating call is made. */
  readonly readOnly: string | null;
  list(target: TargetName): Promise<ReadonlyMap<ProductKey, Versioned<ProductEntry>>>;
  get(target: TargetName, key: ProductKey): Promise<Versioned<ProductEntry>>;
  /** Fails with code `journal/conflict` if the stored version is not `version`. Returns the new one. */
  put(target: TargetName, key: ProductKey, entry: ProductEntry, version: number): Promise<number>;
  /** Many entries in one transaction: all or none. Returns their new versions, in order. */
  putAll(
    target: TargetName,
    entries: readonly {
      readonly key: ProductKey;
      readonly entry: ProductEntry;
      readonly version: number;
    }[],
  ): Promise<readonly number[]>;
  documents(target: TargetName): Promise<readonly KnownDocument[]>;
  putDocuments(target: TargetName, documents: readonly KnownDocument[]): Promise<void>;
  putStatus(
    views: readonly ProductStatusView[],
    removed?: readonly { readonly target: TargetName; readonly key: ProductKey }[],
  ): Promise<void>;
  statuses(): Promise<readonly ProductStatusView[]>;
  putDaemon(view: DaemonView): Promise<void>;
  daemon(): Promise<DaemonView | null>;
  /** Facts remembered while LastRecordId stays the same (launch role, path, live version). */
  remembered(target: TargetName, key: ProductKey, recordId: RecordId): Promise<string | null>;
  remember(target: TargetName, key: ProductKey, recordId: RecordId, json: string): Promise<void>;
  /** The account that this target was bound to when the journal first saw it. */
  account(
    target: TargetName,
  ): Promise<{ readonly accountId: AccountId; readonly region: string } | null>;
  bindAccount(target: TargetName, accountId: AccountId, region: string): Promise<void>;
  /** Adds a person's request; allowed beside the writer. */
  ask(request: PersonRequest): Promise<void>;
  takeRequests(): Promise<readonly PersonRequest[]>;
  /** As they stand on the disk now, also those that were put there beside the writer. */
  freezes(): Promise<readonly Freeze[]>;
  approvals(target: TargetName): Promise<readonly Approval[]>;
  /** In place of those that are there. */
  putApprovals(target: TargetName, approvals: readonly Approval[]): Promise<void>;
  /** Of every target: what a guard holds back, newest first within one. */
  heldPlans(): Promise<readonly HeldPlan[]>;
  putHeldPlans(target: TargetName, plans: readonly HeldPlan[]): Promise<void>;
  close(): Promise<void>;
}
