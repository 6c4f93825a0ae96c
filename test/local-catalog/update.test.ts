import { describe, expect, test } from 'vitest';
import {
  at,
  BEGINS,
  ENDS,
  freshToken,
  ROLLED_BACK,
  refusal,
  smallSeed,
  start,
  text,
  updateNet,
} from './harness.ts';

const params = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value }));

async function detail(h: Awaited<ReturnType<typeof start>>) {
  const answer = await h.call('DescribeProvisionedProduct', { Id: 'pp-net' });
  return at(answer, 'ProvisionedProductDetail');
}

describe('an update that goes well', () => {
  test('takes its time: CREATED, IN_PROGRESS, SUCCEEDED, with the product under change', async () => {
    const h = await start(smallSeed());
    const before = await detail(h);
    const answer = await h.call('UpdateProvisionedProduct', updateNet());
    const id = text(answer, 'RecordDetail.RecordId');
    const see = async () => {
      const record = await h.call('DescribeRecord', { Id: id });
      const product = await detail(h);
      return [
        at(record, 'RecordDetail.Status'),
        at(product, 'Status'),
        h.admin.product('net')?.stack?.status,
        h.admin.product('net')?.parameters.Size,
      ];
    };
    expect(at(answer, 'RecordDetail')).toMatchObject({
      Status: 'CREATED',
      RecordType: 'UPDATE_PROVISIONED_PRODUCT',
      ProvisionedProductType: 'CFN_STACK',
      ProvisioningArtifactId: 'pa-net1',
      PathId: 'lpv3-net',
      RecordErrors: [],
      RecordTags: [],
      CreatedTime: h.now() / 1000,
    });
    expect(await see()).toEqual(['CREATED', 'UNDER_CHANGE', 'CREATE_COMPLETE', 'small']);
    h.pass(BEGINS);
    expect(await see()).toEqual(['IN_PROGRESS', 'UNDER_CHANGE', 'UPDATE_IN_PROGRESS', 'large']);
    h.pass(ENDS - BEGINS - 1);
    expect((await see())[0]).toBe('IN_PROGRESS');
    h.pass(1);
    expect(await see()).toEqual(['SUCCEEDED', 'AVAILABLE', 'UPDATE_COMPLETE', 'large']);
    const after = await detail(h);
    expect(after).toMatchObject({
      LastRecordId: id,
      LastProvisioningRecordId: id,
      LastSuccessfulProvisioningRecordId: id,
      IdempotencyToken: at(before, 'IdempotencyToken'),
    });
  });

  test('moves the last record ids at once and the successful one only at the end', async () => {
    const h = await start(smallSeed());
    const first = at(await detail(h), 'LastRecordId');
    const answer = await h.call('UpdateProvisionedProduct', updateNet());
    const id = at(answer, 'RecordDetail.RecordId');
    expect(await detail(h)).toMatchObject({
      LastRecordId: id,
      LastProvisioningRecordId: id,
      LastSuccessfulProvisioningRecordId: first,
    });
  });

  test('tells the same story whether looked at often or once', async () => {
    const often = await start(smallSeed());
    const once = await start(smallSeed());
    const token = freshToken();
    const input = updateNet({ UpdateToken: token });
    for (const h of [often, once]) await h.call('UpdateProvisionedProduct', input);
    for (let step = 0; step < 40; step += 1) {
      often.pass(50);
      await often.call('DescribeProvisionedProduct', { Id: 'pp-net' });
    }
    once.pass(40 * 50);
    expect(await detail(often)).toEqual(await detail(once));
    expect(often.admin.product('net')?.stack).toEqual(once.admin.product('net')?.stack);
  });

  test('that changes nothing succeeds and leaves the stack alone', async () => {
    const h = await start(smallSeed());
    await h.call(
      'UpdateProvisionedProduct',
      updateNet({
        ProvisioningParameters: params({ Cidr: '10.0.0.0/16', Secret: 'hunter2-live' }),
      }),
    );
    h.pass(ENDS);
    expect(at(await detail(h), 'Status')).toBe('AVAILABLE');
    expect(h.admin.product('net')?.stack).toMatchObject({
      status: 'CREATE_COMPLETE',
      updatedAt: null,
    });
  });

  test('heals a TAINTED product', async () => {
    const seed = smallSeed();
    const [net] = seed.provisionedProducts ?? [];
    const h = await start({
      ...seed,
      provisionedProducts: net === undefined ? [] : [{ ...net, failedUpdate: { message: 'no.' } }],
    });
    expect(await detail(h)).toMatchObject({ Status: 'TAINTED', StatusMessage: 'no.' });
    await h.call('UpdateProvisionedProduct', updateNet());
    h.pass(ENDS);
    expect(at(await detail(h), 'Status')).toBe('AVAILABLE');
    expect(at(await detail(h), 'StatusMessage')).toBeUndefined();
  });
});

