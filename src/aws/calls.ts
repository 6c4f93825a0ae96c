import type { Failure, Result } from '../reconciler/ports/catalog.ts';
import type { Clock, Log, Random } from '../reconciler/ports/runtime.ts';
import type { Apis, Clients, Service } from './clients.ts';
import { failure, failureOf } from './errors.ts';
import type { CatalogOptions } from './target.ts';
import type { CallOptions } from './wire.ts';

/** Reads are tried this often before their failure is reported. */
const TRIES = 6;
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 20_000;

/** Reads change nothing, so they may be repeated even when it is open whether they arrived. */
const REPEATED: ReadonlySet<Failure['kind']> = new Set(['throttled', 'unsent', 'unknown']);

/** Credentials whose time is over, though our clock may say otherwise: new ones may help. */
const EXPIRED: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'TokenRefreshRequired',
]);

/** Keys that AWS does not know: wrong, or replaced in their file meanwhile and then deleted. */
const UNKNOWN: ReadonlySet<string> = new Set([
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);

/** STS and the stores of values share one limit. */
const GATE_OF = {
  serviceCatalog: 'serviceCatalog',
  cloudFormation: 'cloudFormation',
  ssm: 'sts',
  secretsManager: 'sts',
  sts: 'sts',
} as const satisfies Readonly<Record<Service, keyof CatalogOptions['reads']>>;

type Redact = (text: string) => string;
/** Why the call may not be made after all, or null. */
export type LastLook = () => Promise<string | null>;
type Ask<S extends Service, T> = (api: Apis[S], options: CallOptions) => Promise<T>;

/** Something forbade the call at the last moment. */
class HeldBack extends Error {}

export interface Calls {
  /** A read: every try takes a ticket; what may pass by itself is tried again. */
  read<S extends Service, T>(service: S, operation: string, ask: Ask<S, T>): Promise<Result<T>>;
  /**
   * Exactly one call, no ticket, no retry. `redact` sees the text of its failure first; `lastLook` is
   * asked when credentials are at hand, so that nothing slow lies between its answer and the call.
   */
  once<S extends Service, T>(
    service: S,
    operation: string,
    ask: Ask<S, T>,
    by: { readonly redact: Redact; readonly lastLook: LastLook },
  ): Promise<Result<T>>;
}

export interface CallsOptions {
  readonly target: string;
  readonly clients: Clients;
  readonly reads: CatalogOptions['reads'];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Aborted when the catalog is closed. */
  readonly closed: AbortSignal;
}

type Attempt<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly again: boolean };

export function createCalls(options: CallsOptions): Calls {
  return {
    read: (service, operation, ask) => read(options, service, operation, ask),
    async once(service, operation, ask, { redact, lastLook }) {
      const before = async () => {
        await options.clients.signIn();
        const why = await lastLook();
        if (why !== null) throw new HeldBack(why);
      };
      const result = await attempt(options, { service, operation, ask, before, redact });
      return result.kind === 'ok' ? result : failed(result.failure);
    },
  };
}

async function read<S extends Service, T>(
  options: CallsOptions,
  service: S,
  operation: string,
  ask: Ask<S, T>,
): Promise<Result<T>> {
  const { clients, closed } = options;
  const before = async () => {
    // Credentials first: a slow way to them must not bunch calls whose tickets are given out.
    await clients.signIn();
    await options.reads[GATE_OF[service]].take(closed);
  };
  let renewed = false;
  for (let tries = 1; ; tries += 1) {
    const result = await attempt(options, { service, operation, ask, before });
    if (result.kind === 'ok') return result;
    const expired = EXPIRED.has(result.failure.code);
    const again = result.again || (expired && !renewed);
    if (!again || tries === TRIES || closed.aborted) return failed(result.failure);
    renewed ||= expired;
    const waitMs = backoffMs(tries, options.random);
    noteRetry(options, result.failure, tries, waitMs);
    await options.clock.sleep(waitMs, closed);
  }
}

interface Call<S extends Service, T> {
  readonly service: S;
  readonly operation: string;
  readonly ask: Ask<S, T>;
  readonly before: () => Promise<void>;
  readonly redact?: Redact;
}

async function attempt<S extends Service, T>(
  { clients, closed }: CallsOptions,
  call: Call<S, T>,
): Promise<Attempt<T>> {
  let left = false;
  const onLeave = () => {
    left = true;
  };
  try {
    const api = await clients.api[call.service]();
    await call.before();
    closed.throwIfAborted();
    return { kind: 'ok', value: await call.ask(api, { abortSignal: closed, onLeave }) };
  } catch (error) {
    if (error instanceof HeldBack) {
      const seen = failure('unsent', call.operation, 'HeldBack', error.message);
      return { kind: 'failed', failure: seen, again: false };
    }
    if (closed.aborted && !left) {
      const why = 'the connection to AWS was closed before the call was made';
      const seen = failure('unsent', call.operation, 'Closed', why);
      return { kind: 'failed', failure: seen, again: false };
    }
    const seen = failureOf(error, call.operation, left, call.redact);
    if (left && (EXPIRED.has(seen.code) || UNKNOWN.has(seen.code))) clients.expired();
    return { kind: 'failed', failure: seen, again: REPEATED.has(seen.kind) || wasSkewed(error) };
  }
}

export function failed(failure: Failure): { readonly kind: 'failed'; readonly failure: Failure } {
  return { kind: 'failed', failure };
}

/** Exponential with full jitter. `tries`: how many have failed, from 1. */
function backoffMs(tries: number, random: Random): number {
  return random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (tries - 1));
}

function noteRetry(options: CallsOptions, seen: Failure, tries: number, waitMs: number): void {
  options.log.write('debug', 'aws.retry', {
    target: options.target,
    operation: seen.operation,
    kind: seen.kind,
    code: seen.code,
    tries,
    waitMs: Math.round(waitMs),
  });
}

/** The SDK learned from the answer that our clock is off, and signs the next call accordingly. */
function wasSkewed(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const metadata: unknown = Reflect.get(error, '$metadata');
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    Reflect.get(metadata, 'clockSkewCorrected') === true
  );
}
