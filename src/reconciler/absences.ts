import { GONE_MS } from '../diff/removal.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { Gone } from '../domain/known.ts';
import type { KnownContext } from './known-document.ts';

type TimeContext = Pick<KnownContext, 'clock' | 'readAtMs'>;

/** How far a wall clock may go back and what it told before still counts: the wait is longer by as much. */
const PUT_BACK_MS = 2 * 3_600_000;

/** Since when documents have been missing, by the wall clock, which outlives a restart, and by the one that never jumps. */
export class Absences {
  /**
   * Monotonic time of the read that first missed a document. Where an earlier process made that, the wall
   * clock tells how long ago it was, once: then this process counts on by the clock that never jumps.
   */
  readonly #missedMs = new Map<ProductKey, number>();

  /** It is there. */
  end(key: ProductKey): void {
    this.#missedMs.delete(key);
  }

  /** The last read is the first without it; returns its wall time, ISO 8601. */
  begin({ clock, readAtMs }: TimeContext, key: ProductKey): string {
    this.#missedMs.set(key, readAtMs() ?? clock.monotonic());
    return new Date(clock.now()).toISOString();
  }

  /** Whether what is known of its absence still counts. */
  goesOn({ clock }: TimeContext, key: ProductKey, { since }: Gone): boolean {
    const agoMs = clock.now() - Date.parse(since);
    // A wall clock that was put back a little may be put right again; one that was far ahead was wrong.
    if (agoMs < -PUT_BACK_MS) return false;
    if (!this.#missedMs.has(key)) this.#missedMs.set(key, clock.monotonic() - Math.max(0, agoMs));
    return true;
  }

  /** Whether two complete reads, far enough apart, were without it. */
  isConfirmed({ clock, readAtMs }: TimeContext, key: ProductKey, gone: Gone | null): boolean {
    const readMs = readAtMs();
    const missedMs = this.#missedMs.get(key);
    if (gone === null || readMs === null || missedMs === undefined) return false;
    return clock.now() - Date.parse(gone.since) >= GONE_MS && readMs - missedMs >= GONE_MS;
  }
}
