import { Readable } from 'node:stream';
import type { InProcessCatalog } from './local-catalog.ts';
import type { WireRequest } from './wire.ts';

/** What an AWS SDK hands to its HTTP handler; only what is used here. */
export interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

/**
 * A request handler for AWS SDK clients that never opens a socket: the catalog answers in this
 * process, on its own clock.
 */
export function sdkRequestHandler(catalog: Pick<InProcessCatalog, 'handle'>) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest): Promise<{ response: SdkResponse }> {
      const answer = await catalog.handle({
        method: request.method,
        path: request.path,
        headers: request.headers,
        body: bodyOf(request.body),
      });
      return {
        response: {
          statusCode: answer.status,
          headers: { ...answer.headers },
          body: Readable.from([Buffer.from(answer.body)]),
        },
      };
    },
    destroy(): void {},
    updateHttpClientConfig(): void {},
    httpHandlerConfigs(): Record<string, never> {
      return {};
    },
  };
}

/** These services never stream: a body is text or bytes. */
function bodyOf(body: unknown): WireRequest['body'] {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError('a request body that is neither text nor bytes');
}
