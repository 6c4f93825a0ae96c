import type { ProductKey, ProvisionedProductId, RecordId, TargetName } from './ids.ts';
import type { Position } from './problem.ts';

/** What `status` shows of one provisioned product. Written in one place; every view reads it. */
export interface ProductStatusView {
  readonly target: TargetName;
  readonly key: ProductKey;
  readonly name: string;
  readonly provisionedProductId: ProvisionedProductId | null;
  /** Ready: in its desired state. Reconciling: work runs or waits. Stalled: needs a person. */
  readonly condition: 'Ready' | 'Reconciling' | 'Stalled';
  readonly sync: 'Synced' | 'OutOfSync' | 'Unknown';
  readonly health: 'Healthy' | 'Progressing' | 'Degraded' | 'Missing' | 'Suspended' | 'Unknown';
  /** A short constant: InSync, Updating, Waiting, RecordFailed, Refused, Busy, Drift, Suspended, … */
  readonly reason: string;
  readonly message: string;
  readonly next: string | null;
  readonly recordId: RecordId | null;
  readonly recordStatus: string | null;
  readonly wanted: string | null;
  readonly live: string | null;
  readonly unverified: number;
  readonly drift: boolean;
  readonly revision: string;
  readonly at: Position;
  readonly updatedAt: string;
}

/** A view with the time, ISO 8601 UTC, since when it is so; null: the journal does not tell. */
export type DatedView = ProductStatusView & { readonly since: string | null };

/** What `status` shows of the daemon itself. */
export interface DaemonView {
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
  /** Renewed at every pass and at least every 30 s: `status --check` reads it. */
  readonly heartbeatAt: string;
  readonly stoppedAt: string | null;
  readonly lastPass: { readonly at: string; readonly tookMs: number } | null;
  readonly observeOnly: boolean;
  readonly source: {
    readonly directory: string;
    readonly revision: string | null;
    readonly since: string | null;
    readonly documents: number;
    readonly invalid: number;
    readonly problem: string | null;
  };
  readonly journalProblem: string | null;
  readonly targets: readonly {
    readonly name: TargetName;
    readonly accountId: string | null;
    readonly region: string;
    readonly problem: string | null;
  }[];
}
