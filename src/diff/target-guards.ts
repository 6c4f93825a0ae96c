import type { Caps, TargetGuards } from '../domain/guard.ts';
import type { ProductKey, TargetName } from '../domain/ids.ts';
import { approvable, type Standing, setDigest } from './approval.ts';
import { type Measured, sumOf, weightOf } from './change-weight.ts';
import { judgeGuards, type SentBefore } from './guards.ts';
import { byText } from './normalize.ts';

export interface TargetPlanned {
  readonly target: TargetName;
  readonly caps: Caps;
  readonly managed: number;
  /** Every change, those that do not act too. */
  readonly measured: readonly Measured[];
  readonly sent: SentBefore;
  /** Of each approved set. */
  readonly standing: readonly Standing[];
}

/** The guards of one target: what is approved is charged to its approval and to nothing else. */
export function targetGuards(input: TargetPlanned): TargetGuards {
  const { target, caps, managed, measured, sent, standing } = input;
  const runs = new Set<ProductKey>(standing.flatMap((one) => [...one.runs.keys()]));
  const isApproved = ({ change }: Measured) => runs.has(change.key);
  const findings = judgeGuards({
    target,
    caps,
    managed,
    sent,
    planned: sumOf(measured.filter((one) => !isApproved(one)).map(weightOf)),
    approved: sumOf(measured.filter(isApproved).map(weightOf)),
  });
  const changes = approvable(measured.map(({ change }) => change));
  const approvals = standing.map(({ view }) => view);
  const finishing = measured.filter((one) => one.finishes === true).map(({ change }) => change);
  const free = [...runs, ...finishing.map(({ key }) => key)].sort(byText);
  return {
    target,
    set: setDigest(target, changes),
    findings,
    approvals,
    ...(finishing.length === 0 ? {} : { finishing: finishing.map(({ name }) => name) }),
    ...(free.length === 0 ? {} : { free }),
  };
}
