import { specContent } from '../desired/content.ts';
import { specDigest } from '../diff/digest.ts';
import type { Fingerprint } from '../diff/finding.ts';
import { canonicalJson } from '../domain/canonical.ts';
import type { Hold } from '../domain/hold.ts';
import {
  type AccountId,
  asDigest,
  type Digest,
  type ProductKey,
  type TargetName,
  type Token,
} from '../domain/ids.ts';
import { isExternalEngine } from '../domain/kind.ts';
import type { Position, Problem } from '../domain/problem.ts';
import type { Step } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import type { CatalogFacts } from './catalog-facts.ts';
import type { Wait } from './dependencies.ts';
import type { EndedRecords } from './ended-records.ts';
import type { Entries } from './entries.ts';
import type { Follower } from './follow.ts';
import type { GuardGate } from './guard-gate.ts';
import type { KnownDocuments } from './known.ts';
import type { Memory } from './memory.ts';
import type { Observation } from './observe.ts';
import type { Catalog } from './ports/catalog.ts';
import type { Journal } from './ports/journal.ts';
import type { Clock, Fingerprinter, Log, Random } from './ports/runtime.ts';
import type { ProductTypes } from './product-types.ts';
import type { Redactor } from './redact.ts';
import type { Removal } from './removals.ts';
import type { Rollouts } from './rollouts.ts';
import type { StatusBoard } from './status-board.ts';
import type { ValueFacts } from './value-facts.ts';

/** Lets one mutating call start; resolves in turn, early when the signal aborts. `last` runs right before. */
export interface WriteGate {
  take(signal?: AbortSignal, last?: () => Promise<void>): Promise<void>;
}

/** The desired state of one target at one revision. */
export interface DesiredState {
  readonly revision: string;
  readonly specs: ReadonlyMap<ProductKey, Spec>;
  /** Documents that are invalid now: their provisioned products are left alone. */
  readonly invalid: ReadonlyMap<ProductKey, InvalidDocument>;
  /** --only, -l or standard input leave documents out: nothing can be told of those that are gone. */
  readonly isSelection?: boolean;
  /** The documents that a selection leaves out of `specs`. */
  readonly leftOut?: ReadonlyMap<ProductKey, Spec>;
  /** Every name that the revision declares, also those that a selection leaves out of `specs`. */
  readonly declared: ReadonlySet<ProductKey>;
  /** Some document could not be told at all: one that seems to be gone may be that one. */
  readonly unknownIdentity: boolean;
  /** What the same revision says of every target: documents may depend on something of another one. */
  readonly elsewhere?: ReadonlyMap<
    TargetName,
    Pick<DesiredState, 'specs' | 'leftOut' | 'declared' | 'invalid'>
  >;
}

/** False where a selection leaves documents out: then nothing can be told of those that are gone. */
export function isWhole(desired: DesiredState): boolean {
  const isComplete = desired.specs.size + desired.invalid.size >= desired.declared.size;
  return desired.isSelection !== true && isComplete;
}

export interface InvalidDocument {
  readonly name: string;
  readonly at: Position;
  readonly problem: Problem;
  /** `target/name` of what it says it depends on, where that could be read. */
  readonly needs?: readonly string[];
  /** Its target could not be told, so it is listed under every one. */
  readonly isAnywhere?: true;
}

