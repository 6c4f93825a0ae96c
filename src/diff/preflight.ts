import type { ParameterDefinition, PresentProduct, VersionDefinitions } from '../domain/live.ts';
import type { Position, Problem } from '../domain/problem.ts';
import { positionOf, type Spec } from '../domain/spec.ts';
import { nearest } from '../domain/suggest.ts';
import type { Comparison } from './compare.ts';
import { isPart, parameterField } from './compare-parameters.ts';
import { tagField } from './compare-tags.ts';
import { versionLabel } from './finding.ts';
import { isLiveKey } from './live-keys.ts';
import { byText, needsAllValues, own, sortedKeys, userTags } from './normalize.ts';
import { stackProblem } from './preflight-stack.ts';
import { checkValue } from './preflight-value.ts';
import { listed, problem, quoted, warning } from './problems.ts';

export interface PreflightInput {
  readonly spec: Spec;
  readonly live: PresentProduct;
  /** Of the version and path that the update will name. */
  readonly definitions: VersionDefinitions;
  readonly comparison: Comparison;
  /** How people call the version that the update will name. */
  readonly version?: string;
  /** Of the live version, where its stack may not be read. */
  readonly current?: VersionDefinitions | null;
}

const TAGS_MAX = 50;

/**
 * What AWS would refuse only after it took the request, found before any call. Errors stop the
 * update; warnings do not. NoEcho values are never quoted.
 */
export function preflight(input: PreflightInput): readonly Problem[] {
  const stack = stackProblem(input.spec, input.live);
  const found = [
    ...(stack === null ? [] : [stack]),
    ...checkDeclared(input),
    ...(needsAllValues(input.live) ? checkComplete(input) : checkUndeclared(input)),
    ...checkTags(input),
    ...checkTagOptions(input),
  ].sort((a, b) => byText(a.field, b.field) || byText(a.code, b.code));
  return readable(found, input.spec);
}

const PROBLEMS_MAX = 100;

/** One document may make as many mistakes as it has lines; nobody reads them all. Errors come first. */
function readable(found: readonly Problem[], { origin }: Spec): readonly Problem[] {
  if (found.length <= PROBLEMS_MAX) return found;
  const isError = ({ severity }: Problem) => severity === 'error';
  const sorted = [...found.filter(isError), ...found.filter((one) => !isError(one))];
  const left = sorted.slice(PROBLEMS_MAX);
  const message = `${left.length} more problems are not listed`;
  const parts = { code: 'document/more-problems', at: origin.at, field: '', message } as const;
  const rest = left.some(isError) ? problem(parts) : warning(parts);
  return [...sorted.slice(0, PROBLEMS_MAX), rest];
}

function targetVersion({ version, live }: PreflightInput): string {
  return version ?? versionLabel(live);
}

function checkDeclared(input: PreflightInput): readonly Problem[] {
  return sortedKeys(input.spec.parameters).flatMap((key) => checkParameter(input, key));
}

function checkParameter(input: PreflightInput, key: string): readonly Problem[] {
  const { spec, definitions, comparison } = input;
  const wish = own(spec.parameters, key);
  const definition = definitions.parameters.find((one) => one.key === key);
  const field = parameterField(key);
  const at = positionOf(spec, field);
  if (wish === undefined) return [];
  if (definition === undefined) {
    const known = definitions.parameters.map((one) => one.key).sort();
    const message = `version ${targetVersion(input)} has no parameter ${quoted(key)} (it has: ${listed(known)})`;
    const meant = nearest(key, known);
    const next = meant === null ? {} : { next: `did you mean ${meant}?` };
    return [problem({ code: 'plan/unknown-parameter', at, field, message, ...next })];
  }
  switch (wish.kind) {
    case 'value': {
      const noEcho = definition.noEcho || comparison.noEcho.has(key);
      const version = targetVersion(input);
      return checkValue({ definition, value: wish.value, noEcho, at, field, version, kept: false });
    }
    case 'from':
      // Its value is checked when it is fetched, right before it is sent.
      return [];
    case 'useDefault':
      if (definition.defaultValue !== null) return [];
      return [
        problem({
          code: 'plan/no-default',
          at,
          field,
          message: `the parameter has no default in version ${targetVersion(input)}`,
        }),
      ];
    case 'usePrevious':
      if (needsAllValues(input.live)) return [previousUnknown(input, key)];
      return isLiveKey(input, key)
        ? checkKept(input, definition, at)
        : [noPreviousValue(input, key)];
    default:
      return wish satisfies never;
  }
}

function noPreviousValue({ spec, live }: PreflightInput, key: string): Problem {
  const field = parameterField(key);
  const message = `usePreviousValue: the live template (version ${versionLabel(live)}) has no such parameter`;
  return problem({ code: 'plan/no-previous-value', at: positionOf(spec, field), field, message });
}

