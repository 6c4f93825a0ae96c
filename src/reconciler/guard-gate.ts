import {
  approvable,
  isHeldAs,
  isMeant,
  isRest,
  type Lineage,
  type Standing,
  standingOf,
} from '../diff/approval.ts';
import { isWeightless, type Measured, weightOf, weightOfRequest } from '../diff/change-weight.ts';
import { fits } from '../diff/guards.ts';
import { targetGuards } from '../diff/target-guards.ts';
import type { Intent, ProductEntry } from '../domain/entry.ts';
import {
  type Approval,
  type ApprovalWish,
  type ApprovedChange,
  type Caps,
  type Charge,
  type GuardFinding,
  type HeldPlan,
  type TargetGuards,
  WEIGHTLESS,
} from '../domain/guard.ts';
import type { Digest, ProductKey, TargetName } from '../domain/ids.ts';
import { isoNow } from './context.ts';
import type { Entries } from './entries.ts';
import { HeldPlans } from './held-plans.ts';
import { Ledger } from './ledger.ts';
import type { Clock, Journal, Log, PersonRequest } from './ports.ts';

/** What one look at a target planned. */
export interface Planned {
  readonly revision: string;
  readonly managed: number;
  /** Every change, those that do not act too. */
  readonly measured: readonly Measured[];
  /** Whether this look would show the change of this name; a selection leaves some out. */
  isShown(key: ProductKey): boolean;
}

/** How the guards judged it. */
export interface Judgement {
  readonly planned: Planned;
  readonly report: TargetGuards;
  /** While there is one, only `runs` may run. */
  readonly refused: readonly GuardFinding[];
  /** Approved changes that stand, with the set and the change that was approved. */
  readonly runs: ReadonlyMap<ProductKey, NonNullable<Charge['approved']>>;
  /** Second halves of recreations: they run whatever the guards say. */
  readonly finishing: ReadonlySet<ProductKey>;
}

interface Pass {
  /** Something of it was charged: what follows is the rest of the same change. */
  isCharged: boolean;
  /** Why nothing more of it may be sent. */
  barred: string | null;
  measured: Measured | null;
  approved: Charge['approved'];
}

interface Parts {
  readonly target: TargetName;
  readonly journal: Journal;
  readonly entries: Entries;
  readonly clock: Clock;
  readonly log: Log;
  readonly caps: Caps;
  readonly wishes: readonly ApprovalWish[];
}

/** The guards of one target: judges its plans, holds back what is too much, and counts what is sent. */
export class GuardGate {
  readonly #parts: Parts;
  readonly #ledger: Ledger;
  readonly #held: HeldPlans;
  readonly #passes = new Map<ProductKey, Pass>();
  /** Names that moved, by set: said once. */
  readonly #told = new Map<Digest, string>();
  readonly #granted = new Set<string>();
  #approvals: readonly Approval[];
  #current: Judgement | null = null;

  private constructor(parts: Parts, approvals: readonly Approval[], held: HeldPlans) {
    this.#parts = parts;
    this.#ledger = new Ledger(parts.entries, parts.clock, parts.caps.windowMs);
    this.#approvals = approvals;
    this.#held = held;
  }

  static async load(parts: Parts): Promise<GuardGate> {
    const { journal, target } = parts;
    return new GuardGate(
      parts,
      await journal.approvals(target),
      await HeldPlans.load(journal, target),
    );
  }

