import { describe, expect, test } from 'vitest';
import {
  at,
  ENDS,
  freshToken,
  list,
  refusal,
  smallSeed,
  start,
  text,
  updateNet,
} from './harness.ts';

const self = { AccessLevelFilter: { Key: 'Account', Value: 'self' } };
const historyOf = (id: string) => ({
  ...self,
  SearchFilter: { Key: 'provisionedproduct', Value: id },
});

test('DescribeRecord shows the outputs and one more, the stack', async () => {
  const h = await start(smallSeed());
  const answer = await h.call('UpdateProvisionedProduct', updateNet());
  const Id = text(answer, 'RecordDetail.RecordId');
  expect(list(await h.call('DescribeRecord', { Id }), 'RecordOutputs')).toEqual([]);
  h.pass(ENDS);
  const outputs = list(await h.call('DescribeRecord', { Id }), 'RecordOutputs');
  expect(outputs.map((output) => text(output, 'OutputKey'))).toEqual([
    'CloudformationStackARN',
    'VpcId',
    'Range',
  ]);
  expect(at(outputs[2], 'OutputValue')).toBe('10.0.0.0/16');
  const first = await h.call('DescribeRecord', { Id, PageSize: 2 });
  const second = await h.call('DescribeRecord', {
    Id,
    PageSize: 2,
    PageToken: text(first, 'NextPageToken'),
  });
  expect([...list(first, 'RecordOutputs'), ...list(second, 'RecordOutputs')]).toEqual(outputs);
  expect(second).not.toHaveProperty('NextPageToken');
});

test('the record of a request carries its tags', async () => {
  const h = await start(smallSeed());
  const Tags = [{ Key: 'team', Value: 'b' }];
  const answer = await h.call('UpdateProvisionedProduct', updateNet({ Tags }));
  expect(at(answer, 'RecordDetail.RecordTags')).toEqual(Tags);
});

test('an unknown record is not found', async () => {
  const h = await start(smallSeed());
  expect(await refusal(h.call('DescribeRecord', { Id: 'rec-none' }))).toMatchObject({
    code: 'ResourceNotFoundException',
    status: 400,
  });
});

describe('ListRecordHistory', () => {
  const busy = async (updates: number) => {
    const h = await start(smallSeed());
    const ids: string[] = [];
    for (let number = 0; number < updates; number += 1) {
      const answer = await h.call('UpdateProvisionedProduct', updateNet());
      ids.unshift(text(answer, 'RecordDetail.RecordId'));
      h.pass(ENDS);
    }
    return { h, ids };
  };

  test('newest first, twenty a page, down to the first', async () => {
    const { h, ids } = await busy(25);
    const first = await h.call('ListRecordHistory', historyOf('pp-net'));
    const second = await h.call('ListRecordHistory', {
      ...historyOf('pp-net'),
      PageToken: text(first, 'NextPageToken'),
    });
    const seen = [...list(first, 'RecordDetails'), ...list(second, 'RecordDetails')].map((r) =>
      text(r, 'RecordId'),
    );
    expect(list(first, 'RecordDetails')).toHaveLength(20);
    expect(seen.slice(0, 25)).toEqual(ids);
    expect(at(second, 'RecordDetails.5.RecordType')).toBe('PROVISION_PRODUCT');
  });

  test('by product, and without a filter', async () => {
    const { h } = await busy(2);
    const byProduct = { ...self, SearchFilter: { Key: 'product', Value: 'prod-net' } };
    expect(list(await h.call('ListRecordHistory', byProduct), 'RecordDetails')).toHaveLength(3);
    expect(list(await h.call('ListRecordHistory', self), 'RecordDetails')).toHaveLength(3);
    expect(
      list(await h.call('ListRecordHistory', historyOf('pp-none')), 'RecordDetails'),
    ).toHaveLength(0);
  });

  test('refuses another filter in the words of the real one', async () => {
    const h = await start(smallSeed());
    const input = { SearchFilter: { Key: 'status', Value: 'FAILED' } };
    expect(await refusal(h.call('ListRecordHistory', input))).toMatchObject({
      code: 'ValidationException',
      message: 'status is an invalid filter.',
    });
  });
});

