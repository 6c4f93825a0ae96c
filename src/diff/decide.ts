import type { Cause, ChangeVerdict } from '../domain/change.ts';
import type { AccountId } from '../domain/ids.ts';
import type { PresentProduct, VersionDefinitions } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import { isProvisioning, type Step } from '../domain/request.ts';
import { positionOf, type Spec } from '../domain/spec.ts';
import type { AssessInput, UpdateFacts } from './assess.ts';
import { causeOf, mayHeal, reportedVerdict } from './cause.ts';
import { changeDigest } from './change-digest.ts';
import type { Comparison } from './compare.ts';
import { isPart } from './compare-parameters.ts';
import { whyNoFacts } from './facts.ts';
import { whyOpen } from './finding.ts';
import { inError } from './gates.ts';
import { holdVerdict, isAsked, restVerdict } from './hold.ts';
import { checkInstances, instanceWarnings } from './instance-checks.ts';
import { isBlind, isRepairable, lastProvisioningFailed, versionOf } from './normalize.ts';
import { neverSucceededProblem, ownFailureProblem } from './own-failure.ts';
import { preflight } from './preflight.ts';
import { stackProblem } from './preflight-stack.ts';
import { listed, problem, quoted, warning } from './problems.ts';

export interface Decision {
  readonly verdict: ChangeVerdict;
  readonly warnings: readonly Problem[];
}

/** The verdict on a provisioned product that was compared: what its differences lead to. */
export function decide(input: AssessInput, live: PresentProduct, comparison: Comparison): Decision {
  const { spec } = input;
  const warnings = [...stayingTags(spec, comparison), ...instanceWarnings(input, live)];
  if (comparison.differences.length > 0)
    return decideSend(
      input,
      live,
      comparison,
      comparison.steps,
      causeOf(input, live, comparison.differences),
      warnings,
    );
  const open = whatIsUnread(comparison);
  if (open.length > 0)
    return { verdict: { kind: 'unreadable', why: whyUnreadable(open) }, warnings };
  const broken = isStackBusy(live) ? null : stackProblem(spec, live);
  if (broken !== null) return { verdict: { kind: 'refused', problems: [broken] }, warnings };
  if (!isRepairable(live)) return { verdict: { kind: 'inSync' }, warnings };
  const failed = ownFailureProblem(input, live);
  if (mayHeal(input, live, isAsked(input))) {
    const healing = decideSend(input, live, comparison, ['update'], { kind: 'heal' }, warnings);
    if (failed === null || healing.verdict.kind !== 'reported') return healing;
  }
  const left =
    live.status === 'ERROR' ? inError(input, live) : (failed ?? neverSucceededProblem(spec, live));
  if (left !== null) return { verdict: { kind: 'refused', problems: [left] }, warnings };
  return { verdict: { kind: 'inSync' }, warnings: [...warnings, tainted(spec, live, comparison)] };
}

/** Without these nobody can tell whether it is as declared. A path that this caller cannot see is none. */
export const whatIsUnread = ({ unreadable }: Pick<Comparison, 'unreadable'>) =>
  unreadable.filter((field) => !isPart(field, 'path'));

function whyUnreadable(fields: Comparison['unreadable']): string {
  const [first] = fields;
  if (first === undefined) return 'it was not read';
  const more = fields.length === 1 ? '' : ` (and ${fields.length - 1} more fields)`;
  return `${first.label}${more}: ${first.why}`;
}

function decideSend(
  input: AssessInput,
  live: PresentProduct,
  comparison: Comparison,
  steps: readonly Step[],
  cause: Cause,
  warnings: readonly Problem[],
): Decision {
  const { spec } = input;
  const reported = reportedVerdict(input, cause);
  if (reported !== null) return { verdict: reported, warnings };
  const principals = checkPrincipals(spec, live, steps, input.accountId);
  if (principals !== null) return { verdict: principals, warnings };
  const check = steps.some(isProvisioning) ? checkUpdate(input, live, comparison, steps) : PASSED;
  const all = [...warnings, ...check.warnings];
  if (check.verdict !== null) return { verdict: check.verdict, warnings: all };
  const [first = 'update'] = steps;
  const hold =
    isAsked(input) && input.attempted?.has(first) !== true
      ? null
      : (holdVerdict(input, live, comparison, first) ??
        restVerdict(input, live, comparison, steps));
  if (hold !== null) return { verdict: hold, warnings: all };
  const digest = changeDigest(spec, live, comparison, steps, { facts: input.facts });
  return { verdict: { kind: 'update', steps, cause, digest }, warnings: all };
}

interface Check {
  /** null: nothing stands against the update. */
  readonly verdict: ChangeVerdict | null;
  readonly warnings: readonly Problem[];
}

const PASSED: Check = { verdict: null, warnings: [] };

function blocked(verdict: ChangeVerdict): Check {
  return { verdict, warnings: [] };
}