  /** Judges what was planned; takes over the approvals that were given beforehand and fit it. */
  async judge(planned: Planned): Promise<Judgement> {
    await this.#endApprovals(planned);
    let judgement = this.#judged(planned);
    for (const wish of this.#parts.wishes) await this.#saved(() => this.#grant(judgement, wish));
    judgement = this.#judged(planned);
    await this.#hold(judgement);
    return judgement;
  }

  /** What was allowed beforehand is taken over once: it may be over, and its digest still stand there. */
  async #grant(judgement: Judgement, wish: ApprovalWish): Promise<void> {
    const id = `${judgement.planned.revision} ${wish.digest}`;
    if (!this.#granted.has(id) && (await this.approve(judgement, wish))) this.#granted.add(id);
  }

  /** The same plan once more, after something of it was approved. */
  async judgeAgain({ planned }: Judgement): Promise<Judgement> {
    const judgement = this.#judged(planned);
    await this.#hold(judgement);
    return judgement;
  }

  /** From now on this judgement decides what may be sent; null: nothing may. */
  enforce(judgement: Judgement | null): void {
    this.#current = judgement;
  }

  /** Digest of a whole plan that held the present set back: it approves it as well. */
  async notePlan({ planned, report, refused }: Judgement, plan: Digest): Promise<void> {
    if (refused.length === 0 || report.set === null) return;
    const { set } = report;
    await this.#saved(() => this.#held.notePlan(planned.revision, set, plan));
  }

  /**
   * Records that a person allowed the set that this digest means, if it is or was held here in this
   * revision. False: there is none.
   */
  async approve({ planned, report }: Judgement, wish: ApprovalWish): Promise<boolean> {
    const { revision } = planned;
    const held = this.#held.of(revision).find((one) => isHeldAs(wish.digest, one));
    const changes = isMeant(wish.digest, report.set)
      ? approvable(planned.measured.map(({ change }) => change))
      : held?.changes;
    const set = isMeant(wish.digest, report.set) ? report.set : (held?.set ?? null);
    if (changes === undefined || set === null) return this.#isApproved(wish);
    return this.#record(revision, set, changes, wish);
  }

  /** The present set, allowed by another name: that of the whole plan. */
  async approvePlanned({ planned }: Judgement, set: Digest, wish: ApprovalWish): Promise<void> {
    const changes = approvable(planned.measured.map(({ change }) => change));
    await this.#record(planned.revision, set, changes, wish);
  }

  /** What a person asked for beside the daemon: a set that it held back when they asked. */
  async approveHeld(request: Extract<PersonRequest, { kind: 'approve' }>): Promise<void> {
    const { set, asked, strict } = request;
    const held = this.#held.all().find((one) => one.set === set);
    if (held !== undefined)
      return void (await this.#record(held.revision, set, held.changes, { digest: asked, strict }));
    const { target, log } = this.#parts;
    const reason = 'the set is not held back any more: the revision changed, or it fits by now';
    log.write('warn', 'approval.dropped', { target, set, asked, reason });
  }

  /** Whether it means something that stands or is held back here. */
  knows(wish: ApprovalWish): boolean {
    return this.#isApproved(wish) || this.#held.all().some((one) => isHeldAs(wish.digest, one));
  }

  /** Whether it stands already, for instance since the run before. */
  #isApproved({ digest, strict }: ApprovalWish): boolean {
    return this.#approvals.some(
      (one) => one.strict === strict && (one.asked === digest || isMeant(digest, one.set)),
    );
  }

