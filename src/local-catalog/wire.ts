import { AwsError } from './aws-error.ts';
import { parseQueryBody } from './query-body.ts';
import { SERVICES, type Service } from './registry.ts';
import type { Json, JsonObject } from './validate.ts';
import { escapeXml, toXml } from './xml.ts';

/** A request as it comes off the wire, from a socket or from an SDK's request handler. */
export interface WireRequest {
  readonly method: string;
  /** Path with its query string, if any. */
  readonly path: string;
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string | Uint8Array | undefined;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Credential {
  readonly accessKeyId: string;
  readonly region: string;
}

/** What a request asks for, before anything was checked but that it can be read. */
export interface ParsedCall {
  readonly service: Service;
  readonly operation: string;
  readonly input: Json;
  readonly credential: Credential | null;
}

export function header(request: WireRequest, name: string): string | undefined {
  for (const [key, value] of Object.entries(request.headers))
    if (key.toLowerCase() === name) return typeof value === 'string' ? value : value?.[0];
  return undefined;
}

/** Told by X-Amz-Target, else by the Version of a form; null: no AWS request at all. */
export function serviceOf(request: WireRequest): Service | null {
  const target = header(request, 'x-amz-target');
  if (target !== undefined) {
    const prefix = target.slice(0, target.lastIndexOf('.'));
    return find((s) => s.protocol.kind === 'json' && s.protocol.targetPrefix === prefix);
  }
  if (request.method !== 'POST') return null;
  const version = new URLSearchParams(bodyText(request)).get('Version');
  return find((s) => s.protocol.kind === 'query' && s.protocol.version === version);
}

const find = (test: (service: Service) => boolean) => SERVICES.find(test) ?? null;

export function parseCall(request: WireRequest, service: Service): ParsedCall {
  const credential = credentialOf(request);
  if (service.protocol.kind === 'query') {
    const input = parseQueryBody(bodyText(request));
    const action = input.Action;
    return { service, operation: typeof action === 'string' ? action : '', input, credential };
  }
  const target = header(request, 'x-amz-target') ?? '';
  const operation = target.slice(target.lastIndexOf('.') + 1);
  return { service, operation, input: parseJsonBody(bodyText(request)), credential };
}

function parseJsonBody(text: string): Json {
  try {
    return JSON.parse(text === '' ? '{}' : text) as Json;
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.');
  }
}

function bodyText(request: WireRequest): string {
  if (request.body === undefined) return '';
  return typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body);
}

/** `Credential=KEY/DATE/REGION/SERVICE/aws4_request`; the signature itself is not checked. */
function credentialOf(request: WireRequest): Credential | null {
  const [, accessKeyId, region] =
    /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\//.exec(header(request, 'authorization') ?? '') ?? [];
  return accessKeyId === undefined || region === undefined ? null : { accessKeyId, region };
}

export function reply(
  service: Service,
  operation: string,
  output: JsonObject,
  requestId: string,
): WireResponse {
  if (service.protocol.kind === 'json')
    return { status: 200, headers: jsonHeaders(requestId), body: JSON.stringify(output) };
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return {
    status: 200,
    headers: xmlHeaders(requestId),
    body: `<${operation}Response xmlns="${service.protocol.namespace}"><${operation}Result>${toXml(output)}</${operation}Result>${metadata}</${operation}Response>`,
  };
}

export function errorReply(
  service: Service,
  error: { readonly code: string; readonly message: string; readonly status: number },
  requestId: string,
): WireResponse {
  if (service.protocol.kind === 'json')
    return {
      status: error.status,
      headers: { ...jsonHeaders(requestId), 'x-amzn-errortype': error.code },
      body: JSON.stringify({ __type: error.code, message: error.message }),
    };
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  const details = `<Error><Type>${type}</Type><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error>`;
  return {
    status: error.status,
    headers: xmlHeaders(requestId),
    body: `<ErrorResponse xmlns="${service.protocol.namespace}">${details}<RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}

/** The refusal of an operation that the service does not have, or that is not served here. */
export function unknownOperation(service: Service, operation: string): AwsError {
  if (service.protocol.kind === 'json')
    return new AwsError('UnknownOperationException', `Unknown operation ${operation}`);
  return new AwsError(
    'InvalidAction',
    `Could not find operation ${operation} for version ${service.protocol.version}`,
  );
}

const jsonHeaders = (requestId: string) => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amzn-requestid': requestId,
});

const xmlHeaders = (requestId: string) => ({
  'content-type': 'text/xml',
  'x-amzn-requestid': requestId,
});
