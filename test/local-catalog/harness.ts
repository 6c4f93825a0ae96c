import {
  createLocalCatalog,
  type InProcessCatalog,
} from '../../src/local-catalog/local-catalog.ts';
import { normaliseSeed, type Seed } from '../../src/local-catalog/seed.ts';
import type { BehaviourInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { isObject, type JsonObject } from '../../src/local-catalog/validate.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const START = Date.UTC(2026, 10, 21, 12);

/** Phases of an operation in these tests, in ms: accepted at 0, begins at 100, ends at 1100. */
export const BEGINS = 100;
export const ENDS = 1_100;
export const ROLLED_BACK = 1_600;

/** An AWS error as a client sees it. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface As {
  readonly key?: string;
  readonly region?: string;
  readonly service?: string;
}

/** A catalog in this process, on a clock that only moves when told to. */
export interface Harness {
  readonly catalog: InProcessCatalog;
  readonly admin: InProcessCatalog['admin'];
  /** A JSON call: Service Catalog unless `as.service` says otherwise. */
  call(operation: string, input?: JsonObject, as?: As): Promise<JsonObject>;
  /** A query call, with the answer as XML text. */
  query(
    service: 'cloudformation' | 'sts',
    action: string,
    input?: Readonly<Record<string, string>>,
    as?: As,
  ): Promise<string>;
  pass(ms: number): void;
  now(): number;
  /** Seconds of waiting that slow answers asked for. */
  readonly slept: number[];
}

/** A small generator (mulberry32), so that ids are the same in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const TARGETS: Readonly<Record<string, string>> = {
  servicecatalog: 'AWS242ServiceCatalogService',
  ssm: 'AmazonSSM',
  secretsmanager: 'secretsmanager',
};

export async function start(
  seed: Seed | SeedInput,
  options: { readonly statePath?: string; readonly now?: number } = {},
): Promise<Harness> {
  let now = options.now ?? START;
  const slept: number[] = [];
  const catalog = await createLocalCatalog({
    seed: 'defaultCaller' in seed ? seed : normaliseSeed(seed),
    clock: {
      now: () => now,
      sleep: async (ms) => {
        slept.push(ms);
      },
    },
    random: seededRandom(7),
    ...(options.statePath === undefined ? {} : { statePath: options.statePath }),
  });
  return {
    catalog,
    admin: catalog.admin,
    slept,
    pass: (ms) => {
      now += ms;
    },
    now: () => now,
    async call(operation, input = {}, as = {}) {
      const service = as.service ?? 'servicecatalog';
      const response = await catalog.handle({
        method: 'POST',
        path: '/',
        headers: {
          'X-Amz-Target': `${TARGETS[service]}.${operation}`,
          'Content-Type': 'application/x-amz-json-1.1',
          Authorization: authorization(service, as),
        },
        body: JSON.stringify(input),
      });
      const body: unknown = JSON.parse(response.body);
      const answer = body as JsonObject;
      if (response.status === 200) return answer;
      throw new Refusal(text(answer, '__type'), text(answer, 'message'), response.status);
    },
    async query(service, action, input = {}, as = {}) {
      const version = service === 'sts' ? '2011-06-15' : '2010-05-15';
      const response = await catalog.handle({
        method: 'POST',
        path: '/',
        headers: { authorization: authorization(service, as) },
        body: new URLSearchParams({ Action: action, Version: version, ...input }).toString(),
      });
      if (response.status === 200) return response.body;
      const [, code = ''] = /<Code>([^<]*)<\/Code>/.exec(response.body) ?? [];
      const [, message = ''] = /<Message>([^<]*)<\/Message>/.exec(response.body) ?? [];
      throw new Refusal(code, message.replaceAll('&quot;', '"'), response.status);
    },
  };
}

export function authorization(service: string, as: As = {}): string {
  const scope = `${as.key ?? 'LOCALKEY'}/20261121/${as.region ?? REGION}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
}

/** A member by dotted path (`RecordDetail.Status`, `ProvisionedProducts.0.Name`). */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((parent, step) => {
    if (Array.isArray(parent)) return parent[Number(step)];
    return isObject(parent as JsonObject) ? (parent as JsonObject)[step] : undefined;
  }, value);
}

