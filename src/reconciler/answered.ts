import type { ProductKey } from '../domain/ids.ts';
import type { Reviewed } from './review.ts';

/** What needs nothing now, by what was looked at: another attempt has nothing to attempt. */
export function answered({ evaluations }: Reviewed): readonly ProductKey[] {
  const nothing: ReadonlySet<string> = new Set(['inSync', 'reported', 'suspended']);
  return [...evaluations].flatMap(([key, { change }]) =>
    nothing.has(change.verdict.kind) ? [key] : [],
  );
}
