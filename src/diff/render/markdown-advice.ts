import type { PlanCounts } from '../plan.ts';
import { plural } from './words.ts';

/** What the reader must do, in one sentence. */
export function advice(counts: PlanCounts, paused: number): string {
  const must = [
    counts.invalid === 0
      ? ''
      : `mend ${plural(counts.invalid, 'invalid file', 'invalid files')} (until then nothing declared there is touched)`,
    counts.unreadableTargets === 0
      ? ''
      : `${plural(counts.unreadableTargets, 'target', 'targets')} could not be read`,
    counts.refused === 0
      ? ''
      : `mend ${plural(counts.refused, 'refused provisioned product', 'refused provisioned products')}`,
    counts.unreadable === 0
      ? ''
      : `${plural(counts.unreadable, 'provisioned product', 'provisioned products')} could not be read`,
    counts.guards === 0
      ? ''
      : `a guard holds back ${plural(counts.heldByGuards, 'change', 'changes')}: plan fewer at once, or approve this set`,
  ].filter((part) => part !== '');
  if (must.length > 0) return `Before this can be applied: ${must.join('; ')}.`;
  const pause = plural(paused, 'rollout is paused', 'rollouts are paused');
  if (counts.acting === 0 && paused > 0) return `Applying this makes no call: ${pause}.`;
  if (counts.acting === 0) return 'Nothing to do: applying this makes no call.';
  const { total, terminations } = counts.writes;
  const what = plural(counts.acting, 'provisioned product', 'provisioned products');
  const calls = plural(total, 'call', 'calls');
  const ends =
    terminations === 0
      ? ''
      : ` It terminates ${plural(terminations, 'provisioned product', 'provisioned products')}.`;
  const rest = paused === 0 ? '' : ` Besides, ${pause}.`;
  return `Applying this changes ${what}, with ${calls}.${ends}${rest}`;
}
