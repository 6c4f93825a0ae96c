import { fault, quote } from '../document/fault.ts';
import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { Position, Problem } from '../domain/problem.ts';
import type { Dependency, Spec } from '../domain/spec.ts';
import { nearest } from '../domain/suggest.ts';
import { type Circle, findCircles } from './circles.ts';

/** A spec before its dependencies are known. */
export type UnlinkedSpec = Omit<Spec, 'dependsOn'>;

/** A document that exists, valid or not: something may depend on it. */
export interface Declared {
  readonly target: TargetName;
  readonly key: ProductKey;
  readonly name: string;
}

/** What a document says that it depends on, as written: `name` or `target/name`. */
export interface Unlinked {
  readonly spec: UnlinkedSpec;
  readonly dependsOn: readonly string[];
}

export interface Refused {
  readonly spec: UnlinkedSpec;
  readonly problem: Problem;
  /** `target/name` of each thing that it says it depends on, there or not. */
  readonly needs: readonly string[];
}

export interface Linked {
  /** Without those that have a problem. */
  readonly specs: readonly Spec[];
  readonly refused: readonly Refused[];
}

/**
 * Names → the documents that they stand for. A name that no document bears, and a circle, make the
 * documents that say so invalid: whatever they wait for would never come.
 */
export function linkDependencies(
  documents: readonly Unlinked[],
  declared: readonly Declared[],
): Linked {
  const byName = Map.groupBy(declared, nameOf);
  const suggest = suggesterOf([...byName.keys()]);
  const specs: Spec[] = [];
  const refused: Refused[] = [];
  for (const document of documents) {
    const { found, problem } = linkOne(document, byName, suggest);
    if (problem === null) specs.push({ ...document.spec, dependsOn: found });
    else
      refused.push({
        spec: document.spec,
        problem,
        needs: needsOf(document.spec.target, document.dependsOn),
      });
  }
  const circles = findCircles(specs);
  for (const [spec, circle] of circles)
    refused.push({ spec, problem: circleProblem(spec, circle), needs: spec.dependsOn.map(nameOf) });
  return { specs: specs.filter((spec) => !circles.has(spec)), refused };
}

function linkOne(
  { spec, dependsOn }: Unlinked,
  byName: ReadonlyMap<string, readonly Declared[]>,
  suggest: Suggest,
): { readonly found: readonly Dependency[]; readonly problem: Problem | null } {
  const found = new Map<string, Dependency>();
  for (const [index, written] of dependsOn.entries()) {
    const slot = slotOf(spec, written);
    const meant = byName.get(slot);
    if (meant === undefined)
      return { found: [], problem: unknownProblem(spec, index, written, suggest) };
    // A document that names its product by id may bear the name of another one: both are meant.
    for (const { target, key, name } of meant) found.set(`${slot}\n${key}`, { target, key, name });
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  return { found: sorted, problem: null };
}

function slotOf({ target }: Pick<UnlinkedSpec, 'target'>, written: string): string {
  return written.includes('/') ? written : `${target}/${written}`;
}

/** `target/name` of what a document of this target means by what it says it depends on. */
export function needsOf(target: TargetName, dependsOn: readonly string[]): readonly string[] {
  return dependsOn.map((written) => slotOf({ target }, written));
}

function nameOf(one: { readonly target: TargetName; readonly name: string }): string {
  return `${one.target}/${one.name}`;
}

const FIELD = 'reconcile.dependsOn';

function placeOf({ origin }: UnlinkedSpec, index: number): Position {
  return origin.fields[`${FIELD}.${index}`] ?? origin.fields[FIELD] ?? origin.at;
}

function unknownProblem(
  spec: UnlinkedSpec,
  index: number,
  written: string,
  suggest: Suggest,
): Problem {
  const message = `no document is for ${quote(written)}`;
  const meant = suggest(written, spec.target);
  const next = meant === null ? {} : { next: `did you mean ${quote(meant)}?` };
  const at = placeOf(spec, index);
  return fault('document/unknown-dependency', at, message, { field: FIELD, ...next });
}

/** The name that was probably meant, as a document of this target would write it. */
type Suggest = (written: string, target: TargetName) => string | null;

/** Comparing every unknown name with every known one takes for ever where there are many of both. */
const COMPARED_MAX = 10_000;

function suggesterOf(names: readonly string[]): Suggest {
  let left = COMPARED_MAX;
  return (written, target) => {
    if (names.length > left) return null;
    left -= names.length;
    const own = `${target}/`;
    const shown = names.map((name) => (name.startsWith(own) ? name.slice(own.length) : name));
    return nearest(written, shown);
  };
}

const NAMED = 6;

function circleProblem(spec: Spec, { specs, start }: Circle): Problem {
  const count = Math.min(specs.length, NAMED - 1);
  const first = Array.from({ length: count }, (_, index) => specs[(start + index) % specs.length]);
  const named = [...first, ...(specs.length > count ? [null] : []), first[0]].flatMap((one) => {
    if (one === undefined) return [];
    if (one === null) return ['…'];
    return [one.target === spec.target ? one.name : nameOf(one)];
  });
  const message = `it waits for itself: ${named.join(' -> ')}`;
  return fault('document/dependency-circle', placeOf(spec, 0), message, { field: FIELD });
}
