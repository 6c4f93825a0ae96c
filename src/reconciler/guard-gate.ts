import { approvable, isHeldAs, isMeant } from '../diff/approval.ts';
import type { Measured } from '../diff/change-weight.ts';
import { targetGuards } from '../diff/target-guards.ts';
import type {
  ApprovalWish,
  ApprovedChange,
  Caps,
  GuardFinding,
  HeldPlan,
  TargetGuards,
} from '../domain/guard.ts';
import type { Digest, ProductKey, TargetName } from '../domain/ids.ts';
import { Admission } from './admission.ts';
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

interface Parts {
  readonly target: TargetName;
  readonly journal: Journal;
  readonly entries: Entries;
  readonly clock: Clock;
  readonly log: Log;
  readonly caps: Caps;
  readonly wishes: readonly ApprovalWish[];
  /** A person is asked before anything is sent. */
  readonly isAskedFirst?: boolean;
}

/** The guards of one target: judges its plans, holds back what is too much, and counts what is sent. */
export class GuardGate {
  readonly #parts: Parts;
  readonly #ledger: Ledger;
  readonly #held: HeldPlans;
  readonly #approvals: Approvals;
  readonly #granted = new Set<string>();
  /** What may be sent of what was judged last. */
  readonly admission: Admission;

  private constructor(parts: Parts, approvals: Approvals, held: HeldPlans) {
    this.#parts = parts;
    this.#ledger = new Ledger(parts.entries, parts.clock, parts.caps.windowMs);
    this.#approvals = approvals;
    this.#held = held;
    this.admission = new Admission(parts, this.#ledger, approvals);
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
    await this.#record(revision, set, changes, wish);
    return true;
  }

  /** The present set, allowed by another name: that of the whole plan. */
  async approvePlanned({ planned }: Judgement, set: Digest, wish: ApprovalWish): Promise<void> {
    const changes = approvable(planned.measured.map(({ change }) => change));
    await this.#record(planned.revision, set, changes, wish);
  }

  /** What still stands somewhere after it was used approves nothing once more. */
  async #record(
    revision: string,
    set: Digest,
    changes: readonly ApprovedChange[],
    wish: ApprovalWish,
  ): Promise<void> {
    if (wish.isLasting === true && this.#approvals.isUsedUp(set, changes)) return;
    await this.#approvals.record(revision, set, changes, wish, true);
  }

  /** The person who was asked said yes: what was approved with the command counts. False: nothing was. */
  async give(): Promise<boolean> {
    let isGiven = true;
    await this.#saved(async () => {
      isGiven = await this.#approvals.give();
    });
    return isGiven;
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

  #judged(planned: Planned): Judgement {
    const { target, caps } = this.#parts;
    const { managed, measured, revision } = planned;
    const standing = this.#approvals.standing(planned);
    const runs = new Map<ProductKey, ApprovedAs>();
    for (const { view, runs: some } of standing)
      for (const [key, change] of some) runs.set(key, { set: view.set, change });
    const sent = this.#ledger.sent(revision);
    const weighed = measured.map((one) => this.#marked(one, revision));
    const report = targetGuards({ target, caps, managed, measured: weighed, sent, standing });
    const refused = report.findings.filter(({ verdict }) => verdict === 'refused');
    const finishing = new Set(
      measured.filter((one) => one.finishes === true).map(({ change }) => change.key),
    );
    return { planned, report, refused, runs, finishing };
  }

  #marked(measured: Measured, revision: string): Measured {
    const entry = this.#parts.entries.get(measured.change.key);
    const isRest = this.#ledger.isRest(entry, revision, measured);
    return isRest ? { ...measured, isRest } : measured;
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

function excessWords({ guard, planned, allowed, excess }: GuardFinding): string {
  return `${planned} ${guard} planned, ${allowed} allowed, ${excess} too many`;
}
