import { isMeant, isRest, type Lineage, type Standing, standingOf } from '../diff/approval.ts';
import type { Measured } from '../diff/change-weight.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { Approval, ApprovalWish, ApprovedChange, Charge } from '../domain/guard.ts';
import { asDigest, type Digest, type ProductKey, type TargetName } from '../domain/ids.ts';
import { isoNow } from './context.ts';
import type { Entries } from './entries.ts';
import type { Planned } from './guard-gate.ts';
import type { Journal } from './ports/journal.ts';
import type { Clock, Log } from './ports/runtime.ts';

export type ApprovedAs = NonNullable<Charge['approved']>;

/** In the place of a set that was approved before: what was charged to it stays charged to no allowance. */
const FORMER = asDigest('former');

interface Parts {
  readonly target: TargetName;
  readonly journal: Journal;
  readonly entries: Entries;
  readonly clock: Clock;
  readonly log: Log;
  /** A person is asked first: what was typed with the command is given by `give`, and not before. */
  readonly isAskedFirst?: boolean;
}

/** The sets of changes of one target that a person allowed, in the journal until they are over. */
export class Approvals {
  readonly #parts: Parts;
  /** Names that moved, by set: said once. */
  readonly #told = new Map<Digest, string>();
  /** As the journal has them. */
  #stored: readonly Approval[];
  /** Judged with, and not given yet: nothing is left of them where the answer is no. */
  #typed: readonly Approval[] = [];

  private constructor(parts: Parts, stored: readonly Approval[]) {
    this.#parts = parts;
    this.#stored = stored;
  }

  get #held(): readonly Approval[] {
    return [...without(this.#stored, this.#typed), ...this.#typed];
  }

  static async load(parts: Parts): Promise<Approvals> {
    return new Approvals(parts, await parts.journal.approvals(parts.target));
  }

  /** Whether it stands already, for instance since the run before. */
  has({ digest, strict }: ApprovalWish): boolean {
    return this.#held.some(
      (one) => one.strict === strict && (one.asked === digest || isMeant(digest, one.set)),
    );
  }

  /** Whether something of this set was sent by an approval of it that is over. */
  isUsedUp(set: Digest, changes: readonly ApprovedChange[]): boolean {
    if (this.#held.some((one) => one.set === set)) return false;
    return this.#isSent(set, changes);
  }

  #isSent(set: Digest, changes: readonly ApprovedChange[]): boolean {
    const { entries } = this.#parts;
    return changes.some(({ key, digest }) => lineageOf(entries.get(key), set).begun.has(digest));
  }

  /** Rejects where it cannot be kept: then it was not given. */
  async record(
    revision: string,
    set: Digest,
    changes: readonly ApprovedChange[],
    { digest: asked, strict }: ApprovalWish,
    isTyped = false,
  ): Promise<void> {
    const { target, clock, journal, isAskedFirst } = this.#parts;
    const before = this.#held.find((one) => one.set === set && one.revision === revision);
    if (before?.strict === strict) return;
    const at = isoNow(clock);
    const approval: Approval = { target, revision, set, asked, strict, at, changes };
    if (journal.readOnly !== null || (isTyped && isAskedFirst === true))
      this.#typed = [...without(this.#typed, [approval]), approval];
    else await this.#give([approval]);
  }

