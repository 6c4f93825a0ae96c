import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { Spec } from '../domain/spec.ts';

/** Specs that wait for each other, in order; the last one waits for the first. */
export interface Circle {
  readonly specs: readonly Spec[];
  /** Where in `specs` the one who asks stands; 0 for one who only leads into the circle. */
  readonly start: number;
}

/**
 * Every spec that is part of a circle, or between two of them, with a circle that it leads to. The
 * work grows with the number of dependencies, however long the circles are.
 */
export function findCircles(specs: readonly Spec[]): ReadonlyMap<Spec, Circle> {
  const bySlot = new Map(specs.map((spec) => [slotOf(spec), spec]));
  const needs = new Map<Spec, Set<Spec>>();
  for (const spec of specs) {
    const known = spec.dependsOn.flatMap((one) => bySlot.get(slotOf(one)) ?? []);
    needs.set(spec, new Set(known));
  }
  peel(needs);
  peel(needs, reversed(needs));
  const next = new Map<Spec, Spec>();
  for (const [spec, others] of needs)
    for (const other of others)
      if (needs.has(other)) {
        next.set(spec, other);
        break;
      }
  return circlesAlong(next);
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

/** Where every spec has one that comes next, each way ends in a circle. */
function circlesAlong(next: ReadonlyMap<Spec, Spec>): ReadonlyMap<Spec, Circle> {
  const found = new Map<Spec, Circle>();
  for (const start of next.keys()) {
    const way = new Set<Spec>();
    let spec: Spec | undefined = start;
    while (spec !== undefined && !found.has(spec) && !way.has(spec)) {
      way.add(spec);
      spec = next.get(spec);
    }
    if (spec === undefined) continue;
    const walked = [...way];
    const specs = found.get(spec)?.specs ?? walked.slice(walked.indexOf(spec));
    const inCircle = way.has(spec) ? walked.indexOf(spec) : walked.length;
    for (const [index, one] of walked.entries())
      found.set(one, { specs, start: Math.max(0, index - inCircle) });
  }
  return found;
}