/** Everything that an update rests on must have been read, and nothing may be known to fail. */
export function checkUpdate(
  input: AssessInput,
  live: PresentProduct,
  comparison: Comparison,
  steps: readonly Step[],
): Check {
  const { spec, facts } = input;
  const { stack } = live;
  if (stack.kind !== 'read' && !isBlind(live))
    return blocked({ kind: 'unreadable', why: `stack: ${whyOpen(stack)}` });
  if (isStackBusy(live) && stack.kind === 'read') {
    const status = `stack ${stack.value.status}`;
    return blocked({ kind: 'busy', status, recordId: live.records.last, ours: false });
  }
  if (facts?.resolved.kind === 'refused')
    return blocked({ kind: 'refused', problems: facts.resolved.problems });
  const open = whyNoFacts(facts);
  if (facts?.resolved.kind !== 'resolved' || facts.definitions.kind !== 'read' || open !== null)
    return unchecked(spec, open ?? 'what the version accepts was not read');
  const definitions = facts.definitions.value;
  const current = facts.current.kind === 'read' ? facts.current.value : null;
  if (live.stackDenied && current === null)
    return unchecked(spec, `parameters of the live version: ${whyUnread(facts.current)}`);
  const noTags = whyNoTags(live, definitions);
  if (noTags !== null) return blocked({ kind: 'unreadable', why: noTags });
  const version = versionOf(spec, facts.resolved);
  return judged([
    ...facts.resolved.warnings,
    ...(facts.unchecked === null ? [] : [uncheckedValues(spec, facts.unchecked)]),
    ...preflight({ spec, live, definitions, comparison, version, current }),
    ...checkInstances(input, live, comparison, steps, definitions),
  ]);
}

/** A plan says so and goes on; nothing is sent before it could be read. */
function unchecked(spec: Spec, why: string): Check {
  const message = `it could not be checked before the call: ${why}`;
  const at = spec.origin.at;
  return {
    verdict: { kind: 'unreadable', why },
    warnings: [warning({ code: 'plan/unchecked', at, field: '', message })],
  };
}

function whyUnread(reading: UpdateFacts['current']): string {
  return reading.kind === 'read' ? '' : whyOpen(reading);
}

/** The version stays, so what the live stack accepted will do. */
function uncheckedValues(spec: Spec, why: string): Problem {
  const message = `values were not checked against the version: ${why}`;
  return warning({ code: 'plan/unchecked', at: spec.origin.at, field: '', message });
}

/** A new owner or launch role of another account, which AWS takes and nobody can use. */
export function checkPrincipals(
  spec: Spec,
  live: PresentProduct,
  steps: readonly Step[],
  accountId: AccountId,
): ChangeVerdict | null {
  const account = live.arn.split(':')[4] ?? accountId;
  const [first, ...rest] = (['owner', 'launchRole'] as const).flatMap((property) => {
    const value = spec[property];
    const other = value?.split(':')[4] ?? account;
    if (!steps.includes(property) || value === null || other === account) return [];
    const field = `properties.${property}`;
    const message = `${quoted(value)} is in account ${other}, the provisioned product in ${account}`;
    const at = positionOf(spec, field);
    return [problem({ code: 'plan/foreign-principal', at, field, message })];
  });
  return first === undefined ? null : { kind: 'refused', problems: [first, ...rest] };
}

/** Somebody updates the stack past Service Catalog. */
function isStackBusy({ stack }: PresentProduct): boolean {
  return stack.kind === 'read' && stack.value.status.endsWith('_IN_PROGRESS');
}

/** An update that may carry tags carries the live ones, so these must be known. */
function whyNoTags(live: PresentProduct, definitions: VersionDefinitions): string | null {
  if (definitions.tagUpdate === 'notAllowed' || live.tags.kind === 'read') return null;
  return `tags: ${whyOpen(live.tags)}`;
}

function judged(problems: readonly Problem[]): Check {
  const [first, ...rest] = problems.filter(({ severity }) => severity === 'error');
  const warnings = problems.filter(({ severity }) => severity === 'warning');
  if (first === undefined) return { verdict: null, warnings };
  return { verdict: { kind: 'refused', problems: [first, ...rest] }, warnings };
}

/** Tags of ours that are no longer declared, where no other tag change takes them away. */
function stayingTags(spec: Spec, { removedTags, differences }: Comparison): readonly Problem[] {
  if (removedTags.length === 0 || differences.some(({ field }) => field.startsWith('tags.')))
    return [];
  const message = `no longer declared and still live: ${listed(removedTags)}`;
  const at = positionOf(spec, 'tags');
  return [warning({ code: 'plan/tag-not-removed', at, field: 'tags', message })];
}

function tainted(
  spec: Spec,
  live: PresentProduct,
  { unverified }: Pick<Comparison, 'unverified'>,
): Problem {
  const record = lastProvisioningFailed(live) ? ` by record ${live.records.lastProvisioning}` : '';
  const runs =
    unverified.length === 0
      ? 'what runs is as declared'
      : `whether what runs is as declared cannot be told: ${listed(unverified.map(({ label }) => label))}`;
  const message = `it is marked TAINTED${record}; ${runs}`;
  return warning({ code: 'plan/tainted', at: spec.origin.at, field: '', message });
}
