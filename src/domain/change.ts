import type { Latch } from './entry.ts';
import type { Digest, ProductKey, ProvisionedProductId, RecordId, TargetName } from './ids.ts';
import type { Position, Problem } from './problem.ts';
import type { Step } from './request.ts';
import type { RolloutPart } from './rollout.ts';

/** A value as people may see it. */
export type Shown =
  | { readonly kind: 'text'; readonly text: string }
  /** A NoEcho value: it exists, and is not shown. */
  | { readonly kind: 'hidden' }
  /** No value on this side; `note` says why (`not in v1.4.0`, `not set`). */
  | { readonly kind: 'none'; readonly note: string };

/** One field that differs. `field` is its dotted path in `spec`; `label` is what people read. */
export interface FieldDifference {
  readonly field: string;
  readonly label: string;
  readonly at: Position;
  readonly live: Shown;
  readonly desired: Shown;
  readonly step: Step;
}

/** A field that was compared and gave no verdict, with the reason. */
export interface OpenField {
  readonly field: string;
  readonly label: string;
  readonly why: string;
}

/** Why a difference exists. Only a cause that the policies allow is acted on. */
export type Cause =
  | { readonly kind: 'document' }
  | { readonly kind: 'drift'; readonly evidence: string }
  /** TAINTED with no difference: one healing send. */
  | { readonly kind: 'heal' }
  /** The rule for the version finds another one than before. */
  | { readonly kind: 'newVersion'; readonly evidence: string }
  /** A value of `valueFrom` has another version than the one that was applied. */
  | { readonly kind: 'rotated'; readonly evidence: string };

interface ChangeFacts {
  readonly target: TargetName;
  readonly key: ProductKey;
  readonly name: string;
  readonly at: Position;
  readonly provisionedProductId: ProvisionedProductId | null;
  readonly type: string | null;
  /** LastRecordId that this was computed against. */
  readonly base: RecordId | null;
  readonly differences: readonly FieldDifference[];
  /** AWS does not return these, and the journal does not know them. They never cause a call. */
  readonly unverified: readonly OpenField[];
  /** These could not be read in this pass. */
  readonly unreadable: readonly OpenField[];
  /** Parameters that the document leaves out and that keep their live values. */
  readonly keptParameters: number;
  readonly warnings: readonly Problem[];
  /** Stack instances that come and go with it; left out where none does. */
  readonly instances?: { readonly created: number; readonly removed: number };
  /** What it is carried out after: `name` or, of another target, `target/name`. */
  readonly after: readonly string[];
  /** Its part in the rollout of a version; left out: it is of none. */
  readonly rollout?: RolloutPart;
}

export type ChangeVerdict =
  | { readonly kind: 'inSync' }
  | {
      readonly kind: 'update';
      readonly steps: readonly Step[];
      readonly cause: Cause;
      /** Covers target, identity, base and differences: what an approval approves. */
      readonly digest: Digest;
    }
  /** There is none of this name: it is provisioned; first terminated where it is in ERROR. */
  | { readonly kind: 'provision'; readonly steps: readonly Step[]; readonly digest: Digest }
  /** There is none of this name, and a stack that is to become it. */
  | {
      readonly kind: 'import';
      readonly steps: readonly Step[];
      readonly stackArn: string;
      readonly digest: Digest;
    }
  /** Its document is gone and had asked for it. */
  | {
      readonly kind: 'terminate';
      readonly steps: readonly Step[];
      readonly retain: boolean;
      readonly digest: Digest;
    }
  /** It would be changed, and something else has to happen first. */
  | { readonly kind: 'waits'; readonly why: string; readonly next: string | null }
  /** Differs, and is only reported: `reason` names the policy. */
  | {
      readonly kind: 'reported';
      readonly cause: Cause;
      readonly reason:
        | 'drift: report'
        | 'onNewVersion: report'
        | 'onRotate: report'
        | 'mode: observe'
        | 'run --observe';
    }
  | { readonly kind: 'suspended' }
  /** Another operation runs; nothing was compared. */
  | {
      readonly kind: 'busy';
      readonly status: string;
      readonly recordId: RecordId | null;
      readonly ours: boolean;
    }
  /** The same request failed before, or its outcome is open. */
  | { readonly kind: 'latched'; readonly latch: Latch }
  | { readonly kind: 'refused'; readonly problems: readonly [Problem, ...Problem[]] }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Spec against live, as data. */
export type Change = ChangeFacts & { readonly verdict: ChangeVerdict };
