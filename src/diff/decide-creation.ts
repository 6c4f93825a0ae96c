import type { ChangeVerdict, FieldDifference } from '../domain/change.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import type { Step } from '../domain/request.ts';
import { positionOf, type Spec } from '../domain/spec.ts';
import type { AssessInput, UpdateFacts } from './assess.ts';
import { reportedVerdict } from './cause.ts';
import { changeDigest } from './change-digest.ts';
import { type Comparison, compare, stepsOf } from './compare.ts';
import { blankProduct } from './creation.ts';
import type { Creation } from './creation-wish.ts';
import { checkPrincipals, checkUpdate } from './decide.ts';
import { likenessOf } from './digest.ts';
import { withFacts } from './facts.ts';
import { none } from './finding.ts';
import { importKindProblem, newKindProblem } from './gates.ts';
import { holdVerdict, isAsked, maybeImported, recentFailure } from './hold.ts';
import { withoutLaterSteps } from './ignore.ts';
import { isWaitOver } from './latch-after.ts';
import { problem } from './problems.ts';
import { terminateRequest } from './request.ts';
import { requestHash } from './stored-request.ts';

export interface CreationDecision {
  readonly verdict: ChangeVerdict;
  readonly comparison: Comparison | null;
  readonly warnings: readonly Problem[];
}

/** The verdict on something that is to come into being. */
export function decideCreation(input: AssessInput, creation: Creation): CreationDecision {
  const { spec } = input;
  const undeclared = undeclaredProblems(spec);
  const [first, ...rest] = undeclared;
  if (first !== undefined) return refused([first, ...rest]);
  const reported = reportedVerdict(input, { kind: 'document' });
  return creation === 'import'
    ? decideImport(input, reported)
    : decideProvision(input, creation, reported);
}

function refused(problems: readonly [Problem, ...Problem[]]): CreationDecision {
  return { verdict: { kind: 'refused', problems }, comparison: null, warnings: [] };
}

/** Nothing is live that could say which product and version are meant. */
function undeclaredProblems(spec: Spec): readonly Problem[] {
  const at = spec.origin.at;
  const missing = [
    ...(spec.product === null ? ['productName or productId'] : []),
    ...(spec.version === null ? ['provisioningArtifactName or provisioningArtifactId'] : []),
  ];
  if (missing.length === 0) return [];
  const message = `it does not exist, and the document does not say as what to create it: ${missing.join(', ')}`;
  return [problem({ code: 'plan/creation-undeclared', at, field: '', message })];
}

function decideImport(input: AssessInput, reported: ChangeVerdict | null): CreationDecision {
  const { spec } = input;
  const stackArn = spec.reconcile.adopt?.stackArn ?? '';
  const none = { comparison: null, warnings: [] };
  if (reported !== null) return { verdict: reported, ...none };
  const resolved = input.creation?.resolved;
  if (resolved?.kind === 'refused') return refused(resolved.problems);
  if (resolved?.kind !== 'resolved')
    return { verdict: { kind: 'unreadable', why: resolved?.why ?? 'not resolved' }, ...none };
  const wrong =
    importKindProblem(spec) ??
    deprecatedProblem(input.creation ?? null) ??
    unadoptableProblem(input);
  if (wrong !== null) return refused([wrong]);
  const blank = blankProduct(spec);
  const comparison = compared(input, blank, input.creation ?? null);
  const principals = checkPrincipals(spec, blank, comparison.steps, input.accountId);
  if (principals !== null) return { verdict: principals, ...none };
  const hold = isAsked(input)
    ? null
    : holdVerdict({ ...input, facts: input.creation ?? null }, blank, comparison, 'import');
  if (hold !== null) return { verdict: hold, ...none };
  const steps: readonly Step[] = ['import'];
  const facts = input.creation ?? null;
  const nothing = { ...comparison, differences: [] };
  const digest = changeDigest(spec, blank, nothing, steps, { facts, stackArn });
  return { verdict: { kind: 'import', steps, stackArn, digest }, ...none };
}

