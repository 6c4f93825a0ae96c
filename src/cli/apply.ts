import { countChanges, planResult } from '../diff/plan.ts';
import { renderPlanJson } from '../diff/render/json.ts';
import { callsLine } from '../diff/render/text.ts';
import { plural } from '../diff/render/words.ts';
import type { Change } from '../domain/change.ts';
import type { Plan } from '../domain/plan.ts';
import { formatPosition } from '../domain/problem.ts';
import type { App, ApplyEnd, Estate } from './app.ts';
import type { ExitCode } from './io.ts';
import { render } from './plan.ts';
import { unavailable } from './validate.ts';

/** `apply DIR`: plan, ask, change, follow, look again. */
export async function applyCommand(app: App, directory: string, yes: boolean): Promise<ExitCode> {
  const loaded = await app.load(directory);
  if (loaded.kind === 'unavailable') return unavailable(app, directory, loaded.why);
  if (!yes && !app.io.interactive) {
    app.io.err(
      'trueup: apply asks before it changes anything, and there is no terminal to ask on\nnext: look at trueup plan, then run apply with --yes\n',
    );
    return 1;
  }
  const estate = await app.openEstate('apply');
  try {
    const plan = await estate.plan();
    const json = app.invocation.format === 'json';
    if (json) app.io.err(`${plural(countChanges(plan).acting, 'change', 'changes')} planned\n`);
    else app.io.out(render(app, plan, false));
    const unmatched = estate.unmatched(plan);
    if (unmatched.length > 0 && countChanges(plan).acting > 0) return unknown(app, unmatched);
    if (!(await agreed(app, estate, plan, yes))) return 1;
    const end = await estate.apply(app.timeoutMs);
    if (end.interrupted !== null) return interrupted(app, end.interrupted);
    return report(app, plan, end);
  } finally {
    await estate.close();
  }
}

/** Whoever approves a plan means that plan, and not what has become of it. */
function unknown(app: App, digests: readonly string[]): ExitCode {
  app.io.err(
    `trueup: ${digests.join(', ')} is not the digest of this plan, nor of a part of it; what it was made of has changed\nnext: look at the plan, then approve it by the digest that it prints. Nothing was changed.\n`,
  );
  return 1;
}

/** An account that nothing declares is shown and confirmed, whatever the plan holds. */
async function agreed(app: App, estate: Estate, plan: Plan, yes: boolean): Promise<boolean> {
  const { acting: planned, heldByGuards, writes } = countChanges(plan);
  const acting = planned - heldByGuards;
  if (acting === 0) return true;
  const undeclared = estate.accounts().filter((account) => !account.declared);
  for (const account of undeclared) {
    app.io.err(
      `Target ${account.target} is account ${account.accountId}, region ${account.region}; the configuration does not say which account it must be.\n`,
    );
  }
  if (yes && undeclared.length === 0) return true;
  if (!app.io.interactive) {
    app.io.err('next: declare the account with --account or accountId, then run apply again\n');
    return false;
  }
  const answer = await app.io.ask(
    `Change ${plural(acting, 'provisioned product', 'provisioned products')}${terminating(writes.terminations)}? Only "yes" goes on: `,
  );
  if (answer?.trim() === 'yes') return true;
  app.io.err('Nothing was changed.\n');
  return false;
}

function interrupted(app: App, exitCode: ExitCode): ExitCode {
  app.io.err(
    'trueup: interrupted; what is in flight is left to the journal\nnext: run apply again, it takes up what is open\n',
  );
  return exitCode;
}

/** Said before the question: it is what cannot be taken back. */
function terminating(count: number): string {
  return count === 0 ? '' : `, and terminate ${count} of them`;
}

function report(app: App, before: Plan, end: ApplyEnd): ExitCode {
  const { after } = end;
  const result = planResult(after, true);
  const held = countChanges(after).heldByGuards;
  const open = openChanges(after).filter((change) => !isHeldBack(after, change));
  const clean = result.exitCode === 0 && open.length + held === 0 && !end.timedOut;
  if (app.invocation.format === 'json') {
    app.io.out(renderPlanJson(after));
    return clean ? 0 : 1;
  }
  const planned = countChanges(before).acting;
  const lines = [
    `Apply  ${plural(planned, 'change', 'changes')} planned, ${planned - countChanges(after).acting} carried out`,
  ];
  if (end.timedOut)
    lines.push(
      '       the time is over; what is in flight is left to the journal, run apply again',
    );
  if (held > 0)
    lines.push(
      `       ${plural(held, 'change is', 'changes are')} held back by a guard; the plan above says how to allow it`,
    );
  for (const change of open) lines.push(...openLines(change));
  lines.push(`Calls  ${callsLine(after.meta.calls)}`);
  lines.push(
    clean
      ? 'Result exit 0, every document that may act is in its desired state'
      : `Result exit 1, because ${open.length === 0 ? result.because : `${plural(open.length, 'provisioned product is', 'provisioned products are')} not in the desired state`}`,
  );
  app.io.out(`\n${lines.join('\n')}\n`);
  return clean ? 0 : 1;
}

function openChanges(plan: Plan): readonly Change[] {
  return plan.body.targets.flatMap((target) =>
    target.changes.filter(
      ({ verdict }) => !['inSync', 'reported', 'suspended'].includes(verdict.kind),
    ),
  );
}

/** What a guard holds back is counted, not listed: the plan has just shown it. */
function isHeldBack({ meta }: Plan, { target, name, verdict }: Change): boolean {
  const guards = meta.guards.find((one) => one.target === target);
  const isRefused = guards?.findings.some((one) => one.verdict === 'refused') === true;
  const isApproved = guards?.approvals.some(({ standing }) => standing.includes(name)) === true;
  return 'steps' in verdict && isRefused && !isApproved;
}

function openLines(change: Change): readonly string[] {
  const { verdict } = change;
  const head = `x ${change.target}/${change.name}  ${formatPosition(change.at)}`;
  switch (verdict.kind) {
    case 'latched':
      return [
        head,
        `    ${verdict.latch.reason}`,
        ...(verdict.latch.kind === 'stalled'
          ? [`    next:  ${verdict.latch.next}`]
          : [`    tried again after ${verdict.latch.until}`]),
      ];
    case 'refused':
      return [
        head,
        ...verdict.problems.flatMap((problem) => [
          `    ${problem.message}`,
          `    next:  ${problem.next}`,
        ]),
      ];
    case 'unreadable':
      return [head, `    ${verdict.why}`];
    case 'busy':
      return [head, `    another operation runs: ${verdict.status}`];
    case 'update':
    case 'provision':
    case 'import':
    case 'terminate':
      return [head, '    still to be done: look at trueup plan'];
    case 'waits':
      return [
        head,
        `    ${verdict.why}`,
        ...(verdict.next === null ? [] : [`    next:  ${verdict.next}`]),
      ];
    case 'inSync':
    case 'reported':
    case 'suspended':
      return [];
    default:
      return verdict satisfies never;
  }
}
