import { asArtifactId, asProductId, asProvisionedProductId } from '../domain/ids.ts';
import { notRead, type PresentProduct, read } from '../domain/live.ts';
import type { ProductRequest, StackSetRequest } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import { byText } from './normalize.ts';
import type { RequestInput } from './request.ts';
import { internal, updateRequest } from './update-request.ts';

/**
 * What a provisioned product that does not exist is compared with: nothing runs, nothing is set.
 * So a creation is judged and built by the same rules as an update of everything.
 */
export function blankProduct(spec: Spec): PresentProduct {
  const isSet = spec.preferences !== null || spec.stackInstances !== null;
  return {
    kind: 'present',
    id: asProvisionedProductId(''),
    name: spec.name,
    arn: '',
    type: isSet ? 'CFN_STACKSET' : 'CFN_STACK',
    status: 'AVAILABLE',
    statusMessage: null,
    physicalId: null,
    records: { last: null, lastProvisioning: null, lastSuccessful: null },
    product: read({ id: asProductId(''), name: '' }),
    version: read({ id: asArtifactId(''), name: '' }),
    path: notRead,
    tags: read({}),
    owner: read({ arn: '', sessionArn: null }),
    launchRole: read(null),
    stack: read({
      id: '',
      status: isSet ? 'ACTIVE' : 'CREATE_COMPLETE',
      statusReason: null,
      parameters: {},
      tags: {},
      lastUpdated: null,
    }),
    stackDenied: false,
    instances: read([]),
  };
}

/** Whether this stands for nothing: see `blankProduct`. */
export function isBlank(live: PresentProduct): boolean {
  return live.id === '';
}

/** A ProvisionProduct of everything that the document declares. AWS always takes tags here. */
export function provisionRequest(input: RequestInput): ProductRequest {
  const { spec, definitions } = input;
  const request = updateRequest({
    ...input,
    step: 'update',
    live: blankProduct(spec),
    definitions: definitions === null ? null : { ...definitions, tagUpdate: 'allowed' },
  });
  if (request.operation !== 'UpdateProvisionedProduct' || request.pathId === null)
    throw internal('the launch path of a new provisioned product is not resolved');
  const { productId, artifactId, pathId, parameters, tags, acceptLanguage, preferences } = request;
  return {
    operation: 'ProvisionProduct',
    provisionedProductId: null,
    name: spec.name,
    productId,
    artifactId,
    pathId,
    parameters,
    tags: tags ?? [],
    notificationArns: spec.notificationArns,
    acceptLanguage,
    ...(preferences === undefined ? {} : { preferences: withInstances(spec, preferences) }),
  };
}

/** A new stack set gets its first instances with its provisioning. */
function withInstances({ stackInstances }: Spec, preferences: StackSetRequest): StackSetRequest {
  if (stackInstances === null) return preferences;
  return {
    ...preferences,
    accounts: stackInstances.accounts.toSorted(byText),
    regions: stackInstances.regions.toSorted(byText),
  };
}

/** An ImportAsProvisionedProduct of the stack that the document names. */
export function importRequest({ spec, resolved }: RequestInput): ProductRequest {
  const { adopt } = spec.reconcile;
  if (adopt === null || resolved === null)
    throw internal('what the stack is imported as is not resolved');
  return {
    operation: 'ImportAsProvisionedProduct',
    provisionedProductId: null,
    name: spec.name,
    productId: resolved.productId,
    artifactId: resolved.artifactId,
    physicalId: adopt.stackArn,
    acceptLanguage: spec.acceptLanguage,
  };
}