function previousUnknown({ spec, live }: PreflightInput, key: string): Problem {
  const field = parameterField(key);
  const message = `usePreviousValue: type ${live.type} has no previous values`;
  const at = positionOf(spec, field);
  return problem({ code: 'plan/previous-value-unknown', at, field, message });
}

/** Nobody knows the values that run, so each one must be declared. */
function checkComplete(input: PreflightInput): readonly Problem[] {
  const { spec, live, definitions } = input;
  const missing = definitions.parameters
    .filter((definition) => !isGiven(spec, definition))
    .map(({ key }) => key)
    .sort(byText);
  if (missing.length === 0) return [];
  const version = targetVersion(input);
  const message = `an update of type ${live.type} carries every parameter of version ${version}, and these are not declared: ${missing.join(', ')}`;
  const field = 'provisioningParameters';
  const at = positionOf(spec, field);
  return [problem({ code: 'plan/all-parameters-needed', at, field, message })];
}

/** A NoEcho default is not sent by trueup: it would have to be kept by its digest. */
function isGiven(spec: Spec, { key, noEcho }: ParameterDefinition): boolean {
  const wish = own(spec.parameters, key);
  return wish !== undefined && !(wish.kind === 'useDefault' && noEcho);
}

/** Parameters that the document leaves out: kept where live, by default where new. */
function checkUndeclared(input: PreflightInput): readonly Problem[] {
  const { spec, live, definitions } = input;
  return definitions.parameters.flatMap((definition): readonly Problem[] => {
    const { key } = definition;
    if (own(spec.parameters, key) !== undefined) return [];
    const field = parameterField(key);
    const at = versionPosition(spec);
    const version = targetVersion(input);
    const current = live.stack.kind === 'read' ? own(live.stack.value.parameters, key) : undefined;
    if (current === undefined) {
      if (isLiveKey(input, key)) return [];
      if (definition.defaultValue !== null) return [];
      const message = `version ${version} needs a value for it: it is not in the live template and has no default`;
      return [problem({ code: 'plan/missing-parameter', at, field, message })];
    }
    return checkKept(input, definition, at);
  });
}

/** A kept value satisfied the live version; only another version may refuse it. */
function checkKept(
  input: PreflightInput,
  definition: ParameterDefinition,
  at: Position,
): readonly Problem[] {
  const { key } = definition;
  const noEcho = definition.noEcho || input.comparison.noEcho.has(key);
  const { stack } = input.live;
  const current = stack.kind === 'read' ? own(stack.value.parameters, key) : undefined;
  if (!changesVersion(input) || current?.kind !== 'shown') return [];
  const field = parameterField(key);
  const version = targetVersion(input);
  return checkValue({ definition, value: current.value, noEcho, at, field, version, kept: true });
}

/** TagOptions of portfolio and product; a key without values must not be sent at all. */
function checkTagOptions({ spec, definitions }: PreflightInput): readonly Problem[] {
  if (spec.tags === null || definitions.tagUpdate === 'notAllowed') return [];
  return [...userTags(spec.tags)].flatMap(([key, value]) => {
    const allowed = own(definitions.tagOptions, key);
    if (allowed === undefined || allowed.includes(value)) return [];
    const field = tagField(key);
    const message = `${quoted(value)} is not allowed by the TagOption (${listed(allowed)})`;
    return [problem({ code: 'plan/tag-option', at: positionOf(spec, field), field, message })];
  });
}

function changesVersion({ comparison }: PreflightInput): boolean {
  return comparison.differences.some((one) => isPart(one, 'version', 'product'));
}

function versionPosition(spec: Spec) {
  const field = spec.version?.kind === 'id' ? 'provisioningArtifactId' : 'provisioningArtifactName';
  return positionOf(spec, field);
}

function checkTags({ spec, live, definitions, comparison }: PreflightInput): readonly Problem[] {
  if (definitions.tagUpdate === 'notAllowed') {
    return comparison.differences
      .filter(({ field }) => field.startsWith('tags.'))
      .map(({ field, at }) =>
        problem({
          code: 'plan/tags-not-allowed',
          at,
          field,
          message: 'differs from the live value, and the product does not allow tag updates',
        }),
      );
  }
  if (spec.tags === null || live.tags.kind !== 'read') return [];
  const keys = new Set([...userTags(live.tags.value).keys(), ...userTags(spec.tags).keys()]);
  for (const key of comparison.removedTags) keys.delete(key);
  if (keys.size <= TAGS_MAX) return [];
  const [first = ''] = sortedKeys(spec.tags);
  const message = `with the live tags that stay there are ${keys.size} tags, and AWS takes ${TAGS_MAX} at most`;
  return [
    problem({
      code: 'plan/too-many-tags',
      at: positionOf(spec, tagField(first)),
      field: 'tags',
      message,
    }),
  ];
}
