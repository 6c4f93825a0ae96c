/**
 * What the local catalog costs at 10,000 provisioned products: calls per second in this process and
 * over HTTP, and memory. Run: `npx node --expose-gc bench/local-catalog.ts [COUNT]`.
 */
import { Agent, request } from 'node:http';
import { generateSeed } from '../src/local-catalog/generate.ts';
import {
  createLocalCatalog,
  type InProcessCatalog,
  startLocalCatalog,
} from '../src/local-catalog/local-catalog.ts';
import type { WireRequest } from '../src/local-catalog/wire.ts';

const count = Number(process.argv[2] ?? 10_000);
const mebibytes = () => {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1_048_576;
};

const scope = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/${service}/aws4_request`;

const json = (operation: string, input: object): WireRequest => ({
  method: 'POST',
  path: '/',
  headers: {
    'x-amz-target': `AWS242ServiceCatalogService.${operation}`,
    authorization: scope('servicecatalog'),
  },
  body: JSON.stringify(input),
});

const form = (input: Readonly<Record<string, string>>): WireRequest => ({
  method: 'POST',
  path: '/',
  headers: {
    authorization: scope('cloudformation'),
    'content-type': 'application/x-www-form-urlencoded',
  },
  body: new URLSearchParams({ Version: '2010-05-15', ...input }).toString(),
});

let number = 0;
const nextName = () => {
  number = (number % count) + 1;
  return `app-${String(number).padStart(Math.max(4, String(count).length), '0')}`;
};

const cases: readonly [string, () => WireRequest, number][] = [
  [
    'DescribeProvisionedProduct',
    () => json('DescribeProvisionedProduct', { Name: nextName() }),
    5_000,
  ],
  ['SearchProvisionedProducts, page of 100', () => json('SearchProvisionedProducts', {}), 500],
  [
    'SearchProvisionedProducts, by name',
    () => json('SearchProvisionedProducts', { Filters: { SearchQuery: [`name:${nextName()}`] } }),
    5_000,
  ],
  [
    'SearchProvisionedProducts, by status',
    () => json('SearchProvisionedProducts', { Filters: { SearchQuery: ['status:TAINTED'] } }),
    100,
  ],
  ['DescribeStacks, page of 100', () => form({ Action: 'DescribeStacks' }), 500],
  [
    'UpdateProvisionedProduct',
    () =>
      json('UpdateProvisionedProduct', {
        ProvisionedProductName: nextName(),
        Tags: [{ Key: 'n', Value: String(number) }],
        UpdateToken: `t-${number}`,
      }),
    3_000,
  ],
];

async function rate(times: number, call: () => Promise<unknown>): Promise<number> {
  for (let index = 0; index < Math.ceil(times / 10); index += 1) await call();
  const began = performance.now();
  for (let index = 0; index < times; index += 1) await call();
  return Math.round((times * 1_000) / (performance.now() - began));
}

const agent = new Agent({ keepAlive: true });

/** Node's plain client: what is measured should be the catalog, not fetch. */
function overHttp(url: string, wire: WireRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = Object.fromEntries(
      Object.entries(wire.headers).map(([key, value]) => [key, String(value)]),
    );
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
      });
      response.on('end', () => resolve(size));
    });
    sent.on('error', reject);
    sent.end(wire.body);
  });
}

async function measure(title: string, call: (wire: WireRequest) => Promise<unknown>) {
  process.stdout.write(`\n${title}\n`);
  for (const [name, make, times] of cases) {
    const perSecond = await rate(times, () => call(make()));
    process.stdout.write(`  ${name.padEnd(42)}${String(perSecond).padStart(9)} calls/s\n`);
  }
}

const before = mebibytes();
const began = performance.now();
const seed = generateSeed(count);
const catalog: InProcessCatalog = await createLocalCatalog({ seed });
const took = Math.round(performance.now() - began);
process.stdout.write(
  `${count} provisioned products: ready after ${took} ms, ${Math.round(mebibytes() - before)} MiB more than the empty process (${Math.round(before)} MiB)\n`,
);
await measure('in this process', (wire) => catalog.handle(wire));
process.stdout.write(`  memory after these calls: ${Math.round(mebibytes())} MiB\n`);
const server = await startLocalCatalog({ seed });
await measure('over HTTP on loopback, one connection', (wire) => overHttp(server.url, wire));
agent.destroy();
await server.close();
