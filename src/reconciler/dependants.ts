import { asksForEnd } from '../diff/removal.ts';
import { type ProductKey, productKey, type TargetName } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Dependency } from '../domain/spec.ts';
import type { DesiredState, TargetContext } from './context.ts';

type DependantsContext = Pick<TargetContext, 'target' | 'known' | 'journal'>;

/** A document, of whatever target, that depends on something of this one. */
export interface Dependant {
  readonly target: TargetName;
  readonly known: KnownDocument;
  readonly isDeclared: boolean;
}

/**
 * What depends on something of this target: of the target itself as it was just noted, of the others
 * as the journal has them. A document that is valid now says itself what it depends on.
 */
export async function readDependants(
  context: DependantsContext,
  desired: DesiredState,
  missing: readonly KnownDocument[],
): Promise<readonly Dependant[]> {
  const { target, known, journal } = context;
  if (missing.length === 0) return [];
  const leaving = new Set(missing.map(({ key }) => key));
  const here = known
    .all()
    .filter((one) => desired.declared.has(one.key) || leaving.has(one.key))
    .map((one) => ({ target, known: one, isDeclared: desired.declared.has(one.key) }));
  const elsewhere: Dependant[] = [];
  for (const [name, state] of desired.elsewhere ?? []) {
    if (name === target) continue;
    for (const one of await journal.documents(name)) {
      const isDeclared = state.declared.has(one.key);
      const dependsOn = state.specs.get(one.key)?.dependsOn ?? one.dependsOn;
      if (isDeclared || (asksForEnd(one) && one.provisionedProductId !== null))
        elsewhere.push({ target: name, known: { ...one, dependsOn }, isDeclared });
    }
  }
  return [...here, ...elsewhere];
}

/**
 * Documents that are invalid now, of whatever target, and say that they need this one: mostly they are
 * invalid because it is gone, and the journal need not have seen them.
 */
export function invalidDependants(
  target: TargetName,
  { name }: KnownDocument,
  desired: DesiredState,
): readonly string[] {
  const slot = `${target}/${name}`;
  const here = [...desired.invalid.values()].filter(({ needs }) => needs?.includes(slot));
  const others = [...(desired.elsewhere ?? [])].flatMap(([of, state]) =>
    of === target
      ? []
      : [...state.invalid.values()]
          .filter(({ needs }) => needs?.includes(slot))
          .map((one) => ({ name: `${of}/${one.name}` })),
  );
  return [...here, ...others].map((one) => one.name);
}

/** What depends on it may know it by its former key: by its name before its document named its id, or the other way round. */
function keysOf({ key, name, provisionedProductId: id }: KnownDocument): ReadonlySet<ProductKey> {
  const byId = id === null ? [] : [productKey({ kind: 'id', id })];
  return new Set([key, productKey({ kind: 'name', name }), ...byId]);
}

/** What is there and holds up the end of this one, and what goes too and so goes before it. */
export function dependantsOf(
  target: TargetName,
  known: KnownDocument,
  all: readonly Dependant[],
): { readonly neededBy: readonly string[]; readonly after: readonly Dependency[] } {
  const keys = keysOf(known);
  const found = all.filter(({ known: { dependsOn } }) =>
    dependsOn.some((other) => other.target === target && keys.has(other.key)),
  );
  const nameOf = ({ target: of, known }: Dependant) =>
    of === target ? known.name : `${of}/${known.name}`;
  return {
    neededBy: found
      .filter(({ isDeclared }) => isDeclared)
      .map(nameOf)
      .sort(),
    after: found
      .filter(({ isDeclared }) => !isDeclared)
      .map(({ target: of, known }) => ({
        target: of,
        key: known.key,
        name: known.name,
        leaves: true,
      })),
  };
}
