import type { Failure } from '../reconciler/ports/catalog.ts';
import type { Clock } from '../reconciler/ports/runtime.ts';

/** A denial is believed for so long without another question about that very stack. */
const BELIEVED_MS = 60 * 60_000;

/**
 * The stacks that CloudFormation denied to this caller, each with the answer about it. Kept between
 * listings, so that a caller without the right does not pay one call per stack at every review.
 */
export interface Denials {
  /** Those of `ids` that are still believed; the one that was asked about longest ago comes first. */
  among(ids: ReadonlySet<string>): ReadonlyMap<string, Failure>;
  keep(id: string, answer: Failure): void;
  /** It was answered otherwise. */
  lift(id: string): void;
}

export function createDenials(clock: Clock): Denials {
  const held = new Map<string, { readonly answer: Failure; readonly at: number }>();
  return {
    among(ids) {
      const now = clock.monotonic();
      for (const [id, { at }] of held) if (now - at >= BELIEVED_MS) held.delete(id);
      const known = [...held].filter(([id]) => ids.has(id));
      return new Map(known.map(([id, { answer }]) => [id, answer]));
    },
    keep(id, answer) {
      // Set anew it stands last.
      held.delete(id);
      held.set(id, { answer, at: clock.monotonic() });
    },
    lift(id) {
      held.delete(id);
    },
  };
}
