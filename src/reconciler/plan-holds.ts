import { byText } from '../diff/normalize.ts';
import { shownWindows } from '../diff/windows.ts';
import type { Change } from '../domain/change.ts';
import type { PlanHolds } from '../domain/hold.ts';
import type { TargetContext } from './context.ts';
import type { Review, Reviewed } from './review.ts';
import type { Shared } from './shared.ts';

/** What a plan says of freezes and windows; null: nothing is frozen and there are no windows. */
export async function planHolds(
  shared: Shared,
  targets: readonly { readonly context: TargetContext; readonly review: Review | null }[],
): Promise<PlanHolds | null> {
  const freezes = await shared.journal.freezes();
  const windows = shownWindows(shared.windows ?? [], shared.clock.now());
  if (freezes.length + windows.length === 0) return null;
  const held = await Promise.all(
    targets.flatMap(({ context, review }) =>
      review?.kind === 'ok' ? waiting(review).map((change) => heldChange(context, change)) : [],
    ),
  );
  return {
    freezes,
    windows,
    held: held.flat().toSorted((a, b) => byText(a.target, b.target) || byText(a.name, b.name)),
  };
}

function waiting(review: Reviewed): readonly Change[] {
  return [...review.evaluations.values(), ...review.removals.values()]
    .map(({ change }) => change)
    .filter(({ verdict }) => 'steps' in verdict);
}

async function heldChange(context: TargetContext, { target, key, name }: Change) {
  const hold = await context.hold(key);
  if (hold === null) return [];
  const { kind, why, until } = hold;
  return [
    { target, name, kind, why, until: until === null ? null : new Date(until).toISOString() },
  ];
}
