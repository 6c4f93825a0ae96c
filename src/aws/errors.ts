/**
 * The one place that says what a failed call means. The question behind every rule is: may the
 * request have been carried out? In doubt it may, and the kind is `unknown`.
 */
import type { ErrorCode } from '../domain/errors/registry.ts';
import type { Failure } from '../reconciler/ports/catalog.ts';
import { cleanText } from './text.ts';

export type FailureKind = Failure['kind'];

/** An answer that breaks the API's own contract: `what` names the part. */
export class MalformedAnswer extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'MalformedAnswer';
  }
}

const REGISTRY: Readonly<Record<FailureKind, ErrorCode>> = {
  throttled: 'aws/throttled',
  unsent: 'aws/unsent',
  unknown: 'aws/unknown',
  denied: 'aws/denied',
  credentials: 'aws/credentials',
  notFound: 'aws/not-found',
  invalid: 'aws/invalid',
  conflict: 'aws/conflict',
  malformed: 'aws/malformed',
};

/** The registry entry that explains a failure to a person. */
export function awsErrorCode(failure: Failure): ErrorCode {
  return REGISTRY[failure.kind];
}

/** Codes whose meaning the HTTP status does not tell. A 4xx code that is not here is `invalid`. */
const KIND_BY_CODE: ReadonlyMap<string, FailureKind> = new Map(
  Object.entries({
    throttled: [
      'BandwidthLimitExceeded',
      'EC2ThrottledException',
      'LimitExceededException',
      'PriorRequestNotComplete',
      'ProvisionedThroughputExceededException',
      'RequestLimitExceeded',
      'RequestThrottled',
      'RequestThrottledException',
      'SlowDown',
      'ThrottledException',
      'Throttling',
      'ThrottlingException',
      'TooManyRequestsException',
      'TransactionInProgressException',
    ],
    unknown: [
      'IDPCommunicationError',
      'InternalError',
      'InternalFailure',
      'InternalServerError',
      'RequestTimeout',
      'RequestTimeoutException',
      'ServiceUnavailable',
      'ServiceUnavailableException',
    ],
    denied: [
      'AccessDenied',
      'AccessDeniedException',
      'NotAuthorized',
      'OptInRequired',
      'RegionDisabledException',
      'UnauthorizedOperation',
    ],
    credentials: [
      'AuthFailure',
      'CredentialsProviderError',
      'ExpiredToken',
      'ExpiredTokenException',
      'IncompleteSignature',
      'IncompleteSignatureException',
      'InvalidAccessKeyId',
      'InvalidClientTokenId',
      'InvalidIdentityToken',
      'InvalidSignatureException',
      'MissingAuthenticationToken',
      'MissingAuthenticationTokenException',
      'RequestExpired',
      'RequestTimeTooSkewed',
      'SignatureDoesNotMatch',
      'TokenRefreshRequired',
      'UnrecognizedClient',
      'UnrecognizedClientException',
    ],
    notFound: ['ChangeSetNotFound', 'ResourceNotFoundException', 'StackSetNotFoundException'],
    conflict: [
      'ConflictException',
      'InvalidChangeSetStatus',
      'InvalidStateException',
      'OperationInProgressException',
      'ResourceInUseException',
      'StaleRequestException',
      'TokenAlreadyExistsException',
    ],
  } satisfies Partial<Record<FailureKind, readonly string[]>>).flatMap(([kind, codes]) =>
    codes.map((code) => [code, kind as FailureKind] as const),
  ),
);

/** Codes whose meaning only the text tells. */
const KIND_BY_TEXT: readonly {
  readonly code: string;
  readonly text: RegExp;
  readonly kind: FailureKind;
}[] = [
  // CloudFormation has no code of its own for a stack that is not there.
  { code: 'ValidationError', text: /^Stack with id .* does not exist$/s, kind: 'notFound' },
  // Follows a change in IAM for a minute or so and passes by itself; not a matter of rate.
  { code: 'InvalidParametersException', text: /profile does not exist/i, kind: 'conflict' },
];

/** The request never got a connection, so no byte of it can have arrived. */
const NOT_CONNECTED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['getaddrinfo', new Set(['ENOTFOUND', 'EAI_AGAIN'])],
  ['connect', new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'])],
]);

/** Raised by a socket or a timer, not by the service, and passing by themselves. */
const NETWORK: ReadonlySet<string> = new Set([
  'AbortError',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
]);

/**
 * Says what a failed call means. `left`: its HTTP request was handed to the network. What failed
 * before that failed while credentials, region or endpoint were looked up. `redact` sees the text
 * before anybody else.
 */