  /** The answer was yes: what was typed counts from now on. False: nothing was. */
  async give(): Promise<boolean> {
    const typed = this.#typed;
    if (typed.length === 0 || this.#parts.journal.readOnly !== null) return false;
    this.#typed = [];
    await this.#give(typed);
    return true;
  }

  async #give(approvals: readonly Approval[]): Promise<void> {
    const { target, log, journal } = this.#parts;
    for (const { set, changes } of without(approvals, this.#stored))
      if (this.#isSent(set, changes)) await this.#setAside(set, changes);
    const stored = [...without(this.#stored, approvals), ...approvals];
    await journal.putApprovals(target, stored);
    this.#stored = stored;
    for (const { set, asked, strict, changes } of approvals) {
      const fields = { target, set, asked, strict, changes: changes.length };
      log.write('info', 'approval.given', fields);
    }
  }

  /** What each of them is worth for what was planned now. One of another revision is worth nothing. */
  standing(planned: Planned): readonly Standing[] {
    const byKey = new Map(planned.measured.map(({ change }) => [change.key, change]));
    return this.#held
      .filter(({ revision }) => revision === planned.revision)
      .map((approval) =>
        standingOf(
          approval,
          byKey,
          (key) => this.#lineage(key, approval.set),
          (key) => planned.isShown(key),
        ),
      );
  }

  /** As which approved change this one may run: it is that one, or what is left of it. */
  approvedAs(
    key: ProductKey,
    change: Measured['change'],
    approved: ApprovedAs | undefined,
  ): ApprovedAs | null {
    if (approved === undefined || !('digest' in change.verdict)) return null;
    if (change.verdict.digest === approved.change) return approved;
    const approval = this.#held.find((one) => one.set === approved.set);
    const former = approval?.changes.find((one) => one.digest === approved.change);
    if (former === undefined) return null;
    const lineage = this.#lineage(key, approved.set);
    return isRest(former, change, lineage) ? approved : null;
  }

  /** A change that was approved once is not sent twice by that: only what is left of it goes on. */
  isSpent(key: ProductKey, { verdict }: Measured['change'], approved: ApprovedAs): boolean {
    const isFirst = 'digest' in verdict && verdict.digest === approved.change;
    const { begun } = this.#lineage(key, approved.set);
    return isFirst && begun.has(approved.change);
  }

  /** Names what has moved, and ends what is over: with its revision, or once nothing of it can run. */
  async settle(planned: Planned): Promise<void> {
    if (this.#parts.journal.readOnly !== null) return;
    const ended = new Set<Digest>();
    for (const { set, revision } of this.#held)
      if (revision !== planned.revision) ended.add(this.#end(set, 'the revision changed'));
    this.tell(planned);
    for (const { view, isOver } of this.standing(planned)) {
      if (!isOver) continue;
      const reason = view.isVoid
        ? 'a part of it has moved, and it was approved as all or nothing'
        : 'every change of it was sent, is done, or has moved';
      ended.add(this.#end(view.set, reason));
    }
    this.#typed = this.#typed.filter(({ set }) => !ended.has(set));
    const left = this.#stored.filter(({ set }) => !ended.has(set));
    if (left.length < this.#stored.length) {
      await this.#parts.journal.putApprovals(this.#parts.target, left);
      this.#stored = left;
    }
    for (const set of ended) this.#told.delete(set);
  }

  /** Says of what was approved what has moved since, once. */
  tell(planned: Planned): void {
    if (this.#parts.journal.readOnly !== null) return;
    for (const { view } of this.standing(planned)) this.#tellMoved(view.set, view.moved);
  }

  #end(set: Digest, reason: string): Digest {
    const { target, log } = this.#parts;
    log.write('info', 'approval.ended', { target, set, reason });
    return set;
  }

  #tellMoved(set: Digest, names: readonly string[]): void {
    const { target, log } = this.#parts;
    const moved = names.join(', ');
    if (moved !== '' && this.#told.get(set) !== moved) {
      const reason = `what would be done now is not what was approved: ${moved}`;
      log.write('warn', 'approval.moved', { target, set, reason });
    }
    this.#told.set(set, moved);
  }

  /** It is said once more: what was sent by it before is no part of what it allows now. */
  async #setAside(set: Digest, changes: readonly ApprovedChange[]): Promise<void> {
    const { entries } = this.#parts;
    const keys = changes.map(({ key }) => key);
    await entries.updateMany(keys, (_key, entry) => ({
      ...entry,
      charges: entry.charges.map((one) =>
        one.approved?.set === set ? { ...one, approved: { ...one.approved, set: FORMER } } : one,
      ),
    }));
  }

  /** What was sent by a set before it was typed is no part of what it would allow. */
  #lineage(key: ProductKey, set: Digest): Lineage {
    const lineage = lineageOf(this.#parts.entries.get(key), set);
    const isAnew =
      this.#typed.some((one) => one.set === set) && !this.#stored.some((one) => one.set === set);
    return isAnew ? { ...lineage, begun: new Set() } : lineage;
  }
}

function without(some: readonly Approval[], others: readonly Approval[]): readonly Approval[] {
  return some.filter(({ set }) => others.every((one) => one.set !== set));
}

function lineageOf(entry: ProductEntry, set: Digest): Lineage {
  const own = entry.charges.flatMap(({ approved }) => (approved === null ? [] : [approved]));
  const begun = new Set(own.filter((one) => one.set === set).map(({ change }) => change));
  return { begun, ownRecord: entry.ownRecords[0] ?? null };
}
