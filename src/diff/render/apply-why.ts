import type { Change, ChangeVerdict } from '../../domain/change.ts';
import type { PlanHolds } from '../../domain/hold.ts';
import type { Plan, TargetPlan } from '../../domain/plan.ts';
import type { ProductStatusView } from '../../domain/status.ts';
import { said, whenOver } from './apply-held.ts';
import { problemLines } from './problem.ts';
import { nextFor, utc } from './words.ts';

export interface ApplyInput {
  /** The plan that was carried out. */
  readonly before: Plan;
  /** The plan that was made after the work. */
  readonly after: Plan;
  /** How the work on each provisioned product ended. */
  readonly statuses: readonly ProductStatusView[];
  /** The time was over before everything had ended. */
  readonly timedOut: boolean;
  /** A signal ended the work: nothing was looked at again afterwards. */
  readonly interrupted: boolean;
}

/** A provisioned product that is not in its desired state: why, and what next. */
export interface Open {
  readonly change: Change;
  readonly word: string;
  readonly lines: readonly string[];
}

/** What of a target is not in its desired state after the work. */
export function openOf(target: TargetPlan, input: ApplyInput): readonly Open[] {
  return target.changes.flatMap((change) => {
    const status = input.statuses.find(
      (view) => view.target === change.target && view.key === change.key,
    );
    const held = input.after.meta.holds?.held.find(
      (one) => one.target === change.target && one.name === change.name,
    );
    const found = whyOpen(change.verdict, { change, status, held, input });
    return found === null ? [] : [{ change, ...found }];
  });
}

interface Known {
  readonly change: Change;
  readonly status: ProductStatusView | undefined;
  /** A freeze or a sync window keeps it from being started. */
  readonly held: PlanHolds['held'][number] | undefined;
  readonly input: ApplyInput;
}

type Reason = Omit<Open, 'change'>;
type Why = Reason | null;

function whyOpen(verdict: ChangeVerdict, known: Known): Why {
  switch (verdict.kind) {
    case 'refused':
      return {
        word: 'refused',
        lines: verdict.problems.flatMap((one) => problemLines(one, known.change)),
      };
    case 'latched':
      return verdict.latch.kind === 'stalled'
        ? why('stalled', verdict.latch.reason, named(verdict.latch.next, known.change))
        : why('failed', verdict.latch.reason, `apply again after ${utc(verdict.latch.until)}`);
    case 'unreadable':
      return why('could not be read', verdict.why, 'mend what the reason names, then apply again');
    case 'busy':
      return why(
        'busy',
        `${verdict.ours ? 'an operation of ours' : 'another operation'} runs: ${verdict.status}${verdict.recordId === null ? '' : `, record ${verdict.recordId}`}`,
        'apply again when it is over',
      );
    case 'waits':
      return why('waiting', verdict.why, verdict.next ?? AGAIN);
    case 'update':
    case 'provision':
    case 'import':
    case 'terminate':
      return whyNotDone(known);
    case 'inSync':
    case 'reported':
    case 'suspended':
      return null;
    default:
      return verdict satisfies never;
  }
}

const AGAIN = 'apply again';

/** By a freeze or a sync window: one reason keeps back many. */
export const HELD = 'held';

/** Something is still to be done: the end of the work on it tells more than the comparison does. */
function whyNotDone({ change, status, held, input }: Known): Why {
  if (held !== undefined) return why(HELD, held.why, whenOver(held.why));
  if (status?.condition === 'Ready') {
    if (input.interrupted) return null;
    const reason = `${status.message}, and what is live differs again`;
    return why('differs again', reason, 'look at trueup plan: AWS may keep it in another form');
  }
  if (status?.condition === 'Stalled')
    return why(
      'stalled',
      status.message,
      named(status.next ?? 'mend what the reason names, then apply again', change),
    );
  const isOpen = status?.reason === 'InFlight' || status?.reason === 'Sent';
  if (isOpen)
    return why('in flight', status.message, 'apply again: it is taken up, not sent twice');
  if (status === undefined || status.reason === 'Waiting' || status.message === '')
    return why('not begun', 'its turn did not come', AGAIN);
  return why('not carried out', status.message, status.next ?? AGAIN);
}

export function named(next: string, { target, name }: Change): string {
  return nextFor(next, target, name);
}

export function why(word: string, reason: string, next: string): Reason {
  return { word, lines: [...said('why:', reason), ...said('next:', next)] };
}
