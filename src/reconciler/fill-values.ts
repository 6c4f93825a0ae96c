import { parameterField } from '../diff/compare-parameters.ts';
import { own } from '../diff/normalize.ts';
import { checkValue } from '../diff/preflight-value.ts';
import { missing } from '../diff/prepare.ts';
import type { VersionDefinitions } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import type { ParameterArgument, ProductRequest, StoredRequest } from '../domain/request.ts';
import { type FromWish, positionOf, type Spec } from '../domain/spec.ts';
import { referenceOf, rotatedWith, sourceLabel } from '../domain/values.ts';
import type { TargetContext } from './context.ts';

export type Filled =
  | { readonly kind: 'ok'; readonly request: ProductRequest }
  /** A person is needed. */
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'unreadable'; readonly why: string }
  /** It was rotated since it was compared: look again. */
  | { readonly kind: 'moved'; readonly why: string };

type Reference = Extract<ParameterArgument, { kind: 'reference' }>;

/** The request with the values that stand elsewhere, fetched now and in the version it names. */
export async function fillValues(
  context: Pick<TargetContext, 'values'>,
  spec: Spec,
  request: ProductRequest,
  definitions: VersionDefinitions | null,
): Promise<Filled> {
  if (!('parameters' in request)) return { kind: 'ok', request };
  const open = referencesOf(spec, request.parameters);
  if (open.length === 0) return { kind: 'ok', request };
  const wanted = open.map(({ wish }) => ({ source: wish.source, version: null }));
  const answers = await context.values().fetch(wanted);
  const values = new Map<string, string>();
  const versions = new Map<string, string>();
  for (const [index, { argument, wish }] of open.entries()) {
    const { key } = argument;
    const answer = answers[index];
    if (answer === undefined || answer.kind === 'unreadable')
      return {
        kind: 'unreadable',
        why: `${sourceLabel(wish.source)}: ${answer?.why ?? 'not read'}`,
      };
    if (answer.kind === 'missing')
      return { kind: 'refused', problem: missing(spec, key, wish, answer.why) };
    const together = rotatedWith(wish.source);
    const isTorn = (versions.get(together) ?? answer.version) !== answer.version;
    versions.set(together, answer.version);
    if (answer.version !== argument.version || isTorn) {
      context.values().forget(wish.source);
      return { kind: 'moved', why: `${sourceLabel(wish.source)} changed while it was read` };
    }
    const problem = valueProblem(spec, key, answer.value, definitions);
    if (problem !== null) return { kind: 'refused', problem };
    values.set(key, answer.value);
  }
  const parameters = request.parameters.map((argument) =>
    argument.kind === 'reference'
      ? { ...argument, value: values.get(argument.key) ?? null }
      : argument,
  );
  return { kind: 'ok', request: { ...request, parameters } };
}

function referencesOf(
  spec: Spec,
  parameters: readonly ParameterArgument[],
): readonly { readonly argument: Reference; readonly wish: FromWish }[] {
  return parameters.flatMap((argument) => {
    const wish = own(spec.parameters, argument.key);
    return argument.kind === 'reference' && wish?.kind === 'from' ? [{ argument, wish }] : [];
  });
}

const LONGEST = 4_096;

/** What the version's template says against the value; the value itself is never quoted. */
function valueProblem(
  spec: Spec,
  key: string,
  value: string,
  definitions: VersionDefinitions | null,
): Problem | null {
  const field = parameterField(key);
  const at = positionOf(spec, field);
  const definition = definitions?.parameters.find((one) => one.key === key);
  if (value.length > LONGEST) {
    const wish = own(spec.parameters, key);
    const why = `its value has ${value.length} characters, and a parameter takes ${LONGEST}`;
    return wish?.kind === 'from' ? missing(spec, key, wish, why) : null;
  }
  if (definition === undefined) return null;
  const version = 'to be sent';
  const found = checkValue({ definition, value, noEcho: true, at, field, version, kept: false });
  const refused = found.find(({ severity }) => severity === 'error');
  if (refused === undefined) return null;
  // A status shows the message alone, so it says itself which value is meant.
  const wish = own(spec.parameters, key);
  const who = wish?.kind === 'from' ? `${key}, ${sourceLabel(wish.source)}` : key;
  return { ...refused, message: `${who}: ${refused.message}` };
}

/** The values of a stored request in the versions that it names, as far as they are still to be had. */
export async function storedValues(
  context: Pick<TargetContext, 'values'>,
  spec: Spec,
  request: StoredRequest,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  if (!('parameters' in request)) return values;
  const open = request.parameters.flatMap((argument) => {
    const wish = own(spec.parameters, argument.key);
    const same =
      argument.kind === 'reference' &&
      wish?.kind === 'from' &&
      referenceOf(wish.source) === argument.reference;
    return same ? [{ key: argument.key, source: wish.source, version: argument.version }] : [];
  });
  if (open.length === 0) return values;
  const answers = await context.values().fetch(open);
  for (const [index, { key, version }] of open.entries()) {
    const answer = answers[index];
    if (answer?.kind === 'read' && answer.version === version) values.set(key, answer.value);
  }
  return values;
}