describe('GetProvisionedProductOutputs', () => {
  test('all, some, by name, paged', async () => {
    const h = await start(smallSeed());
    const all = list(
      await h.call('GetProvisionedProductOutputs', { ProvisionedProductName: 'net' }),
      'Outputs',
    );
    expect(all).toHaveLength(3);
    const some = await h.call('GetProvisionedProductOutputs', {
      ProvisionedProductId: 'pp-net',
      OutputKeys: ['Range'],
    });
    expect(list(some, 'Outputs')).toEqual([{ OutputKey: 'Range', OutputValue: '10.0.0.0/16' }]);
    const page = await h.call('GetProvisionedProductOutputs', {
      ProvisionedProductId: 'pp-net',
      PageSize: 2,
    });
    const rest = await h.call('GetProvisionedProductOutputs', {
      ProvisionedProductId: 'pp-net',
      PageSize: 2,
      PageToken: text(page, 'NextPageToken'),
    });
    expect([...list(page, 'Outputs'), ...list(rest, 'Outputs')]).toEqual(all);
  });

  test.each([
    [{}, 'InvalidParametersException', /Either/],
    [
      { ProvisionedProductId: 'pp-net', ProvisionedProductName: 'net' },
      'InvalidParametersException',
      /Only one/,
    ],
    [{ ProvisionedProductId: 'pp-none' }, 'ResourceNotFoundException', /pp-none/],
    [
      { ProvisionedProductId: 'pp-net', OutputKeys: ['None'] },
      'InvalidParametersException',
      /None/,
    ],
  ])('refuses %j', async (input, code, message) => {
    const h = await start(smallSeed());
    const refused = await refusal(h.call('GetProvisionedProductOutputs', input));
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
  });

  test('nothing succeeded yet', async () => {
    const seed = smallSeed();
    const h = await start({
      ...seed,
      provisionedProducts: (seed.provisionedProducts ?? []).map((p) => ({
        ...p,
        status: 'ERROR' as const,
      })),
    });
    expect(
      await refusal(h.call('GetProvisionedProductOutputs', { ProvisionedProductId: 'pp-net' })),
    ).toMatchObject({
      code: 'InvalidParametersException',
      message: "Last Successful Provisioning Record doesn't exist.",
    });
  });
});

describe('DescribeProvisionedProduct', () => {
  test('by id and by name show the same, with the launch role and without tags', async () => {
    const h = await start(smallSeed());
    const byId = await h.call('DescribeProvisionedProduct', { Id: 'pp-net' });
    expect(await h.call('DescribeProvisionedProduct', { Name: 'net' })).toEqual(byId);
    expect(at(byId, 'ProvisionedProductDetail.LaunchRoleArn')).toBe(
      'arn:aws:iam::111122223333:role/launch',
    );
    expect(at(byId, 'CloudWatchDashboards')).toEqual([]);
    for (const member of ['Tags', 'PhysicalId', 'UserArn', 'PathId'])
      expect(at(byId, 'ProvisionedProductDetail')).not.toHaveProperty(member);
  });

  test.each([
    [{}, 'InvalidParametersException'],
    [{ Id: 'pp-net', Name: 'net' }, 'InvalidParametersException'],
    [{ Name: 'none' }, 'ResourceNotFoundException'],
    [{ Id: 'pp-none' }, 'ResourceNotFoundException'],
  ])('refuses %j', async (input, code) => {
    const h = await start(smallSeed());
    expect(await refusal(h.call('DescribeProvisionedProduct', input))).toMatchObject({
      code,
      status: 400,
    });
  });
});