export function failureOf(
  error: unknown,
  operation: string,
  left: boolean,
  redact: (text: string) => string = (text) => text,
): Failure {
  const seen = inspect(error);
  return {
    kind: left ? kindAfterLeaving(seen) : kindBeforeLeaving(seen),
    operation,
    code: seen.code,
    message: cleanText(redact(seen.message)),
    requestId: seen.requestId,
  };
}

/** A failure that no error object stands for. */
export function failure(kind: FailureKind, operation: string, code: string, message: string) {
  return { kind, operation, code, message: cleanText(message), requestId: null } satisfies Failure;
}

interface Seen {
  readonly code: string;
  readonly message: string;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly source: 'service' | 'unparsable' | 'notConnected' | 'network' | 'malformed' | 'local';
}

function kindAfterLeaving(seen: Seen): FailureKind {
  switch (seen.source) {
    case 'service':
      return serviceKind(seen);
    case 'malformed':
      return 'malformed';
    case 'notConnected':
      return 'unsent';
    case 'unparsable':
    case 'network':
    case 'local':
      return 'unknown';
    default:
      return seen.source satisfies never;
  }
}

/** Passing trouble on the way to credentials is `unsent`; everything else needs a person. */
function kindBeforeLeaving(seen: Seen): FailureKind {
  if (seen.source === 'local') return 'credentials';
  const kind = kindAfterLeaving(seen);
  return kind === 'throttled' || kind === 'unknown' || kind === 'unsent' ? 'unsent' : 'credentials';
}

function serviceKind({ code, message, status }: Seen): FailureKind {
  const byText = KIND_BY_TEXT.find((rule) => rule.code === code && rule.text.test(message));
  if (byText !== undefined) return byText.kind;
  const byCode = KIND_BY_CODE.get(code);
  if (byCode !== undefined) return byCode;
  if (status === 429) return 'throttled';
  if (status === 401 || status === 403) return 'denied';
  return status !== null && status >= 400 && status < 500 && status !== 408 ? 'invalid' : 'unknown';
}

function inspect(error: unknown): Seen {
  if (!(error instanceof Error)) {
    const message = 'the SDK failed with something that is no error';
    return { code: 'Unknown', message, status: null, requestId: null, source: 'local' };
  }
  const { status, requestId } = answerOf(error);
  const facts = { status, requestId, message: error.message };
  if (error instanceof MalformedAnswer) {
    return { ...facts, code: 'MalformedAnswer', source: 'malformed' };
  }
  if (status !== null) return answered(error, facts, status);
  const networkCode = textOf(error, 'code');
  if (isNotConnected(error)) {
    return { ...facts, code: networkCode ?? 'ConnectTimeout', source: 'notConnected' };
  }
  const network = NETWORK.has(networkCode ?? error.name) || NETWORK.has(error.name);
  return { ...facts, code: networkCode ?? error.name, source: network ? 'network' : 'local' };
}

function answered(error: Error, facts: Omit<Seen, 'code' | 'source'>, status: number): Seen {
  const parsed = textOf(error, '$fault') !== null && error.name !== 'Unknown';
  if (parsed) return { ...facts, code: error.name, source: 'service' };
  const why = error.message.split('\n')[0] ?? '';
  const message = `HTTP ${status} with an answer that is not the service's own: ${why}`;
  return { ...facts, message, code: `Http${status}`, source: 'unparsable' };
}

function isNotConnected(error: Error): boolean {
  const codes = NOT_CONNECTED.get(textOf(error, 'syscall') ?? '');
  if (codes?.has(textOf(error, 'code') ?? '') === true) return true;
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.every((each) => each instanceof Error && isNotConnected(each));
  }
  // The SDK's own connect timeout bears no code; if its text changes, it counts as unknown: safe.
  return error.name === 'TimeoutError' && error.message.includes('did not establish a connection');
}

function answerOf(error: Error): { status: number | null; requestId: string | null } {
  const metadata: unknown = Reflect.get(error, '$metadata');
  if (typeof metadata !== 'object' || metadata === null) return { status: null, requestId: null };
  const status: unknown = Reflect.get(metadata, 'httpStatusCode');
  const requestId: unknown = Reflect.get(metadata, 'requestId');
  return {
    status: typeof status === 'number' ? status : null,
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}

function textOf(error: Error, member: string): string | null {
  const value: unknown = Reflect.get(error, member);
  return typeof value === 'string' ? value : null;
}