function decideProvision(
  input: AssessInput,
  creation: Creation,
  reported: ChangeVerdict | null,
): CreationDecision {
  const spec = withoutLaterSteps(input.spec);
  const blank = blankProduct(spec);
  const facts = withTagsAllowed(input.creation ?? null);
  const onBlank: AssessInput = { ...input, spec, live: blank, facts, comparison: null };
  const asUpdate = compared(onBlank, blank, facts);
  const comparison = asCreation(asUpdate);
  const { steps } = comparison;
  if (reported !== null) return { verdict: reported, comparison, warnings: [] };
  const kind = newKindProblem(spec, facts?.definitions);
  if (kind !== null) return { ...refused([kind]), comparison };
  const from = input.live.kind === 'present' ? input.live : blank;
  const principals = checkPrincipals(spec, from, steps, input.accountId);
  if (principals !== null) return { verdict: principals, comparison, warnings: [] };
  const check = checkUpdate(onBlank, blank, asUpdate, ['update']);
  const { warnings } = check;
  if (check.verdict !== null) return { verdict: check.verdict, comparison, warnings };
  const deprecated = deprecatedProblem(facts);
  if (deprecated !== null) return { ...refused([deprecated]), comparison };
  const recreates = creation === 'recreate';
  const unsafe = recreates ? maybeImported(input, from) : null;
  if (unsafe !== null) return { verdict: unsafe, comparison, warnings };
  const hold = isAsked(input)
    ? null
    : recreates
      ? (recentFailure(input, from) ?? refusedTermination(input, from))
      : holdVerdict(onBlank, blank, asUpdate, 'provision');
  if (hold !== null) return { verdict: hold, comparison, warnings };
  const all: readonly Step[] = recreates ? ['terminate', ...steps] : steps;
  const digest = changeDigest(spec, from, comparison, all, { facts });
  return { verdict: { kind: 'provision', steps: all, digest }, comparison, warnings };
}

/** AWS refused to end this very one for this content. */
function refusedTermination(
  { spec, entry, specDigest, now }: AssessInput,
  { id }: PresentProduct,
): ChangeVerdict | null {
  const { latch } = entry;
  if (latch === null || isWaitOver(latch, now)) return null;
  const hash = requestHash(terminateRequest(id, false, spec.acceptLanguage));
  if (latch.requestHash !== hash) return null;
  const isOther =
    latch.specDigest !== undefined &&
    specDigest !== null &&
    likenessOf(latch.specDigest, specDigest) === 'other';
  return isOther ? null : { kind: 'latched', latch };
}

function unadoptableProblem({ spec, creation }: AssessInput): Problem | null {
  const why = creation?.unadoptable;
  if (why === undefined) return null;
  const field = 'reconcile.adopt.stackArn';
  const message = `the stack ${spec.reconcile.adopt?.stackArn ?? ''} cannot be adopted: ${why}`;
  return problem({ code: 'plan/unadoptable', at: positionOf(spec, field), field, message });
}

/** A deprecated version takes updates, and nothing new. */
function deprecatedProblem(facts: UpdateFacts | null): Problem | null {
  if (facts?.resolved.kind !== 'resolved') return null;
  const found = facts.resolved.warnings.find(({ code }) => code === 'plan/deprecated-version');
  return found === undefined ? null : { ...found, severity: 'error' };
}

/** ProvisionProduct takes tags, whatever the product says of updates. */
function withTagsAllowed(facts: UpdateFacts | null): UpdateFacts | null {
  if (facts === null || facts.definitions.kind !== 'read') return facts;
  const definitions = { ...facts.definitions.value, tagUpdate: 'allowed' as const };
  return { ...facts, definitions: { kind: 'read', value: definitions } };
}

function compared(
  { spec, entry, fingerprint, keyId }: AssessInput,
  blank: PresentProduct,
  facts: UpdateFacts | null,
): Comparison {
  const input = { spec, live: blank, entry, fingerprint, keyId };
  return withFacts(input, compare(input), facts);
}

/** Everything is new: there is no live side, and nothing that could not be read of it. */
function asCreation(comparison: Comparison): Comparison {
  const differences = comparison.differences.map((difference): FieldDifference => {
    const isProperty = difference.step === 'launchRole' || difference.step === 'owner';
    const step = isProperty ? difference.step : 'provision';
    return { ...difference, live: none('not there'), step };
  });
  const steps = stepsOf(differences);
  return { ...comparison, differences, unverified: [], unreadable: [], deferred: [], steps };
}
