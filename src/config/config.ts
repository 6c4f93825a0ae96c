import type { Caps } from '../domain/guard.ts';
import type { SyncWindow } from '../domain/hold.ts';
import type { AccountId, TargetName } from '../domain/ids.ts';
import type { RolloutRule } from '../domain/rollout.ts';
import type { ValueAllowances } from '../domain/values.ts';

/** One account and region. */
export interface TargetConfig {
  readonly name: TargetName;
  /** null: not declared; it is asked for before the first change. */
  readonly accountId: AccountId | null;
  /** null: what the SDK's own chain finds. */
  readonly region: string | null;
  /** The role to assume for this target; null: the credentials as they are. */
  readonly roleArn: string | null;
  readonly externalId: string | null;
  /** Name of the assumed role's session, as CloudTrail shows it. */
  readonly sessionName: string;
  /** Operations in flight at one time. */
  readonly maxInFlight: number;
  /** Operations started per second. */
  readonly writesPerSecond: number;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export const LOG_FORMATS = ['json', 'text'] as const;

/** Everything a person can set, resolved and frozen. */
export interface Config {
  /** At least one, in the order of the file. */
  readonly targets: readonly [TargetConfig, ...TargetConfig[]];
  /** The only target, or the one named in the file; null: every document must name its own. */
  readonly defaultTarget: TargetName | null;
  readonly readsPerSecond: number;
  readonly readBurst: number;
  readonly writesPerSecond: number;
  readonly maxInFlight: number;
  /** By type of product, within `maxInFlight`. */
  readonly maxInFlightByType: Readonly<Record<string, number>>;
  readonly intervalMs: number;
  readonly pollIntervalMs: number;
  readonly settleMs: number;
  readonly recordTimeoutMs: number;
  /** The same for Terraform and External products. */
  readonly engineRecordTimeoutMs: number;
  readonly timeoutMs: number;
  readonly shutdownTimeoutMs: number;
  readonly maxChanges: number;
  readonly maxProvisions: number;
  readonly maxTerminations: number;
  /** How the caps grow with the estate, and how long what was sent counts. */
  readonly guards: Required<Pick<Caps, 'shares' | 'windowMs'>>;
  /** Digests of plans, or of the part of one target, that a person allowed. */
  readonly approvals: readonly string[];
  readonly journal: string;
  /** null: a file beside the journal. */
  readonly fingerprintKeyFile: string | null;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** null: text where the log goes to a terminal, JSON elsewhere. */
  readonly logFormat: (typeof LOG_FORMATS)[number] | null;
  readonly observe: boolean;
  readonly rollouts: readonly RolloutRule[];
  readonly values: ValueAllowances;
  readonly windows: readonly SyncWindow[];
}
