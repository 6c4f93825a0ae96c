import { type Json, sha256 } from '../domain/canonical.ts';
import type { Cause, Change } from '../domain/change.ts';
import type { GuardFinding } from '../domain/guard.ts';
import type { Digest } from '../domain/ids.ts';
import type { Plan, PlanBody, TargetPlan } from '../domain/plan.ts';
import type { Position, Problem } from '../domain/problem.ts';
import type { Step } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import { publicSpecDigest } from './digest.ts';
import { requestsOf } from './instance-requests.ts';
import { byText } from './normalize.ts';
import { joined } from './render/words.ts';

export interface PlanInput {
  readonly targets: readonly TargetPlan[];
  /** From `documentOf`. */
  readonly documents: PlanBody['documents'];
  readonly problems: readonly Problem[];
}

/** The whole plan as data: sorted, so that the order of files and of AWS's answers does not show. */
export function makePlan(input: PlanInput): { readonly body: PlanBody; readonly digest: Digest } {
  const body: PlanBody = {
    formatVersion: '1.0',
    documents: input.documents.toSorted(
      (a, b) => byText(a.target, b.target) || byText(a.name, b.name) || byText(a.file, b.file),
    ),
    targets: input.targets
      .map((target): TargetPlan => ({ ...target, changes: target.changes.toSorted(byName) }))
      .sort((a, b) => byText(a.name, b.name)),
    problems: input.problems.toSorted(byPosition),
  };
  return { body, digest: sha256(plainJson(body)) };
}

/** A document as the plan names it. `hidden`: see `publicSpecDigest`. */
export function documentOf(
  spec: Spec,
  hidden: ReadonlySet<string> | 'all',
): PlanBody['documents'][number] {
  const digest = publicSpecDigest(spec, hidden);
  return { file: spec.origin.at.file, name: spec.name, target: spec.target, digest };
}

function byName(a: Change, b: Change): number {
  return byText(a.name, b.name) || byText(a.key, b.key);
}

function byPosition(a: Problem, b: Problem): number {
  return (
    comparePositions(a.at, b.at) ||
    byText(a.field, b.field) ||
    byText(a.code, b.code) ||
    byText(a.message, b.message)
  );
}

function comparePositions(a: Position | null, b: Position | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return byText(a.file, b.file) || a.line - b.line || a.column - b.column;
}

/** Texts from documents and AWS may hold lone surrogates, which no JSON can carry. */
function plainJson(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value !== 'object') throw new TypeError(`a plan cannot carry a ${typeof value}`);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key.toWellFormed(), plainJson(member)]),
  );
}

/** How many of each; what is counted in one of the first nine is counted nowhere else there. */
export interface PlanCounts {
  readonly updates: number;
  readonly provisions: number;
  readonly imports: number;
  readonly terminations: number;
  /** Wait for something else to happen first. */
  readonly waiting: number;
  /** Of these, what applying the plan begins. */
  readonly acting: number;
  /** Drift that is only reported. */
  readonly drifted: number;
  /** A newer version or secret that is only reported. */
  readonly newer: number;
  /** Differences that are only observed. */
  readonly observed: number;
  readonly refused: number;
  readonly unreadable: number;
  /** Latched: the same request failed before, or its outcome is open. */
  readonly held: number;
  readonly busy: number;
  readonly suspended: number;
  readonly unchanged: number;
  readonly invalid: number;
  readonly unreadableTargets: number;
  /** Of these, those that refuse the plan. */
  readonly guards: number;
  /** Changes that a refused guard holds back. */
  readonly heldByGuards: number;
  readonly unverified: { readonly fields: number; readonly products: number };
  readonly writes: {
    readonly updates: number;
    readonly properties: number;
    readonly provisions: number;
    readonly imports: number;
    readonly terminations: number;
    readonly total: number;
  };
}

/** A plan with what the guards say of it, if that was asked. */
export type Countable = Pick<Plan, 'body'> & { readonly meta?: Pick<Plan['meta'], 'guards'> };

