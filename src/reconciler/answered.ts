import type { ProductKey } from '../domain/ids.ts';
import type { Reviewed } from './review.ts';

const NOTHING_TO_DO: ReadonlySet<string> = new Set(['inSync', 'reported', 'suspended']);

/**
 * Of what had been asked before a look began, what needs nothing by what was looked at: another
 * attempt has nothing to attempt.
 */
export function answered(
  { evaluations }: Reviewed,
  asked: ReadonlySet<ProductKey>,
): readonly ProductKey[] {
  return [...asked].filter((key) =>
    NOTHING_TO_DO.has(evaluations.get(key)?.change.verdict.kind ?? ''),
  );
}
