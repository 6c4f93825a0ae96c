import { sha256 } from '../domain/canonical.ts';
import { asDigest, type Digest } from '../domain/ids.ts';
import type {
  ParameterArgument,
  ProductRequest,
  StoredArgument,
  StoredRequest,
} from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import type { Fingerprint } from './finding.ts';
import { own } from './normalize.ts';
import { preferencesJson } from './preferences-json.ts';

/** The form that is stored and hashed: each secret is only its keyed digest. */
export function storeRequest(request: ProductRequest): StoredRequest {
  switch (request.operation) {
    case 'UpdateProvisionedProductProperties':
    case 'TerminateProvisionedProduct':
    case 'ImportAsProvisionedProduct':
      return request;
    case 'UpdateProvisionedProduct':
    case 'ProvisionProduct':
      return { ...request, parameters: request.parameters.map(storedArgument) };
    default:
      return request satisfies never;
  }
}

function storedArgument(argument: ParameterArgument): StoredArgument {
  switch (argument.kind) {
    case 'secret':
      return { kind: 'secret', key: argument.key, digest: argument.digest };
    case 'reference': {
      const { kind, key, reference, version } = argument;
      return { kind, key, reference, version };
    }
    case 'value':
    case 'previous':
      return argument;
    default:
      return argument satisfies never;
  }
}

/**
 * The request that was stored, with its secrets put back from the present document, and with the
 * `values` (by parameter) of the versions that it names. `null` if one of them is no longer there exactly: then the stored token must not be used again.
 */
export function rebuildRequest(
  stored: StoredRequest,
  spec: Spec,
  fingerprint: Fingerprint | null,
  values: ReadonlyMap<string, string> = new Map(),
): ProductRequest | null {
  if (!('parameters' in stored)) return stored;
  const parameters: ParameterArgument[] = [];
  for (const argument of stored.parameters) {
    const rebuilt = rebuildArgument(argument, spec, fingerprint, values);
    if (rebuilt === null) return null;
    parameters.push(rebuilt);
  }
  return { ...stored, parameters };
}

function rebuildArgument(
  argument: StoredArgument,
  spec: Spec,
  fingerprint: Fingerprint | null,
  values: ReadonlyMap<string, string>,
): ParameterArgument | null {
  if (argument.kind === 'reference') {
    const value = values.get(argument.key);
    return value === undefined ? null : { ...argument, value };
  }
  if (argument.kind !== 'secret') return argument;
  const wish = own(spec.parameters, argument.key);
  if (wish?.kind !== 'value' || fingerprint === null) return null;
  const same = fingerprint(argument.key, wish.value) === argument.digest;
  return same ? { ...argument, value: wish.value } : null;
}

/** Whether digests under the fingerprint key may stand in it: under another key its hash is another too. */
export function restsOnKey(request: ProductRequest): boolean {
  if (!('parameters' in request)) return false;
  return request.parameters.some(({ kind }) => kind === 'secret' || kind === 'reference');
}

/**
 * Digest of what of a request can be told without the key, and of values that stand elsewhere without
 * their versions: two that differ in it are certainly not the same.
 */
export function openHash(request: StoredRequest): Digest {
  const bare =
    'parameters' in request
      ? { ...request, parameters: request.parameters.map(withoutHidden) }
      : request;
  return sha256({ version: 'trueup-open-request-1', request: storedJson(bare) });
}

function withoutHidden(argument: StoredArgument): StoredArgument {
  switch (argument.kind) {
    case 'secret':
      return { ...argument, digest: asDigest('') };
    case 'reference':
      return { ...argument, version: '' };
    case 'value':
    case 'previous':
      return argument;
    default:
      return argument satisfies never;
  }
}

/** Digest of the resolved request, without its base. The prefix lets the way of hashing change. */
export function requestHash(request: ProductRequest): Digest {
  return sha256({ version: 'trueup-request-1', request: storedJson(storeRequest(request)) });
}

function storedJson(request: StoredRequest) {
  if (!('parameters' in request)) return { ...request };
  const { preferences, ...rest } = request;
  return {
    ...rest,
    parameters: request.parameters.map((argument) => ({ ...argument })),
    tags: request.tags?.map((tag) => ({ ...tag })) ?? null,
    ...(preferences === undefined ? {} : { preferences: preferencesJson(preferences) }),
  };
}
