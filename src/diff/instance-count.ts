import type { Change, ChangeVerdict } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { Live, Reading, VersionDefinitions } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { pairsOf, type Where } from './rectangles.ts';
import { planInstances } from './stack-set.ts';

interface Counted {
  readonly spec: Spec;
  readonly live: Live;
  readonly entry: ProductEntry;
  readonly verdict: ChangeVerdict;
  readonly differences: Change['differences'];
  /** Of a new one. */
  readonly definitions: Reading<VersionDefinitions>;
}

/** The stack instances that a change creates and removes; undefined: none. */
export function countInstances(counted: Counted): Change['instances'] {
  const { verdict, differences } = counted;
  if (verdict.kind !== 'update' && verdict.kind !== 'provision') return undefined;
  const created = verdict.kind === 'update' ? createdByUpdate(counted) : createdAnew(counted);
  const removed = differences.filter(({ step }) => step === 'deleteInstances').length;
  return created + removed === 0 ? undefined : { created, removed };
}

function createdByUpdate({ spec, live, entry, verdict }: Counted): number {
  if (live.kind !== 'present' || !('steps' in verdict)) return 0;
  if (!verdict.steps.includes('createInstances')) return 0;
  return planInstances(spec, live, entry)?.create.flatMap(pairsOf).length ?? 0;
}

function createdAnew(counted: Pick<Counted, 'spec' | 'definitions'>): number {
  return placesAnew(counted).length;
}

/** What the document names, and where it names nothing all that the STACKSET constraint allows. */
export function placesAnew({
  spec,
  definitions,
}: Pick<Counted, 'spec' | 'definitions'>): readonly Where[] {
  const allowed = definitions.kind === 'read' ? definitions.value.stackSet : null;
  const { stackInstances, preferences } = spec;
  if (allowed === null && stackInstances === null && preferences === null) return [];
  const accounts = stackInstances?.accounts ?? preferences?.accounts ?? allowed?.accounts ?? [];
  const regions = stackInstances?.regions ?? preferences?.regions ?? allowed?.regions ?? [];
  return pairsOf({ accounts, regions });
}