describe('UpdateProvisionedProductProperties', () => {
  const change = (properties: object, over = {}) => ({
    ProvisionedProductId: 'pp-net',
    ProvisionedProductProperties: { ...properties },
    IdempotencyToken: freshToken(),
    ...over,
  });

  test.each([
    ['a role', 'arn:aws:iam::111122223333:role/x', 'arn:aws:iam::111122223333:role/x'],
    ['a user', 'arn:aws:iam::111122223333:user/x', 'arn:aws:iam::111122223333:user/x'],
    [
      'a session',
      'arn:aws:sts::111122223333:assumed-role/x/me',
      'arn:aws:iam::111122223333:role/x',
    ],
  ])('OWNER may be %s', async (_, OWNER, UserArn) => {
    const h = await start(smallSeed());
    const answer = await h.call('UpdateProvisionedProductProperties', change({ OWNER }));
    expect(answer).toMatchObject({
      ProvisionedProductId: 'pp-net',
      ProvisionedProductProperties: { OWNER },
    });
    h.pass(ENDS);
    const row = at(await h.call('SearchProvisionedProducts'), 'ProvisionedProducts.0');
    expect(row).toMatchObject({ UserArn, UserArnSession: OWNER });
    const record = await h.call('DescribeRecord', { Id: text(answer, 'RecordId') });
    expect(at(record, 'RecordDetail.Status')).toBe('SUCCEEDED');
  });

  test('a changed launch role stays through later updates', async () => {
    const h = await start(smallSeed());
    const LAUNCH_ROLE = 'arn:aws:iam::111122223333:role/other';
    await h.call('UpdateProvisionedProductProperties', change({ LAUNCH_ROLE }));
    h.pass(ENDS);
    await h.call('UpdateProvisionedProduct', updateNet());
    h.pass(ENDS);
    expect(
      at(
        await h.call('DescribeProvisionedProduct', { Id: 'pp-net' }),
        'ProvisionedProductDetail.LaunchRoleArn',
      ),
    ).toBe(LAUNCH_ROLE);
  });

  test.each([
    [
      'another account',
      { OWNER: 'arn:aws:iam::444455556666:role/x' },
      'InvalidParametersException',
    ],
    ['an owner that is no principal', { OWNER: 'somebody' }, 'InvalidParametersException'],
    [
      'a user as launch role',
      { LAUNCH_ROLE: 'arn:aws:iam::111122223333:user/x' },
      'InvalidParametersException',
    ],
    ['an unknown property', { COLOUR: 'red' }, 'ValidationException'],
    ['no property', {}, 'ValidationException'],
  ])('refuses %s', async (_, properties, code) => {
    const h = await start(smallSeed());
    expect(
      (await refusal(h.call('UpdateProvisionedProductProperties', change(properties)))).code,
    ).toBe(code);
  });

  test('refuses while another operation runs, and repeats a token', async () => {
    const h = await start(smallSeed());
    const input = change({ OWNER: 'arn:aws:iam::111122223333:role/x' });
    const first = await h.call('UpdateProvisionedProductProperties', input);
    expect(at(await h.call('UpdateProvisionedProductProperties', input), 'RecordId')).toBe(
      at(first, 'RecordId'),
    );
    const other = change({ OWNER: 'arn:aws:iam::111122223333:role/y' });
    expect((await refusal(h.call('UpdateProvisionedProductProperties', other))).code).toBe(
      'InvalidStateException',
    );
  });
});

describe('tags of an update', () => {
  const tag = (values: Readonly<Record<string, string>>) => ({
    Tags: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
  });
  test.each([
    ['added: the list replaces', { team: 'a', cost: '1' }, { team: 'a', cost: '1' }],
    ['changed: the list replaces', { team: 'b' }, { team: 'b' }],
    ['one added, one left out: the list replaces', { cost: '1' }, { cost: '1' }],
    ['only left out: nothing happens', {}, { team: 'a' }],
  ])('%s', async (_, wanted, expected) => {
    const h = await start(smallSeed());
    await h.call('UpdateProvisionedProduct', updateNet(tag(wanted as Record<string, string>)));
    h.pass(ENDS);
    const tags = Object.fromEntries(
      Object.entries(h.admin.product('net')?.tags ?? {}).filter(([key]) => !key.startsWith('aws:')),
    );
    expect(tags).toEqual(expected);
    const stack = h.admin
      .product('net')
      ?.stack?.tags.filter((item) => !item.Key.startsWith('aws:'));
    expect(stack).toEqual(tag(expected as Record<string, string>).Tags);
  });

  test('system tags are there, follow the version, and cannot be set', async () => {
    const h = await start(smallSeed());
    const input = updateNet({
      ProvisioningArtifactId: 'pa-old',
      ProvisioningParameters: [{ Key: 'Cidr', UsePreviousValue: true }],
    });
    await h.call('UpdateProvisionedProduct', input);
    h.pass(ENDS);
    const system = Object.keys(h.admin.product('net')?.tags ?? {}).filter((key) =>
      key.startsWith('aws:servicecatalog:'),
    );
    expect(system).toHaveLength(5);
    expect(h.admin.product('net')?.tags['aws:servicecatalog:provisioningArtifactIdentifier']).toBe(
      'pa-old',
    );
  });
});

test('an update of tags alone reaches the stack', async () => {
  const h = await start(smallSeed());
  const same = [
    { Key: 'Cidr', UsePreviousValue: true },
    { Key: 'Secret', UsePreviousValue: true },
  ];
  const Tags = [{ Key: 'team', Value: 'b' }];
  await h.call('UpdateProvisionedProduct', updateNet({ ProvisioningParameters: same, Tags }));
  h.pass(ENDS);
  expect(h.admin.product('net')?.stack?.tags).toContainEqual({ Key: 'team', Value: 'b' });
  expect(h.admin.product('net')?.stack?.status).toBe('UPDATE_COMPLETE');
});