/** What one target's passes share. Made once at start; what changes is read through functions. */
export interface TargetContext {
  readonly target: TargetName;
  readonly accountId: AccountId;
  readonly region: string;
  readonly catalog: Catalog;
  readonly journal: Journal;
  readonly entries: Entries;
  readonly memory: Memory;
  readonly follower: Follower;
  readonly writes: WriteGate;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly board: StatusBoard;
  readonly fingerprinter: Fingerprinter | null;
  readonly observeOnly: boolean;
  readonly recordTimeoutMs: number;
  /** The same for engines outside AWS, whose operations may take hours. */
  readonly engineRecordTimeoutMs: number;
  readonly ended: EndedRecords;
  /** Aborts at shutdown: no new call starts, what is in flight is left to the journal. */
  readonly stop: AbortSignal;
  desired(): DesiredState;
  observation(): Observation | null;
  facts(): CatalogFacts;
  values(): ValueFacts;
  /** What the reviewed plan allows for this name; undefined: nothing. */
  allowed(key: ProductKey): readonly Step[] | undefined;
  /** A person asked for another attempt, and none was made since. */
  asked(key: ProductKey): boolean;
  /** Steps that were sent for what a person asked for: none of them gets another attempt by that. */
  attempted(key: ProductKey): ReadonlySet<Step>;
  attempt(key: ProductKey, step: Step): void;
  /** Why no new mutating call may start now, or null. */
  held(key: ProductKey): string | null;
  /** The freeze or window that keeps anything from being started for it now; read afresh. */
  hold(key: ProductKey): Promise<Hold | null>;
  /** Documents of earlier revisions, and what they said about their end. */
  readonly known: KnownDocuments;
  /** What was judged of a product whose document is gone, at the last review. */
  removal(key: ProductKey): Removal | undefined;
  /** Monotonic ms of the last complete read of the directory; null: it cannot be read now. */
  readAtMs(): number | null;
  /** What must be in its desired state before this may be begun; null: nothing. */
  waitsFor(key: ProductKey): Wait | null;
  /** The same for `dependsOn` alone: a chain that a rollout let begin goes on. */
  dependencyWait(key: ProductKey): Wait | null;
  /** Leaves it until that is so: it is queued again by itself. */
  park(key: ProductKey): void;
  readonly rollouts: Rollouts;
  /** Holds back what is too much, and counts what is sent. */
  readonly guard: GuardGate;
  /** Of each product, as far as AWS has told it: by it a limit in flight may hold. */
  readonly types: ProductTypes;
  /** Imports under way: AWS carries out one at a time. */
  readonly importing: Set<ProductKey>;
  /** Requests that an earlier process left open, until their first pass: each may be in flight without a slot. */
  readonly unattended: Set<ProductKey>;
  /** Requests that AWS has refused, while it is looked at whether something else runs there. */
  readonly refusals: Map<ProductKey, Digest>;
  /** When this process first sent a request, by the clock that never jumps. */
  readonly sentAtMs: Map<Token, number>;
}

/** How long the record of this request may take before it counts as stalled. */
export function recordTimeoutMs(
  context: Pick<TargetContext, 'recordTimeoutMs' | 'engineRecordTimeoutMs'>,
  intent: { readonly productType: string | null },
): number {
  return isExternalEngine(intent.productType)
    ? context.engineRecordTimeoutMs
    : context.recordTimeoutMs;
}

export const isoNow = (clock: Clock): string => new Date(clock.now()).toISOString();

/** The fields by which every log line names a provisioned product. */
export function about(
  context: TargetContext,
  key: ProductKey,
): { readonly target: string; readonly provisionedProduct: string } {
  const spec = context.desired().specs.get(key);
  return {
    target: context.target,
    provisionedProduct: spec?.name ?? key.replace(/^(name|id):/, ''),
  };
}

/** Keyed digests of this provisioned product's parameter values; null without a key. */
export function fingerprintOf(
  context: {
    readonly accountId: AccountId;
    readonly region: string;
    readonly fingerprinter: Fingerprinter | null;
  },
  key: ProductKey,
): Fingerprint | null {
  const { fingerprinter, accountId, region } = context;
  if (fingerprinter === null) return null;
  return (parameter, value) => fingerprinter.digest([accountId, region, key, parameter], value);
}

/** Digest of what a document asks for, as the journal keeps it: it can be checked only with the key. */
export function specDigestOf(
  context: { readonly fingerprinter: Fingerprinter | null },
  spec: Spec,
): Digest {
  const { fingerprinter } = context;
  if (fingerprinter === null) return asDigest('hmac:no-key');
  return remembered(specDigests, fingerprinter, spec, () =>
    specDigest(spec, fingerprinter.keyId, (text) => fingerprinter.digest(['spec'], text)),
  );
}

/**
 * Digest of what a document asks AWS for, whoever it is for: a rename shows by it. It names its key, because
 * next to one of another key it says nothing.
 */
export function contentDigestOf(fingerprinter: Fingerprinter, spec: Spec): Digest {
  return remembered(contentDigests, fingerprinter, spec, () =>
    asDigest(
      `${fingerprinter.digest(['content'], canonicalJson(specContent(spec)))}#content-1.${fingerprinter.keyId}`,
    ),
  );
}

/** Specs are asked for at every look and never change: a new revision makes new ones. */
type Digests = WeakMap<Fingerprinter, WeakMap<Spec, Digest>>;
const specDigests: Digests = new WeakMap();
const contentDigests: Digests = new WeakMap();

function remembered(
  digests: Digests,
  fingerprinter: Fingerprinter,
  spec: Spec,
  compute: () => Digest,
): Digest {
  const ofKey = digests.get(fingerprinter) ?? new WeakMap<Spec, Digest>();
  digests.set(fingerprinter, ofKey);
  const digest = ofKey.get(spec) ?? compute();
  ofKey.set(spec, digest);
  return digest;
}
