import { type Json, sha256 } from '../domain/canonical.ts';
import type { Cause, ChangeVerdict, Shown } from '../domain/change.ts';
import type { PresentProduct, VersionDefinitions } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import type { Step } from '../domain/request.ts';
import { positionOf, type Spec } from '../domain/spec.ts';
import type { AssessInput } from './assess.ts';
import { causeOf, mayHeal, reportedVerdict } from './cause.ts';
import type { Comparison } from './compare.ts';
import { whyNoFacts } from './facts.ts';
import { whyOpen } from './finding.ts';
import { unsupported } from './gates.ts';
import { holdVerdict, isAsked } from './hold.ts';
import { lastProvisioningFailed, STACK_TYPE, versionOf } from './normalize.ts';
import { preflight, stackProblem } from './preflight.ts';
import { listed, warning } from './problems.ts';

export interface Decision {
  readonly verdict: ChangeVerdict;
  readonly warnings: readonly Problem[];
}

/** The verdict on a provisioned product that was compared: what its differences lead to. */
export function decide(input: AssessInput, live: PresentProduct, comparison: Comparison): Decision {
  const { spec } = input;
  const warnings = stayingTags(spec, comparison);
  if (live.type !== STACK_TYPE && isUncertain(comparison))
    return { verdict: unsupported(spec, live), warnings };
  if (comparison.differences.length > 0)
    return decideSend(input, live, comparison, comparison.steps, causeOf(input, live), warnings);
  const open = comparison.unreadable.filter(({ label }) => label !== 'path');
  if (open.length > 0)
    return { verdict: { kind: 'unreadable', why: whyUnreadable(open) }, warnings };
  const broken = isStackBusy(live) ? null : stackProblem(spec, live);
  if (broken !== null) return { verdict: { kind: 'refused', problems: [broken] }, warnings };
  if (live.status !== 'TAINTED') return { verdict: { kind: 'inSync' }, warnings };
  if (mayHeal(input, live, isAsked(input)))
    return decideSend(input, live, comparison, ['update'], { kind: 'heal' }, warnings);
  return { verdict: { kind: 'inSync' }, warnings: [...warnings, tainted(spec, live)] };
}

function isUncertain({ differences, unverified, unreadable, deferred }: Comparison): boolean {
  return [differences, unverified, unreadable, deferred].some((fields) => fields.length > 0);
}

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
  const reported = reportedVerdict(input, cause);
  if (reported !== null) return { verdict: reported, warnings };
  const check = steps.includes('update') ? checkUpdate(input, live, comparison) : PASSED;
  const all = [...warnings, ...check.warnings];
  if (check.verdict !== null) return { verdict: check.verdict, warnings: all };
  const [first = 'update'] = steps;
  const hold = isAsked(input) ? null : holdVerdict(input, live, comparison, first);
  if (hold !== null) return { verdict: hold, warnings: all };
  const digest = changeDigest(input.spec, live, comparison, steps);
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
function checkUpdate(input: AssessInput, live: PresentProduct, comparison: Comparison): Check {
  const { spec, facts } = input;
  const { stack } = live;
  if (stack.kind !== 'read')
    return blocked({ kind: 'unreadable', why: `stack: ${whyOpen(stack)}` });
  if (isStackBusy(live)) {
    const status = `stack ${stack.value.status}`;
    return blocked({ kind: 'busy', status, recordId: live.records.last, ours: false });
  }
  if (facts?.resolved.kind === 'refused')
    return blocked({ kind: 'refused', problems: facts.resolved.problems });
  if (facts?.resolved.kind !== 'resolved' || facts.definitions.kind !== 'read') {
    const why = whyNoFacts(facts) ?? 'what the version accepts was not read';
    return blocked({ kind: 'unreadable', why });
  }
  const definitions = facts.definitions.value;
  const noTags = whyNoTags(live, definitions);
  if (noTags !== null) return blocked({ kind: 'unreadable', why: noTags });
  const version = versionOf(spec, facts.resolved);
  return judged(preflight({ spec, live, definitions, comparison, version }));
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

/** What an approval approves: which differences, of what, on which base. */
function changeDigest(
  spec: Spec,
  live: PresentProduct,
  { differences }: Comparison,
  steps: readonly Step[],
) {
  const shown = (value: Shown): Json =>
    value.kind === 'text' ? { kind: 'text', text: value.text.toWellFormed() } : { ...value };
  return sha256({
    version: 'trueup-change-1',
    target: spec.target,
    key: spec.key,
    provisionedProductId: live.id,
    base: live.records.last,
    steps,
    differences: differences.map(({ field, live: from, desired, step }) => ({
      field,
      live: shown(from),
      desired: shown(desired),
      step,
    })),
  });
}

/** Tags of ours that are no longer declared, where no other tag change takes them away. */
function stayingTags(spec: Spec, { removedTags, differences }: Comparison): readonly Problem[] {
  if (removedTags.length === 0 || differences.some(({ field }) => field.startsWith('tags.')))
    return [];
  const message = `no longer declared and still live: ${listed(removedTags)}`;
  const at = positionOf(spec, 'tags');
  return [warning({ code: 'plan/tag-not-removed', at, field: 'tags', message })];
}

function tainted(spec: Spec, live: PresentProduct): Problem {
  const record = lastProvisioningFailed(live) ? ` by record ${live.records.lastProvisioning}` : '';
  const message = `it is marked TAINTED${record}; what runs is as declared`;
  return warning({ code: 'plan/tainted', at: spec.origin.at, field: '', message });
}
