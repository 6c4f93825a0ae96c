import { TrueupError } from '../domain/errors/registry.ts';
import type { AccountId, TargetName } from '../domain/ids.ts';
import type { BoundAccount } from './shapes/service.ts';

/**
 * Whether a target is bound to this account and region already. To others it is refused, and so is a
 * second name for them: what is frozen, open or counted under the first would not be seen.
 */
export function isBound(
  path: string,
  bound: readonly { readonly target: string; readonly value: BoundAccount }[],
  wanted: { readonly target: TargetName; readonly accountId: AccountId; readonly region: string },
): boolean {
  const { target, accountId, region } = wanted;
  const isHere = ({ value }: (typeof bound)[number]) =>
    value.accountId === accountId && value.region === region;
  const known = bound.find((one) => one.target === target);
  if (known !== undefined && isHere(known)) return true;
  if (known !== undefined)
    throw new TrueupError(
      'journal/other-account',
      `${path} knows target ${target} as account ${known.value.accountId} in ${known.value.region}, not ${accountId} in ${region}`,
    );
  const former = bound.find(isHere);
  if (former !== undefined)
    throw new TrueupError(
      'journal/renamed-target',
      `${path} knows account ${accountId} in ${region} as target ${former.target}, not ${target}`,
    );
  return false;
}
