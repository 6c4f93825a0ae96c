import type { Change } from './change.ts';
import type { TargetGuards } from './guard.ts';
import type { PlanHolds } from './hold.ts';
import type { AccountId, Digest, TargetName } from './ids.ts';
import type { Position, Problem } from './problem.ts';
import type { RolloutView } from './rollout.ts';

export interface TargetPlan {
  readonly name: TargetName;
  readonly accountId: AccountId | null;
  readonly region: string;
  /** `null`: read completely. Otherwise why not; then nothing is changed there. */
  readonly unreadable: string | null;
  /** Sorted by name, then key. */
  readonly changes: readonly Change[];
  /** Left out where there is none. */
  readonly rollouts?: readonly RolloutView[];
}

/**
 * The part of a plan that is the same for the same desired and live state: sorted, paths relative,
 * no time, no counts. `digest` covers it.
 */
export interface PlanBody {
  readonly formatVersion: '1.0';
  /** Documents by file, with a digest of what they ask for that reveals no NoEcho value. */
  readonly documents: readonly {
    readonly file: string;
    readonly name: string;
    readonly target: TargetName;
    readonly digest: Digest;
  }[];
  /** Sorted by name. */
  readonly targets: readonly TargetPlan[];
  /** Documents that are invalid: none of their provisioned products is touched. */
  readonly problems: readonly Problem[];
}

export interface CallCounts {
  /** By `service.Operation`, for instance `servicecatalog.SearchProvisionedProducts`. */
  readonly byOperation: Readonly<Record<string, number>>;
  readonly total: number;
}

/** No document declares it any more; nothing is done to it. */
export interface UnmanagedProduct {
  readonly target: TargetName;
  readonly name: string;
  /** Where its document stood when it was last read. */
  readonly at: Position;
}

/** What differs between two equal plans. */
export interface PlanMeta {
  readonly revision: string;
  readonly createdAt: string;
  readonly programVersion: string;
  readonly calls: CallCounts;
  readonly directory: string;
  /** Left out where nothing is frozen and there are no windows. */
  readonly holds?: PlanHolds;
  /**
   * What the journal knows and no document declares any more. It hangs on the journal, so no digest
   * covers it. Sorted by target and name; left out where there is none.
   */
  readonly unmanaged?: readonly UnmanagedProduct[];
  /** Sorted by target: how much is allowed, planned and was sent before. */
  readonly guards: readonly TargetGuards[];
}

export interface Plan {
  readonly body: PlanBody;
  readonly meta: PlanMeta;
  readonly digest: Digest;
}
