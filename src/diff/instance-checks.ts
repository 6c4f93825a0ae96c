import type { PresentProduct, VersionDefinitions } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import type { Step } from '../domain/request.ts';
import { positionOf, type Spec } from '../domain/spec.ts';
import type { AssessInput } from './assess.ts';
import type { Comparison } from './compare.ts';
import { isBlank } from './creation.ts';
import { isUnknown } from './hold.ts';
import { listed, problem, warning } from './problems.ts';
import { nameOf } from './rectangles.ts';
import { planInstances } from './stack-set.ts';

/** What stands against the steps of a stack set, found before any call. */
export function checkInstances(
  input: AssessInput,
  live: PresentProduct,
  comparison: Comparison,
  steps: readonly Step[],
  definitions: VersionDefinitions,
): readonly Problem[] {
  const { spec } = input;
  return [
    ...checkVerb(input, comparison, steps),
    ...checkProtection(spec, steps),
    ...checkMissing(input, live),
    ...checkConstraint(spec, definitions),
  ];
}

const VERB = 'provisioningPreferences.stackSetOperationType';

/** CREATE and DELETE are orders, not states: what they may do is narrow, and done once. */
function checkVerb(
  input: AssessInput,
  { differences }: Comparison,
  steps: readonly Step[],
): readonly Problem[] {
  const { spec, entry, specDigest } = input;
  const operation = spec.preferences?.operation ?? 'UPDATE';
  if (operation === 'UPDATE') return [];
  const at = positionOf(spec, VERB);
  const others = differences.filter(({ step }) => step === 'update').map(({ label }) => label);
  const found: Problem[] = [];
  const refuse = (code: Parameters<typeof problem>[0]['code'], message: string) =>
    found.push(problem({ code, at, field: VERB, message }));
  if (others.length > 0)
    refuse(
      'plan/instances-only',
      `${operation} changes no more than instances, and these differ too: ${listed(others)}`,
    );
  const acts = steps.includes('createInstances') || steps.includes('deleteInstances');
  if (!acts) return found;
  if (operation === 'DELETE' && !spec.reconcile.removeInstances)
    refuse(
      'plan/removal-not-allowed',
      'DELETE removes stack instances, and reconcile.removeInstances is not set',
    );
  if (specDigest === null || (operation === 'DELETE' && isUnknown(entry)))
    refuse(
      'plan/verb-without-journal',
      `the journal cannot tell whether this ${operation} has been carried out before`,
    );
  return found;
}

/** deletionProtection outranks removeInstances: to remove an instance is to delete its stack. */
function checkProtection(spec: Spec, steps: readonly Step[]): readonly Problem[] {
  if (!steps.includes('deleteInstances') || !spec.reconcile.deletionProtection) return [];
  const field = 'reconcile.deletionProtection';
  const message = 'stack instances would be removed, and deletionProtection is set';
  const next = 'set reconcile.deletionProtection to false, or reconcile.removeInstances to false';
  const at = positionOf(spec, field);
  return [problem({ code: 'plan/removal-not-allowed', at, field, message, next })];
}

function checkMissing({ spec, entry }: AssessInput, live: PresentProduct): readonly Problem[] {
  // A new stack set comes with the instances that its preferences name.
  if (isBlank(live)) return [];
  const plan = planInstances(spec, live, entry);
  if (plan === null || plan.missing.length === 0) return [];
  const { field } = plan;
  const message = `there are no stack instances for ${plan.missing.map(nameOf).join('; ')}, and UPDATE creates none`;
  return [problem({ code: 'plan/instances-missing', at: positionOf(spec, field), field, message })];
}

/** AWS refuses what is outside the STACKSET constraint only once the record runs. */
function checkConstraint(spec: Spec, { stackSet }: VersionDefinitions): readonly Problem[] {
  if (stackSet === null) return [];
  const { preferences, stackInstances } = spec;
  const check = (field: string, declared: readonly string[], allowed: readonly string[]) => {
    const outside = declared.filter((one) => !allowed.includes(one));
    if (outside.length === 0 || allowed.length === 0) return [];
    const message = `${listed(outside)} is not in the STACKSET constraint (${listed(allowed)})`;
    return [
      problem({ code: 'plan/outside-stack-set', at: positionOf(spec, field), field, message }),
    ];
  };
  const under = 'provisioningPreferences';
  return [
    ...check(`${under}.stackSetAccounts`, preferences?.accounts ?? [], stackSet.accounts),
    ...check(`${under}.stackSetRegions`, preferences?.regions ?? [], stackSet.regions),
    ...check('stackInstances.accounts', stackInstances?.accounts ?? [], stackSet.accounts),
    ...check('stackInstances.regions', stackInstances?.regions ?? [], stackSet.regions),
  ];
}

/** What people should know of instances and nothing is done about. */
export function instanceWarnings(
  { spec, entry }: AssessInput,
  live: PresentProduct,
): readonly Problem[] {
  const plan = planInstances(spec, live, entry);
  if (plan === null) return [];
  const { field } = plan;
  const at = positionOf(spec, field);
  return [
    ...plan.surplus.map((one) => {
      const message = `live and not declared: ${nameOf(one)}`;
      return warning({ code: 'plan/surplus-instances', at, field, message });
    }),
    ...plan.inoperable.map((one) => {
      const message = `INOPERABLE: ${nameOf(one)}`;
      return warning({ code: 'plan/inoperable-instances', at, field, message });
    }),
  ];
}
