import type { ApprovalWish, Caps } from '../domain/guard.ts';
import type { SyncWindow } from '../domain/hold.ts';
import type { AccountId, TargetName } from '../domain/ids.ts';
import type { RolloutRule } from '../domain/rollout.ts';
import type { Dependency } from '../domain/spec.ts';
import type { WriteGate } from './context.ts';
import type { Catalog } from './ports/catalog.ts';
import type { Journal } from './ports/journal.ts';
import type { Clock, Fingerprinter, Log, Random } from './ports/runtime.ts';
import type { Values } from './ports/values.ts';
import type { Redactor } from './redact.ts';
import type { StatusBoard } from './status-board.ts';

/** What all targets share. */
export interface Shared {
  readonly journal: Journal;
  readonly board: StatusBoard;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly fingerprinter: Fingerprinter | null;
  readonly observeOnly: boolean;
  readonly recordTimeoutMs: number;
  readonly engineRecordTimeoutMs: number;
  readonly caps: Caps;
  /** How the provisioned products of a product move to another version. */
  readonly rolloutRules: readonly RolloutRule[];
  /** Digests that a person allowed beforehand, by flags or in trueup.yaml. */
  readonly approvals?: readonly ApprovalWish[];
  readonly stop: AbortSignal;
  /** Sync windows of the configuration; left out: none. */
  readonly windows?: readonly SyncWindow[];
  /** A command that a person runs: it ends where a daemon would wait for a freeze or a window. */
  readonly oneShot?: boolean;
  /** Why no target may start a mutating call now (source unreadable, journal read-only), or null. */
  heldBack(): string | null;
  /** Monotonic ms of the last complete read of the directory; null: it cannot be read now. */
  readAtMs(): number | null;
  /** Whether this run looks at it at all; a selection may leave it out. */
  isInRun(dependency: Dependency): boolean;
}

export interface TargetParts {
  readonly name: TargetName;
  readonly accountId: AccountId;
  readonly region: string;
  readonly catalog: Catalog;
  /** Left out: documents that take values from elsewhere are held back. */
  readonly values?: Values;
  readonly writes: WriteGate;
  readonly maxInFlight: number;
  /** By type of product, within `maxInFlight`; a type that is not there has no limit of its own. */
  readonly maxInFlightByType: ReadonlyMap<string, number>;
}
