import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  asArtifactId,
  asPathId,
  asProductId,
  asProvisionedProductId,
  asRecordId,
  asToken,
} from '../../src/domain/ids.ts';
import type { ProductRequest } from '../../src/domain/request.ts';
import { generateSeed } from '../../src/local-catalog/generate.ts';
import {
  createLocalCatalog,
  type LocalCatalog,
  startLocalCatalog,
} from '../../src/local-catalog/local-catalog.ts';
import { failedWith, okValue, type Rig, rig } from './support.ts';

const REGION = 'eu-west-1';
const TARGET = {
  name: 'prod',
  region: REGION,
  roleArn: null,
  externalId: null,
  sessionName: 'test',
};

let server: LocalCatalog;
let now = Date.UTC(2026, 10, 21, 14, 0, 0);

beforeAll(async () => {
  server = await startLocalCatalog({
    seed: generateSeed(250, { region: REGION }),
    clock: { now: () => now, sleep: async () => undefined },
  });
});
afterAll(() => server.close());

let made: Rig;
beforeEach(() => {
  server.admin.clearFaults();
  server.admin.clearCalls();
  made = rig({ endpoint: server.url, target: TARGET });
  return () => {
    // Whatever a test did: our count is the server's own.
    const ours = made.catalog.calls();
    const plain = Object.entries(ours.byOperation).map(([name, n]) => [name.split('.')[1], n]);
    expect(Object.fromEntries(plain)).toEqual({ ...server.admin.counts() });
    expect(ours.total).toBe(server.admin.totalCalls());
    made.catalog.close();
  };
});

/** Each test that changes something has a provisioned product of its own. */
async function find(name: string) {
  const described = okValue(await made.catalog.describe({ name }));
  if (described?.productId == null || described.artifactId === null) throw new Error(name);
  return { ...described, productId: described.productId, artifactId: described.artifactId };
}

async function updateOf(name: string, over: object = {}) {
  const product = await find(name);
  const request: ProductRequest = {
    operation: 'UpdateProvisionedProduct',
    provisionedProductId: product.id,
    productId: product.productId,
    artifactId: product.artifactId,
    pathId: null,
    parameters: [
      { kind: 'value', key: 'Environment', value: 'test' },
      { kind: 'previous', key: 'InstanceType' },
      { kind: 'previous', key: 'Capacity' },
      { kind: 'previous', key: 'LegacyMode' },
    ],
    tags: null,
    acceptLanguage: null,
    ...over,
  };
  return { product, request };
}

