/** What each mutating request looks like to the SDK: every id explicit, nothing that was not asked for. */
import type {
  ImportAsProvisionedProductCommandInput,
  ProvisioningParameter,
  ProvisioningPreferences,
  ProvisionProductCommandInput,
  TerminateProvisionedProductCommandInput,
  UpdateProvisionedProductCommandInput,
  UpdateProvisionedProductPropertiesCommandInput,
  UpdateProvisioningParameter,
  UpdateProvisioningPreferences,
} from '@aws-sdk/client-service-catalog';
import type { Token } from '../domain/ids.ts';
import type { ParameterArgument, ProductRequest, StackSetRequest } from '../domain/request.ts';

type RequestOf<Name extends ProductRequest['operation']> = Extract<
  ProductRequest,
  { operation: Name }
>;

export function provisionInput(
  request: RequestOf<'ProvisionProduct'>,
  token: Token,
): ProvisionProductCommandInput {
  return {
    ProvisionToken: token,
    ProvisionedProductName: request.name,
    ProductId: request.productId,
    ProvisioningArtifactId: request.artifactId,
    PathId: request.pathId,
    ProvisioningParameters: request.parameters.map(provisioningParameter),
    Tags: request.tags.map(({ key, value }) => ({ Key: key, Value: value })),
    ...(request.notificationArns.length === 0
      ? {}
      : { NotificationArns: [...request.notificationArns] }),
    ...(request.preferences === undefined
      ? {}
      : { ProvisioningPreferences: provisioningPreferences(request.preferences) }),
    ...(request.acceptLanguage === null ? {} : { AcceptLanguage: request.acceptLanguage }),
  };
}

/** What is new has no operation to choose. */
function provisioningPreferences(preferences: StackSetRequest): ProvisioningPreferences {
  const { StackSetOperationType: _always, ...rest } = preferencesInput(preferences);
  return rest;
}

function provisioningParameter(parameter: ParameterArgument): ProvisioningParameter {
  const { Key, Value } = parameterInput(parameter);
  // Preflight refuses it before: what was never there has no previous value.
  if (Value === undefined)
    throw new Error(`parameter ${parameter.key} of a new product has no previous value`);
  return { Key, Value };
}

export function terminateInput(
  request: RequestOf<'TerminateProvisionedProduct'>,
  token: Token,
): TerminateProvisionedProductCommandInput {
  return {
    TerminateToken: token,
    ProvisionedProductId: request.provisionedProductId,
    ...(request.retain ? { RetainPhysicalResources: true } : {}),
    ...(request.acceptLanguage === null ? {} : { AcceptLanguage: request.acceptLanguage }),
  };
}

export function importInput(
  request: RequestOf<'ImportAsProvisionedProduct'>,
  token: Token,
): ImportAsProvisionedProductCommandInput {
  return {
    IdempotencyToken: token,
    ProvisionedProductName: request.name,
    ProductId: request.productId,
    ProvisioningArtifactId: request.artifactId,
    PhysicalId: request.physicalId,
    ...(request.acceptLanguage === null ? {} : { AcceptLanguage: request.acceptLanguage }),
  };
}

export function updateInput(
  request: RequestOf<'UpdateProvisionedProduct'>,
  token: Token,
): UpdateProvisionedProductCommandInput {
  return {
    UpdateToken: token,
    ProvisionedProductId: request.provisionedProductId,
    ProductId: request.productId,
    ProvisioningArtifactId: request.artifactId,
    ProvisioningParameters: request.parameters.map(parameterInput),
    ...(request.pathId === null ? {} : { PathId: request.pathId }),
    ...(request.tags === null
      ? {}
      : { Tags: request.tags.map(({ key, value }) => ({ Key: key, Value: value })) }),
    ...(request.acceptLanguage === null ? {} : { AcceptLanguage: request.acceptLanguage }),
    ...(request.preferences === undefined
      ? {}
      : { ProvisioningPreferences: preferencesInput(request.preferences) }),
  };
}

function preferencesInput(preferences: StackSetRequest): UpdateProvisioningPreferences {
  const { operation, accounts, regions, failureTolerance, maxConcurrency } = preferences;
  return {
    StackSetOperationType: operation,
    ...(accounts === null ? {} : { StackSetAccounts: [...accounts] }),
    ...(regions === null ? {} : { StackSetRegions: [...regions] }),
    ...(failureTolerance === null
      ? {}
      : failureTolerance.kind === 'count'
        ? { StackSetFailureToleranceCount: failureTolerance.value }
        : { StackSetFailureTolerancePercentage: failureTolerance.value }),
    ...(maxConcurrency === null
      ? {}
      : maxConcurrency.kind === 'count'
        ? { StackSetMaxConcurrencyCount: maxConcurrency.value }
        : { StackSetMaxConcurrencyPercentage: maxConcurrency.value }),
  };
}

/** A value that stands elsewhere must have been fetched by now: nothing goes out without it. */
function fetched({ key, value }: { readonly key: string; readonly value: string | null }): string {
  if (value === null) throw new Error(`the value of parameter ${key} was not fetched`);
  return value;
}

/** UsePreviousValue must travel without a Value: CloudFormation refuses both together. */
function parameterInput(parameter: ParameterArgument): UpdateProvisioningParameter {
  switch (parameter.kind) {
    case 'value':
    case 'secret':
    case 'reference':
      return { Key: parameter.key, Value: fetched(parameter) };
    case 'previous':
      return { Key: parameter.key, UsePreviousValue: true };
    default:
      return parameter satisfies never;
  }
}

export function propertiesInput(
  request: RequestOf<'UpdateProvisionedProductProperties'>,
  token: Token,
): UpdateProvisionedProductPropertiesCommandInput {
  return {
    IdempotencyToken: token,
    ProvisionedProductId: request.provisionedProductId,
    ProvisionedProductProperties: { [request.property]: request.value },
    ...(request.acceptLanguage === null ? {} : { AcceptLanguage: request.acceptLanguage }),
  };
}
