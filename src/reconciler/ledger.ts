import { isWithin, type Measured, sumOf } from '../diff/change-weight.ts';
import { type SentBefore, WINDOW_MS } from '../diff/guards.ts';
import type { Intent, ProductEntry } from '../domain/entry.ts';
import { type Charge, WEIGHTLESS } from '../domain/guard.ts';
import type { Token } from '../domain/ids.ts';
import type { Entries } from './entries.ts';
import type { Clock } from './ports/runtime.ts';

/** So many charges by an approval stay known of each provisioned product. */
const APPROVED_KEPT = 20;

/**
 * What was sent, as the guards count it. A charge lies in the entry of its provisioned product and is
 * written with the intent, before the call; so it is never lost to a crash, and costs no write more.
 */
export class Ledger {
  readonly #entries: Pick<Entries, 'keys' | 'get'>;
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #openedAt: { readonly wall: number; readonly monotonic: number };
  /** Monotonic times of the charges of this process. */
  readonly #madeMs = new Map<string, number>();
  /** Let through, and perhaps not in an entry yet: two at one time must not both be the last one. */
  readonly #reserved = new Map<Token, Charge>();

  constructor(entries: Pick<Entries, 'keys' | 'get'>, clock: Clock, windowMs = WINDOW_MS) {
    this.#entries = entries;
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#openedAt = { wall: clock.now(), monotonic: clock.monotonic() };
  }

  /** What counts against the allowance now: not what a person approved. */
  sent(revision: string): SentBefore {
    if (this.#windowMs === 0) return { window: WEIGHTLESS, revision: WEIGHTLESS };
    const counted = this.#all().filter(({ approved }) => approved === null);
    return {
      window: sumOf(counted.filter((one) => this.#isRecent(one)).map(({ weights }) => weights)),
      revision: sumOf(
        counted.filter((one) => one.revision === revision).map(({ weights }) => weights),
      ),
    };
  }

  /**
   * The charge of this very request, if it was let through before: a repeat is no second one while it is
   * open, or while the first one counts in the window. What is to be new has the token of the last one of
   * its name, and a property, which need not move LastRecordId, that of when it was last set so: there only
   * an open request can be repeated.
   */
  find(
    { charges, intent, ownRecords }: ProductEntry,
    { token, base, step }: Pick<Intent, 'token' | 'base' | 'step'>,
  ): Charge | null {
    const isOpen = intent?.token === token;
    const mayBeOver = base === null || step === 'owner' || step === 'launchRole';
    if (mayBeOver && !isOpen && ownRecords.length > 0) return null;
    const found = charges.findLast((one) => one.token === token) ?? this.#reserved.get(token);
    return found !== undefined && (isOpen || this.#isRecent(found)) ? found : null;
  }

  /**
   * Whether this is what is left of an update that was counted: of the same content in the same
   * revision, and no step of it sent before. What was approved is told by its approval instead.
   */
  isRest({ charges }: ProductEntry, revision: string, measured: Measured): boolean {
    const last = charges.at(-1);
    // Each look counts for itself alone: nothing was counted before it, whatever its time.
    if (this.#windowMs === 0) return false;
    if (last === undefined || last.approved !== null || last.revision !== revision) return false;
    return isWithin(last.rest, measured) && this.#isRecent(last);
  }

  reserve(charge: Charge): void {
    this.#reserved.set(charge.token, charge);
    this.#madeMs.set(idOf(charge), this.#clock.monotonic());
  }

  /** The entry as it is written with the intent of this token. */
  charged(entry: ProductEntry, token: Token, revision: string): ProductEntry {
    const charge = this.#reserved.get(token);
    if (charge === undefined || entry.charges.some((one) => idOf(one) === idOf(charge)))
      return entry;
    // That something was sent by an approval is known for longer: a digest in the config is used up by it.
    const approved = entry.charges.filter((one) => one.approved !== null).slice(-APPROVED_KEPT);
    const kept = entry.charges.filter(
      (one) => one.revision === revision || approved.includes(one) || this.#isRecent(one),
    );
    return { ...entry, charges: [...kept, charge] };
  }

  #all(): readonly Charge[] {
    const stored = this.#entries.keys().flatMap((key) => this.#entries.get(key).charges);
    const known = new Set(stored.map(idOf));
    // In its entry by now; or it could not be written, so nothing was sent for it.
    for (const [token, charge] of this.#reserved)
      if (known.has(idOf(charge)) || !this.#isRecent(charge)) this.#reserved.delete(token);
    for (const charge of this.#reserved.values()) known.add(idOf(charge));
    for (const id of this.#madeMs.keys()) if (!known.has(id)) this.#madeMs.delete(id);
    return [...stored, ...this.#reserved.values()];
  }

  /**
   * By the clock that makes it younger: a wall clock that jumps forward frees nothing of what this
   * process has seen, and a charge that seems to be of the future counts.
   */
  #isRecent(charge: Charge): boolean {
    const { at } = charge;
    const { wall, monotonic } = this.#openedAt;
    const made = this.#madeMs.get(idOf(charge));
    const now = this.#clock.monotonic();
    const steady = made === undefined ? wall - Date.parse(at) + now - monotonic : now - made;
    return Math.min(this.#clock.now() - Date.parse(at), steady) < this.#windowMs;
  }
}

/** One request may be sent for several provisioned products of a name, one after the other. */
function idOf({ token, at }: Charge): string {
  return `${token} ${at}`;
}
