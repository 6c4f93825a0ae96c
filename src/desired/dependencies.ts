import { fault, quote } from '../document/fault.ts';
import { nearest } from '../document/suggest.ts';
import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { Position, Problem } from '../domain/problem.ts';
import type { Dependency, Spec } from '../domain/spec.ts';

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

export interface Linked {
  /** Without those that have a problem. */
  readonly specs: readonly Spec[];
  readonly refused: readonly { readonly spec: UnlinkedSpec; readonly problem: Problem }[];
}

/**
 * Names → the documents that they stand for. A name that no document bears, and a circle, make the
 * documents that say so invalid: whatever they wait for would never come.
 */
export function linkDependencies(
  documents: readonly Unlinked[],
  declared: readonly Declared[],
): Linked {
  const byName = new Map(declared.map((one) => [nameOf(one), one]));
  const specs: Spec[] = [];
  const refused: { spec: UnlinkedSpec; problem: Problem }[] = [];
  for (const document of documents) {
    const { found, problem } = linkOne(document, byName);
    if (problem === null) specs.push({ ...document.spec, dependsOn: found });
    else refused.push({ spec: document.spec, problem });
  }
  const circles = findCircles(specs);
  for (const [spec, circle] of circles)
    refused.push({ spec, problem: circleProblem(spec, circle) });
  return { specs: specs.filter((spec) => !circles.has(spec)), refused };
}

function linkOne(
  { spec, dependsOn }: Unlinked,
  byName: ReadonlyMap<string, Declared>,
): { readonly found: readonly Dependency[]; readonly problem: Problem | null } {
  const found = new Map<string, Dependency>();
  for (const [index, written] of dependsOn.entries()) {
    const slot = written.includes('/') ? written : `${spec.target}/${written}`;
    const one = byName.get(slot);
    if (one === undefined)
      return { found: [], problem: unknownProblem(spec, index, written, byName) };
    found.set(slot, { target: one.target, key: one.key, name: one.name });
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  return { found: sorted, problem: null };
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
  byName: ReadonlyMap<string, Declared>,
): Problem {
  const message = `no document is for ${quote(written)}`;
  const own = `${spec.target}/`;
  const names = [...byName.keys()].map((name) =>
    name.startsWith(own) ? name.slice(own.length) : name,
  );
  const meant = nearest(written, names);
  const next = meant === null ? {} : { next: `did you mean ${quote(meant)}?` };
  const at = placeOf(spec, index);
  return fault('document/unknown-dependency', at, message, { field: FIELD, ...next });
}

/** Every spec that is part of a circle, with the circle as it is found from there. */
function findCircles(specs: readonly Spec[]): ReadonlyMap<Spec, readonly Spec[]> {
  const bySlot = new Map(specs.map((spec) => [slotOf(spec), spec]));
  const needs = new Map<Spec, Set<Spec>>();
  for (const spec of specs) {
    const known = spec.dependsOn.flatMap((one) => bySlot.get(slotOf(one)) ?? []);
    needs.set(spec, new Set(known));
  }
  peel(needs);
  peel(needs, reversed(needs));
  const circles = new Map<Spec, readonly Spec[]>();
  for (const spec of needs.keys()) circles.set(spec, circleFrom(spec, needs));
  return circles;
}

function slotOf(one: { readonly target: TargetName; readonly key: ProductKey }): string {
  return `${one.target}\n${one.key}`;
}

/** Takes away, again and again, what no edge leaves; `edges` may be those of the other direction. */
function peel(needs: Map<Spec, Set<Spec>>, edges: Map<Spec, Set<Spec>> = needs): void {
  const back = reversed(edges);
  const free = [...edges].flatMap(([spec, others]) => (others.size === 0 ? [spec] : []));
  for (let spec = free.pop(); spec !== undefined; spec = free.pop()) {
    for (const other of back.get(spec) ?? []) {
      const left = edges.get(other);
      left?.delete(spec);
      if (left?.size === 0) free.push(other);
    }
    edges.delete(spec);
    needs.delete(spec);
  }
}

function reversed(edges: ReadonlyMap<Spec, ReadonlySet<Spec>>): Map<Spec, Set<Spec>> {
  const back = new Map<Spec, Set<Spec>>([...edges.keys()].map((spec) => [spec, new Set()]));
  for (const [spec, others] of edges) for (const other of others) back.get(other)?.add(spec);
  return back;
}

function circleFrom(start: Spec, needs: ReadonlyMap<Spec, ReadonlySet<Spec>>): readonly Spec[] {
  const path: Spec[] = [];
  let spec: Spec | undefined = start;
  while (spec !== undefined && !path.includes(spec)) {
    path.push(spec);
    spec = [...(needs.get(spec) ?? [])].find((one) => needs.has(one));
  }
  return spec === undefined ? path : [...path.slice(path.indexOf(spec)), spec];
}

const NAMED = 6;

function circleProblem(spec: Spec, circle: readonly Spec[]): Problem {
  const names = circle.map((one) => (one.target === spec.target ? one.name : nameOf(one)));
  const shown =
    names.length <= NAMED ? names : [...names.slice(0, NAMED - 1), '…', names.at(-1) ?? ''];
  const message = `it waits for itself: ${shown.join(' -> ')}`;
  return fault('document/dependency-circle', placeOf(spec, 0), message, { field: FIELD });
}
