import type { RolloutPart, RolloutView } from '../../domain/rollout.ts';
import { listed } from '../problems.ts';
import { plural, thousands } from './words.ts';

const NAMED = 3;

/** Said of each; the reason stands once, with its rollout. */
export const PAUSED = 'its rollout is paused';

/** When the turn of one of a rollout comes; null: at once, like that of anything else. */
export function turnOf({ stage, after, product, version }: RolloutPart): string | null {
  const title = `${product} ${version}`;
  const later = after.length === 0 ? '' : `, after ${listed(after, NAMED)}`;
  switch (stage) {
    case 'canary':
      return `canary of ${title}${later}`;
    case 'needed':
      return `before the canaries of ${title}, which depend on it${later}`;
    case 'again':
      return `tried again, before the others of ${title}`;
    case 'rest':
      return after.length === 0 ? null : `after ${listed(after, NAMED)}`;
    default:
      return stage satisfies never;
  }
}

/** What people should know of a rollout: how far it is, who goes first, and why it stopped. */
export function sentencesOf(rollout: RolloutView): readonly string[] {
  const { members, running, canaries, failures, paused } = rollout;
  const parts = [
    `${thousands(running)} of ${plural(members, 'runs', 'run')} it`,
    ...(canaries.length === 0
      ? []
      : [`${canaries.length === 1 ? 'canary' : 'canaries'} ${listed(canaries, NAMED)}`]),
    ...(failures.length === 0 ? [] : [`${thousands(failures.length)} failed`]),
    pausesOf(rollout),
  ];
  const reason = paused === null ? [] : [`why:  ${paused.why}`, `next: ${paused.next}`];
  return [parts.join('; '), ...reason];
}

function pausesOf({ pauseOnFailure, maxFailures }: RolloutView): string {
  if (!pauseOnFailure) return 'a failure holds nobody back';
  return `pauses after ${plural(maxFailures, 'failure', 'failures')}`;
}
