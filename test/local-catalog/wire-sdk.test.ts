import * as cfn from '@aws-sdk/client-cloudformation';
import * as sc from '@aws-sdk/client-service-catalog';
import * as sts from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocalCatalog, startLocalCatalog } from '../../src/local-catalog/local-catalog.ts';
import { sdkRequestHandler } from '../../src/local-catalog/sdk-handler.ts';
import { normaliseSeed } from '../../src/local-catalog/seed.ts';
import { freshToken, START, seededRandom, smallSeed } from './harness.ts';

/** The JavaScript SDK's own serialisers and parsers, over both transports. */
interface Clients {
  readonly sc: sc.ServiceCatalogClient;
  readonly cfn: cfn.CloudFormationClient;
  readonly sts: sts.STSClient;
  pass(): Promise<void>;
  close(): Promise<void>;
}

const common = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'k', secretAccessKey: 's' },
  maxAttempts: 1,
};

async function overHttp(): Promise<Clients> {
  const catalog = await startLocalCatalog({ seed: normaliseSeed(smallSeed()) });
  const config = { ...common, endpoint: catalog.url };
  const clients = {
    sc: new sc.ServiceCatalogClient(config),
    cfn: new cfn.CloudFormationClient(config),
    sts: new sts.STSClient(config),
  };
  return {
    ...clients,
    pass: async () => {
      await fetch(`${catalog.url}/_local/skip`, { method: 'POST', body: '{"ms": 5000}' });
    },
    close: async () => {
      for (const client of Object.values(clients)) client.destroy();
      await catalog.close();
    },
  };
}

async function inProcess(): Promise<Clients> {
  let now = START;
  const catalog = await createLocalCatalog({
    seed: normaliseSeed(smallSeed()),
    clock: { now: () => now, sleep: async () => undefined },
    random: seededRandom(1),
  });
  const config = { ...common, requestHandler: sdkRequestHandler(catalog) };
  return {
    sc: new sc.ServiceCatalogClient(config),
    cfn: new cfn.CloudFormationClient(config),
    sts: new sts.STSClient(config),
    pass: async () => {
      now += 5_000;
    },
    close: () => catalog.close(),
  };
}

describe.each([
  ['over HTTP', overHttp],
  ['in-process', inProcess],
] as const)('%s', (_, open) => {
  let clients: Clients;
  beforeAll(async () => {
    clients = await open();
  });
  afterAll(() => clients.close());

  test('reads', async () => {
    const rows = await clients.sc.send(
      new sc.SearchProvisionedProductsCommand({
        AccessLevelFilter: { Key: 'Account', Value: 'self' },
        PageSize: 100,
      }),
    );
    expect(rows.ProvisionedProducts?.find((row) => row.Name === 'net')).toMatchObject({
      Id: 'pp-net',
      ProductName: 'network',
      CreatedTime: expect.any(Date),
    });
    const stacks = await clients.cfn.send(
      new cfn.DescribeStacksCommand({ StackName: 'SC-111122223333-pp-net' }),
    );
    expect(stacks.Stacks?.[0]).toMatchObject({
      StackStatus: expect.stringMatching(/COMPLETE$/),
      CreationTime: expect.any(Date),
      EnableTerminationProtection: false,
    });
    expect(stacks.Stacks?.[0]?.Parameters).toContainEqual({
      ParameterKey: 'Secret',
      ParameterValue: '****',
    });
    const me = await clients.sts.send(new sts.GetCallerIdentityCommand({}));
    expect(me.Account).toBe('111122223333');
    const role = await clients.sts.send(
      new sts.AssumeRoleCommand({
        RoleArn: 'arn:aws:iam::444455556666:role/x',
        RoleSessionName: 'me',
      }),
    );
    expect(role.Credentials).toMatchObject({
      AccessKeyId: expect.stringMatching(/^ASIA/),
      Expiration: expect.any(Date),
    });
  });

  test('an update to its end, by a record the SDK can read', async () => {
    const name = `made-${freshToken()}`;
    const made = await clients.sc.send(
      new sc.ProvisionProductCommand({
        ProductId: 'prod-net',
        ProvisioningArtifactId: 'pa-net1',
        ProvisionedProductName: name,
        ProvisioningParameters: [{ Key: 'Cidr', Value: '1' }],
      }),
    );
    expect(made.RecordDetail?.CreatedTime).toBeInstanceOf(Date);
    await clients.pass();
    const update = await clients.sc.send(
      new sc.UpdateProvisionedProductCommand({
        ProvisionedProductName: name,
        ProvisioningParameters: [
          { Key: 'Cidr', UsePreviousValue: true },
          { Key: 'Size', Value: 'large' },
        ],
        Tags: [{ Key: 'a', Value: 'ä' }],
      }),
    );
    await clients.pass();
    const record = await clients.sc.send(
      new sc.DescribeRecordCommand({ Id: update.RecordDetail?.RecordId }),
    );
    expect(record.RecordDetail).toMatchObject({
      Status: 'SUCCEEDED',
      RecordTags: [{ Key: 'a', Value: 'ä' }],
    });
    expect(record.RecordOutputs?.[0]?.OutputKey).toBe('CloudformationStackARN');
  });

  test.each([
    [
      () => new sc.DescribeProvisionedProductCommand({ Id: 'pp-none' }),
      sc.ResourceNotFoundException,
    ],
    [() => new sc.DescribeProvisionedProductCommand({}), sc.InvalidParametersException],
  ] as const)('modelled errors arrive as their classes', async (command, type) => {
    await expect(clients.sc.send(command())).rejects.toBeInstanceOf(type);
  });

  test('errors of the query protocol carry code and message', async () => {
    const missing = clients.cfn.send(new cfn.DescribeStacksCommand({ StackName: 'none' }));
    await expect(missing).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id none does not exist',
      $metadata: { httpStatusCode: 400, requestId: expect.any(String) },
    });
    await expect(
      clients.cfn.send(new cfn.DescribeStackSetCommand({ StackSetName: 'none' })),
    ).rejects.toBeInstanceOf(cfn.StackSetNotFoundException);
  });

  test('the SDK’s paginators reach the end', async () => {
    let stacks = 0;
    for await (const page of cfn.paginateDescribeStacks({ client: clients.cfn }, {}))
      stacks += page.Stacks?.length ?? 0;
    let scanned = 0;
    for await (const page of sc.paginateSearchProvisionedProducts(
      { client: clients.sc },
      { AccessLevelFilter: { Key: 'Account', Value: 'self' } },
    ))
      scanned += page.ProvisionedProducts?.length ?? 0;
    expect(scanned).toBeGreaterThan(0);
    expect(stacks).toBe(scanned);
  });

  test('lists and filters of the query protocol', async () => {
    const answer = await clients.cfn.send(
      new cfn.ListStacksCommand({ StackStatusFilter: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] }),
    );
    expect(answer.StackSummaries?.length).toBeGreaterThan(0);
    const none = await clients.cfn.send(
      new cfn.ListStacksCommand({ StackStatusFilter: ['DELETE_FAILED'] }),
    );
    expect(none.StackSummaries).toEqual([]);
    const summary = await clients.cfn.send(
      new cfn.GetTemplateSummaryCommand({ StackName: 'SC-111122223333-pp-net' }),
    );
    expect(summary.Parameters?.find((p) => p.ParameterKey === 'Secret')?.NoEcho).toBe(true);
  });
});
