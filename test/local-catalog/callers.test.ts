import { describe, expect, test } from 'vitest';
import {
  at,
  authorization,
  ENDS,
  freshToken,
  list,
  refusal,
  smallSeed,
  start,
  text,
  updateNet,
} from './harness.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const self = (Key: string) => ({ AccessLevelFilter: { Key, Value: 'self' } });

/** `mine` belongs to alice's role; bob and the auditor have lesser rights. */
function withCallers() {
  const seed = smallSeed();
  const [net] = seed.provisionedProducts ?? [];
  return start({
    ...seed,
    callers: [
      { name: 'alice', accessKeyId: 'ALICE', arn: role('alice'), level: 'Role' },
      { name: 'bob', accessKeyId: 'BOB', arn: role('bob'), level: 'User' },
      {
        name: 'auditor',
        accessKeyId: 'AUDITOR',
        arn: role('auditor'),
        allow: ['servicecatalog:Describe*', 'servicecatalog:Search*', 'cloudformation:*'],
        deny: ['cloudformation:DescribeStacks'],
      },
      { name: 'robot', accessKeyId: 'ROBOT', arn: 'arn:aws:iam::111122223333:user/robot' },
    ],
    provisionedProducts:
      net === undefined ? [] : [net, { ...net, name: 'mine', id: 'pp-mine', owner: role('alice') }],
  });
}

describe('who is who', () => {
  test.each([
    [
      'an unknown key is the administrator',
      'WHATEVER',
      'arn:aws:sts::111122223333:assumed-role/LocalAdmin/local',
      '111122223333',
    ],
    [
      'a key of twelve digits is that account’s',
      '444455556666',
      'arn:aws:sts::444455556666:assumed-role/LocalAdmin/local',
      '444455556666',
    ],
    [
      'a role of the seed',
      'ALICE',
      'arn:aws:sts::111122223333:assumed-role/alice/alice',
      '111122223333',
    ],
    ['a user of the seed', 'ROBOT', 'arn:aws:iam::111122223333:user/robot', '111122223333'],
  ])('%s', async (_, key, arn, account) => {
    const h = await withCallers();
    const xml = await h.query('sts', 'GetCallerIdentity', {}, { key });
    expect(xml).toContain(`<Arn>${arn}</Arn>`);
    expect(xml).toContain(`<Account>${account}</Account>`);
  });

  test('a request without a signature is refused', async () => {
    const h = await withCallers();
    const response = await h.catalog.handle({
      method: 'POST',
      path: '/',
      headers: { 'x-amz-target': 'AWS242ServiceCatalogService.SearchProvisionedProducts' },
      body: '{}',
    });
    expect(response.status).toBe(403);
    expect(response.body).toContain('MissingAuthenticationToken');
  });
});

describe('rights', () => {
  test('an action that is not allowed', async () => {
    const h = await withCallers();
    const refused = await refusal(
      h.call('UpdateProvisionedProduct', updateNet(), { key: 'AUDITOR' }),
    );
    expect(refused).toMatchObject({
      code: 'AccessDeniedException',
      status: 400,
      message:
        'User: arn:aws:sts::111122223333:assumed-role/auditor/auditor is not authorized to perform: servicecatalog:UpdateProvisionedProduct on resource: arn:aws:servicecatalog:eu-west-1:111122223333:*/* because no identity-based policy allows the servicecatalog:UpdateProvisionedProduct action',
    });
    await h.call('SearchProvisionedProducts', {}, { key: 'AUDITOR' });
  });

  test('a denial beats an allowance; CloudFormation says it in XML', async () => {
    const h = await withCallers();
    expect(
      await refusal(h.query('cloudformation', 'DescribeStacks', {}, { key: 'AUDITOR' })),
    ).toMatchObject({ code: 'AccessDenied', status: 403 });
    await h.query('cloudformation', 'ListStacks', {}, { key: 'AUDITOR' });
    await h.query('sts', 'GetCallerIdentity', {}, { key: 'AUDITOR' });
  });
});

describe('levels', () => {
  test.each([
    ['ALICE', {}, []],
    ['ALICE', self('Account'), []],
    ['ALICE', self('Role'), ['mine']],
    ['ALICE', self('User'), ['mine']],
    ['BOB', self('User'), []],
    ['ANYBODY', {}, ['mine', 'net']],
    ['ANYBODY', self('Account'), ['mine', 'net']],
  ])('%s searches with %j and sees %j, never an error', async (key, input, names) => {
    const h = await withCallers();
    const answer = await h.call('SearchProvisionedProducts', { ...input, SortBy: 'name' }, { key });
    expect(list(answer, 'ProvisionedProducts').map((row) => at(row, 'Name'))).toEqual(names);
    expect(at(answer, 'TotalResultsCount')).toBe(names.length);
  });

  test('what belongs to others cannot be seen or touched', async () => {
    const h = await withCallers();
    const alice = { key: 'ALICE' };
    await h.call('DescribeProvisionedProduct', { Name: 'mine' }, alice);
    for (const [operation, input] of [
      ['DescribeProvisionedProduct', { Name: 'net' }],
      ['UpdateProvisionedProduct', updateNet()],
      ['TerminateProvisionedProduct', { ProvisionedProductId: 'pp-net', TerminateToken: 't' }],
      ['GetProvisionedProductOutputs', { ProvisionedProductId: 'pp-net' }],
    ] as const)
      expect([operation, (await refusal(h.call(operation, input, alice))).code]).toEqual([
        operation,
        'ResourceNotFoundException',
      ]);
  });

  test('a new owner sees all records, the former one none, but keeps the history of his time', async () => {
    const h = await withCallers();
    const first = text(
      await h.call('DescribeProvisionedProduct', { Name: 'mine' }),
      'ProvisionedProductDetail.LastRecordId',
    );
    await h.call('DescribeRecord', { Id: first }, { key: 'ALICE' });
    await h.call('UpdateProvisionedProductProperties', {
      ProvisionedProductId: 'pp-mine',
      ProvisionedProductProperties: { OWNER: role('bob') },
      IdempotencyToken: freshToken(),
    });
    h.pass(ENDS);
    await h.call('DescribeRecord', { Id: first }, { key: 'BOB' });
    expect((await refusal(h.call('DescribeRecord', { Id: first }, { key: 'ALICE' }))).code).toBe(
      'ResourceNotFoundException',
    );
    const history = {
      ...self('Role'),
      SearchFilter: { Key: 'provisionedproduct', Value: 'pp-mine' },
    };
    const seen = list(
      await h.call('ListRecordHistory', history, { key: 'ALICE' }),
      'RecordDetails',
    );
    expect(seen.map((record) => at(record, 'RecordId'))).toContain(first);
  });
});

