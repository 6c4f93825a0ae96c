import type {
  UpdateProvisionedProductCommandInput,
  UpdateProvisionedProductPropertiesCommandInput,
  UpdateProvisioningParameter,
} from '@aws-sdk/client-service-catalog';
import { asRecordId, type Token } from '../domain/ids.ts';
import type { ParameterArgument, ProductRequest } from '../domain/request.ts';
import type { Accepted, Result } from '../reconciler/ports.ts';
import { type Calls, failed } from './calls.ts';
import type { Apis } from './clients.ts';
import { failure } from './errors.ts';
import type { CallOptions } from './wire.ts';

type UpdateRequest = Extract<ProductRequest, { operation: 'UpdateProvisionedProduct' }>;
type PropertiesRequest = Extract<
  ProductRequest,
  { operation: 'UpdateProvisionedProductProperties' }
>;

/** What both operations answer with, as far as it is known. */
interface Answer {
  readonly recordId: string | undefined;
  readonly status: string | undefined;
  readonly createdAt: Date | undefined;
}

/** Sends one mutating request, once. */
export async function send(
  calls: Calls,
  request: ProductRequest,
  token: Token,
): Promise<Result<Accepted>> {
  const result = await sendOnce(calls, request, token);
  if (result.kind === 'failed') return result;
  const { recordId, status, createdAt } = result.value;
  if (recordId === undefined || recordId === '' || status === undefined) {
    // The service answered well, so it may have acted: not `malformed`, which would only say "odd".
    const why = 'the answer lacks the record; whether the request was accepted is open';
    return failed(failure('unknown', request.operation, 'MalformedAnswer', why));
  }
  const known = createdAt !== undefined && !Number.isNaN(createdAt.getTime());
  const created = known ? createdAt.toISOString() : null;
  return { kind: 'ok', value: { recordId: asRecordId(recordId), status, createdAt: created } };
}

function sendOnce(calls: Calls, request: ProductRequest, token: Token): Promise<Result<Answer>> {
  const { operation } = request;
  const ask = async ({ client, sdk }: Apis['serviceCatalog'], options: CallOptions) => {
    switch (request.operation) {
      case 'UpdateProvisionedProduct': {
        const command = new sdk.UpdateProvisionedProductCommand(updateInput(request, token));
        const { RecordDetail: detail } = await client.send(command, options);
        const { RecordId: recordId, Status: status, CreatedTime: createdAt } = detail ?? {};
        return { recordId, status, createdAt };
      }
      case 'UpdateProvisionedProductProperties': {
        const input = propertiesInput(request, token);
        const command = new sdk.UpdateProvisionedProductPropertiesCommand(input);
        const { RecordId: recordId, Status: status } = await client.send(command, options);
        return { recordId, status, createdAt: undefined };
      }
      default:
        return request satisfies never;
    }
  };
  return calls.once('serviceCatalog', operation, ask, redactor(request));
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
  };
}

/** UsePreviousValue must travel without a Value: CloudFormation refuses both together. */
function parameterInput(parameter: ParameterArgument): UpdateProvisioningParameter {
  switch (parameter.kind) {
    case 'value':
    case 'secret':
      return { Key: parameter.key, Value: parameter.value };
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

/**
 * What may be told of an error text. AWS quotes offending values in its validation messages, and
 * may cut them short, so besides the secrets themselves every quoted value goes.
 */
function redactor(request: ProductRequest): (text: string) => string {
  if (request.operation !== 'UpdateProvisionedProduct') return (text) => text;
  const secrets = request.parameters.flatMap((parameter) =>
    parameter.kind === 'secret' && parameter.value !== '' ? [parameter.value] : [],
  );
  if (secrets.length === 0) return (text) => text;
  const longestFirst = secrets.sort((a, b) => b.length - a.length).map(literally);
  const any = new RegExp([String.raw`(?<=\bValue ').*(?=' at ')`, ...longestFirst].join('|'), 'gs');
  return (text) => text.replace(any, NOT_SHOWN);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
