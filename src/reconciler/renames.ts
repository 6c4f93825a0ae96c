import type { ProductKey } from '../domain/ids.ts';
import type { Gone, KnownDocument } from '../domain/known.ts';
import type { DesiredState } from './context.ts';

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
