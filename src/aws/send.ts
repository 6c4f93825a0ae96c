import type {
  ImportAsProvisionedProductCommandInput,
  ProvisioningParameter,
  ProvisioningPreferences,
  ProvisionProductCommandInput,
  RecordDetail,
  TerminateProvisionedProductCommandInput,
  UpdateProvisionedProductCommandInput,
  UpdateProvisionedProductPropertiesCommandInput,
  UpdateProvisioningParameter,
  UpdateProvisioningPreferences,
} from '@aws-sdk/client-service-catalog';
import { asProvisionedProductId, asRecordId, type Token } from '../domain/ids.ts';
import type { ParameterArgument, ProductRequest, StackSetRequest } from '../domain/request.ts';
import { longestFirst, secretTexts } from '../domain/secret-text.ts';
import type { Accepted, Result } from '../reconciler/ports/catalog.ts';
import { type Calls, failed, type LastLook } from './calls.ts';
import type { Apis } from './clients.ts';
import { failure } from './errors.ts';
import type { CallOptions } from './wire.ts';

type RequestOf<Name extends ProductRequest['operation']> = Extract<
  ProductRequest,
  { operation: Name }
>;
type UpdateRequest = Extract<ProductRequest, { operation: 'UpdateProvisionedProduct' }>;
type PropertiesRequest = Extract<
  ProductRequest,
  { operation: 'UpdateProvisionedProductProperties' }
>;

/** What every operation answers with, as far as it is known. */
interface Answer {
  readonly recordId: string | undefined;
  readonly status: string | undefined;
  readonly createdAt: Date | undefined;
  readonly provisionedProductId: string | undefined;
}

/** Sends one mutating request, once. */
export async function send(
  calls: Calls,
  request: ProductRequest,
  token: Token,
  lastLook: LastLook = async () => null,
): Promise<Result<Accepted>> {
  const result = await sendOnce(calls, request, token, lastLook);
  if (result.kind === 'failed') return result;
  const { recordId, status, createdAt, provisionedProductId } = result.value;
  if (recordId === undefined || recordId === '' || status === undefined) {
    // The service answered well, so it may have acted: not `malformed`, which would only say "odd".
    const why = 'the answer lacks the record; whether the request was accepted is open';
    return failed(failure('unknown', request.operation, 'MalformedAnswer', why));
  }
  const known = createdAt !== undefined && !Number.isNaN(createdAt.getTime());
  const created = known ? createdAt.toISOString() : null;
  return {
    kind: 'ok',
    value: {
      recordId: asRecordId(recordId),
      status,
      createdAt: created,
      provisionedProductId:
        provisionedProductId === undefined ? null : asProvisionedProductId(provisionedProductId),
    },
  };
}

function sendOnce(
  calls: Calls,
  request: ProductRequest,
  token: Token,
  lastLook: LastLook,
): Promise<Result<Answer>> {
  const { operation } = request;
  const ask = async ({ client, sdk }: Apis['serviceCatalog'], options: CallOptions) => {
    switch (request.operation) {
      case 'UpdateProvisionedProduct': {
        const command = new sdk.UpdateProvisionedProductCommand(updateInput(request, token));
        return answerOf((await client.send(command, options)).RecordDetail);
      }
      case 'ProvisionProduct': {
        const command = new sdk.ProvisionProductCommand(provisionInput(request, token));
        return answerOf((await client.send(command, options)).RecordDetail);
      }
      case 'TerminateProvisionedProduct': {
        const command = new sdk.TerminateProvisionedProductCommand(terminateInput(request, token));
        return answerOf((await client.send(command, options)).RecordDetail);
      }
      case 'ImportAsProvisionedProduct': {
        const command = new sdk.ImportAsProvisionedProductCommand(importInput(request, token));
        return answerOf((await client.send(command, options)).RecordDetail);
      }
      case 'UpdateProvisionedProductProperties': {
        const input = propertiesInput(request, token);
        const command = new sdk.UpdateProvisionedProductPropertiesCommand(input);
        const { RecordId: recordId, Status: status } = await client.send(command, options);
        return { recordId, status, createdAt: undefined, provisionedProductId: undefined };
      }
      default:
        return request satisfies never;
    }
  };
  return calls.once('serviceCatalog', operation, ask, { redact: redactor(request), lastLook });
}

function answerOf(detail: RecordDetail | undefined): Answer {
  return {
    recordId: detail?.RecordId,
    status: detail?.Status,
    createdAt: detail?.CreatedTime,
    provisionedProductId: detail?.ProvisionedProductId,
  };
}

function provisionInput(
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

function terminateInput(
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

function importInput(
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

function updateInput(request: UpdateRequest, token: Token): UpdateProvisionedProductCommandInput {
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

function propertiesInput(
  request: PropertiesRequest,
  token: Token,
): UpdateProvisionedProductPropertiesCommandInput {
  return {
    IdempotencyToken: token,
    ProvisionedProductId: request.provisionedProductId,
    ProvisionedProductProperties: { [request.property]: request.value },
    ...(request.acceptLanguage === null ? {} : { AcceptLanguage: request.acceptLanguage }),
  };
}

const NOT_SHOWN = '(not shown)';
const QUOTED_VALUE = /(?<=\bValue ').*(?=' at ')/gs;

/**
 * What may be told of an error text. AWS quotes offending values in its validation messages, and
 * may cut them short, so besides the secrets themselves every quoted value goes.
 */
function redactor(request: ProductRequest): (text: string) => string {
  if (!('parameters' in request)) return (text) => text;
  const secrets = request.parameters.flatMap((parameter) =>
    (parameter.kind === 'secret' || parameter.kind === 'reference') && parameter.value
      ? [parameter.value]
      : [],
  );
  if (secrets.length === 0) return (text) => text;
  const patterns = longestFirst(secrets.flatMap(secretTexts)).map(({ pattern }) => pattern);
  return (text) =>
    [QUOTED_VALUE, ...patterns].reduce((left, pattern) => left.replace(pattern, NOT_SHOWN), text);
}
