import type { Charge } from './guard.ts';
import type { ArtifactId, Digest, ProvisionedProductId, RecordId, Token } from './ids.ts';
import type { Position } from './problem.ts';
import type { Step, StoredRequest } from './request.ts';
import type { RequestedVersion } from './rollout.ts';

/**
 * What the journal remembers of one provisioned product. Without it trueup is still safe; it only
 * knows less. All times are ISO 8601 UTC, by the wall clock.
 */
export interface ProductEntry {
  /** What the last request was about. */
  readonly provisionedProductId: ProvisionedProductId | null;
  /**
   * What the last record of ours is about. Only that is pruned: a name says nothing about who made
   * what bears it, and to be as declared says nothing either.
   */
  readonly ownedId: ProvisionedProductId | null;
  /** The desired state last seen in effect. A difference from it is drift, not a new wish. */
  readonly inEffect: InEffect | null;
  /** The path that our last success declared. null: not known. */
  readonly declaredPath: DeclaredPath | null;
  /** Tag keys that trueup has set: those that are no longer declared are dropped, others stay. */
  readonly ownTags: readonly string[];
  /** Others that updates of ours were to set since the last success, all of which failed: what runs is on the stack. */
  readonly triedTags: readonly string[];
  readonly fingerprints: Fingerprints | null;
  /** What we applied last of values that stand elsewhere, whether or not it still runs. */
  readonly lastReferences: AppliedReferences | null;
  /** What the rule for the version had found when it was last in effect; null: no rule was. */
  readonly appliedVersion: AppliedVersion | null;
  /** At most one request is open for a provisioned product, ever. */
  readonly intent: Intent | null;
  readonly latch: Latch | null;
  /** Records that our requests made, newest first, at most 20: an answer that names one is an echo. */
  readonly ownRecords: readonly RecordId[];
  readonly lastResult: LastResult | null;
  /**
   * The last update of ours that failed, until a provisioning of ours succeeds: a change of properties
   * ends in `lastResult` as well, and says nothing about the values. null: none, or not known.
   */
  readonly failedUpdate: RecordId | null;
  /** `trueup/retry` annotation value that was last honoured. */
  readonly retryHandled: string | null;
  /** The content (spec digest) for which the one healing send of a TAINTED product was made. */
  readonly healed: Digest | null;
  /** The content for which the one recreation of a product in ERROR was begun. */
  readonly recreated: Digest | null;
  /** Contents for which one was begun before that, newest first, at most 20: none of them gets another. */
  readonly recreatedBefore: readonly Digest[];
  /** The operation CREATE or DELETE of a stack set (a digest of its content) that last succeeded. */
  readonly instancesRun: Digest | null;
  /** Requests that were sent, as the guards count them: those of the last 24 h and of the revision. */
  readonly charges: readonly Charge[];
}

export const EMPTY_ENTRY: ProductEntry = {
  provisionedProductId: null,
  ownedId: null,
  inEffect: null,
  declaredPath: null,
  ownTags: [],
  triedTags: [],
  fingerprints: null,
  lastReferences: null,
  appliedVersion: null,
  intent: null,
  latch: null,
  ownRecords: [],
  lastResult: null,
  failedUpdate: null,
  retryHandled: null,
  healed: null,
  recreated: null,
  recreatedBefore: [],
  instancesRun: null,
  charges: [],
};

/** `none`: the document declared none, which is not the same as that nobody knows. */
export type DeclaredPath = `id:${string}` | `name:${string}` | 'none';

export interface InEffect {
  readonly specDigest: Digest;
  readonly revision: string;
  readonly at: string;
  /** The last provisioning, which failed, where values that AWS returned were as declared after it. */
  readonly inSpiteOf?: RecordId;
}

/** Keyed digests of values that AWS does not return, as last applied with success. */
export interface Fingerprints {
  /** Valid only while this is LastSuccessfulProvisioningRecordId … */
  readonly recordId: RecordId | null;
  /** … and, for CloudFormation kinds, this is the stack's LastUpdatedTime. */
  readonly stackUpdated: string | null;
  /** The last provisioning when a person accepted them, whether or not it succeeded. */
  readonly afterRecord?: RecordId;
  /** Which key made them; another key means unverified. */
  readonly keyId: string;
  /** Of every value that was sent, because none can be read back; false: of NoEcho values only. */
  readonly complete: boolean;
  readonly values: Readonly<Record<string, Digest>>;
  /** Of the parameters whose values stand elsewhere: which version of what was applied. */
  readonly references: Readonly<Record<string, AppliedReference>>;
}

export interface AppliedReferences {
  /** Where a source has no versions, a digest under this key takes their place. */
  readonly keyId: string;
  readonly references: Readonly<Record<string, AppliedReference>>;
}

export interface AppliedReference {
  readonly reference: string;
  /** A version of the source, or a keyed digest of its value where it has none. */
  readonly version: string;
}

