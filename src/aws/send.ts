import type { RecordDetail } from '@aws-sdk/client-service-catalog';
import { asProvisionedProductId, asRecordId, type Token } from '../domain/ids.ts';
import type { ProductRequest } from '../domain/request.ts';
import { longestFirst, secretTexts } from '../domain/secret-text.ts';
import type { Accepted, Result } from '../reconciler/ports/catalog.ts';
import { type Calls, failed, type LastLook } from './calls.ts';
import type { Apis } from './clients.ts';
import { failure } from './errors.ts';
import {
  importInput,
  propertiesInput,
  provisionInput,
  terminateInput,
  updateInput,
} from './send-inputs.ts';
import type { CallOptions } from './wire.ts';

/** What every operation answers with, as far as it is known. */
interface Answer {
  readonly recordId: string | undefined;
  readonly status: string | undefined;
  readonly createdAt: Date | undefined;
  readonly provisionedProductId: string | undefined;
  readonly productType: string | undefined;
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
  const { recordId, status, createdAt, provisionedProductId, productType } = result.value;
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
      productType: productType === undefined || productType === '' ? null : productType,
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
        return { ...answerOf(undefined), recordId, status };
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
    productType: detail?.ProvisionedProductType,
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
