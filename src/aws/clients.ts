import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type {
  ServiceCatalogClient,
  ServiceCatalogClientConfig,
} from '@aws-sdk/client-service-catalog';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import type { CatalogOptions } from './target.ts';
import { bodyText, type Ear, heard, type SdkRequest, type WireHandler } from './wire.ts';

/** The SDK's module and client of each service. */
export interface Apis {
  readonly serviceCatalog: {
    readonly sdk: typeof import('@aws-sdk/client-service-catalog');
    readonly client: ServiceCatalogClient;
  };
  readonly cloudFormation: {
    readonly sdk: typeof import('@aws-sdk/client-cloudformation');
    readonly client: CloudFormationClient;
  };
  readonly ssm: {
    readonly sdk: typeof import('@aws-sdk/client-ssm');
    readonly client: SSMClient;
  };
  readonly secretsManager: {
    readonly sdk: typeof import('@aws-sdk/client-secrets-manager');
    readonly client: SecretsManagerClient;
  };
  readonly sts: {
    readonly sdk: typeof import('@aws-sdk/client-sts');
    readonly client: STSClient;
  };
}

export type Service = keyof Apis;

/** The SDK clients of one target, each loaded when it is first asked for. */
export interface Clients {
  readonly api: { readonly [S in Service]: () => Promise<Apis[S]> };
  /** Resolves when credentials are at hand. */
  signIn(): Promise<void>;
  /** AWS says that they have expired, whatever our clock says: the next `signIn` gets new ones. */
  expired(): void;
  destroy(): void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * Connections are kept for the next call, but not for long: one that the far end drops while we
 * reuse it would leave it open whether a write was carried out.
 */
const AGENT = { keepAlive: true, maxSockets: 50, timeout: 4_000 };

/** What the SDK makes its own HTTP handler from. */
const SOCKETS_OF_SDK = {
  connectionTimeout: CONNECT_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  // An answer that stops half-way: the request timeout does not cover it.
  socketTimeout: REQUEST_TIMEOUT_MS,
  throwOnRequestTimeout: true,
  httpAgent: AGENT,
  httpsAgent: AGENT,
};

/** For an endpoint of our own that was given no region: there any will do, but one must be named. */
const ANY_REGION = 'us-east-1';

export function createClients(options: CatalogOptions, ear: Ear): Clients {
  const settings = settingsFor(options, ear);
  const serviceCatalog = once(async () => {
    const sdk = await import('@aws-sdk/client-service-catalog');
    const credentials = await credentialsFor(options, settings);
    return { sdk, client: new sdk.ServiceCatalogClient({ ...settings, ...credentials }) };
  });
  // One way to credentials for all of them, so that a role is assumed once, not once per service.
  const shared = async () => {
    const { client } = await serviceCatalog.get();
    return { credentials: client.config.credentials };
  };
  const cloudFormation = once(async () => {
    const sdk = await import('@aws-sdk/client-cloudformation');
    return { sdk, client: new sdk.CloudFormationClient({ ...settings, ...(await shared()) }) };
  });
  const sts = once(async () => {
    const sdk = await import('@aws-sdk/client-sts');
    return { sdk, client: new sdk.STSClient({ ...settings, ...(await shared()) }) };
  });
  const ssm = once(async () => {
    const sdk = await import('@aws-sdk/client-ssm');
    return { sdk, client: new sdk.SSMClient({ ...settings, ...(await shared()) }) };
  });
  const secretsManager = once(async () => {
    const sdk = await import('@aws-sdk/client-secrets-manager');
    return { sdk, client: new sdk.SecretsManagerClient({ ...settings, ...(await shared()) }) };
  });
  let forceRefresh = false;
  return {
    async signIn() {
      const refresh = { forceRefresh };
      forceRefresh = false;
      await (await shared()).credentials(refresh);
    },
    expired() {
      forceRefresh = true;
    },
    api: {
      serviceCatalog: serviceCatalog.get,
      cloudFormation: cloudFormation.get,
      ssm: ssm.get,
      secretsManager: secretsManager.get,
      sts: sts.get,
    },
    destroy() {
      for (const made of [serviceCatalog, cloudFormation, ssm, secretsManager, sts])
        made.ifMade()?.client.destroy();
    },
  };
}

/** Makes its thing when first asked, once; after a failure, anew. */
function once<T>(make: () => Promise<T>): { get(): Promise<T>; ifMade(): T | undefined } {
  let making: Promise<T> | undefined;
  let made: T | undefined;
  const attempt = async (): Promise<T> => {
    try {
      made = await make();
      return made;
    } catch (error) {
      making = undefined;
      throw error;
    }
  };
  return {
    get() {
      making ??= attempt();
      return making;
    },
    ifMade: () => made,
  };
}

/** Settings that the clients of all services take. */
function settingsFor(options: CatalogOptions, ear: Ear) {
  const { target, endpoint, credentials, requestHandler } = options;
  const isolated = endpoint !== undefined && credentials !== undefined;
  const region = target.region ?? (isolated ? ANY_REGION : null);
  return {
    // Retries are ours: each takes a ticket, and `send` must have none.
    retryMode: 'standard',
    maxAttempts: 1,
    requestHandler: requestHandler === undefined ? SOCKETS_OF_SDK : asSdkHandler(requestHandler),
    extensions: [listen(ear)],
    ...(region === null ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(isolated ? DEAF_TO_ENVIRONMENT : {}),
  };
}

/** Every setting that the SDK would otherwise look up in the environment or in files of the user. */
const DEAF_TO_ENVIRONMENT = {
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  authSchemePreference: [],
  disableClockSkewCorrection: false,
  userAgentAppId: async () => undefined,
};

async function credentialsFor(options: CatalogOptions, settings: ReturnType<typeof settingsFor>) {
  const { target } = options;
  const given = options.credentials === undefined ? undefined : { ...options.credentials };
  if (target.roleArn === null && given !== undefined) return { credentials: given };
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import(
    '@aws-sdk/credential-providers'
  );
  // Whoever replaces the keys in a file does not restart us: the file is read again when it is asked again.
  const chain = fromNodeProviderChain({ ignoreCache: true });
  if (target.roleArn === null) return { credentials: chain };
  const credentials = fromTemporaryCredentials({
    params: {
      RoleArn: target.roleArn,
      RoleSessionName: target.sessionName,
      ...(target.externalId === null ? {} : { ExternalId: target.externalId }),
    },
    masterCredentials: given ?? (() => freshFrom(chain)),
    clientConfig: settings,
  });
  return { credentials };
}

/** Read anew for every session of the role: the SDK would keep what does not expire for good. */
async function freshFrom(chain: ReturnType<typeof fromNodeProviderChain>) {
  const found = await chain({ forceRefresh: true });
  return { ...found, expiration: found.expiration ?? new Date(0) };
}

type SdkHandler = Extract<
  NonNullable<ServiceCatalogClientConfig['requestHandler']>,
  { updateHttpClientConfig: unknown }
>;

/** The SDK's own place to put something round its HTTP handler. */
interface HandlerSeat {
  httpHandler(): SdkHandler;
  setHttpHandler(handler: SdkHandler): void;
}

function listen(ear: Ear) {
  return {
    configure(seat: HandlerSeat): void {
      const inner = seat.httpHandler();
      seat.setHttpHandler({
        metadata: HTTP_1,
        handle: heard(inner.handle.bind(inner), ear),
        updateHttpClientConfig: inner.updateHttpClientConfig.bind(inner),
        httpHandlerConfigs: inner.httpHandlerConfigs.bind(inner),
        destroy: () => inner.destroy?.(),
      });
    },
  };
}

const HTTP_1 = { handlerProtocol: 'http/1.1' };

/** A handler that was handed in: it is its owner's to configure and to close. */
function asSdkHandler(handler: WireHandler): SdkHandler {
  const handle = async (request: SdkRequest, options?: { abortSignal?: AbortSignal }) => {
    const { method, hostname, path, headers } = request;
    const wired = { method, hostname, path, headers, body: bodyText(request.body) };
    const { status, headers: answered, body } = await handler.handle(wired, options);
    const bytes = new TextEncoder().encode(body);
    return { response: { statusCode: status, headers: { ...answered }, body: bytes } };
  };
  return {
    metadata: HTTP_1,
    handle: handle as SdkHandler['handle'],
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}
