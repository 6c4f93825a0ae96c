import {
  isWeightless,
  isWithin,
  type Measured,
  restAfter,
  weightOf,
  weightOfRequest,
} from '../diff/change-weight.ts';
import { fits } from '../diff/guards.ts';
import type { Intent, ProductEntry } from '../domain/entry.ts';
import { type Caps, type Charge, type ChargedRest, WEIGHTLESS } from '../domain/guard.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { Approvals } from './approvals.ts';
import { isoNow } from './context.ts';
import type { Entries } from './entries.ts';
import type { Judgement } from './guard-gate.ts';
import type { Ledger } from './ledger.ts';
import type { Clock } from './ports/runtime.ts';

interface Pass {
  /** What is left of the change that was counted last in it; of what was approved its approval tells that. */
  counted: { readonly revision: string; readonly rest: ChargedRest | undefined } | null;
  /** Why nothing more of it may be sent. */
  barred: string | null;
  measured: Measured | null;
}

interface Parts {
  readonly entries: Entries;
  readonly clock: Clock;
  readonly caps: Caps;
}

/** What may be sent of a plan that was judged: asked for each change, and again before each call. */
export class Admission {
  readonly #parts: Parts;
  readonly #ledger: Ledger;
  readonly #approvals: Approvals;
  readonly #passes = new Map<ProductKey, Pass>();
  #current: Judgement | null = null;

  constructor(parts: Parts, ledger: Ledger, approvals: Approvals) {
    this.#parts = parts;
    this.#ledger = ledger;
    this.#approvals = approvals;
  }

  /** From now on this judgement decides what may be sent; null: nothing may. */
  enforce(judgement: Judgement | null): void {
    this.#current = judgement;
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
    if (pass.barred !== null) return pass.barred;
    if (measured.finishes === true || this.#approvedAs(key, measured) !== null) return null;
    return this.#overLimit(this.#without(key, pass, weightOf(measured)));
  }

  /** The same right before the call, for one request; then it counts. A repeat counts once. */
  admit(key: ProductKey, intent: Intent): string | null {
    const entry = this.#parts.entries.get(key);
    const { token } = intent;
    // It may have been computed in an earlier one; what lets it through is the present verdict.
    const revision = this.#current?.planned.revision ?? intent.revision;
    if (this.#ledger.find(entry, intent) !== null) return null;
    const pass = this.#passes.get(key);
    const counted = this.#chargeOf(key, intent, pass);
    if (counted === null) return 'what it weighs for the guards is not known';
    const { weights, approved, rest } = counted;
    const isFinish = pass?.measured?.finishes === true || isWeightless(weights);
    const over = approved !== null || isFinish ? null : this.#overLimit(weights);
    if (over !== null) {
      if (pass !== undefined) pass.barred = over;
      return over;
    }
    const at = isoNow(this.#parts.clock);
    const charge: Charge = { token, at, revision, weights, approved };
    this.#ledger.reserve(rest === undefined ? charge : { ...charge, rest });
    if (pass !== undefined) pass.counted = approved === null ? { revision, rest } : null;
    return null;
  }

  #chargeOf(
    key: ProductKey,
    intent: Intent,
    pass: Pass | undefined,
  ): (Pick<Charge, 'weights' | 'approved'> & { readonly rest: Charge['rest'] | undefined }) | null {
    const entry = this.#parts.entries.get(key);
    // The same request with another token, because the answer to the last one was an echo.
    const echoed = intent.generation > 0 ? entry.charges.at(-1) : undefined;
    if (echoed !== undefined && entry.intent?.requestHash === intent.requestHash)
      return { weights: WEIGHTLESS, approved: echoed.approved, rest: echoed.rest };
    const measured = pass?.measured ?? null;
    if (measured === null) return null;
    const weights = this.#without(key, pass, weightOfRequest(intent, measured));
    const approved = this.#approvedAs(key, measured);
    const isSpent = approved !== null && this.#approvals.isSpent(key, measured.change, approved);
    const rest = restAfter(intent, measured);
    return { weights, approved: isSpent ? null : approved, rest };
  }

  /** Asked anew each time: an approval ends with its revision, also for what waited for its turn. */
  #approvedAs(key: ProductKey, { change }: Measured): Charge['approved'] {
    return this.#approvals.approvedAs(key, change, this.#current?.runs.get(key));
  }

  charged(entry: ProductEntry, { token, revision }: Intent): ProductEntry {
    return this.#ledger.charged(entry, token, revision);
  }

  /** Less the update that was counted with an earlier step, in this pass or before it. */
  #without(key: ProductKey, pass: Pass | undefined, weights: Charge['weights']): Charge['weights'] {
    const revision = this.#current?.planned.revision;
    if (revision === undefined || pass === undefined) return weights;
    const { counted, measured } = pass;
    if (measured === null) return weights;
    const isRest =
      (counted?.revision === revision && isWithin(counted.rest, measured)) ||
      this.#ledger.isRest(this.#parts.entries.get(key), revision, measured);
    return isRest ? { ...weights, updates: 0 } : weights;
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
}

function newPass(): Pass {
  return { counted: null, barred: null, measured: null };
}
