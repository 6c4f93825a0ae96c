import type { Change } from '../domain/change.ts';
import { errorEntry } from '../domain/errors/registry.ts';
import type { ProductKey, ProvisionedProductId } from '../domain/ids.ts';
import type { Live } from '../domain/live.ts';
import { formatPosition, type Problem } from '../domain/problem.ts';
import { unseenRivals } from './claimants.ts';
import type { DesiredState } from './context.ts';
import type { Evaluation } from './evaluate.ts';

/**
 * Two documents, one by name and one by id, can turn out to mean one provisioned product. Those that
 * are invalid or left out count too: nothing else tells what they want of it.
 */
export function refuseShared(
  desired: Pick<DesiredState, 'invalid' | 'leftOut'>,
  seen: ReadonlyMap<ProductKey, Live>,
  evaluations: Map<ProductKey, Evaluation>,
): void {
  const owners = new Map<ProvisionedProductId, Change[]>();
  for (const { change } of evaluations.values()) {
    const id = change.provisionedProductId;
    if (id !== null) owners.set(id, [...(owners.get(id) ?? []), change]);
  }
  for (const [key, evaluation] of evaluations) {
    const { change } = evaluation;
    const id = change.provisionedProductId;
    if (id === null) continue;
    const live = seen.get(key);
    const name = live?.kind === 'present' ? live.name : null;
    const others = [
      ...(owners.get(id) ?? [])
        .filter((other) => other.key !== key)
        .map(({ at }) => formatPosition(at)),
      ...unseenRivals(desired, key, { id, name }).map(
        ({ at, why }) => `${formatPosition(at)} (${why})`,
      ),
    ];
    if (others.length > 0)
      evaluations.set(key, { ...evaluation, change: sharedProduct(change, id, others) });
  }
}

function sharedProduct(
  change: Change,
  id: ProvisionedProductId,
  others: readonly string[],
): Change {
  const problem: Problem = {
    code: 'plan/shared-product',
    severity: 'error',
    at: change.at,
    field: '',
    message: `another document means the same provisioned product ${id}: ${others.join(', ')}`,
    next: errorEntry('plan/shared-product').next,
  };
  return { ...change, verdict: { kind: 'refused', problems: [problem] } };
}
