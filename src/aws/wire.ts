import type { CallCounts } from '../domain/plan.ts';

/** The part of the SDK's HTTP request that this program looks at. */
export interface SdkRequest {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface WireRequest extends SdkRequest {
  readonly body: string;
}

export interface WireResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Carries requests in place of sockets: the simulation, or a test. */
export interface WireHandler {
  handle(
    request: WireRequest,
    options?: { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<WireResponse>;
}

/** The body of a request as text; the SDK's is a string or bytes, by protocol. */
export function bodyText(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : '';
}

/** Handed to the SDK with every call of ours; the SDK hands it on to the HTTP handler. */
export interface CallOptions {
  readonly abortSignal: AbortSignal;
  /** Called when the request of this very call is given to the network. */
  readonly onLeave: () => void;
}

/** Counts calls by `service.Operation`, as they leave the process. */
export class CallCounter {
  readonly #counts = new Map<string, number>();

  add(operation: string): void {
    this.#counts.set(operation, (this.#counts.get(operation) ?? 0) + 1);
  }

  /** A snapshot, operations sorted. */
  counts(): CallCounts {
    const byOperation: Record<string, number> = Object.create(null);
    let total = 0;
    for (const operation of [...this.#counts.keys()].sort()) {
      const count = this.#counts.get(operation) ?? 0;
      byOperation[operation] = count;
      total += count;
    }
    return { byOperation, total };
  }
}

const SERVICE_BY_TARGET: ReadonlyMap<string, string> = new Map([
  ['AWS242ServiceCatalogService', 'servicecatalog'],
  ['AmazonSSM', 'ssm'],
]);

const SERVICE_BY_VERSION: ReadonlyMap<string, string> = new Map([
  ['2010-05-15', 'cloudformation'],
  ['2011-06-15', 'sts'],
]);

/**
 * Names the operation of a request by what stands in it, so that calls which the SDK makes by
 * itself on the way to credentials are counted under their own names.
 */
function operationOf(request: SdkRequest): string {
  const [target, jsonOperation] = (request.headers['x-amz-target'] ?? '').split('.');
  if (jsonOperation !== undefined) {
    return `${SERVICE_BY_TARGET.get(target ?? '') ?? target}.${jsonOperation}`;
  }
  const form = new URLSearchParams(bodyText(request.body));
  const action = form.get('Action');
  if (action !== null) {
    return `${SERVICE_BY_VERSION.get(form.get('Version') ?? '') ?? request.hostname}.${action}`;
  }
  return `${request.hostname}.${request.method} ${request.path}`;
}

/** Our ear on every HTTP request of a target. */
export interface Ear {
  /** A request leaves; its operation is `service.Operation`. */
  onCall(operation: string): void;
  /** Runs before a request that the SDK makes by itself, on its way to credentials. */
  beforeForeign(): Promise<void>;
}

/** `handle`, with every request announced just before it is given to the network. */
export function heard<Request extends SdkRequest, Options extends object, Answer>(
  handle: (request: Request, options?: Options) => Promise<Answer>,
  ear: Ear,
): (request: Request, options?: Options) => Promise<Answer> {
  return async (request, options) => {
    const onLeave = ownCall(options);
    if (onLeave === null) await ear.beforeForeign();
    ear.onCall(operationOf(request));
    onLeave?.();
    return await handle(request, options);
  };
}

function ownCall(options: object | undefined): CallOptions['onLeave'] | null {
  return options !== undefined && 'onLeave' in options && typeof options.onLeave === 'function'
    ? (options.onLeave as CallOptions['onLeave'])
    : null;
}
