import { TrueupError } from '../domain/errors/registry.ts';
import type { ParameterDefinition } from '../domain/live.ts';
import type { ParameterArgument, ProductRequest } from '../domain/request.ts';
import { referenceOf } from '../domain/values.ts';
import { isLiveKey } from './live-keys.ts';
import { byText, effectiveTags, isBlind, own } from './normalize.ts';
import type { RequestInput } from './request.ts';
import { stackSetRequest } from './stack-set.ts';

/** An UpdateProvisionedProduct that names every id and, of each parameter, where its value comes from. */
export function updateRequest(input: RequestInput): ProductRequest {
  const { spec, live, resolved, definitions } = input;
  if (resolved === null || definitions === null)
    throw internal('the version to update to is not resolved');
  if (live.stack.kind !== 'read' && !isBlind(live)) throw internal('the live stack was not read');
  return {
    operation: 'UpdateProvisionedProduct',
    provisionedProductId: live.id,
    productId: resolved.productId,
    artifactId: resolved.artifactId,
    pathId: resolved.pathId,
    parameters: definitions.parameters
      .flatMap((definition) => argumentOf(input, definition))
      .sort((a, b) => byText(a.key, b.key)),
    tags: definitions.tagUpdate === 'allowed' ? tagList(input) : null,
    acceptLanguage: spec.acceptLanguage,
    ...preferencesOf(input),
  };
}

/**
 * An UpdateProvisionedProduct that creates or deletes stack instances. Values and version stay: each
 * parameter is named as kept, because what is left out could be reset; tags are not kept by leaving them out.
 */
export function instancesRequest(input: RequestInput): ProductRequest {
  const { spec, live, resolved, definitions } = input;
  if (resolved === null || definitions === null)
    throw internal('the version of the stack set is not resolved');
  const preferences = preferencesOf(input);
  if (preferences.preferences === undefined) throw internal('no stack instances are to change');
  return {
    operation: 'UpdateProvisionedProduct',
    provisionedProductId: live.id,
    productId: resolved.productId,
    artifactId: resolved.artifactId,
    pathId: resolved.pathId,
    parameters: definitions.parameters
      .filter(({ key }) => isLiveKey(input, key))
      .map(({ key }): ParameterArgument => ({ kind: 'previous', key }))
      .sort((a, b) => byText(a.key, b.key)),
    tags: definitions.tagUpdate === 'allowed' ? tagList(input) : null,
    acceptLanguage: spec.acceptLanguage,
    ...preferences,
  };
}

function preferencesOf({ spec, live, entry, step }: RequestInput) {
  const preferences = stackSetRequest(spec, live, entry, step);
  return preferences === undefined ? {} : { preferences };
}

/**
 * One parameter of the target version. Not declared and live: kept. Not declared and new: left out,
 * so that it takes its default. What the target version no longer has is not asked for at all.
 */
function argumentOf(
  input: RequestInput,
  definition: ParameterDefinition,
): readonly ParameterArgument[] {
  const { key } = definition;
  const wish = own(input.spec.parameters, key);
  switch (wish?.kind) {
    case 'value':
      return [valueArgument(input, definition, wish.value)];
    case 'useDefault':
      // Sent in clear where it is known: what AWS does with a parameter left out is not written down.
      return definition.defaultValue === null || isNoEcho(input, definition)
        ? []
        : [{ kind: 'value', key, value: definition.defaultValue }];
    case 'from': {
      if (wish.version?.kind !== 'known') throw internal(`the version of ${key} is not known`);
      const { version } = wish.version;
      return [
        { kind: 'reference', key, reference: referenceOf(wish.source), version, value: null },
      ];
    }
    case 'usePrevious':
      return [{ kind: 'previous', key }];
    case undefined:
      return isLiveKey(input, key) ? [{ kind: 'previous', key }] : [];
    default:
      return wish satisfies never;
  }
}

function valueArgument(
  input: RequestInput,
  definition: ParameterDefinition,
  value: string,
): ParameterArgument {
  const { key } = definition;
  if (!isNoEcho(input, definition)) return { kind: 'value', key, value };
  if (input.fingerprint === null) {
    const message = `parameter ${key} is NoEcho, and there is no key to journal its value by`;
    throw new TrueupError('plan/no-fingerprint-key', message);
  }
  return { kind: 'secret', key, value, digest: input.fingerprint(key, value) };
}

/** A value that either side calls NoEcho is a secret. */
export function isNoEcho(input: RequestInput, definition: ParameterDefinition): boolean {
  const { key } = definition;
  const current = input.current?.parameters.find((one) => one.key === key);
  return definition.noEcho || current?.noEcho === true || input.comparison.noEcho.has(key);
}

function tagList({ spec, live, entry }: RequestInput) {
  if (live.tags.kind !== 'read') throw internal('the live tags were not read');
  const tags = effectiveTags(spec, live.tags.value, entry, live.stack);
  return [...tags].map(([key, value]) => ({ key, value })).sort((a, b) => byText(a.key, b.key));
}

/** What was not read must have stopped the request before it is built. */
export function internal(message: string): TrueupError {
  return new TrueupError('plan/internal', message);
}
