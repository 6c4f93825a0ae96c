import type { CallCounts, Plan } from '../../domain/plan.ts';
import { countChanges, type PlanCounts, planResult } from '../plan.ts';
import { listed } from '../problems.ts';
import { changeLines } from './change-lines.ts';
import { type Group, groupChanges, summary } from './groups.ts';
import { type AllowFlags, guardLines } from './guards.ts';
import { planHoldSections } from './holds.ts';
import { targetPlaces } from './places.ts';
import { renderProblems } from './problem.ts';
import { sentencesOf } from './rollouts.ts';
import { unmanagedLines } from './unmanaged.ts';
import { noPaint, type Paint, plural, thousands, utc, visible, wrap } from './words.ts';

export interface TextOptions {
  /** null: the command goes on, and tells later how it ends. */
  readonly detailedExitcode: boolean | null;
  /** Colour for a terminal; the identity elsewhere. */
  readonly paint?: Paint;
  /** What a command needs that is copied from it. */
  readonly flags?: AllowFlags;
}

const DESIRED_COLUMN = 64;
const LIVE_COLUMN = 43;

/** The plan for a terminal or a log: plain text, 80 columns, ended by a line feed. */
export function renderPlanText(plan: Plan, options: TextOptions): string {
  const paint = options.paint ?? noPaint;
  const counts = countChanges(plan);
  const sections = [
    header(plan),
    wrap(summary(counts), '', '').map((line) => paint('heading', line)),
    ...groupChanges(plan.body).map((group) => groupLines(group, paint)),
    unmanagedLines(plan, paint),
    documentProblems(plan, paint),
    targetProblems(plan, paint),
    guardLines(plan, paint, options.flags),
    rolloutLines(plan, paint),
    openFields(plan, counts),
    ...planHoldSections(plan.meta.holds, paint),
    footer(plan, counts, options, paint),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.map((line) => line.trimEnd()).join('\n')}\n`)
    .join('\n');
}

function header({ body, meta }: Plan): readonly string[] {
  const targets = plural(body.targets.length, 'target', 'targets');
  const documents = plural(body.documents.length, 'document', 'documents');
  return [
    `Plan   revision ${visible(meta.revision)}`,
    `       live state of ${utc(meta.createdAt)}, ${targets}, ${documents}`,
    ...targetPlaces(body).map((place) => `       ${place}`),
  ];
}

function groupLines(group: Group, paint: Paint): readonly string[] {
  const title = `${group.title} (${thousands(group.changes.length)})`;
  const isCompared = ['update', 'drift', 'newer', 'observed'].includes(group.kind);
  const heads = isCompared ? 'live'.padEnd(DESIRED_COLUMN - LIVE_COLUMN).concat('document') : '';
  const first = `${paint('heading', title)}${' '.repeat(Math.max(1, LIVE_COLUMN - title.length))}${heads}`;
  // One line each needs no blank line between.
  const isShort = group.kind === 'suspended' || group.kind === 'busy';
  const blocks = group.changes.map((change) => changeLines(group, change, paint));
  return [first, ...blocks.flatMap((lines, i) => (i === 0 || isShort ? lines : ['', ...lines]))];
}

function documentProblems({ body }: Plan, paint: Paint): readonly string[] {
  if (body.problems.length === 0) return [];
  const title = `In the documents (${thousands(body.problems.length)})`;
  return [paint('heading', title), ...renderProblems(body.problems, paint).trimEnd().split('\n')];
}

function targetProblems({ body }: Plan, paint: Paint): readonly string[] {
  return body.targets.flatMap(({ name, unreadable }) =>
    unreadable === null
      ? []
      : [
          paint('refused', `Target ${visible(name)} could not be read; nothing is changed there`),
          ...wrap(visible(unreadable), '    ', '    '),
        ],
  );
}

function rolloutLines({ body }: Plan, paint: Paint): readonly string[] {
  const lines = body.targets.flatMap((target) =>
    (target.rollouts ?? []).flatMap((rollout) => [
      `  ${paint(rollout.paused === null ? 'good' : 'refused', rollout.paused === null ? 'ok     ' : 'paused ')}   ${visible(target.name)}   ${visible(rollout.product)} ${visible(rollout.version)}`,
      ...sentencesOf(rollout).flatMap((sentence) =>
        wrap(visible(sentence), '            ', '            '),
      ),
    ]),
  );
  return lines.length === 0 ? [] : [paint('heading', 'Rollouts'), ...lines];
}

function openFields({ body }: Plan, counts: PlanCounts): readonly string[] {
  const { fields, products } = counts.unverified;
  const unread = body.targets
    .flatMap((target) => target.changes)
    .reduce((sum, change) => sum + change.unreadable.length, 0);
  const unverified =
    fields === 0
      ? []
      : wrap(
          `Unverified: ${plural(fields, 'field', 'fields')} of ${plural(products, 'provisioned product', 'provisioned products')}: ${unverifiedNames(body)}. AWS does not return their values, and the plan cannot tell whether they differ. They cause no update as long as that is so; an update for another reason sends them as declared (docs/values.md).`,
          '',
          '',
        );
  const unreadable =
    unread === 0
      ? []
      : [`Not readable: ${plural(unread, 'field', 'fields')} (--format json names them).`];
  return [...unverified, ...unreadable];
}

/** The first few by name, so that a person knows what to accept. */
function unverifiedNames(body: Plan['body']): string {
  const names = body.targets.flatMap((target) =>
    target.changes
      .filter((change) => change.unverified.length > 0)
      .map((change) => {
        const fields = change.unverified.map((field) => field.label).join(', ');
        return `${visible(target.name)}/${visible(change.name)} (${visible(fields)})`;
      }),
  );
  return listed(names, 5);
}

function footer(
  plan: Plan,
  counts: PlanCounts,
  options: TextOptions,
  paint: Paint,
): readonly string[] {
  return [
    `Reads   ${callsLine(plan.meta.calls)}`,
    ...wrap(`${writesLine(counts)}${heldWrites(counts)}`, 'Writes  ', '        '),
    `Digest  ${plan.digest}`,
    ...(options.detailedExitcode === null
      ? []
      : resultLines(plan, options.detailedExitcode, paint)),
  ];
}

function resultLines(plan: Plan, detailedExitcode: boolean, paint: Paint): readonly string[] {
  const { exitCode, because } = planResult(plan, detailedExitcode);
  const rest = exitCode === 1 ? '' : notNow(plan);
  const word = exitCode === 0 ? 'exit 0:' : `exit ${exitCode}, because`;
  return wrap(`${word} ${because}${rest}`, 'Result  ', '        ').map((line) =>
    paint(exitCode === 1 ? 'refused' : 'good', line),
  );
}

/** Changes that applying the plan now would leave: they failed before, or something holds them back. */
function notNow({ body, meta }: Plan): string {
  const kept = body.targets
    .flatMap(({ changes }) => changes)
    .filter(
      ({ target, name, verdict, rollout }) =>
        verdict.kind === 'latched' ||
        rollout?.isPaused === true ||
        meta.holds?.held.some((one) => one.target === target && one.name === name) === true,
    ).length;
  return kept === 0 ? '' : `; ${thousands(kept)} cannot be started now`;
}

function heldWrites({ heldByGuards: held, acting }: PlanCounts): string {
  if (held === 0) return '';
  const those = held === acting ? 'all' : thousands(held);
  return `; ${those} of the ${plural(acting, 'change', 'changes')} held back by a guard`;
}

/**
 * US dollars for each call of Service Catalog: the first tier of AWS's price list of 2026; a month's first
 * 1,000 calls are free. Source: aws.amazon.com/servicecatalog/pricing.
 */
const DOLLARS_PER_CALL = 0.0007;

/** `$0.016`. */
function listPrice(catalogCalls: number): string {
  const dollars = catalogCalls * DOLLARS_PER_CALL;
  return `$${dollars < 1 ? dollars.toFixed(3) : dollars.toFixed(2)}`;
}

/** `29 calls: 23 Service Catalog ($0.016), 3 CloudFormation, 3 other`. */
export function callsLine(calls: CallCounts): string {
  const of = (service: string) =>
    Object.entries(calls.byOperation)
      .filter(([name]) => name.split('.', 1)[0] === service)
      .reduce((sum, [, count]) => sum + count, 0);
  const catalog = of('servicecatalog');
  const stacks = of('cloudformation');
  const parts = [
    [catalog, `Service Catalog (${listPrice(catalog)})`],
    [stacks, 'CloudFormation'],
    [calls.total - catalog - stacks, 'other'],
  ] as const;
  const named = parts.flatMap(([count, what]) =>
    count === 0 ? [] : [`${thousands(count)} ${what}`],
  );
  const total = plural(calls.total, 'call', 'calls');
  return named.length === 0 ? total : `${total}: ${named.join(', ')}`;
}

/** `3 if applied: 2 update product, 1 update properties`. */
function writesLine({ writes }: PlanCounts): string {
  if (writes.total === 0) return 'none';
  const parts = [
    [writes.provisions, 'provision product'],
    [writes.imports, 'import as provisioned product'],
    [writes.updates, 'update product'],
    [writes.properties, 'update properties'],
    [writes.terminations, 'terminate product'],
  ] as const;
  const named = parts.flatMap(([count, what]) =>
    count === 0 ? [] : [`${thousands(count)} ${what}`],
  );
  return `${thousands(writes.total)} if applied: ${named.join(', ')}`;
}
