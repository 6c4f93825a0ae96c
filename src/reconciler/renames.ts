import { renamedProblem } from '../diff/removal.ts';
import type { ProductKey } from '../domain/ids.ts';
import type { Gone, KnownDocument } from '../domain/known.ts';
import type { DesiredState, TargetContext } from './context.ts';
import type { Evaluation } from './evaluate.ts';

type Held = ReadonlyMap<ProductKey, KnownDocument>;

/** Its new name is still declared, and stands for nothing yet. */
export function isRenamed(
  { gone, provisionedProductId: id }: KnownDocument,
  desired: DesiredState,
  held: Held,
): boolean {
  const other = gone?.renamedTo ?? null;
  if (other === null || id === null || !desired.declared.has(other.key)) return false;
  return (held.get(other.key)?.provisionedProductId ?? null) === null;
}

/** The document that came with the same content when this one went; null: there is none. */
export function renamedToOf(
  { content }: KnownDocument,
  before: Held,
  now: Held,
): Gone['renamedTo'] {
  if (content === '') return null;
  for (const [key, one] of now)
    if (one.content === content && one.gone === null && !before.has(key))
      return { key, name: one.name };
  return null;
}

/** What seems to be another one's new name is not created while that one still stands. */
export function refuseRenamed(
  context: Pick<TargetContext, 'known' | 'fingerprinter'>,
  desired: DesiredState,
  evaluations: Map<ProductKey, Evaluation>,
): void {
  const standing = context.known.standing(desired);
  if (standing.length === 0) return;
  for (const [key, evaluation] of evaluations) {
    const { spec, change } = evaluation;
    if (change.verdict.kind !== 'provision' && change.verdict.kind !== 'import') continue;
    if (change.provisionedProductId !== null) continue;
    const former = context.known.formerOf(context, standing, spec);
    if (former === null) continue;
    const problems = [renamedProblem(change.at, former)] as const;
    evaluations.set(key, {
      ...evaluation,
      change: { ...change, verdict: { kind: 'refused', problems } },
    });
  }
}