export interface AppliedVersion {
  /** From `ruleKey`. */
  readonly rule: string;
  readonly artifactId: ArtifactId;
}

/** One mutating request, durable before its call and until its record has ended. */
export interface Intent {
  readonly step: Step;
  /** Of the provisioned product: what limits it in flight, and how long it may take. */
  readonly productType: string | null;
  readonly request: StoredRequest;
  /** Left out where it names none. */
  readonly version?: RequestedVersion;
  readonly requestHash: Digest;
  readonly token: Token;
  readonly base: RecordId | null;
  readonly generation: number;
  /** Written just before the first call; `null` while the call was certainly not made. */
  readonly firstSentAt: string | null;
  readonly lastSentAt: string | null;
  /** The record that AWS answered with, or that was found in the history; `null`: not known yet. */
  readonly recordId: RecordId | null;
  /** AWS did not answer with it: it was found, and may be older than the request. */
  readonly isFound?: boolean;
  readonly specDigest: Digest;
  /** What the document said besides, which its digest does not cover; left out where there is none. */
  readonly policies?: Digest;
  readonly revision: string;
  readonly at: Position;
  /** What was spent on it, as it was before: given back if nothing comes of it. Rows of earlier versions lack it. */
  readonly unspent?: Unspent;
  /** What becomes true when the record succeeds. */
  readonly pending: {
    readonly fingerprints: Readonly<Record<string, Digest>>;
    readonly references: Readonly<Record<string, AppliedReference>>;
    readonly appliedVersion: AppliedVersion | null;
    readonly keyId: string;
    readonly complete: boolean;
    readonly instancesRun: Digest | null;
    readonly ownTags: readonly string[];
    readonly declaredPath: DeclaredPath | null;
  };
}

/**
 * What asks for one attempt: a value of the annotation, the healing of TAINTED once for a content, and of what
 * is terminated to be made anew, for which contents that was done before.
 */
export type Unspent = Pick<ProductEntry, 'retryHandled' | 'healed'> &
  Partial<Pick<ProductEntry, 'recreated' | 'recreatedBefore'>>;

/** What tells a request apart where its hash does not: that rests on the fingerprint key, and on the journal's key of it. */
export interface Likeness {
  /** From `openHash`. Rows of earlier versions lack it. */
  readonly openHash?: Digest;
  /** Another key of the journal stood for its provisioned product then, and digests are made for one key. */
  readonly isCarried?: boolean;
}

/** Why nothing is sent for now. It holds for one request (without its base) and falls with a new one. */
export type Latch = Likeness &
  (
    | {
        /** Needs a change or a person. */
        readonly kind: 'stalled';
        readonly requestHash: Digest | null;
        readonly recordId: RecordId | null;
        readonly reason: string;
        readonly next: string;
        readonly at: string;
        /** Its record succeeded, and nothing came of it. */
        readonly hasSucceeded?: boolean;
        /** What the document asked for then; left out by older versions. */
        readonly specDigest?: Digest;
      }
    | {
        /** A failure that passes by itself; tried again from `until` on. */
        readonly kind: 'backoff';
        readonly requestHash: Digest | null;
        readonly recordId: RecordId | null;
        readonly reason: string;
        readonly at: string;
        readonly attempts: number;
        readonly until: string;
        readonly specDigest?: Digest;
      }
  );

export interface LastResult extends Likeness {
  readonly kind: 'succeeded' | 'failed';
  readonly step: Step;
  readonly recordId: RecordId;
  /** LastRecordId before it: while Describe still shows this one, it may lag behind our own record. */
  readonly base: RecordId | null;
  /** Of the request that ended so: the same one again, with nothing else having happened, is pointless. */
  readonly requestHash: Digest;
  readonly at: string;
  readonly reason: string | null;
  /** It failed for something that passes by itself, as AWS's codes tell, which the reason leaves out. */
  readonly passes?: boolean;
  /** The version that was asked for, or that ran when only properties were; left out: not known. */
  readonly version?: RequestedVersion;
  /** What it was for was seen in effect since. Kept for stack sets, which do not tell when they were changed. */
  readonly isSeen?: boolean;
  /** A person said that the rollout of this version goes on in spite of this failure. */
  readonly waived?: boolean;
  /** Of a change of properties: the move that had failed before it, and of which it tells nothing. */
  readonly failedMove?: FailedMove;
  /** AWS did not answer with this record: it was found, and may be older than the request. */
  readonly isFound?: boolean;
  /** The import that made it has failed before, and nothing has succeeded since but what leaves that as it is. */
  readonly afterFailedImport?: boolean;
  /** Of a change of properties: the termination that had failed before it, and may have gone half-way. */
  readonly halfEnded?: RecordId;
}

/** A move to another version that failed for good, as its rollout counts it. */
export interface FailedMove {
  readonly version: RequestedVersion;
  readonly recordId: RecordId;
  readonly reason: string;
  /** A person said that the rollout goes on in spite of it. */
  readonly isWaived: boolean;
}
