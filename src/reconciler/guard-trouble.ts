import { shortDigest } from '../diff/approval.ts';
import { guardSentence } from '../diff/render/guards.ts';
import type { GuardFinding } from '../domain/guard.ts';
import type { Judgement } from './guard-gate.ts';

/** The reason by which every view knows it. */
export const HELD_BY_GUARD = 'HeldByGuard';

/** What the status of a provisioned product says that a guard holds back. */
export function guardTrouble(finding: GuardFinding, { report }: Judgement) {
  const digest = report.set === null ? '' : shortDigest(report.set);
  return {
    stalled: true,
    reason: HELD_BY_GUARD,
    message: `nothing of target ${finding.target} is changed: ${guardSentence(finding)}`,
    next: `look at trueup plan, then plan fewer at once or allow exactly this set: trueup approve ${digest} beside run, or apply --approve ${digest}`,
  };
}
