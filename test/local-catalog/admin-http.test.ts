import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { type LocalCatalog, startLocalCatalog } from '../../src/local-catalog/local-catalog.ts';
import { normaliseSeed } from '../../src/local-catalog/seed.ts';
import { at, authorization, list, smallSeed, updateNet } from './harness.ts';

let running: LocalCatalog | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

async function serve() {
  running = await startLocalCatalog({ seed: normaliseSeed(smallSeed()) });
  const { url } = running;
  const admin = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}/_local${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const call = (operation: string, input: object) =>
    fetch(url, {
      method: 'POST',
      headers: {
        'x-amz-target': `AWS242ServiceCatalogService.${operation}`,
        authorization: authorization('servicecatalog'),
      },
      body: JSON.stringify(input),
    });
  return { admin, call, url };
}

test('listens on the loopback interface only', async () => {
  const { url } = await serve();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  for (const address of Object.values(networkInterfaces()).flatMap((list) => list ?? []))
    if (!address.internal && address.family === 'IPv4')
      await expect(fetch(url.replace('127.0.0.1', address.address))).rejects.toThrow();
});

test('calls and counts', async () => {
  const { admin, call } = await serve();
  await call('SearchProvisionedProducts', {});
  await call('UpdateProvisionedProduct', updateNet({ UpdateToken: 'my-token' }));
  await call('DescribeProvisionedProduct', { Id: 'pp-none' });
  const counts = await admin('GET', '/counts');
  expect(counts.body).toEqual({
    total: 3,
    operations: {
      DescribeProvisionedProduct: 1,
      SearchProvisionedProducts: 1,
      UpdateProvisionedProduct: 1,
    },
  });
  const calls = list(
    (await admin('GET', '/calls?operation=UpdateProvisionedProduct')).body,
    'calls',
  );
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatchObject({
    operation: 'UpdateProvisionedProduct',
    result: 'ok',
    input: { UpdateToken: 'my-token' },
  });
  expect(String(at(calls[0], 'recordId'))).toMatch(/^rec-/);
  await admin('DELETE', '/calls');
  expect(at((await admin('GET', '/counts')).body, 'total')).toBe(0);
});

test('faults: added, listed, removed', async () => {
  const { admin, call } = await serve();
  const added = await admin('POST', '/faults', {
    operation: 'SearchProvisionedProducts',
    effect: { kind: 'throttle' },
  });
  expect((await call('SearchProvisionedProducts', {})).status).toBe(400);
  expect(list((await admin('GET', '/faults')).body, 'faults')[0]).toMatchObject({ struck: 1 });
  await admin('DELETE', `/faults?id=${String(at(added.body, 'id'))}`);
  expect((await call('SearchProvisionedProducts', {})).status).toBe(200);
  await admin('POST', '/faults', { effect: { kind: 'internalError' } });
  await admin('DELETE', '/faults');
  expect((await call('SearchProvisionedProducts', {})).status).toBe(200);
});

test('a lost reply breaks the connection, and the update has happened', async () => {
  const { admin, call } = await serve();
  await admin('POST', '/faults', {
    operation: 'UpdateProvisionedProduct',
    count: 1,
    effect: { kind: 'lostReply' },
  });
  await expect(call('UpdateProvisionedProduct', updateNet())).rejects.toThrow('fetch failed');
  expect(at((await admin('GET', '/product?name=net')).body, 'product.records')).toBe(2);
});

test('state, product, edits, switches, limits, time and calls of others', async () => {
  const { admin, call } = await serve();
  await admin('POST', '/edit-stack', { product: 'net', parameters: { Size: 'large' } });
  expect(at((await admin('GET', '/product?name=net')).body, 'product.parameters.Size')).toBe(
    'large',
  );
  expect(
    at((await admin('GET', '/product?name=net&account=444455556666')).body, 'product'),
  ).toBeNull();
  await admin('POST', '/behaviour', { firstRecordStatus: 'IN_PROGRESS' });
  const accepted = await admin('POST', '/call', {
    operation: 'UpdateProvisionedProduct',
    input: updateNet({ ProvisioningParameters: [{ Key: 'Cidr', Value: '1' }] }),
  });
  expect(at(accepted.body, 'RecordDetail.Status')).toBe('IN_PROGRESS');
  await admin('POST', '/skip', { ms: 60_000 });
  const state = (await admin('GET', '/state')).body;
  expect(at(state, 'places.0.provisionedProducts.0.product.status')).toBe('AVAILABLE');
  await admin('POST', '/status', { product: 'net', status: 'ERROR', message: 'broken' });
  expect(at((await admin('GET', '/product?name=net')).body, 'product.product')).toMatchObject({
    status: 'ERROR',
    statusMessage: 'broken',
  });
  await admin('POST', '/limits', {
    operation: 'SearchProvisionedProducts',
    rate: { perSecond: 1, burst: 1 },
  });
  expect([
    (await call('SearchProvisionedProducts', {})).status,
    (await call('SearchProvisionedProducts', {})).status,
  ]).toEqual([200, 400]);
  await admin('POST', '/secret', { name: 's', value: 'v' });
  await admin('POST', '/parameter', { name: '/p', value: 'v', type: 'String' });
});

test.each([
  ['GET', '/nonsense', undefined, 404],
  ['POST', '/edit-stack', { product: 'none' }, 400],
  ['POST', '/behaviour', { searchLag: 'soon' }, 400],
])('%s %s is refused with a reason', async (method, path, body, status) => {
  const { admin } = await serve();
  const refused = await admin(method, path, body);
  expect(refused.status).toBe(status);
  expect(String(at(refused.body, 'error'))).not.toBe('');
});