describe('several accounts and regions in one catalog', () => {
  const seed = () => {
    const small = smallSeed();
    const [net] = small.provisionedProducts ?? [];
    if (net === undefined) throw new Error('no net');
    return {
      ...small,
      provisionedProducts: [
        net,
        { ...net, id: 'pp-there', account: '444455556666' },
        { ...net, id: 'pp-south', region: 'eu-south-1' },
      ],
    };
  };

  test.each([
    [{}, 'pp-net'],
    [{ key: '444455556666' }, 'pp-there'],
    [{ region: 'eu-south-1' }, 'pp-south'],
  ])('%j sees only %s', async (as, id) => {
    const h = await start(seed());
    const answer = await h.call('SearchProvisionedProducts', {}, as);
    expect(list(answer, 'ProvisionedProducts').map((row) => at(row, 'Id'))).toEqual([id]);
    const stacks = await h.query('cloudformation', 'DescribeStacks', {}, as);
    expect(stacks.match(/<StackId>/g)).toHaveLength(1);
    expect(stacks).toContain(`SC-${as && 'key' in as ? '444455556666' : '111122223333'}-${id}`);
  });

  test('a product may be offered in some accounts only', async () => {
    const small = seed();
    const h = await start({
      ...small,
      products: (small.products ?? []).map((p) => ({ ...p, accounts: ['111122223333'] })),
    });
    await h.call('DescribeProduct', { Id: 'prod-net' });
    expect(
      (await refusal(h.call('DescribeProduct', { Id: 'prod-net' }, { key: '444455556666' }))).code,
    ).toBe('ResourceNotFoundException');
  });

  test('AssumeRole leads into the role’s account, with the rights of the seed’s caller', async () => {
    const h = await start({
      ...seed(),
      callers: [
        {
          name: 'reader',
          accessKeyId: 'R',
          arn: 'arn:aws:iam::444455556666:role/reader',
          deny: ['servicecatalog:Update*'],
        },
      ],
    });
    const xml = await h.query('sts', 'AssumeRole', {
      RoleArn: 'arn:aws:iam::444455556666:role/reader',
      RoleSessionName: 'me-there',
    });
    const key = /<AccessKeyId>([^<]+)</.exec(xml)?.[1] ?? '';
    expect(xml).toContain('<Arn>arn:aws:sts::444455556666:assumed-role/reader/me-there</Arn>');
    expect(xml).toContain(
      `<Expiration>${new Date(h.now() + 3_600_000).toISOString()}</Expiration>`,
    );
    const answer = await h.call('SearchProvisionedProducts', {}, { key });
    expect(at(answer, 'ProvisionedProducts.0.Id')).toBe('pp-there');
    expect((await refusal(h.call('UpdateProvisionedProduct', updateNet(), { key }))).code).toBe(
      'AccessDeniedException',
    );
  });

  test.each([
    [{ RoleArn: 'arn:aws:iam::444455556666:role/x' }, /roleSessionName/],
    [{ RoleArn: 'short', RoleSessionName: 'me' }, /roleArn/],
    [{ RoleArn: 'arn:aws:iam::444455556666:user/somebody', RoleSessionName: 'me' }, /invalid/],
    [
      { RoleArn: 'arn:aws:iam::444455556666:role/x', RoleSessionName: 'me', DurationSeconds: '60' },
      /durationSeconds/,
    ],
  ])('AssumeRole refuses %j', async (input, message) => {
    const h = await start(seed());
    const refused = await refusal(h.query('sts', 'AssumeRole', input as Record<string, string>));
    expect(refused.code).toBe('ValidationError');
    expect(refused.message).toMatch(message);
  });
});

test('an operation that is not served answers as AWS does for an unknown one', async () => {
  const h = await start(smallSeed());
  expect(await refusal(h.call('CopyProduct'))).toMatchObject({
    code: 'UnknownOperationException',
    status: 400,
  });
  expect(await refusal(h.query('cloudformation', 'CreateStack'))).toMatchObject({
    code: 'InvalidAction',
    message: 'Could not find operation CreateStack for version 2010-05-15',
  });
  const nothing = await h.catalog.handle({
    method: 'POST',
    path: '/',
    headers: {
      'x-amz-target': 'DynamoDB_20120810.ListTables',
      authorization: authorization('dynamodb'),
    },
    body: '{}',
  });
  expect(nothing.status).toBe(404);
});
