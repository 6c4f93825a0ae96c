import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { Shared } from './shared.ts';
import type { TargetReconciler } from './target.ts';

/** A right that was given a moment ago takes this long to work everywhere, and so may a look at it. */
const STUCK_MS = 60_000;
const STUCK_LOOK_MS = 5_000;
/** Reasons of what is not on its way by itself. */
const WAITING: ReadonlySet<string> = new Set(['WaitsFor', 'RolloutPaused', 'Frozen', 'Window']);

type Quiet = Pick<TargetReconciler, 'quiet' | 'pending'>;
type Watched = readonly {
  readonly target: TargetName;
  readonly keys: readonly ProductKey[];
}[];

/**
 * Waits until nothing is left to do, or nothing moves any more without a person. Returns whether
 * the time was over before, or `stop` aborted.
 */
export async function waitQuiet(
  { clock, stop, board }: Pick<Shared, 'clock' | 'stop' | 'board'>,
  reconcilers: readonly Quiet[],
  watched: Watched,
  timeoutMs: number,
): Promise<boolean> {
  const done = new AbortController();
  const finish = () => done.abort();
  const signal = AbortSignal.any([done.signal, stop]);
  void allQuiet(reconcilers).then(finish);
  void untilStuck({ clock, board }, watched, signal).then(finish);
  await clock.sleep(timeoutMs, signal);
  const isOver = !done.signal.aborted;
  finish();
  return isOver;
}

/** The end of work in one target may begin some in another that waited for it. */
async function allQuiet(reconcilers: readonly Quiet[]): Promise<void> {
  do await Promise.all(reconcilers.map((one) => one.quiet()));
  while (reconcilers.some((one) => one.pending > 0));
}

/** Resolves when for a while nothing has been on its way that does not need a person. */
async function untilStuck(
  { clock, board }: Pick<Shared, 'clock' | 'board'>,
  watched: Watched,
  signal: AbortSignal,
): Promise<void> {
  for (let stillMs = 0; stillMs < STUCK_MS && !signal.aborted; ) {
    await clock.sleep(STUCK_LOOK_MS, signal);
    stillMs = isStuck(board, watched) ? stillMs + STUCK_LOOK_MS : 0;
  }
}

/** What waits for something else moves when that moves, and what is frozen not in this run. */
function isStuck(board: Shared['board'], watched: Watched): boolean {
  return !watched.some(({ target, keys }) =>
    keys.some((key) => {
      const view = board.get(target, key);
      return view?.condition === 'Reconciling' && !WAITING.has(view.reason);
    }),
  );
}