export function text(value: unknown, path: string): string {
  const found = at(value, path);
  if (typeof found !== 'string') throw new Error(`no text at ${path} of ${JSON.stringify(value)}`);
  return found;
}

export function list(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  if (!Array.isArray(found)) throw new Error(`no list at ${path} of ${JSON.stringify(value)}`);
  return found;
}

/** How a promise was refused; fails if it was not. */
export async function refusal(
  promise: Promise<unknown>,
): Promise<{ code: string; message: string; status: number }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Refusal)
      return { code: error.code, message: error.message, status: error.status };
    throw error;
  }
  throw new Error('it was not refused');
}

let tokens = 0;
export const freshToken = () => {
  tokens += 1;
  return `token-${tokens}`;
};

/** A reference for CloudFormation to fill in, not for JavaScript. */
export const ref = (name: string) => `\${${name}}`;

/** A small estate: one network product in three versions, one provisioned product `net`. */
export function smallSeed(
  over: Partial<SeedInput> & { readonly behaviour?: BehaviourInput } = {},
): SeedInput {
  return {
    account: ACCOUNT,
    region: REGION,
    timing: {
      accepted: '100ms',
      running: '1s',
      remediation: '500ms',
      properties: '200ms',
      planning: '300ms',
    },
    products: [
      {
        name: 'network',
        id: 'prod-net',
        paths: [
          {
            portfolio: 'platform',
            id: 'lpv3-net',
            tagUpdate: 'allowed',
            launchRole: `arn:aws:iam::${ACCOUNT}:role/launch`,
          },
        ],
        versions: [
          {
            name: 'v1',
            id: 'pa-net1',
            parameters: {
              Cidr: { allowedPattern: '[0-9./]+', maxLength: 18 },
              Size: { default: 'small', allowedValues: ['small', 'large', 'broken'] },
              Old: { default: 'o' },
              Secret: { noEcho: true, default: 'unset' },
            },
            outputs: {
              VpcId: { value: ref('Vpc'), description: 'The VPC' },
              Range: { value: ref('Cidr') },
            },
            failsWhen: [
              { parameter: 'Size', value: 'broken', message: 'Vpc: it did not stabilize.' },
            ],
          },
          {
            name: 'v2',
            id: 'pa-net2',
            parameters: {
              Cidr: {},
              Size: { default: 'small' },
              New: { default: 'n' },
              Must: {},
              Secret: { noEcho: true, default: 'unset' },
            },
          },
          { name: 'v0', id: 'pa-net0', active: false, parameters: { Cidr: {} } },
          { name: 'twice', id: 'pa-twice1', parameters: { Cidr: {} } },
          { name: 'twice', id: 'pa-twice2', parameters: { Cidr: {} } },
          { name: 'old', id: 'pa-old', guidance: 'DEPRECATED', parameters: { Cidr: {} } },
        ],
      },
    ],
    provisionedProducts: [
      {
        name: 'net',
        id: 'pp-net',
        product: 'network',
        version: 'v1',
        parameters: { Cidr: '10.0.0.0/16', Secret: 'hunter2-live' },
        tags: { team: 'a' },
      },
    ],
    ...over,
  };
}

/** An update of `net` that changes nothing but what is given. */
export function updateNet(over: JsonObject = {}): JsonObject {
  return {
    ProvisionedProductId: 'pp-net',
    ProvisioningArtifactId: 'pa-net1',
    ProvisioningParameters: [
      { Key: 'Cidr', UsePreviousValue: true },
      { Key: 'Size', Value: 'large' },
      { Key: 'Old', UsePreviousValue: true },
      { Key: 'Secret', UsePreviousValue: true },
    ],
    UpdateToken: freshToken(),
    ...over,
  };
}
