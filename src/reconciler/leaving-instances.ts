import { keyOf } from '../diff/rectangles.ts';
import { sha256 } from '../domain/canonical.ts';
import type { Change } from '../domain/change.ts';
import { kindOf } from '../domain/kind.ts';
import { explainFailure } from './catalog-facts.ts';
import type { Catalog } from './ports/catalog.ts';

/**
 * The change with the stack instances that go with what it terminates: each is a stack, and counts.
 * They are listed afresh, and for nothing else, because no record tells of one that came past Service
 * Catalog. Where they cannot be listed nothing is terminated.
 */
export async function withLeavingInstances(
  { catalog }: { readonly catalog: Catalog },
  change: Change,
): Promise<Change> {
  const { verdict, type, provisionedProductId: id } = change;
  if (verdict.kind !== 'terminate' && verdict.kind !== 'provision') return change;
  if (!verdict.steps.includes('terminate') || type === null || id === null) return change;
  if (kindOf({ type, physicalId: null }) !== 'stackSet') return change;
  const listed = await catalog.stackInstances(id);
  if (listed.kind === 'failed') {
    const why = `stack instances: ${explainFailure(listed.failure)}`;
    return { ...change, verdict: { kind: 'unreadable', why } };
  }
  const removed = listed.value.length;
  const places = listed.value.map(keyOf).sort();
  const digest = sha256({ version: 'trueup-change-1', change: verdict.digest, places });
  const created = change.instances?.created ?? 0;
  return { ...change, verdict: { ...verdict, digest }, instances: { created, removed } };
}

/** More would go than the plan held when it was judged. */
export function endsMore(now: Change, reviewed: Change | undefined): boolean {
  return (now.instances?.removed ?? 0) > (reviewed?.instances?.removed ?? 0);
}
