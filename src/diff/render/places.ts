import type { PlanBody } from '../../domain/plan.ts';
import { thousands, visible } from './words.ts';

/** More targets than this are named where something of them is to be said. */
const SHOWN = 5;

/** Where each target was looked at; one that could not be opened has no account. */
export function targetPlaces({ targets }: PlanBody): readonly string[] {
  const shown = targets
    .slice(0, SHOWN)
    .map(({ name, accountId, region }) => `${visible(name)}: ${place(accountId, region)}`);
  const more = targets.length - shown.length;
  return more > 0 ? [...shown, `and ${thousands(more)} more`] : shown;
}

function place(accountId: string | null, region: string): string {
  const parts = [
    ...(accountId === null ? [] : [`account ${visible(accountId)}`]),
    ...(region === '' ? [] : [visible(region)]),
  ];
  return parts.length === 0 ? 'not reached' : parts.join(', ');
}
