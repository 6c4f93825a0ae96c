import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AwsCatalog, createCatalog } from '../../src/aws/catalog.ts';
import type { CatalogOptions } from '../../src/aws/target.ts';
import { asArtifactId, asProductId, asProvisionedProductId } from '../../src/domain/ids.ts';
import type { ProductRequest } from '../../src/domain/request.ts';
import type { Result } from '../../src/reconciler/ports/catalog.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** One request as a server sees it. `input` is the JSON body, or the form without Action and Version. */
export interface Call {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

export type Answer =
  | { readonly kind: 'json'; readonly body: unknown; readonly status?: number }
  | { readonly kind: 'text'; readonly body: string; readonly status?: number }
  | { readonly kind: 'raw'; readonly write: (response: ServerResponse) => void };

export const json = (body: unknown, status = 200): Answer => ({ kind: 'json', body, status });
export const text = (body: string, status = 200): Answer => ({ kind: 'text', body, status });
export const raw = (write: (response: ServerResponse) => void): Answer => ({ kind: 'raw', write });

/** An error of Service Catalog. */
export const refusal = (code: string, message: string, status = 400): Answer =>
  json({ __type: code, message }, status);

/** An error of CloudFormation or STS. */
export const xmlRefusal = (code: string, message: string, status = 400): Answer =>
  text(
    `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
    status,
  );

export const identityXml = (account = '111122223333') =>
  text(
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:role/plan</Arn><UserId>AIDA</UserId><Account>${account}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r-2</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  );

export interface Loopback {
  readonly endpoint: string;
  readonly calls: readonly Call[];
  /** How many connections were opened so far. */
  connections(): number;
  close(): Promise<void>;
}

/** A server on loopback that answers with what it is told to. */
export async function startLoopback(answer: (call: Call) => Answer): Promise<Loopback> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call = callOf(request.headers, Buffer.concat(chunks).toString());
    calls.push(call);
    reply(response, answer(call));
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    connections: () => connections,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer.kind === 'raw') {
    answer.write(response);
    return;
  }
  const isJson = answer.kind === 'json';
  response.writeHead(answer.status ?? 200, {
    'content-type': isJson ? 'application/x-amz-json-1.1' : 'text/xml',
    'x-amzn-requestid': 'request-1',
  });
  response.end(isJson ? JSON.stringify(answer.body) : answer.body);
}

function callOf(headers: IncomingMessage['headers'], body: string): Call {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    return { operation: target.split('.')[1] ?? '', input: JSON.parse(body), headers };
  }
  const { Action = '', Version: _, ...input } = Object.fromEntries(new URLSearchParams(body));
  return { operation: Action, input, headers };
}

/** The same in this process, without sockets: the answers as the SDK's HTTP handler gives them. */
export function inProcess(answer: (call: Call) => Answer) {
  const calls: Call[] = [];
  const requestHandler: NonNullable<CatalogOptions['requestHandler']> = {
    async handle(request) {
      const call = callOf({ ...request.headers }, request.body);
      calls.push(call);
      const given = answer(call);
      if (given.kind === 'raw') throw new Error('no sockets here');
      const body = given.kind === 'json' ? JSON.stringify(given.body) : given.body;
      const headers = { 'x-amzn-requestid': 'request-1' };
      return { status: given.status ?? 200, headers, body };
    },
  };
  return { requestHandler, calls };
}

export interface Rig {
  readonly catalog: AwsCatalog;
  readonly clock: VirtualClock;
  /** How many read tickets were taken, by service. */
  readonly tickets: { serviceCatalog: number; cloudFormation: number; sts: number };
  readonly events: readonly { readonly event: string; readonly fields: object }[];
}

export const REGION = 'eu-central-1';

type Access = Pick<CatalogOptions, 'endpoint' | 'credentials'>;

const DUMMY: Access = {
  endpoint: 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'local' },
};

/**
 * A catalog whose time is virtual, so that waiting takes none. With `access` {} it finds endpoint
 * and credentials as it would for a person.
 */
export function rig(over: Partial<CatalogOptions> = {}, access: Access = DUMMY): Rig {
  const clock = new VirtualClock();
  const tickets = { serviceCatalog: 0, cloudFormation: 0, sts: 0 };
  const events: { event: string; fields: object }[] = [];
  const ticket = (service: keyof typeof tickets) => ({
    take: async () => {
      tickets[service] += 1;
    },
  });
  const catalog = createCatalog({
    target: { name: 'prod', region: REGION, roleArn: null, externalId: null, sessionName: 'test' },
    ...access,
    reads: {
      serviceCatalog: ticket('serviceCatalog'),
      cloudFormation: ticket('cloudFormation'),
      sts: ticket('sts'),
    },
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: (ms, signal) => wakeAtOnce(clock, ms, signal),
    },
    random: () => 0.5,
    log: { write: (_level, event, fields) => events.push({ event, fields }) },
    ...over,
  });
  return { catalog, clock, tickets, events };
}

async function wakeAtOnce(clock: VirtualClock, ms: number, signal?: AbortSignal): Promise<void> {
  const sleeping = clock.sleep(ms, signal);
  await clock.pass(ms);
  await sleeping;
}

/** The value of a result that must be one. */
export function okValue<T>(result: Result<T>): T {
  if (result.kind === 'failed') throw new Error(`failed: ${JSON.stringify(result.failure)}`);
  return result.value;
}

/** The failure of a result that must be one. */
export function failedWith<T>(result: Result<T>) {
  if (result.kind === 'ok') throw new Error(`not failed: ${JSON.stringify(result.value)}`);
  return result.failure;
}

type UpdateRequest = Extract<ProductRequest, { operation: 'UpdateProvisionedProduct' }>;

/** An update that says as little as one can. */
export const updateRequest = (over: Partial<UpdateRequest> = {}): UpdateRequest => ({
  operation: 'UpdateProvisionedProduct',
  provisionedProductId: asProvisionedProductId('pp-1'),
  productId: asProductId('prod-1'),
  artifactId: asArtifactId('pa-1'),
  pathId: null,
  parameters: [],
  tags: null,
  acceptLanguage: null,
  ...over,
});