  async #record(
    revision: string,
    set: Digest,
    changes: readonly ApprovedChange[],
    { digest: asked, strict }: ApprovalWish,
  ): Promise<boolean> {
    const { target, clock, log, journal } = this.#parts;
    const before = this.#approvals.find((one) => one.set === set);
    if (before?.strict === strict) return true;
    const approval: Approval = {
      target,
      revision,
      set,
      asked,
      strict,
      at: isoNow(clock),
      changes,
    };
    const others = this.#approvals.filter((one) => one !== before);
    await this.#keep([...others, approval]);
    if (journal.readOnly === null)
      log.write('info', 'approval.recorded', {
        target,
        set,
        asked,
        strict,
        changes: changes.length,
      });
    return true;
  }

  /** A pass over this name begins: what it sends is one change, in however many steps. */
  begin(key: ProductKey): void {
    this.#passes.set(key, newPass());
  }

  /** Why this change, computed afresh, may not be sent; null: it may. */
  consider(key: ProductKey, measured: Measured): string | null {
    const pass = this.#passes.get(key) ?? newPass();
    this.#passes.set(key, pass);
    pass.measured = measured;
    pass.approved = this.#approvedAs(key, measured.change);
    if (pass.barred !== null) return pass.barred;
    if (pass.approved !== null || measured.finishes === true) return null;
    return this.#overLimit(this.#without(pass, weightOf(measured)));
  }

  /** The same right before the call, for one request; then it counts. A repeat counts once. */
  admit(key: ProductKey, intent: Intent): string | null {
    const entry = this.#parts.entries.get(key);
    const { token, revision } = intent;
    if (this.#ledger.find(entry, token) !== null) return null;
    const pass = this.#passes.get(key);
    const counted = this.#chargeOf(entry, intent, pass);
    if (counted === null) return 'what it weighs for the guards is not known';
    const { weights, approved } = counted;
    const isFinish = pass?.measured?.finishes === true || isWeightless(weights);
    const over = approved !== null || isFinish ? null : this.#overLimit(weights);
    if (over !== null) {
      if (pass !== undefined) pass.barred = over;
      return over;
    }
    this.#ledger.reserve({ token, at: isoNow(this.#parts.clock), revision, weights, approved });
    if (pass !== undefined) pass.isCharged = true;
    return null;
  }

  #chargeOf(
    entry: ProductEntry,
    intent: Intent,
    pass: Pass | undefined,
  ): Pick<Charge, 'weights' | 'approved'> | null {
    // The same request with another token, because the answer to the last one was an echo.
    const echoed = intent.generation > 0 ? entry.charges.at(-1) : undefined;
    if (echoed !== undefined && entry.intent?.requestHash === intent.requestHash)
      return { weights: WEIGHTLESS, approved: echoed.approved };
    const measured = pass?.measured ?? null;
    if (measured === null) return null;
    const weights = this.#without(pass, weightOfRequest(intent, measured));
    const approved = pass?.approved ?? null;
    const isSpent = approved !== null && this.#isSentAlready(entry, approved, measured.change);
    return { weights, approved: isSpent ? null : approved };
  }

  charged(entry: ProductEntry, { token, revision }: Intent): ProductEntry {
    return this.#ledger.charged(entry, token, revision);
  }

  /** A change that was approved once is not sent twice by that: only what is left of it goes on. */
  #isSentAlready(
    entry: ProductEntry,
    approved: NonNullable<Charge['approved']>,
    { verdict }: Measured['change'],
  ): boolean {
    const isFirst = 'digest' in verdict && verdict.digest === approved.change;
    return isFirst && lineageOf(entry, approved.set).begun.has(approved.change);
  }

  #without(pass: Pass | undefined, weights: Charge['weights']): Charge['weights'] {
    return pass?.isCharged === true ? { ...weights, updates: 0 } : weights;
  }

  #approvedAs(key: ProductKey, change: Measured['change']): Charge['approved'] {
    const approved = this.#current?.runs.get(key);
    if (approved === undefined || !('digest' in change.verdict)) return null;
    if (change.verdict.digest === approved.change) return approved;
    const set = this.#approvals.find((one) => one.set === approved.set);
    const former = set?.changes.find((one) => one.digest === approved.change);
    if (former === undefined) return null;
    const lineage = lineageOf(this.#parts.entries.get(key), approved.set);
    return isRest(former, change, lineage) ? approved : null;
  }

  #overLimit(weights: Charge['weights']): string | null {
    const current = this.#current;
    if (current === null) return 'the plan has not been judged yet';
    const [finding] = current.refused;
    if (finding !== undefined) return `the guard for ${finding.guard} holds this target back`;
    const { revision, managed } = current.planned;
    const over = fits(weights, this.#ledger.sent(revision), this.#parts.caps, managed);
    return over === null ? null : `the guard for ${over} lets no more through now`;
  }

  #judged(planned: Planned): Judgement {
    const { target, caps } = this.#parts;
    const { managed, measured, revision } = planned;
    const standing = this.#standing(planned);
    const runs = new Map<ProductKey, NonNullable<Charge['approved']>>();
    for (const { view, runs: some } of standing)
      for (const [key, change] of some) runs.set(key, { set: view.set, change });
    const sent = this.#ledger.sent(revision);
    const report = targetGuards({ target, caps, managed, measured, sent, standing });
    const refused = report.findings.filter(({ verdict }) => verdict === 'refused');
    const finishing = new Set(
      measured.filter((one) => one.finishes === true).map(({ change }) => change.key),
    );
    return { planned, report, refused, runs, finishing };
  }

  #standing(planned: Planned): readonly Standing[] {
    const byKey = new Map(planned.measured.map(({ change }) => [change.key, change]));
    return this.#approvals.map((approval) =>
      standingOf(
        approval,
        byKey,
        (key) => lineageOf(this.#parts.entries.get(key), approval.set),
        (key) => planned.isShown(key),
      ),
    );
  }

  /** An approval holds for its revision, and until every change of it ran or is gone. */
  async #endApprovals(planned: Planned): Promise<void> {
    const { target, log, journal } = this.#parts;
    if (journal.readOnly !== null) return;
    const ended = new Set<Digest>();
    for (const approval of this.#approvals)
      if (approval.revision !== planned.revision) {
        ended.add(approval.set);
        const reason = 'the revision changed';
        log.write('info', 'approval.ended', { target, set: approval.set, reason });
      }
    for (const { view, isOver } of this.#standing(planned)) {
      if (ended.has(view.set)) continue;
      const moved = view.moved.join(', ');
      if (moved !== '' && this.#told.get(view.set) !== moved) {
        const reason = `what would be done now is not what was approved: ${moved}`;
        log.write('warn', 'approval.moved', { target, set: view.set, reason });
      }
      this.#told.set(view.set, moved);
      if (!isOver) continue;
      ended.add(view.set);
      const reason =
        view.strict && moved !== ''
          ? 'a part of it moved, and it was approved as all or nothing'
          : 'every change of it was sent, is done, or has moved';
      log.write('info', 'approval.ended', { target, set: view.set, reason });
    }
    if (ended.size === 0) return;
    const left = this.#approvals.filter(({ set }) => !ended.has(set));
    await this.#saved(() => this.#keep(left));
    this.#approvals = left;
  }

  async #keep(approvals: readonly Approval[]): Promise<void> {
    const { journal, target } = this.#parts;
    if (journal.readOnly === null) await journal.putApprovals(target, approvals);
    this.#approvals = approvals;
  }

  async #hold({ planned, report, refused }: Judgement): Promise<void> {
    const { target, clock } = this.#parts;
    const { revision } = planned;
    const held: HeldPlan | null =
      refused.length === 0 || report.set === null
        ? null
        : {
            target,
            revision,
            set: report.set,
            plans: [],
            at: isoNow(clock),
            why: refused.map(excessWords).join('; '),
            changes: approvable(planned.measured.map(({ change }) => change)),
          };
    await this.#saved(() => this.#held.keep(revision, held));
  }

  /** An approval that could not be kept was not given; nothing of this stands in the way of a look. */
  async #saved(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const { target, log } = this.#parts;
      log.write('error', 'journal.approvalNotSaved', { target, reason: String(error) });
    }
  }
}

function newPass(): Pass {
  return { isCharged: false, barred: null, measured: null, approved: null };
}

function lineageOf(entry: ProductEntry, set: Digest): Lineage {
  const own = entry.charges.flatMap(({ approved }) => (approved === null ? [] : [approved]));
  const begun = new Set(own.filter((one) => one.set === set).map(({ change }) => change));
  return { begun, ownRecord: entry.ownRecords[0] ?? null };
}

function excessWords({ guard, planned, allowed, excess }: GuardFinding): string {
  return `${planned} ${guard} planned, ${allowed} allowed, ${excess} too many`;
}