describe('an update that fails after it started', () => {
  test('rolls back: IN_PROGRESS_IN_ERROR, FAILED, TAINTED, the old values live', async () => {
    const h = await start(smallSeed());
    const first = at(await detail(h), 'LastRecordId');
    const answer = await h.call(
      'UpdateProvisionedProduct',
      updateNet({ ProvisioningParameters: params({ Cidr: '10.0.0.0/16', Size: 'broken' }) }),
    );
    const id = text(answer, 'RecordDetail.RecordId');
    h.pass(ENDS);
    const turned = await h.call('DescribeRecord', { Id: id });
    expect(at(turned, 'RecordDetail.Status')).toBe('IN_PROGRESS_IN_ERROR');
    expect(h.admin.product('net')?.stack?.status).toBe('UPDATE_ROLLBACK_IN_PROGRESS');
    h.pass(ROLLED_BACK - ENDS);
    const ended = await h.call('DescribeRecord', { Id: id });
    expect(at(ended, 'RecordDetail')).toMatchObject({
      Status: 'FAILED',
      RecordErrors: [{ Description: 'Vpc: it did not stabilize.' }],
    });
    expect(await detail(h)).toMatchObject({
      Status: 'TAINTED',
      StatusMessage: 'Vpc: it did not stabilize.',
      LastProvisioningRecordId: id,
      LastSuccessfulProvisioningRecordId: first,
      ProvisioningArtifactId: 'pa-net1',
    });
    expect(h.admin.product('net')).toMatchObject({
      parameters: { Size: 'small', Secret: 'hunter2-live' },
      stack: { status: 'UPDATE_ROLLBACK_COMPLETE' },
    });
  });

  test('refused by CloudFormation at once: FAILED without a rollback, the stack untouched', async () => {
    const h = await start(smallSeed());
    const stack = h.admin.product('net')?.stack;
    const answer = await h.call(
      'UpdateProvisionedProduct',
      updateNet({ ProvisioningParameters: params({ Cidr: '10.0.0.0/16', Nonsense: 'x' }) }),
    );
    h.pass(ENDS);
    const record = await h.call('DescribeRecord', { Id: text(answer, 'RecordDetail.RecordId') });
    expect(at(record, 'RecordDetail.Status')).toBe('FAILED');
    expect(text(await detail(h), 'StatusMessage')).toMatch(
      /^AmazonCloudFormationException {2}Parameters: \[Nonsense\] do not exist in the template \(Service: AmazonCloudFormation; Status Code: 400; Error Code: ValidationError; Request ID: [0-9a-f-]{36}; Proxy: null\)$/,
    );
    expect(h.admin.product('net')?.stack).toEqual(stack);
  });

  test.each(['ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED', 'UPDATE_IN_PROGRESS'])(
    'a stack in %s cannot be updated',
    async (status) => {
      const h = await start(smallSeed());
      await h.admin.editStack({ product: 'net', status });
      await h.call('UpdateProvisionedProduct', updateNet());
      h.pass(ENDS);
      expect(text(await detail(h), 'StatusMessage')).toContain(
        `is in ${status} state and can not be updated.`,
      );
    },
  );
});

