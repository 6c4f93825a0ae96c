import type { TargetName } from '../domain/ids.ts';
import type { DesiredState } from './context.ts';

interface Looked {
  readonly handle: { readonly name: TargetName };
  readonly desired: DesiredState;
}

/**
 * The targets in the order in which they are looked at: first those that the documents of others depend
 * on, because whether a change waits rests on what was seen of these. The same plan comes of it, however fast
 * each of them answers; targets that depend on each other are looked at together.
 */
export function targetLayers<T extends Looked>(targets: readonly T[]): readonly (readonly T[])[] {
  const layers: (readonly T[])[] = [];
  let rest = targets;
  while (rest.length > 0) {
    const open = new Set(rest.map(({ handle }) => handle.name));
    const free = rest.filter((one) => !dependsOnOne(one, open));
    const layer = free.length === 0 ? rest : free;
    layers.push(layer);
    rest = rest.filter((one) => !layer.includes(one));
  }
  return layers;
}

function dependsOnOne({ handle, desired }: Looked, others: ReadonlySet<TargetName>): boolean {
  return [...desired.specs.values()].some(({ dependsOn }) =>
    dependsOn.some(({ target }) => target !== handle.name && others.has(target)),
  );
}