export function countChanges({ body, meta }: Countable): PlanCounts {
  const changes = body.targets.flatMap((target) => target.changes);
  const of = (kind: Change['verdict']['kind']) =>
    changes.filter(({ verdict }) => verdict.kind === kind).length;
  const reportedFor = (...causes: readonly Cause['kind'][]) =>
    changes.filter(
      ({ verdict }) => verdict.kind === 'reported' && causes.includes(verdict.cause.kind),
    ).length;
  const drifted = reportedFor('drift', 'heal');
  const newer = reportedFor('newVersion', 'rotated');
  const steps = changes.flatMap((change) =>
    'steps' in change.verdict
      ? change.verdict.steps.flatMap((step) => Array<Step>(requestsOf(change, step)).fill(step))
      : [],
  );
  const stepsOf = (...wanted: readonly Step[]) =>
    steps.filter((step) => wanted.includes(step)).length;
  const properties = stepsOf('launchRole', 'owner');
  const provisions = stepsOf('provision');
  const imports = stepsOf('import');
  const terminations = stepsOf('terminate');
  const others = properties + provisions + imports + terminations;
  const refused = (meta?.guards ?? []).filter(({ findings }) => findings.some(isRefused));
  const unverified = changes.filter((change) => change.unverified.length > 0);
  return {
    updates: of('update'),
    provisions: of('provision'),
    imports: of('import'),
    terminations: of('terminate'),
    waiting: of('waits'),
    acting: changes.filter(({ verdict }) => 'steps' in verdict).length,
    drifted,
    newer,
    observed: of('reported') - drifted - newer,
    refused: of('refused'),
    unreadable: of('unreadable'),
    held: of('latched'),
    busy: of('busy'),
    suspended: of('suspended'),
    unchanged: of('inSync'),
    invalid: new Set(errorsOf(body).map(({ at }) => at?.file ?? '')).size,
    unreadableTargets: body.targets.filter((target) => target.unreadable !== null).length,
    guards: refused.reduce((sum, { findings }) => sum + findings.filter(isRefused).length, 0),
    heldByGuards: heldByGuards({ body, ...(meta === undefined ? {} : { meta }) }).length,
    unverified: {
      fields: unverified.reduce((sum, change) => sum + change.unverified.length, 0),
      products: unverified.length,
    },
    writes: {
      updates: steps.length - others,
      properties,
      provisions,
      imports,
      terminations,
      total: steps.length,
    },
  };
}

const isRefused = ({ verdict }: GuardFinding) => verdict === 'refused';

/** What would act and is held back by a guard: neither approved nor the rest of a recreation. */
export function heldByGuards({ body, meta }: Countable): readonly Change[] {
  const refused = (meta?.guards ?? []).filter(({ findings }) => findings.some(isRefused));
  return refused.flatMap(({ target, free = [] }) => {
    const runs = new Set(free);
    const changes = body.targets.find(({ name }) => name === target)?.changes ?? [];
    return changes.filter(({ key, verdict }) => 'steps' in verdict && !runs.has(key));
  });
}

function errorsOf(body: PlanBody): readonly Problem[] {
  return body.problems.filter(({ severity }) => severity === 'error');
}

/** How `plan` ends: an error beats changes, and only `--detailed-exitcode` tells changes by 2. */
export interface PlanResult {
  readonly exitCode: 0 | 1 | 2;
  /** A clause: `exit 1, because …`. */
  readonly because: string;
}

export function planResult(plan: Countable, detailedExitcode: boolean): PlanResult {
  const counts = countChanges(plan);
  const errors: readonly [number, string, string][] = [
    [counts.invalid, 'file is invalid', 'files are invalid'],
    [counts.unreadableTargets, 'target cannot be read', 'targets cannot be read'],
    [counts.refused, 'provisioned product is refused', 'provisioned products are refused'],
    [
      counts.unreadable,
      'provisioned product cannot be read',
      'provisioned products cannot be read',
    ],
    [counts.guards, 'guard refuses the plan', 'guards refuse the plan'],
  ];
  const found = errors.flatMap(([count, one, many]) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : many}`],
  );
  if (found.length > 0) return { exitCode: 1, because: joined(found) };
  const changes = counts.acting + counts.held + counts.waiting;
  if (changes === 0) return { exitCode: 0, because: 'there is nothing to change' };
  const because = changes === 1 ? 'there is 1 change' : `there are ${changes} changes`;
  return { exitCode: detailedExitcode ? 2 : 0, because };
}
