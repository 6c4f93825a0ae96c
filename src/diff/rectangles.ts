import type { StackInstance } from '../domain/live.ts';
import type { StackInstancesWish } from '../domain/spec.ts';
import { byText } from './normalize.ts';

/** Every account in every region: what one request can name. */
export type Rectangle = StackInstancesWish;

export type Where = Pick<StackInstance, 'account' | 'region'>;

/** How people call a group of instances. */
export function nameOf({ accounts, regions }: Rectangle): string {
  return `${accounts.join(', ')} in ${regions.join(', ')}`;
}

export function pairsOf({ accounts, regions }: Rectangle): readonly Where[] {
  return accounts.flatMap((account) => regions.map((region) => ({ account, region })));
}

export function without(pairs: readonly Where[], others: readonly Where[]): readonly Where[] {
  const known = new Set(others.map(keyOf));
  return pairs.filter((one) => !known.has(keyOf(one)));
}

export function keyOf({ account, region }: Where): string {
  return `${account}/${region}`;
}

export function distinct(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort(byText);
}

/**
 * The fewest requests that name exactly these: accounts with the same regions go together. Naming
 * more than is meant would create or remove what nobody asked for.
 */
export function rectangles(pairs: readonly Where[]): readonly Rectangle[] {
  const regionsOf = new Map<string, Set<string>>();
  for (const { account, region } of pairs)
    regionsOf.set(account, (regionsOf.get(account) ?? new Set<string>()).add(region));
  const groups = new Map<string, { accounts: string[]; regions: readonly string[] }>();
  for (const account of [...regionsOf.keys()].sort(byText)) {
    const regions = distinct([...(regionsOf.get(account) ?? [])]);
    const group = groups.get(regions.join(' '));
    if (group === undefined) groups.set(regions.join(' '), { accounts: [account], regions });
    else group.accounts.push(account);
  }
  return [...groups.values()];
}
