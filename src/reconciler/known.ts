import { asksForEnd, isPrunable } from '../diff/removal.ts';
import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Live } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { Absences } from './absences.ts';
import { documentFor } from './claimants.ts';
import { type DesiredState, isWhole, type TargetContext } from './context.ts';
import {
  contentOf,
  documentOf,
  type KnownContext,
  unseenWillOf,
  withMade,
} from './known-document.ts';
import type { Journal } from './ports/journal.ts';
import {
  isNewNameGone,
  isRenamed,
  mayBeFormer,
  mayBeNewName,
  mayStand,
  newNameDoubt,
  noteNewNames,
  renamedToOf,
} from './renames.ts';

/**
 * The documents that were there when the directory was last read well, and what they said about
 * their own end: so that a document which goes takes effect, and one that cannot be read does not.
 */
export class KnownDocuments {
  #held: ReadonlyMap<ProductKey, KnownDocument>;
  readonly #absences = new Absences();

  /** What a revision said is not in the journal yet. */
  #isUnsaved = false;
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
    const gone = this.#undeclared(context, desired);
    if (gone.length === 0) return gone;
    const owned = context.entries.owned();
    return gone.filter((one) => isPrunable(one, context.entries.get(one.key), owned));
  }

  /** Documents that are missed now, asked for the end of what they were for, and it is not ours. */
  foreign(
    context: Pick<KnownContext, 'entries' | 'fingerprinter'>,
    desired: DesiredState,
  ): readonly KnownDocument[] {
    const ours = new Set(this.missing(context, desired).map(({ key }) => key));
    return this.#undeclared(context, desired).filter(
      (one) =>
        asksForEnd(one) &&
        one.gone === null &&
        one.provisionedProductId !== null &&
        !ours.has(one.key) &&
        this.doubtOf(context, desired, one) === null,
    );
  }

  /** Documents that are gone and seem to have got a new name: that is told as long as both stand. */
  renamed(context: Pick<KnownContext, 'entries'>, desired: DesiredState): readonly KnownDocument[] {
    const undeclared = this.#undeclared(context, desired);
    return undeclared.filter((one) => isRenamed(context, one, desired, this.#held));
  }

  #undeclared(
    { entries }: Pick<KnownContext, 'entries'>,
    desired: DesiredState,
  ): readonly KnownDocument[] {
    if (!isWhole(desired)) return [];
    return this.all()
      .filter((one) => !desired.declared.has(one.key))
      .map((one) => withMade(one, entries.get(one.key)));
  }

  /**
   * A revision that was read counts, even if the next one comes before any review of it: who was there
   * is not missed, and what was protected last stays protected, also where a document names it in another way.
   */
  heed(context: Pick<KnownContext, 'fingerprinter'>, desired: DesiredState): void {
    this.#latest = desired;
    const held = new Map(this.#held);
    for (const [key, known] of held) {
      const meant = documentFor(desired, known);
      if (meant === null) continue;
      const will = meant === 'unread' ? {} : unseenWillOf(context, meant, known);
      const heeded = { ...known, ...will, gone: null, mayBe: null };
      this.#isUnsaved ||= JSON.stringify(heeded) !== JSON.stringify(known);
      held.set(key, heeded);
      this.#absences.end(key);
    }
    this.#held = held;
  }

  /** The process may end before anything can be reviewed: what was heeded is known to the next one. */
  async keep({ journal, target }: Pick<TargetContext, 'journal' | 'target'>): Promise<void> {
    if (!this.#isUnsaved || journal.readOnly !== null) return;
    await journal.putDocuments(target, this.all());
    this.#isUnsaved = false;
  }

  /** Takes over what a complete read of the directory says; what is not certain stays as it was. */
  note(
    context: KnownContext,
    desired: DesiredState,
    live: ReadonlyMap<ProductKey, Live>,
    unsure: string | null,
  ): void {
    // A review of an older revision has nothing to say about what a newer one said.
    if (this.#latest !== null && this.#latest !== desired) return;
    const before = this.#held;
    const whole = isWhole(desired);
    // A selection tells nothing of what it leaves out, and the policies of what it holds.
    const next = new Map<ProductKey, KnownDocument>(whole ? [] : before);
    const standing = this.standing(context, desired);
    const open: Spec[] = [];
    for (const spec of desired.specs.values()) {
      // A newcomer is noted only in a certain read: it may be what a missing one was renamed to.
      const isNew = !before.has(spec.key);
      if (isNew && (unsure !== null || !whole || mayBeNewName(context, standing, spec)))
        open.push(spec);
      else next.set(spec.key, documentOf(context, spec, live.get(spec.key), before.get(spec.key)));
    }
    for (const key of desired.invalid.keys()) {
      const known = before.get(key);
      if (known !== undefined) next.set(key, known);
    }
    for (const key of desired.declared) {
      this.#absences.end(key);
      const known = next.get(key);
      if (known !== undefined && (known.gone ?? known.mayBe) !== null)
        next.set(key, { ...known, gone: null, mayBe: null });
    }
    if (whole) this.#noteMissing(context, desired, next, unsure);
    noteNewNames(context, standing, open, next);
    this.#held = next;
  }

  #noteMissing(
    context: KnownContext,
    desired: DesiredState,
    next: Map<ProductKey, KnownDocument>,
    unsure: string | null,
  ): void {
    const ends = new Set(this.missing(context, desired).map(({ key }) => key));
    for (const known of this.#undeclared(context, desired)) {
      const isOpen = unsure !== null || this.doubtOf(context, desired, known) !== null;
      const noted = isOpen ? known : this.#missed(context, desired, known, next);
      if (isOpen || ends.has(known.key) || isRenamed(context, noted, desired, next))
        next.set(known.key, noted);
    }
  }

  /** Why it cannot be told of this one document that it is gone; null: it can. */
  doubtOf(
    context: Pick<KnownContext, 'fingerprinter' | 'entries'>,
    desired: DesiredState,
    known: KnownDocument,
  ): string | null {
    return newNameDoubt(context, desired, this.#held, known);
  }

  /**
   * The document whose new name this one seems to be: it went when this one came, and asked for the
   * same. A selection or a file that cannot be read does not hide that.
   */
  formerOf(
    context: Pick<KnownContext, 'fingerprinter'>,
    standing: readonly KnownDocument[],
    spec: Spec,
  ): KnownDocument | null {
    const isNew = !this.#held.has(spec.key);
    const content = isNew ? contentOf(context, spec) : null;
    return standing.find((one) => mayBeFormer(one, spec.key, content)) ?? null;
  }

  /** What no document declares any more and still stood when it was last looked at, or may come to stand. */
  standing(
    context: Pick<KnownContext, 'entries'>,
    desired: DesiredState,
  ): readonly KnownDocument[] {
    return this.all().filter((one) => !desired.declared.has(one.key) && mayStand(context, one));
  }

  /** We terminated what it stood for, to provision it again: that will have another id. */
  replaced(key: ProductKey): void {
    const known = this.#held.get(key);
    if (known === undefined) return;
    this.#held = new Map(this.#held).set(key, { ...known, provisionedProductId: null });
  }

  /** Drops what is gone from AWS too. */
  forget(key: ProductKey): void {
    this.#absences.end(key);
    this.#held = new Map([...this.#held].filter(([one]) => one !== key));
  }

  get(key: ProductKey): KnownDocument | undefined {
    return this.#held.get(key);
  }

  /**
   * Whether two complete reads, far enough apart, were without the document: by the wall clock, which
   * outlives a restart, and by the one that never jumps.
   */
  isConfirmed(context: KnownContext, key: ProductKey): boolean {
    return this.#absences.isConfirmed(context, key, this.#held.get(key)?.gone ?? null);
  }

  #missed(
    context: KnownContext,
    desired: DesiredState,
    known: KnownDocument,
    next: ReadonlyMap<ProductKey, KnownDocument>,
  ): KnownDocument {
    const { gone, key } = known;
    const isKnown = gone !== null && this.#absences.goesOn(context, key, gone);
    if (isKnown && !isNewNameGone(gone, desired)) return known;
    const kept = gone === null || isNewNameGone(gone, desired) ? null : gone.renamedTo;
    const renamedTo = kept ?? renamedToOf(known, this.#held, next);
    // It has got another new name; or nobody knows of one any more, and what is gone is only gone.
    if (isKnown && renamedTo !== null) return { ...known, gone: { ...gone, renamedTo } };
    const since = this.#absences.begin(context, key);
    return { ...known, gone: { since, revision: desired.revision, renamedTo }, mayBe: null };
  }
}
