/** An answer that breaks the API's own contract: `what` names the part. */
export class MalformedAnswer extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'MalformedAnswer';
  }
}

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

/** What an error object of the SDK, of a socket or of our own tells of a failed call. */
export interface Seen {
  readonly code: string;
  readonly message: string;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly source: 'service' | 'unparsable' | 'notConnected' | 'network' | 'malformed' | 'local';
}

export function inspect(error: unknown): Seen {
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
