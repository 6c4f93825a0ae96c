import { fault } from '../document/fault.ts';
import { type ProductKey, productKey, type TargetName } from '../domain/ids.ts';
import { formatPosition, type Problem } from '../domain/problem.ts';
import type { Unlinked } from './dependencies.ts';
import type { InvalidDocument } from './model.ts';

/** A document that is for one provisioned product. */
export interface Claim extends Omit<InvalidDocument, 'problem'> {
  readonly use: Unlinked | { readonly problem: Problem };
}

/** Claims on one provisioned product, numbered in the order in which they were met. */
interface Group {
  readonly number: number;
  readonly claims: Claim[];
}

/**
 * Two documents for one provisioned product: by the same name, by the same id, or by a name whose
 * expected id another document uses. All of them are refused.
 */
export function findConflicts(claims: readonly Claim[]): ReadonlyMap<Claim, Problem> {
  const bySlot = new Map<string, Group>();
  for (const claim of claims)
    for (const slot of slotsOf(claim)) {
      const group = bySlot.get(slot) ?? { number: bySlot.size, claims: [] };
      group.claims.push(claim);
      bySlot.set(slot, group);
    }
  const contested = (claim: Claim) =>
    slotsOf(claim)
      .flatMap((slot) => bySlot.get(slot) ?? [])
      .filter((group) => group.claims.length > 1)
      .sort((a, b) => a.number - b.number);
  const inBoth = countBy(claims, (claim) => pairOf(contested(claim)));
  const problems = new Map<Claim, Problem>();
  for (const claim of claims) {
    const groups = contested(claim);
    if (groups.length === 0) continue;
    const members = groups.reduce((sum, group) => sum + group.claims.length, 0);
    const twice = groups.length < 2 ? 0 : (inBoth.get(pairOf(groups)) ?? 0);
    problems.set(claim, conflictProblem(claim, firstOthers(claim, groups), members - twice - 1));
  }
  return problems;
}

function pairOf(groups: readonly Group[]): string {
  return groups.map(({ number }) => number).join(' ');
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

export function slotOf(claim: { readonly target: TargetName; readonly key: ProductKey }): string {
  return `${claim.target}\n${claim.key}`;
}

function slotsOf(claim: Claim): readonly string[] {
  const expected = 'spec' in claim.use ? claim.use.spec.expect.provisionedProductId : null;
  if (expected === null) return [slotOf(claim)];
  const key = productKey({ kind: 'id', id: expected });
  return [...new Set([slotOf(claim), slotOf({ target: claim.target, key })])];
}

const RIVALS_NAMED = 3;

/** Only as many as are named: a list of all for each would grow with the square of their number. */
function firstOthers(claim: Claim, groups: readonly Group[]): readonly Claim[] {
  const others = groups.flatMap((group) => group.claims.slice(0, RIVALS_NAMED + 1));
  return [...new Set(others)].filter((other) => other !== claim).slice(0, RIVALS_NAMED);
}

function conflictProblem(claim: Claim, others: readonly Claim[], count: number): Problem {
  const places = others.map((other) => formatPosition(other.at));
  const more = count > RIVALS_NAMED ? ` and ${count - RIVALS_NAMED} more` : '';
  const message = `another document is for the same provisioned product, ${claim.target}/${claim.name}: ${places.join(', ')}${more}`;
  return fault('document/duplicate-product', claim.at, message);
}
