/** Another operation runs there: ours cannot begin, and it takes minutes as a rule. */
export const BUSY_AGAIN_MS = 30_000;
/** Something outside keeps everything back: the source, the journal, a request under a former document. */
export const HELD_AGAIN_MS = 15_000;
/** A request that got no answer may not be repeated now; each look costs up to three calls. */
export const OPEN_AGAIN_MS = 30_000;
/** AWS lags behind what it has told already. */
export const LAG_AGAIN_MS = 5_000;
