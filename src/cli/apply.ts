import { countChanges, heldByGuards } from '../diff/plan.ts';
import { listed } from '../diff/problems.ts';
import { renderApply } from '../diff/render/apply.ts';
import { renderPlanJson } from '../diff/render/json.ts';
import { blockOf } from '../diff/render/markdown-escape.ts';
import { plural, visible, wrap } from '../diff/render/words.ts';
import type { Change } from '../domain/change.ts';
import type { Plan } from '../domain/plan.ts';
import type { App, ApplyEnd, Estate, OpenRequest } from './app.ts';
import type { ExitCode } from './io.ts';
import { paintFor } from './paint.ts';
import { render } from './plan.ts';
import { planned } from './planned.ts';
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
    const plan = await planned(app, estate);
    if (plan === null) return estate.interrupted() ?? 1;
    const json = app.invocation.format === 'json';
    if (json) app.io.err(`${plural(countChanges(plan).acting, 'change', 'changes')} planned\n`);
    else app.io.out(render(app, plan, null));
    const unmatched = estate.unmatched(plan);
    if (unmatched.length > 0 && countChanges(plan).acting > 0) return unknown(app, unmatched);
    if (!(await agreed(app, estate, plan, yes))) return estate.interrupted() ?? 1;
    const end = await estate.apply(app.timeoutMs);
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
  const { acting: planned, writes } = countChanges(plan);
  const guarded = heldByGuards(plan);
  const open = takenUp(plan, await estate.unanswered());
  const acting = planned - guarded.length;
  const terminations = writes.terminations - guarded.filter(terminates).length;
  if (acting + open.length === 0) return true;
  const undeclared = estate.accounts().filter((account) => !account.declared);
  for (const account of undeclared) {
    const place = `Target ${account.target} is account ${account.accountId}, region ${account.region}`;
    const said = `${place}; the configuration does not say which account it must be.`;
    app.io.err(`${wrap(said, '', '').join('\n')}\n`);
  }
  if (yes && undeclared.length === 0) return true;
  const held = heldNow(plan, guarded);
  if (held >= acting + open.length) {
    app.io.err(
      'Nothing can be started now, as the plan says, so nothing was changed.\nnext: run apply again when it may go on\n',
    );
    return false;
  }
  if (!app.io.interactive) {
    app.io.err('next: declare the account with --account or accountId, then run apply again\n');
    return false;
  }
  const answer = await app.io.ask(
    questionOf([
      ...(acting === 0 ? [] : [`${changing(acting)}${terminating(terminations)}${waiting(held)}`]),
      ...repeating(open),
    ]),
    estate.stop,
  );
  if (answer?.trim() === 'yes') return true;
  app.io.err(
    estate.stop.aborted ? 'Interrupted; nothing was changed.\n' : 'Nothing was changed.\n',
  );
  return false;
}

function questionOf(wishes: readonly string[]): string {
  const asked = wishes.join(', and ');
  return `${asked.slice(0, 1).toUpperCase()}${asked.slice(1)}? Only "yes" goes on: `;
}

function changing(count: number): string {
  return `change ${plural(count, 'provisioned product', 'provisioned products')}`;
}

/** What `apply` settles besides its plan: a request that was lost is sent again. */
function takenUp({ body }: Plan, requests: readonly OpenRequest[]): readonly OpenRequest[] {
  return requests.filter(({ target, key }) => {
    const changes = body.targets.find(({ name }) => name === target)?.changes;
    return changes?.some((one) => one.key === key && 'steps' in one.verdict) === false;
  });
}

function repeating(open: readonly OpenRequest[]): readonly string[] {
  if (open.length === 0) return [];
  const names = listed(
    open.map(({ target, name }) => visible(`${target}/${name}`)),
    12,
  );
  const what = plural(open.length, 'request', 'requests');
  return [`settle ${what} without an answer, which may be sent again (${names})`];
}

/** Of what would be started, as many as a freeze or a window keeps from it now. */
function heldNow({ meta }: Plan, guarded: readonly Change[]): number {
  const isGuarded = ({ target, name }: Pick<Change, 'target' | 'name'>) =>
    guarded.some((change) => change.target === target && change.name === name);
  return (meta.holds?.held ?? []).filter((one) => !isGuarded(one)).length;
}

function terminates({ verdict }: Change): boolean {
  return 'steps' in verdict && verdict.steps.includes('terminate');
}

/** Said before the question: it is what cannot be taken back. */
function terminating(count: number): string {
  return count === 0 ? '' : `, and terminate ${count} of them`;
}

/** They would be started if what holds them ended meanwhile, so they are asked for as well. */
function waiting(held: number): string {
  return held === 0 ? '' : ` (${held} of them not now, as the plan says)`;
}

/** Without this line the same plan, made again, looks as if nothing had been done. */
const GONE =
  'The embedded Service Catalog ends here and forgets all of it; --local-state FILE keeps it for the next command.\n';

/** What a plan in Markdown is followed by must be Markdown as well. */
function inFormat(app: App, after: Plan, text: string): string {
  switch (app.invocation.format) {
    case 'json':
      return renderPlanJson(after);
    case 'markdown':
      return `\n${blockOf('text', text.trimEnd().split('\n'))}\n`;
    case 'text':
      return `\n${text}`;
    default:
      return app.invocation.format satisfies never;
  }
}

function report(app: App, before: Plan, end: ApplyEnd): ExitCode {
  const { after, statuses, timedOut, interrupted } = end;
  const input = { before, after, statuses, timedOut, interrupted: interrupted !== null };
  const { text, clean } = renderApply(
    input,
    paintFor(app.io.colour && app.invocation.format === 'text'),
  );
  app.io.out(inFormat(app, after, text));
  const { local, localState } = app.invocation;
  if (local !== null && localState === null) app.io.err(GONE);
  if (interrupted !== null)
    app.io.err(
      'trueup: interrupted; what is in flight is left to the journal\nnext: run apply again, it takes up what is open\n',
    );
  return interrupted ?? (clean ? 0 : 1);
}
