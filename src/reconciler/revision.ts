import type { AccountId, TargetName } from '../domain/ids.ts';
import type { CallCounts } from '../domain/plan.ts';
import type { Problem } from '../domain/problem.ts';
import type { DesiredState } from './context.ts';
import type { TargetReconciler } from './target.ts';

/** What the documents of one revision ask for, per target. */
export interface Revision {
  readonly revision: string;
  readonly digest: string;
  readonly targets: ReadonlyMap<TargetName, DesiredState>;
  readonly documents: number;
  readonly invalid: number;
  readonly problems: readonly Problem[];
}

/** A target that may not be reachable yet: opening it reads who we are. */
export interface TargetHandle {
  readonly name: TargetName;
  /** As declared; null: not declared. */
  readonly accountId: AccountId | null;
  /** As declared; empty where it comes from the SDK's chain. */
  readonly region: string;
  /** Fails with a reason while AWS cannot be reached or refuses us. */
  open(): Promise<
    | { readonly kind: 'ok'; readonly reconciler: TargetReconciler }
    | { readonly kind: 'failed'; readonly why: string; readonly calls: CallCounts }
  >;
}
