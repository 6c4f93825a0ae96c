import { GONE_MS, isPrunable } from '../diff/removal.ts';
import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { Gone, KnownDocument } from '../domain/known.ts';
import type { Live } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { contentDigestOf, type DesiredState, specDigestOf, type TargetContext } from './context.ts';
import type { Journal } from './ports.ts';

/** What noting documents needs of a target's context. */
export type KnownContext = Pick<TargetContext, 'entries' | 'clock' | 'fingerprinter' | 'readAtMs'>;

/**
 * The documents that were there when the directory was last read well, and what they said about
 * their own end: so that a document which goes takes effect, and one that cannot be read does not.
 */
export class KnownDocuments {
  #held: ReadonlyMap<ProductKey, KnownDocument>;
  /** Monotonic time of the read that first missed a document; only of what this process missed. */
  readonly #missedMs = new Map<ProductKey, number>();

  /** The last revision that was read. */
  #latest: DesiredState | null = null;

  private constructor(held: ReadonlyMap<ProductKey, KnownDocument>) {
    this.#held = held;
  }

  static async load(journal: Journal, target: TargetName): Promise<KnownDocuments> {
    const documents = await journal.documents(target);
    return new KnownDocuments(new Map(documents.map((one) => [one.key, one])));
  }

  all(): readonly KnownDocument[] {
    return [...this.#held.values()];
  }

  /** Documents that are gone and whose end is asked for, by what the journal holds. */
  missing(context: Pick<KnownContext, 'entries'>, desired: DesiredState): readonly KnownDocument[] {
    return isWhole(desired)
      ? this.all().filter(
          (one) => !desired.declared.has(one.key) && isPrunable(one, context.entries.get(one.key)),
        )
      : [];
  }

  /**
   * A revision that was read counts, even if the next one comes before any review of it: who was there
   * is not missed, and what was protected last stays protected.
   */
  heed(desired: DesiredState): void {
    this.#latest = desired;
    const held = new Map(this.#held);
    for (const key of desired.declared) {
      const known = held.get(key);
      if (known === undefined) continue;
      const spec = desired.specs.get(key);
      held.set(key, { ...known, ...(spec === undefined ? {} : lastWillOf(spec)), gone: null });
      this.#missedMs.delete(key);
    }
    this.#held = held;
  }

  /** Takes over what a complete read of the directory says; what is not certain stays as it was. */
  note(
    context: KnownContext,
    desired: DesiredState,
    live: ReadonlyMap<ProductKey, Live>,
    unsure: string | null,
  ): void {
    // A review of an older revision has nothing to say about what a newer one said.
    if (!isWhole(desired) || (this.#latest !== null && this.#latest !== desired)) return;
    const before = this.#held;
    const next = new Map<ProductKey, KnownDocument>();
    for (const spec of desired.specs.values()) {
      // A newcomer is noted only in a certain read: it may be what a missing one was renamed to.
      if (unsure !== null && !before.has(spec.key)) continue;
      next.set(spec.key, documentOf(context, spec, live.get(spec.key), before.get(spec.key)));
    }
    for (const key of desired.invalid.keys()) {
      const known = before.get(key);
      if (known !== undefined) next.set(key, { ...known, gone: null });
    }
    for (const key of next.keys()) this.#missedMs.delete(key);
    for (const known of this.missing(context, desired))
      next.set(known.key, unsure === null ? this.#missed(context, desired, known, next) : known);
    this.#held = next;
  }

  /** Drops what is gone from AWS too. */
  forget(key: ProductKey): void {
    this.#missedMs.delete(key);
    this.#held = new Map([...this.#held].filter(([one]) => one !== key));
  }

  get(key: ProductKey): KnownDocument | undefined {
    return this.#held.get(key);
  }

  /**
   * Whether two complete reads, far enough apart, were without the document: by the wall clock, which
   * outlives a restart, and, where this process made both, by the one that never jumps.
   */
  isConfirmed(context: KnownContext, key: ProductKey): boolean {
    const gone = this.#held.get(key)?.gone ?? null;
    if (gone === null) return false;
    const readMs = context.readAtMs();
    if (readMs === null) return false;
    const missedMs = this.#missedMs.get(key) ?? Number.NEGATIVE_INFINITY;
    return context.clock.now() - Date.parse(gone.since) >= GONE_MS && readMs - missedMs >= GONE_MS;
  }

  #missed(
    context: KnownContext,
    desired: DesiredState,
    known: KnownDocument,
    next: ReadonlyMap<ProductKey, KnownDocument>,
  ): KnownDocument {
    const { gone } = known;
    // A wall clock that was put back would make the wait too short later.
    if (gone !== null && Date.parse(gone.since) <= context.clock.now()) return known;
    this.#missedMs.set(known.key, context.readAtMs() ?? context.clock.monotonic());
    const since = new Date(context.clock.now()).toISOString();
    const renamedTo = gone?.renamedTo ?? this.#renamedTo(known, next);
    return { ...known, gone: { since, revision: desired.revision, renamedTo } };
  }

  #renamedTo(
    { content }: KnownDocument,
    next: ReadonlyMap<ProductKey, KnownDocument>,
  ): Gone['renamedTo'] {
    if (content === '') return null;
    for (const [key, one] of next)
      if (one.content === content && one.gone === null && !this.#held.has(key))
        return { key, name: one.name };
    return null;
  }
}

/** False where a selection leaves documents out: then nothing can be told of those that are gone. */
function isWhole(desired: DesiredState): boolean {
  const isComplete = desired.specs.size + desired.invalid.size >= desired.declared.size;
  return desired.isSelection !== true && isComplete;
}

/** What a document says for the time after it. */
function lastWillOf({ reconcile, dependsOn }: Spec): Pick<KnownDocument, 'policies' | 'dependsOn'> {
  const { prune, deletionProtection, suspend, mode } = reconcile;
  return {
    policies: { prune, deletionProtection, handsOff: suspend || mode === 'observe' },
    dependsOn: dependsOn.map(({ target, key }) => ({ target, key })),
  };
}

function documentOf(
  context: KnownContext,
  spec: Spec,
  live: Live | undefined,
  before: KnownDocument | undefined,
): KnownDocument {
  return {
    key: spec.key,
    name: spec.name,
    file: spec.origin.at.file,
    digest: specDigestOf(context, spec),
    content:
      context.fingerprinter === null
        ? (before?.content ?? '')
        : contentDigestOf(context.fingerprinter, spec),
    ...lastWillOf(spec),
    ...seen(live, before),
    gone: null,
  };
}

function seen(
  live: Live | undefined,
  before: KnownDocument | undefined,
): Pick<KnownDocument, 'provisionedProductId' | 'lastRecordId'> {
  switch (live?.kind) {
    case 'present':
      return { provisionedProductId: live.id, lastRecordId: live.records.last };
    case 'absent':
      return { provisionedProductId: null, lastRecordId: null };
    case 'unreadable':
    case undefined:
      return {
        provisionedProductId: before?.provisionedProductId ?? null,
        lastRecordId: before?.lastRecordId ?? null,
      };
    default:
      return live satisfies never;
  }
}
