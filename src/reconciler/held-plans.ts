import type { HeldPlan } from '../domain/guard.ts';
import type { Digest, TargetName } from '../domain/ids.ts';
import type { Journal } from './ports/journal.ts';

/** A person may be looking at one that has moved since: so many are kept for one revision. */
const KEPT = 4;
const PLANS_KEPT = 8;

/** The sets of changes of one target that guards hold back, in the journal for whoever approves them. */
export class HeldPlans {
  readonly #journal: Journal;
  readonly #target: TargetName;
  #held: readonly HeldPlan[];

  private constructor(journal: Journal, target: TargetName, held: readonly HeldPlan[]) {
    this.#journal = journal;
    this.#target = target;
    this.#held = held;
  }

  static async load(journal: Journal, target: TargetName): Promise<HeldPlans> {
    const held = (await journal.heldPlans()).filter((one) => one.target === target);
    return new HeldPlans(journal, target, held);
  }

  all(): readonly HeldPlan[] {
    return this.#held;
  }

  /** Newest first. */
  of(revision: string): readonly HeldPlan[] {
    return this.#held.filter((one) => one.revision === revision);
  }

  /**
   * Of another revision, or while nothing is held back, none can be approved. A look at a part of the
   * documents says nothing of what the whole of them holds back.
   */
  async keep(revision: string, held: HeldPlan | null, isPart = false): Promise<void> {
    if (held === null) return this.#put(isPart ? this.of(revision) : []);
    const before = this.of(revision);
    const known = before.find(({ set }) => set === held.set);
    const newest = { ...held, plans: known?.plans ?? [], at: known?.at ?? held.at };
    await this.#put([newest, ...before.filter((one) => one !== known)].slice(0, KEPT));
  }

  async notePlan(revision: string, set: Digest, plan: Digest): Promise<void> {
    if (this.of(revision).some((one) => one.set === set && one.plans[0] === plan)) return;
    const noted = this.#held.map((one) =>
      one.set === set && one.revision === revision
        ? {
            ...one,
            plans: [plan, ...one.plans.filter((other) => other !== plan)].slice(0, PLANS_KEPT),
          }
        : one,
    );
    await this.#put(noted);
  }

  async #put(held: readonly HeldPlan[]): Promise<void> {
    if (held.length === 0 && this.#held.length === 0) return;
    if (this.#journal.readOnly === null) await this.#journal.putHeldPlans(this.#target, held);
    this.#held = held;
  }
}
