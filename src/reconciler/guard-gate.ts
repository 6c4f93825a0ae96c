import { approvable, isHeldAs, isMeant } from '../diff/approval.ts';
import { isWeightless, type Measured, weightOf, weightOfRequest } from '../diff/change-weight.ts';
import { fits } from '../diff/guards.ts';
import { targetGuards } from '../diff/target-guards.ts';
import type { Intent, ProductEntry } from '../domain/entry.ts';
import {
  type ApprovalWish,
  type Caps,
  type Charge,
  type GuardFinding,
  type HeldPlan,
  type TargetGuards,
  WEIGHTLESS,
} from '../domain/guard.ts';
import type { Digest, ProductKey, TargetName } from '../domain/ids.ts';
import { Approvals, type ApprovedAs } from './approvals.ts';
import { isoNow } from './context.ts';
import type { Entries } from './entries.ts';
import { HeldPlans } from './held-plans.ts';
import { Ledger } from './ledger.ts';
import type { Journal, PersonRequest } from './ports/journal.ts';
import type { Clock, Log } from './ports/runtime.ts';

/** What one look at a target planned. */
export interface Planned {
  readonly revision: string;
  readonly managed: number;
  /** Every change, those that do not act too. */
  readonly measured: readonly Measured[];
  /** Whether this look would show the change of this name; a selection leaves some out. */
  isShown(key: ProductKey): boolean;
  readonly isSelection?: boolean;
}

/** How the guards judged it. */
export interface Judgement {
  readonly planned: Planned;
  readonly report: TargetGuards;
  /** While there is one, only `runs` may run. */
  readonly refused: readonly GuardFinding[];
  /** Approved changes that stand, with the set and the change that was approved. */
  readonly runs: ReadonlyMap<ProductKey, ApprovedAs>;
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
  readonly #approvals: Approvals;
  readonly #granted = new Set<string>();
  #current: Judgement | null = null;

  private constructor(parts: Parts, approvals: Approvals, held: HeldPlans) {
    this.#parts = parts;
    this.#ledger = new Ledger(parts.entries, parts.clock, parts.caps.windowMs);
    this.#approvals = approvals;
    this.#held = held;
  }

  static async load(parts: Parts): Promise<GuardGate> {
    const { journal, target } = parts;
    return new GuardGate(parts, await Approvals.load(parts), await HeldPlans.load(journal, target));
  }

  /** Judges what was planned; takes over the approvals that were given beforehand and fit it. */
  async judge(planned: Planned): Promise<Judgement> {
    await this.#saved(() => this.#approvals.settle(planned));
    let judgement = this.#judged(planned);
    for (const wish of this.#parts.wishes) await this.#saved(() => this.#grant(judgement, wish));
    this.#approvals.tell(planned);
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
    if (changes === undefined || set === null) return this.#approvals.has(wish);
    await this.#approvals.record(revision, set, changes, wish);
    return true;
  }

  /** The present set, allowed by another name: that of the whole plan. */
  async approvePlanned({ planned }: Judgement, set: Digest, wish: ApprovalWish): Promise<void> {
    const changes = approvable(planned.measured.map(({ change }) => change));
    await this.#approvals.record(planned.revision, set, changes, wish);
  }

  /** What a person asked for beside the daemon: a set that it held back when they asked. */
  async approveHeld(request: Extract<PersonRequest, { kind: 'approve' }>): Promise<void> {
    const { set, asked, strict } = request;
    const held = this.#held.all().find((one) => one.set === set);
    if (held !== undefined)
      return this.#approvals.record(held.revision, set, held.changes, { digest: asked, strict });
    const { target, log } = this.#parts;
    const reason = 'the set is not held back any more: the revision changed, or it fits by now';
    log.write('warn', 'approval.dropped', { target, set, asked, reason });
  }

  /** Whether it means something that stands or is held back here. */
  knows(wish: ApprovalWish): boolean {
    return this.#approvals.has(wish) || this.#held.all().some((one) => isHeldAs(wish.digest, one));
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
    const approved = this.#current?.runs.get(key);
    pass.approved = this.#approvals.approvedAs(key, measured.change, approved);
    if (pass.barred !== null) return pass.barred;
    if (pass.approved !== null || measured.finishes === true) return null;
    return this.#overLimit(this.#without(pass, weightOf(measured)));
  }

  /** The same right before the call, for one request; then it counts. A repeat counts once. */
  admit(key: ProductKey, intent: Intent): string | null {
    const entry = this.#parts.entries.get(key);
    const { token, revision } = intent;
    if (this.#ledger.find(entry, intent) !== null) return null;
    const pass = this.#passes.get(key);
    const counted = this.#chargeOf(key, intent, pass);
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
    key: ProductKey,
    intent: Intent,
    pass: Pass | undefined,
  ): Pick<Charge, 'weights' | 'approved'> | null {
    const entry = this.#parts.entries.get(key);
    // The same request with another token, because the answer to the last one was an echo.
    const echoed = intent.generation > 0 ? entry.charges.at(-1) : undefined;
    if (echoed !== undefined && entry.intent?.requestHash === intent.requestHash)
      return { weights: WEIGHTLESS, approved: echoed.approved };
    const measured = pass?.measured ?? null;
    if (measured === null) return null;
    const weights = this.#without(pass, weightOfRequest(intent, measured));
    const approved = pass?.approved ?? null;
    const isSpent = approved !== null && this.#approvals.isSpent(key, measured.change, approved);
    return { weights, approved: isSpent ? null : approved };
  }

  charged(entry: ProductEntry, { token, revision }: Intent): ProductEntry {
    return this.#ledger.charged(entry, token, revision);
  }

  #without(pass: Pass | undefined, weights: Charge['weights']): Charge['weights'] {
    return pass?.isCharged === true ? { ...weights, updates: 0 } : weights;
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
    const standing = this.#approvals.standing(planned);
    const runs = new Map<ProductKey, ApprovedAs>();
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

  async #hold({ planned, report, refused }: Judgement): Promise<void> {
    const { target, clock } = this.#parts;
    const { revision, isSelection } = planned;
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
    await this.#saved(() => this.#held.keep(revision, held, isSelection));
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

function excessWords({ guard, planned, allowed, excess }: GuardFinding): string {
  return `${planned} ${guard} planned, ${allowed} allowed, ${excess} too many`;
}
