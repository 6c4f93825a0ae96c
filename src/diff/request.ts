import type { ProductEntry } from '../domain/entry.ts';
import type { ProvisionedProductId } from '../domain/ids.ts';
import type { PresentProduct, VersionDefinitions } from '../domain/live.ts';
import type { ProductRequest, Step } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import type { Comparison } from './compare.ts';
import { importRequest, provisionRequest } from './creation.ts';
import type { Fingerprint } from './finding.ts';
import { own } from './normalize.ts';
import type { ResolvedTarget } from './resolve.ts';
import { instancesRequest, internal, isNoEcho, updateRequest } from './update-request.ts';

export interface RequestInput {
  readonly step: Step;
  readonly spec: Spec;
  readonly live: PresentProduct;
  /** Needed for the step `update` only. */
  readonly resolved: ResolvedTarget | null;
  /** Needed for the step `update` only. */
  readonly definitions: VersionDefinitions | null;
  /** Of the live version, where its stack may not be read. */
  readonly current?: VersionDefinitions | null;
  readonly entry: ProductEntry;
  readonly fingerprint: Fingerprint | null;
  readonly comparison: Comparison;
}

/**
 * The request of one step, complete but for its token. The order of anything in the document or in
 * AWS's answers does not show in it.
 *
 * It expects what `assess` has let through. Throws `plan/no-fingerprint-key` if a NoEcho value is to
 * be sent and there is no key, because the journal could not keep such a request; throws
 * `plan/internal` if live state that the request rests on was not read.
 */
export function buildRequest(input: RequestInput): ProductRequest {
  const { step, spec } = input;
  switch (step) {
    case 'launchRole':
      return propertyRequest(input, 'LAUNCH_ROLE', spec.launchRole);
    case 'owner':
      return propertyRequest(input, 'OWNER', spec.owner);
    case 'update':
      return updateRequest(input);
    case 'provision':
      return provisionRequest(input);
    case 'import':
      return importRequest(input);
    case 'terminate':
      return terminateRequest(input.live.id, false, spec.acceptLanguage);
    case 'createInstances':
    case 'deleteInstances':
      return instancesRequest(input);
    default:
      return step satisfies never;
  }
}

const SENDS_VALUES: ReadonlySet<Step> = new Set<Step>(['update', 'provision']);

/**
 * Whether the request of this step cannot be told: it carries a NoEcho value while there is no key
 * to keep it by, or a value whose version is not known, as in a plan.
 */
export function lacksKey(input: RequestInput): boolean {
  if (!SENDS_VALUES.has(input.step)) return false;
  const parameters = input.definitions?.parameters ?? [];
  const isOpen = parameters.some(({ key }) => {
    const wish = own(input.spec.parameters, key);
    return wish?.kind === 'from' && wish.version?.kind !== 'known';
  });
  if (isOpen || input.fingerprint !== null) return isOpen;
  return parameters.some(
    (definition) =>
      own(input.spec.parameters, definition.key)?.kind === 'value' && isNoEcho(input, definition),
  );
}

/** A TerminateProvisionedProduct. `retain`: its stack stays. */
export function terminateRequest(
  provisionedProductId: ProvisionedProductId,
  retain: boolean,
  acceptLanguage: string | null,
): ProductRequest {
  return {
    operation: 'TerminateProvisionedProduct',
    provisionedProductId,
    retain,
    acceptLanguage,
  };
}

function propertyRequest(
  { spec, live }: RequestInput,
  property: 'OWNER' | 'LAUNCH_ROLE',
  value: string | null,
): ProductRequest {
  if (value === null) throw internal(`the document declares no ${property}`);
  return {
    operation: 'UpdateProvisionedProductProperties',
    provisionedProductId: live.id,
    property,
    value,
    acceptLanguage: spec.acceptLanguage,
  };
}
