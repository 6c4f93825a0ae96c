import type { Change, ChangeVerdict } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { AccountId, Digest } from '../domain/ids.ts';
import {
  type Live,
  notRead,
  type PresentProduct,
  type Reading,
  type VersionDefinitions,
} from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import { isProvisioning, type Step } from '../domain/request.ts';
import { positionOf, type Spec } from '../domain/spec.ts';
import { type Comparison, compare } from './compare.ts';
import { creationOf } from './creation-wish.ts';
import { decide } from './decide.ts';
import { decideCreation } from './decide-creation.ts';
import { withFacts } from './facts.ts';
import type { Fingerprint } from './finding.ts';
import { absent, identityVerdict, kindVerdict, openVerdict, statusVerdict } from './gates.ts';
import { countInstances } from './instance-count.ts';
import { isRepairable } from './normalize.ts';
import type { Prepared } from './prepare.ts';
import { warning } from './problems.ts';
import type { Resolution } from './resolve.ts';

/** What an update would be made of. */
export interface UpdateFacts {
  readonly resolved: Resolution;
  /** Of the resolved version over the resolved path; `notRead` where nothing was resolved. */
  readonly definitions: Reading<VersionDefinitions>;
  /** Of the version that runs; only where its stack may not be read, and it is to change. */
  readonly current: Reading<VersionDefinitions>;
  /** Why `definitions` are no more than what the live stack tells; null: they are AWS's own. */
  readonly unchecked: string | null;
  /** Why the stack that is to be adopted cannot be; left out: it can, or nothing tells. */
  readonly unadoptable?: string;
}

export interface AssessInput {
  readonly spec: Spec;
  /** Of the target: what does not exist yet comes into being there. */
  readonly accountId: AccountId;
  readonly live: Live;
  readonly entry: ProductEntry;
  /** From `compare`; null: it is made here. */
  readonly comparison: Comparison | null;
  /** Read where `needsFacts` says so; null: not read. */
  readonly facts: UpdateFacts | null;
  /** What a new one would be made of; read where `creationOf` says so. */
  readonly creation?: UpdateFacts | null;
  /** From `prepare`, whose `spec` this is judged by; left out: nothing had to be prepared. */
  readonly prepared?: Pick<Prepared, 'held' | 'block'>;
  /** The whole run only observes. */
  readonly observeOnly: boolean;
  /** ISO 8601 UTC. */
  readonly now: string;
  readonly fingerprint: Fingerprint | null;
  readonly keyId: string | null;
  /** Digest of the document as `specDigest` makes it; null without a key. */
  readonly specDigest: Digest | null;
  /** When the last provisioning record ended, where it failed and `needsFailureTime` says so. */
  readonly failedAt: string | null;
  /** RecordType of that record; null: not read. Left out: a provisioning, an update or a termination. */
  readonly failedType?: string | null;
  /** When our last record ended by AWS's clock, where live state differs right after it; null: not read. */
  readonly succeededAt?: string | null;
  /** Whose the last record is, where LastRecordId is older than our last one; left out: it tells. */
  readonly lastChange?: 'ours' | 'other' | 'unknown' | undefined;
  /** A person asked for another attempt: latches and waits do not hold. */
  readonly asked: boolean;
  /** Steps that were sent for that already: what holds them holds again. Left out: none. */
  readonly attempted?: ReadonlySet<Step>;
}

/** Spec against live, with the verdict: what would be done about it, or why nothing is. */
export function assess(input: AssessInput): Change {
  const { spec, live } = input;
  const gate = identityVerdict(input);
  if (live.kind === 'absent' && gate === null) return created(input);
  if (gate !== null || live.kind !== 'present') {
    const unexpected: ChangeVerdict = { kind: 'unreadable', why: 'live state was not read' };
    return change(input, null, gate ?? unexpected, []);
  }
  const status = openVerdict(input, live) ?? kindVerdict(input, live) ?? statusVerdict(input, live);
  if (status?.kind === 'busy') return change(input, null, status, []);
  const { entry, fingerprint, keyId, specDigest } = input;
  const compared = { spec, live, entry, fingerprint, keyId, specDigest };
  const comparison = withFacts(compared, input.comparison ?? compare(compared), input.facts);
  const blocked = status ?? input.prepared?.block ?? null;
  const { verdict, warnings } =
    blocked === null ? decide(input, live, comparison) : { verdict: blocked, warnings: [] };
  if (isInError(verdict, live) && creationOf(input) === 'recreate') return created(input);
  return withHeld(input, change(input, comparison, verdict, warnings));
}

