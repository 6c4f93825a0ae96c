/**
 * The one place that says what a failed call means. The question behind every rule is: may the
 * request have been carried out? In doubt it may, and the kind is `unknown`.
 */
import type { ErrorCode } from '../domain/errors/registry.ts';
import type { Failure } from '../reconciler/ports/catalog.ts';
import { inspect, type Seen } from './error-facts.ts';
import { cleanText } from './text.ts';

export type FailureKind = Failure['kind'];

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
