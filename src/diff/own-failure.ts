import type { PresentProduct } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import type { AssessInput } from './assess.ts';
import { isBlind, lastProvisioningFailed } from './normalize.ts';
import { problem } from './problems.ts';

/**
 * A request of ours was the last operation and failed, where nothing tells what it left: a termination
 * that went half-way, for instance. That nothing differs then proves nothing. `null`: it is not so.
 */
export function ownFailureProblem(
  { spec, entry }: AssessInput,
  live: PresentProduct,
): Problem | null {
  const { lastProvisioning: record } = live.records;
  if (record === null || !isBlind(live) || !lastProvisioningFailed(live)) return null;
  if (!entry.ownRecords.includes(record)) return null;
  const result = entry.lastResult?.recordId === record ? entry.lastResult : null;
  // The values of an update that failed count as different already.
  if (result?.kind === 'failed' && result.step === 'update') return null;
  const what = result?.step === 'terminate' ? "trueup's termination" : "trueup's last operation";
  const reason = result?.reason ?? null;
  const why = reason === null ? `record ${record}` : reason;
  const message = `${what} failed, and nothing tells what it left: ${why}`;
  return problem({ code: 'plan/own-failure', at: spec.origin.at, field: '', message });
}