describe('what an update refuses', () => {
  const cases: readonly [string, object, string, string | RegExp][] = [
    [
      'no product named',
      { ProvisionedProductId: undefined },
      'InvalidParametersException',
      /Either/,
    ],
    ['id and name', { ProvisionedProductName: 'net' }, 'InvalidParametersException', /Only one of/],
    ['unknown id', { ProvisionedProductId: 'pp-none' }, 'ResourceNotFoundException', /pp-none/],
    [
      'two product fields',
      { ProductId: 'prod-net', ProductName: 'network' },
      'InvalidParametersException',
      /Only one/,
    ],
    [
      'two version fields',
      { ProvisioningArtifactName: 'v1' },
      'InvalidParametersException',
      /Only one/,
    ],
    [
      'two path fields',
      { PathId: 'lpv3-net', PathName: 'platform' },
      'InvalidParametersException',
      /Only one/,
    ],
    ['unknown product', { ProductId: 'prod-none' }, 'ResourceNotFoundException', /prod-none/],
    [
      'unknown version',
      { ProvisioningArtifactId: 'pa-none' },
      'ResourceNotFoundException',
      /pa-none/,
    ],
    [
      'stale path',
      { PathId: 'lpv2-gone' },
      'InvalidParametersException',
      'Invalid PathId: lpv2-gone',
    ],
    [
      'ambiguous version',
      { ProvisioningArtifactId: undefined, ProvisioningArtifactName: 'twice' },
      'InvalidParametersException',
      'Multiple Provisioning Artifact with name twice found.',
    ],
    [
      'inactive version',
      { ProvisioningArtifactId: 'pa-net0' },
      'InvalidParametersException',
      /not active/,
    ],
    [
      'reserved tag',
      { Tags: [{ Key: 'aws:x', Value: 'y' }] },
      'InvalidParametersException',
      /aws:x/,
    ],
    [
      'tag twice',
      {
        Tags: [
          { Key: 'a', Value: 'y' },
          { Key: 'a', Value: 'z' },
        ],
      },
      'InvalidParametersException',
      /more than once/,
    ],
  ];
  test.each(cases)('%s', async (_, over, code, message) => {
    const h = await start(smallSeed());
    const input = JSON.parse(JSON.stringify({ ...updateNet(), ...over }));
    const refused = await refusal(h.call('UpdateProvisionedProduct', input));
    expect(refused).toMatchObject({ code, status: 400 });
    expect(refused.message).toMatch(message);
    expect(h.admin.product('net')?.records).toBe(1);
  });

  test('while another operation runs', async () => {
    const h = await start(smallSeed());
    await h.call('UpdateProvisionedProduct', updateNet());
    const refused = await refusal(h.call('UpdateProvisionedProduct', updateNet()));
    expect(refused.code).toBe('InvalidParametersException');
    expect(h.admin.product('net')?.records).toBe(2);
  });
});

describe('what an update accepts', () => {
  test.each([
    ['by name', { ProvisionedProductId: undefined, ProvisionedProductName: 'net' }],
    [
      'by ARN',
      {
        ProvisionedProductId: undefined,
        ProvisionedProductName: 'arn:aws:servicecatalog:eu-west-1:111122223333:stack/net/pp-net',
      },
    ],
    ['without a product and version: they stay', { ProvisioningArtifactId: undefined }],
    [
      'a version by name',
      { ProvisioningArtifactId: undefined, ProvisioningArtifactName: 'v1', ProductName: 'network' },
    ],
    ['a path by name', { PathName: 'platform' }],
  ])('%s', async (_, over) => {
    const h = await start(smallSeed());
    const input = JSON.parse(JSON.stringify({ ...updateNet(), ...over }));
    await h.call('UpdateProvisionedProduct', input);
    h.pass(ENDS);
    expect(await detail(h)).toMatchObject({
      Status: 'AVAILABLE',
      ProvisioningArtifactId: 'pa-net1',
    });
    expect(h.admin.product('net')?.parameters.Size).toBe('large');
  });

  test('a deprecated version, for what already runs', async () => {
    const h = await start(smallSeed());
    await h.call(
      'UpdateProvisionedProduct',
      updateNet({
        ProvisioningArtifactId: 'pa-old',
        ProvisioningParameters: [{ Key: 'Cidr', UsePreviousValue: true }],
      }),
    );
    h.pass(ENDS);
    expect(h.admin.product('net')).toMatchObject({
      versionName: 'old',
      parameters: { Cidr: '10.0.0.0/16' },
    });
  });
});