/** What is only reported is what there is to say where nothing else is; else it is a warning. */
function withHeld({ spec, prepared }: AssessInput, found: Change): Change {
  const held = prepared?.held ?? [];
  const [first] = held;
  if (first === undefined) return found;
  if (found.verdict.kind === 'inSync') {
    const reason = first.cause.kind === 'rotated' ? 'onRotate: report' : 'onNewVersion: report';
    const differences = held.map(({ difference }) => difference);
    return { ...found, differences, verdict: { kind: 'reported', cause: first.cause, reason } };
  }
  const more = held.map(({ difference, cause }) => {
    const { field } = difference;
    const at = positionOf(spec, field);
    const message = `${cause.evidence}; it is only reported`;
    return warning({ code: 'plan/newer-upstream', at, field, message });
  });
  return { ...found, warnings: [...found.warnings, ...more] };
}

function similarOf(live: Live): string | null {
  return live.kind === 'absent' ? (live.similar ?? null) : null;
}

function created(input: AssessInput): Change {
  const creation = creationOf(input);
  const block = input.prepared?.block ?? null;
  if (creation !== null && block !== null) return change(input, null, block, []);
  if (creation === null) {
    const nothing: ChangeVerdict = {
      kind: 'refused',
      problems: [absent(input.spec, similarOf(input.live))],
    };
    return change(input, null, nothing, []);
  }
  const { verdict, comparison, warnings } = decideCreation(input, creation);
  return change(input, comparison, verdict, warnings);
}

/** It stays in ERROR: no update may end that, or the one that might have has failed. */
function isInError(verdict: ChangeVerdict, live: PresentProduct): boolean {
  if (verdict.kind === 'refused') return verdict.problems[0].code === 'plan/product-error';
  if (live.status !== 'ERROR' || verdict.kind !== 'latched') return false;
  return verdict.latch.kind === 'stalled' && verdict.latch.requestHash !== null;
}

/** Whether a verdict needs the product's facts: what an update would send, or a field that only they tell. */
export function needsFacts(comparison: Comparison, live: Live): boolean {
  if (live.kind !== 'present') return false;
  return (
    comparison.steps.some(isProvisioning) ||
    comparison.deferred.length > 0 ||
    (isRepairable(live) && comparison.differences.length === 0)
  );
}

function change(
  { spec, live, entry, creation }: AssessInput,
  comparison: Comparison | null,
  verdict: ChangeVerdict,
  warnings: readonly Problem[],
): Change {
  const present = live.kind === 'present' ? live : null;
  const differences = comparison?.differences ?? [];
  const definitions = creation?.definitions ?? notRead;
  const instances = countInstances({ spec, live, entry, verdict, differences, definitions });
  return {
    target: spec.target,
    key: spec.key,
    name: spec.name,
    at: spec.origin.at,
    provisionedProductId: present?.id ?? (live.kind === 'absent' ? null : knownId(spec, entry)),
    type: present?.type ?? null,
    base: present?.records.last ?? null,
    differences,
    unverified: comparison?.unverified ?? [],
    unreadable: comparison?.unreadable ?? [],
    keptParameters: comparison?.kept ?? 0,
    warnings,
    ...(instances === undefined ? {} : { instances }),
    after: spec.dependsOn.map((one) => nameOf(spec, one)),
    verdict,
  };
}

function nameOf(spec: Spec, { target, name }: Spec['dependsOn'][number]): string {
  return target === spec.target ? name : `${target}/${name}`;
}

function knownId(spec: Spec, entry: ProductEntry) {
  return spec.identity.kind === 'id' ? spec.identity.id : entry.provisionedProductId;
}
