import { freezeWords, isFrozenBy, liftingFlags, sortedFreezes } from '../diff/freezes.ts';
import { utc, visible } from '../diff/render/words.ts';
import { decidingSets, type Starter, windowState } from '../diff/windows.ts';
import type { Freeze, Hold, HoldSubject, SyncWindow, WindowState } from '../domain/hold.ts';
import type { Journal } from './ports/journal.ts';
import type { Clock } from './ports/runtime.ts';
import type { Shared } from './shared.ts';

/** A state without an end in sight holds at least this long: 200 openings, a minute apart, were looked at. */
const UNSURE_MS = 10 * 60_000;

/** Tells of each provisioned product why nothing may be started for it at one moment. */
export type HoldsNow = (subject: HoldSubject, options?: HoldOptions) => Hold | null;

export interface HoldOptions {
  /** The second half of a replacement: only a freeze stops it, because nothing is there until it is done. */
  readonly isReplacing?: boolean;
}

interface Remembered {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: WindowState;
}

/**
 * Freezes and windows, asked at the last moment before every mutating call. Freezes are read from
 * the journal each time, because a person may have frozen in this very moment; windows follow the
 * wall clock, so that a clock that jumps is believed at once.
 */
export class Holds {
  readonly #journal: Pick<Journal, 'freezes'>;
  readonly #clock: Clock;
  readonly #windows: readonly SyncWindow[];
  readonly #starter: Starter;
  /** By which of the windows concern somebody: a state stays the same until its end. */
  readonly #states = new Map<string, Remembered>();

  constructor(parts: {
    readonly journal: Pick<Journal, 'freezes'>;
    readonly clock: Clock;
    readonly windows: readonly SyncWindow[];
    readonly starter: Starter;
  }) {
    this.#journal = parts.journal;
    this.#clock = parts.clock;
    this.#windows = parts.windows;
    this.#starter = parts.starter;
  }

  async now(): Promise<HoldsNow> {
    let freezes: readonly Freeze[];
    try {
      freezes = sortedFreezes(await this.#journal.freezes());
    } catch (error) {
      // Not being able to tell is never "not frozen".
      const why = `whether it is frozen cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      const next = 'see what trueup status says of the journal';
      return () => ({ kind: 'unknown', why, next, until: null });
    }
    return (subject, { isReplacing = false } = {}) => {
      const frozen = freezes.find((one) => isFrozenBy(one, subject));
      if (frozen !== undefined) return holdOf(frozen);
      return isReplacing ? null : this.#closed(subject);
    };
  }

  #closed(subject: HoldSubject): Hold | null {
    if (this.#windows.length === 0) return null;
    for (const indexes of decidingSets(this.#windows, subject)) {
      const state = this.#stateOf(indexes);
      if (state.kind === 'closed') return closedHold(state, this.#starter);
    }
    return null;
  }

  #stateOf(indexes: readonly number[]): WindowState {
    const key = indexes.join();
    const nowMs = this.#clock.now();
    const known = this.#states.get(key);
    if (known !== undefined && nowMs >= known.fromMs && nowMs < known.toMs) return known.state;
    const windows = indexes.flatMap((index) => this.#windows[index] ?? []);
    const state = windowState(windows, nowMs, this.#starter);
    this.#states.set(key, { fromMs: nowMs, toMs: state.until ?? nowMs + UNSURE_MS, state });
    return state;
  }
}

function holdOf(freeze: Freeze): Hold {
  const next = `when it may go on: trueup resume${liftingFlags(freeze.scope)}`;
  return { kind: 'freeze', why: freezeWords(freeze), next, until: null };
}

/** Whoever applies is gone when the window opens. */
const NEXT = {
  daemon: 'nothing: it goes on by itself then',
  person: 'apply again then, or have a daemon run',
} as const satisfies Record<Starter, string>;

function closedHold(
  { until, denied }: Extract<WindowState, { kind: 'closed' }>,
  starter: Starter,
): Hold {
  const end = until === null ? 'with no end in sight' : `until ${utc(iso(until))}`;
  const reason = denied?.reason == null ? '' : ` (${visible(denied.reason)})`;
  const what =
    denied === null
      ? `outside its sync windows ${end}`
      : `in the deny window ${visible(denied.schedule)}${reason} ${end}`;
  const next = until === null ? 'see windows in trueup.yaml' : NEXT[starter];
  return { kind: 'window', why: what, next, until };
}

/** Those of one process: they know who it is that wants to start something. */
export function holdsOf({ journal, clock, windows = [], oneShot = false }: Shared): Holds {
  return new Holds({ journal, clock, windows, starter: oneShot ? 'person' : 'daemon' });
}

const iso = (ms: number) => new Date(ms).toISOString();
