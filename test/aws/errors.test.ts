import { setImmediate as macrotask } from 'node:timers/promises';
import {
  SearchProvisionedProductsCommand,
  ServiceCatalogClient,
} from '@aws-sdk/client-service-catalog';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MalformedAnswer } from '../../src/aws/error-facts.ts';
import { awsErrorCode, type FailureKind, failure, failureOf } from '../../src/aws/errors.ts';
import { cleanText } from '../../src/aws/text.ts';
import { errorEntry } from '../../src/domain/errors/registry.ts';
import { asProvisionedProductId, asToken } from '../../src/domain/ids.ts';
import type { ProductRequest } from '../../src/domain/request.ts';
import {
  type Answer,
  failedWith,
  identityXml,
  json,
  type Loopback,
  raw,
  refusal,
  rig,
  startLoopback,
  text,
  xmlRefusal,
} from './support.ts';

/** An error as the SDK makes it from an answer that it could read. */
function serviceError(code: string, status: number, message = 'because'): Error {
  return Object.assign(new Error(message), {
    name: code,
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status, requestId: 'request-1' },
  });
}

const socketError = (code: string, syscall?: string) =>
  Object.assign(new Error(`${syscall} ${code}`), { code, ...(syscall && { syscall }) });

describe('failureOf', () => {
  const cases: readonly (readonly [code: string, status: number, kind: FailureKind])[] = [
    ['ThrottlingException', 400, 'throttled'],
    ['Throttling', 400, 'throttled'],
    ['TooManyRequestsException', 429, 'throttled'],
    ['SlowDown', 503, 'throttled'],
    ['LimitExceededException', 400, 'throttled'],
    ['SomethingNewException', 429, 'throttled'],
    ['AccessDeniedException', 400, 'denied'],
    ['AccessDenied', 403, 'denied'],
    ['SomethingNewException', 403, 'denied'],
    ['ExpiredTokenException', 400, 'credentials'],
    ['UnrecognizedClientException', 400, 'credentials'],
    ['InvalidSignatureException', 400, 'credentials'],
    ['InvalidClientTokenId', 403, 'credentials'],
    ['ResourceNotFoundException', 400, 'notFound'],
    ['InvalidParametersException', 400, 'invalid'],
    ['ValidationException', 400, 'invalid'],
    ['ValidationError', 400, 'invalid'],
    ['DuplicateResourceException', 400, 'invalid'],
    ['SomethingNewException', 400, 'invalid'],
    ['InvalidStateException', 400, 'conflict'],
    ['ResourceInUseException', 400, 'conflict'],
    ['OperationInProgressException', 409, 'conflict'],
    ['InternalFailure', 500, 'unknown'],
    ['ServiceUnavailable', 503, 'unknown'],
    ['SomethingNewException', 502, 'unknown'],
    ['RequestTimeout', 400, 'unknown'],
    ['RequestTimeoutException', 408, 'unknown'],
  ];

  it.each(cases)('%s with HTTP %i is %s', (code, status, kind) => {
    expect(failureOf(serviceError(code, status), 'DescribeRecord', true)).toEqual({
      kind,
      operation: 'DescribeRecord',
      code,
      message: 'because',
      requestId: 'request-1',
    });
  });

  it.each([
    ['ValidationError', 'Stack with id arn:aws:x does not exist', 'notFound'],
    ['ValidationError', 'Parameters: [X] do not exist in the template', 'invalid'],
    ['InvalidParametersException', 'Portfolio access profile does not exist', 'conflict'],
    ['InvalidParametersException', 'Invalid PathId: lpv3-abc', 'invalid'],
  ] as const)('%s "%s" is %s', (code, message, kind) => {
    expect(failureOf(serviceError(code, 400, message), 'X', true).kind).toBe(kind);
  });

  it.each([
    [socketError('ECONNREFUSED', 'connect'), 'unsent'],
    [socketError('ENOTFOUND', 'getaddrinfo'), 'unsent'],
    [socketError('EAI_AGAIN', 'getaddrinfo'), 'unsent'],
    [socketError('ETIMEDOUT', 'connect'), 'unsent'],
    [new AggregateError([socketError('ECONNREFUSED', 'connect')], 'all'), 'unsent'],
    [
      new AggregateError([socketError('ECONNREFUSED', 'connect'), socketError('EPIPE')], 'one'),
      'unknown',
    ],
    [socketError('ETIMEDOUT'), 'unknown'],
    [socketError('ECONNREFUSED', 'read'), 'unknown'],
    [socketError('ECONNRESET'), 'unknown'],
    [socketError('EPIPE', 'write'), 'unknown'],
    [Object.assign(new Error('slow'), { name: 'TimeoutError' }), 'unknown'],
    [new TypeError('a bug'), 'unknown'],
    ['a string', 'unknown'],
    [new MalformedAnswer('the answer lacks RecordDetail'), 'malformed'],
  ] as const)('%s, once the request has left, is %s', (error, kind) => {
    expect(failureOf(error, 'X', true).kind).toBe(kind);
  });

  it.each([
    [serviceError('AccessDenied', 403), 'credentials'],
    [serviceError('Throttling', 400), 'unsent'],
    [serviceError('InternalFailure', 500), 'unsent'],
    [socketError('ECONNRESET'), 'unsent'],
    [socketError('ECONNREFUSED', 'connect'), 'unsent'],
    [socketError('ENOENT', 'open'), 'credentials'],
    [Object.assign(new Error('none'), { name: 'CredentialsProviderError' }), 'credentials'],
    [new Error('Region is missing'), 'credentials'],
  ] as const)('%s, while credentials are looked up, is %s', (error, kind) => {
    expect(failureOf(error, 'X', false).kind).toBe(kind);
  });

  it('gives every kind an entry in the registry', () => {
    const kinds = new Set([...cases.map(([, , kind]) => kind), 'unsent', 'malformed'] as const);
    expect(kinds.size).toBe(9);
    for (const kind of kinds) {
      expect(errorEntry(awsErrorCode(failure(kind, 'X', 'Y', 'z'))).next).not.toBe('');
    }
  });
});