describe('the AWS adapter and the local catalog, over HTTP', () => {
  it('lists 250 provisioned products and their stacks in three calls each', async () => {
    const listing = okValue(await made.catalog.search());
    expect(listing.complete).toBe(true);
    expect(listing.rows).toHaveLength(250);
    expect(new Set(listing.rows.map((row) => row.name)).size).toBe(250);
    const ids = new Set(listing.rows.map((row) => row.physicalId ?? ''));
    const stacks = await made.catalog.stacks(ids);
    expect([stacks.found.size, stacks.missing.size, stacks.failure]).toEqual([250, 0, null]);
    expect(made.catalog.calls().byOperation).toEqual({
      'cloudformation.DescribeStacks': 3,
      'servicecatalog.SearchProvisionedProducts': 3,
    });
    expect(made.tickets).toEqual({ serviceCatalog: 3, cloudFormation: 3, sts: 0 });
  });

  it('shows parameter values, and asterisks for NoEcho', async () => {
    const row = okValue(await made.catalog.search()).rows.find(({ name }) => name === 'app-0004');
    const id = row?.physicalId ?? '';
    const stack = (await made.catalog.stacks(new Set([id]))).found.get(id);
    expect(stack?.parameters).toEqual({
      QueueName: { kind: 'shown', value: 'app-0004-jobs' },
      Workers: { kind: 'shown', value: '5' },
      ApiToken: { kind: 'noEcho' },
    });
    expect(stack?.status).toBe('CREATE_COMPLETE');
    expect(stack?.tags).toMatchObject({ team: 'team-4' });
    expect(row).toMatchObject({
      type: 'CFN_STACK',
      status: 'AVAILABLE',
      productName: 'worker-pool',
      artifactName: 'v1.0.0',
      tags: { team: 'team-4', 'cost-center': '4004' },
    });
    expect(row?.records.last).toBe(row?.records.lastSuccessful);
    expect(row?.owner?.arn).toMatch(/^arn:aws:iam::111122223333:/);
  });

  it('finds one by id, and says which do not exist', async () => {
    const { catalog } = made;
    const described = await find('app-0001');
    expect(okValue(await catalog.describe({ id: described.id }))).toMatchObject({
      name: 'app-0001',
    });
    expect(okValue(await catalog.searchOne(described.id))?.name).toBe('app-0001');
    expect(okValue(await catalog.describe({ name: 'nobody' }))).toBeNull();
    expect(okValue(await catalog.searchOne(asProvisionedProductId('pp-nobody')))).toBeNull();
    expect(okValue(await catalog.record(asRecordId('rec-nobody')))).toBeNull();
    const ghost = `arn:aws:cloudformation:${REGION}:111122223333:stack/SC-ghost/00000000-0000-4000-8000-000000000000`;
    expect([...(await catalog.stacks(new Set([ghost]))).missing]).toEqual([ghost]);
  });

  it('reads a product: versions, paths, definitions', async () => {
    const { catalog } = made;
    const product = okValue(await catalog.productByName('worker-pool'));
    expect(okValue(await catalog.productByName('no-such-product'))).toBeNull();
    const id = product?.id ?? asProductId('');
    const versions = okValue(await catalog.artifacts(id));
    expect(versions.map(({ name, active }) => [name, active])).toEqual([
      ['v1.0.0', true],
      ['v1.1.0', true],
    ]);
    const [path] = okValue(await catalog.paths(id));
    expect(path?.name).toBe('platform');
    const artifactId = versions[0]?.id ?? asArtifactId('');
    const definitions = okValue(await catalog.definitions(id, artifactId, path?.id ?? null));
    expect(okValue(await catalog.definitions(id, artifactId, null))).toEqual(definitions);
    expect(definitions.tagUpdate).toBe('allowed');
    expect(
      definitions.parameters.map(({ key, defaultValue, noEcho }) => [key, defaultValue, noEcho]),
    ).toEqual([
      ['QueueName', null, false],
      ['Workers', '1', false],
      ['ApiToken', 'unset', true],
    ]);
    const stale = await catalog.definitions(id, artifactId, asPathId('lpv3-stale'));
    expect(failedWith(stale)).toMatchObject({ kind: 'invalid' });
  });

  it('sends an update and follows its record and history', async () => {
    const { catalog } = made;
    const { product, request } = await updateOf('app-0001');
    const accepted = okValue(await catalog.send(request, asToken('tu1-0001')));
    expect(accepted).toMatchObject({ status: 'CREATED', createdAt: new Date(now).toISOString() });
    expect(okValue(await catalog.record(accepted.recordId))).toMatchObject({
      status: 'CREATED',
      provisionedProductId: product.id,
      artifactId: product.artifactId,
    });
    expect(await find('app-0001')).toMatchObject({
      status: 'UNDER_CHANGE',
      records: { last: accepted.recordId, lastSuccessful: product.records.last },
    });
    now += 60_000;
    expect(okValue(await catalog.record(accepted.recordId))?.status).toBe('SUCCEEDED');
    const since = okValue(await catalog.history(product.id, product.records.last));
    expect(since.map(({ id }) => id)).toEqual([accepted.recordId]);
    expect(okValue(await catalog.history(product.id, null))).toHaveLength(2);
    expect(made.tickets.serviceCatalog).toBe(made.catalog.calls().total - 1);
  });

  it('sees why an update failed, in the record and in the message', async () => {
    const { catalog } = made;
    server.admin.addFault({
      product: 'app-0002',
      effect: { kind: 'recordFails', message: 'NatEip: no more addresses.', listErrors: true },
    });
    const { request } = await updateOf('app-0002');
    const { recordId } = okValue(await catalog.send(request, asToken('tu1-0002')));
    now += 60_000;
    const record = okValue(await catalog.record(recordId));
    expect(record?.status).toBe('FAILED');
    expect(record?.errors.map(({ description }) => description).join()).toContain('NatEip');
    const after = await find('app-0002');
    expect(after.status).toBe('TAINTED');
    expect(after.statusMessage).toContain('NatEip');
    expect(after.records.lastSuccessful).not.toBe(recordId);
  });

  it('changes a property', async () => {
    const product = await find('app-0003');
    const launchRole = 'arn:aws:iam::111122223333:role/launch';
    const request: ProductRequest = {
      operation: 'UpdateProvisionedProductProperties',
      provisionedProductId: product.id,
      property: 'LAUNCH_ROLE',
      value: launchRole,
      acceptLanguage: null,
    };
    const accepted = okValue(await made.catalog.send(request, asToken('tu1-0003')));
    expect(accepted.createdAt).toBeNull();
    now += 60_000;
    expect(await find('app-0003')).toMatchObject({
      launchRole,
      records: { last: accepted.recordId },
    });
  });

  it.each(['lostReply', 'lostRequest'] as const)(
    'does not know after a %s; the same token then takes effect once',
    async (kind) => {
      const name = kind === 'lostReply' ? 'app-0005' : 'app-0006';
      server.admin.addFault({ operation: 'UpdateProvisionedProduct', count: 1, effect: { kind } });
      const { product, request } = await updateOf(name);
      const first = await made.catalog.send(request, asToken(`tu1-${name}`));
      expect(failedWith(first).kind).toBe('unknown');
      const again = okValue(await made.catalog.send(request, asToken(`tu1-${name}`)));
      const since = okValue(await made.catalog.history(product.id, product.records.last));
      expect(since.map(({ id }) => id)).toEqual([again.recordId]);
    },
  );

  it('gets through a throttled service, a ticket for every try', async () => {
    server.admin.addFault({
      operation: 'SearchProvisionedProducts',
      count: 3,
      effect: { kind: 'throttle' },
    });
    server.admin.addFault({ operation: 'DescribeStacks', count: 1, effect: { kind: 'throttle' } });
    const listing = okValue(await made.catalog.search());
    expect(listing.complete).toBe(true);
    await made.catalog.stacks(new Set([listing.rows[0]?.physicalId ?? '']));
    expect(made.tickets).toEqual({ serviceCatalog: 6, cloudFormation: 2, sts: 0 });
  });

  it('tells a refusal of an update under change from one that is denied', async () => {
    server.admin.setBehaviour({ underChangeCode: 'ResourceInUseException' });
    const { request } = await updateOf('app-0007');
    okValue(await made.catalog.send(request, asToken('tu1-0007-a')));
    expect(failedWith(await made.catalog.send(request, asToken('tu1-0007-b'))).kind).toBe(
      'conflict',
    );
    server.admin.addFault({ effect: { kind: 'accessDenied' } });
    const denied = failedWith(await made.catalog.send(request, asToken('tu1-0007-c')));
    expect(denied.kind).toBe('denied');
    expect(denied.message).toContain('servicecatalog:UpdateProvisionedProduct');
  });

  it('says who calls, also in a role', async () => {
    expect(okValue(await made.catalog.identity())).toEqual({
      accountId: '111122223333',
      arn: 'arn:aws:sts::111122223333:assumed-role/LocalAdmin/local',
      region: REGION,
    });
  });
});

describe('the AWS adapter and the local catalog, in this process', () => {
  it('works the same without sockets, in a role of another account', async () => {
    const local = await createLocalCatalog({ seed: generateSeed(3, { region: REGION }) });
    const { catalog } = rig({
      requestHandler: local,
      target: { ...TARGET, roleArn: 'arn:aws:iam::444455556666:role/trueup' },
    });
    expect(okValue(await catalog.identity())).toMatchObject({
      accountId: '444455556666',
      arn: 'arn:aws:sts::444455556666:assumed-role/trueup/test',
    });
    expect(okValue(await catalog.search())).toEqual({ rows: [], complete: true });
    local.admin.addFault({ count: 1, effect: { kind: 'lostReply' } });
    expect((await catalog.search()).kind).toBe('ok');
    expect(catalog.calls().byOperation).toEqual({
      'servicecatalog.SearchProvisionedProducts': 3,
      'sts.AssumeRole': 1,
      'sts.GetCallerIdentity': 1,
    });
    expect(catalog.calls().total).toBe(local.admin.totalCalls());
  });
});
