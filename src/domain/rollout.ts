import type { ArtifactId, ProductId, RecordId } from './ids.ts';
import type { Position } from './problem.ts';

/** How the provisioned products of one product move to another version. */
export interface RolloutRule {
  /** Name or id of a product; `*`: every product that no other rule names. */
  readonly product: string;
  readonly canary: CanaryRule;
  /** So many failed moves to one version pause the others. */
  readonly maxFailures: number;
  readonly pauseOnFailure: boolean;
  /** Where it is written. */
  readonly at?: Position;
}

export type CanaryRule =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'labels'; readonly labels: Readonly<Record<string, string>> };

/** A version as a request names it. */
export interface VersionId {
  readonly productId: ProductId;
  readonly productName: string | null;
  readonly artifactId: ArtifactId;
  readonly artifactName: string | null;
}

/** The version that a request asked for, as the journal keeps it. */
export interface RequestedVersion extends VersionId {
  /** Another one ran before, or none did. */
  readonly isMove: boolean;
}

/** The part of a change in a rollout, as a plan shows it. */
export interface RolloutPart {
  /** Name of the product, or its id where no name is known. */
  readonly product: string;
  readonly version: string;
  /**
   * `canary`: one of the first; `needed`: a canary depends on it, so it goes before; `again`: it
   * failed before and goes before the others; `rest`: it follows.
   */
  readonly stage: 'canary' | 'needed' | 'again' | 'rest';
  /** Those that must run the version before, by name: the first ten. */
  readonly after: readonly string[];
  readonly isPaused: boolean;
}

/** One rollout of one target, as a plan shows it. */
export interface RolloutView {
  readonly product: string;
  readonly version: string;
  readonly canaries: readonly string[];
  /** Provisioned products that are to run this version; `running`: that run it already. */
  readonly members: number;
  readonly running: number;
  readonly maxFailures: number;
  readonly pauseOnFailure: boolean;
  /** Those that failed to move to it, while that stands. */
  readonly failures: readonly RolloutFailure[];
  readonly paused: { readonly why: string; readonly next: string } | null;
}

export interface RolloutFailure {
  readonly name: string;
  readonly recordId: RecordId;
  readonly reason: string;
}