describe('cleanText', () => {
  it('keeps one line of harmless characters', () => {
    expect(cleanText('a\r\nb\tc\u001b[31md\u0000e\u009bf\u202eg\u2028h')).toBe('a b c[31mdefg h');
  });

  it('keeps the two blanks and the brackets that AWS writes', () => {
    const shape = 'AmazonCloudFormationException  No updates (Service: X; Status Code: 400)';
    expect(cleanText(shape)).toBe(shape);
  });

  it('caps at 2,000 characters without cutting a character in half', () => {
    expect(cleanText('x'.repeat(2000))).toHaveLength(2000);
    const cut = cleanText('😀'.repeat(1500));
    expect(cut).toHaveLength(2000);
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.endsWith('…')).toBe(true);
  });
});

describe('answers that are none, over a real connection', () => {
  let server: Loopback | undefined;
  afterEach(async () => {
    vi.useRealTimers();
    await server?.close();
    server = undefined;
  });

  const request: ProductRequest = {
    operation: 'UpdateProvisionedProductProperties',
    provisionedProductId: asProvisionedProductId('pp-1'),
    property: 'OWNER',
    value: 'arn:aws:iam::111122223333:role/x',
    acceptLanguage: null,
  };

  async function sendInto(answer: Answer) {
    server = await startLoopback(() => answer);
    const { catalog } = rig({ endpoint: server.endpoint });
    const result = await catalog.send(request, asToken('tu1-a'));
    catalog.close();
    return { failure: failedWith(result), calls: server.calls.length };
  }

  it.each<[string, Answer, FailureKind, string]>([
    ['a proxy page', text('<html>Bad gateway</html>', 502), 'unknown', 'Http502'],
    ['an empty 500', text('', 500), 'unknown', 'Http500'],
    ['a login page with 200', text('<html>Log in</html>'), 'unknown', 'Http200'],
    ['a login page with 403', text('<html>Log in</html>', 403), 'unknown', 'Http403'],
    ['half an answer with 200', text('{"RecordDetail":'), 'unknown', 'Http200'],
    ['an empty 200', raw((to) => to.writeHead(200).end()), 'unknown', 'MalformedAnswer'],
    ['a 200 without the record', json({}), 'unknown', 'MalformedAnswer'],
    ['an error without a code', json({ message: 'no' }, 400), 'unknown', 'Http400'],
    ['a broken connection', raw((to) => to.socket?.destroy()), 'unknown', 'ECONNRESET'],
    ['a refusal', refusal('InvalidStateException', 'busy'), 'conflict', 'InvalidStateException'],
    [
      'a throttle',
      refusal('ThrottlingException', 'Rate exceeded'),
      'throttled',
      'ThrottlingException',
    ],
  ])('%s', async (_, answer, kind, code) => {
    const seen = await sendInto(answer);
    expect(seen.failure).toMatchObject({ kind, code });
    expect(seen.calls).toBe(1);
  });

  it('is unsent when nothing listens', async () => {
    server = await startLoopback(() => json({}));
    const { endpoint } = server;
    await server.close();
    const { catalog } = rig({ endpoint });
    expect(failedWith(await catalog.send(request, asToken('tu1-a')))).toMatchObject({
      kind: 'unsent',
      code: 'ECONNREFUSED',
    });
    expect(catalog.calls().total).toBe(1);
  });

  it('is unknown when no answer comes within 60 s, and not before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server = await startLoopback(() => raw(() => undefined));
    const { catalog } = rig({ endpoint: server.endpoint });
    const sending = catalog.send(request, asToken('tu1-a'));
    while (server.calls.length === 0) await macrotask();
    vi.advanceTimersByTime(59_000);
    expect(await Promise.race([sending, macrotask('waiting')])).toBe('waiting');
    vi.advanceTimersByTime(1_000);
    expect(failedWith(await sending)).toMatchObject({ kind: 'unknown', code: 'ETIMEDOUT' });
    catalog.close();
  });

  it('is unsent when no connection comes about in time', async () => {
    const client = new ServiceCatalogClient({
      endpoint: 'http://never.invalid',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
      requestHandler: { connectionTimeout: 20, httpAgent: { lookup: () => undefined } },
    });
    const error: unknown = await client
      .send(new SearchProvisionedProductsCommand({}))
      .catch((each) => each);
    expect(failureOf(error, 'X', true)).toMatchObject({ kind: 'unsent', code: 'ConnectTimeout' });
  });

  it('reads an empty 200 of CloudFormation as malformed, not as no stacks', async () => {
    server = await startLoopback(() => text('<html>Log in</html>'));
    const { catalog } = rig({ endpoint: server.endpoint });
    const listing = await catalog.stacks(new Set(['a']));
    expect(listing.missing.size).toBe(0);
    expect(listing.failure?.kind).toBe('malformed');
    catalog.close();
  });

  it('reads the errors of the query protocol', async () => {
    server = await startLoopback((call) =>
      call.operation === 'GetCallerIdentity'
        ? xmlRefusal('InvalidClientTokenId', 'The security token is invalid.', 403)
        : identityXml(),
    );
    const { catalog } = rig({ endpoint: server.endpoint });
    expect(failedWith(await catalog.identity())).toMatchObject({
      kind: 'credentials',
      code: 'InvalidClientTokenId',
      message: 'The security token is invalid.',
    });
    catalog.close();
  });
});
