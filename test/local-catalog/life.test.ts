import { describe, expect, test } from 'vitest';
import {
  at,
  BEGINS,
  ENDS,
  freshToken,
  type Harness,
  list,
  ROLLED_BACK,
  refusal,
  smallSeed,
  start,
  text,
  updateNet,
} from './harness.ts';

const launch = (over = {}) => ({
  ProductId: 'prod-net',
  ProvisioningArtifactId: 'pa-net1',
  ProvisionedProductName: 'fresh',
  ProvisioningParameters: [{ Key: 'Cidr', Value: '10.7.0.0/16' }],
  Tags: [{ Key: 'team', Value: 'z' }],
  ProvisionToken: freshToken(),
  ...over,
});
const terminate = (over = {}) => ({
  ProvisionedProductId: 'pp-net',
  TerminateToken: freshToken(),
  ...over,
});
const status = async (h: Harness, Name: string) =>
  at(await h.call('DescribeProvisionedProduct', { Name }), 'ProvisionedProductDetail.Status');

describe('ProvisionProduct', () => {
  test('creates: UNDER_CHANGE, then AVAILABLE with a stack', async () => {
    const h = await start(smallSeed());
    const answer = await h.call('ProvisionProduct', launch());
    expect(at(answer, 'RecordDetail')).toMatchObject({
      Status: 'CREATED',
      RecordType: 'PROVISION_PRODUCT',
      ProvisionedProductName: 'fresh',
    });
    expect(await status(h, 'fresh')).toBe('UNDER_CHANGE');
    h.pass(BEGINS);
    expect(h.admin.product('fresh')?.stack?.status).toBe('CREATE_IN_PROGRESS');
    h.pass(ENDS);
    expect(await status(h, 'fresh')).toBe('AVAILABLE');
    expect(h.admin.product('fresh')).toMatchObject({
      parameters: { Cidr: '10.7.0.0/16', Size: 'small' },
      tags: { team: 'z' },
      stack: { status: 'CREATE_COMPLETE', roleArn: 'arn:aws:iam::111122223333:role/launch' },
    });
    expect(h.admin.product('fresh')?.stack?.name).toBe(
      `SC-111122223333-${text(answer, 'RecordDetail.ProvisionedProductId')}`,
    );
  });

  test('a failed creation ends in ERROR, the stack rolled back, the name still taken', async () => {
    const h = await start(smallSeed());
    await h.call(
      'ProvisionProduct',
      launch({
        ProvisioningParameters: [
          { Key: 'Cidr', Value: '1' },
          { Key: 'Size', Value: 'broken' },
        ],
      }),
    );
    h.pass(ROLLED_BACK);
    expect(await status(h, 'fresh')).toBe('ERROR');
    expect(h.admin.product('fresh')?.stack?.status).toBe('ROLLBACK_COMPLETE');
    const again = await refusal(h.call('ProvisionProduct', launch()));
    expect(again).toMatchObject({
      code: 'InvalidParametersException',
      message: 'A stack named fresh already exists.',
    });
    const row = await h.call('SearchProvisionedProducts', {
      Filters: { SearchQuery: ['name:fresh'] },
    });
    expect(at(row, 'ProvisionedProducts.0')).not.toHaveProperty(
      'LastSuccessfulProvisioningRecordId',
    );
  });

  test('refused before anything was made: ERROR, and no physical id', async () => {
    const h = await start(smallSeed());
    await h.call('ProvisionProduct', launch({ ProvisioningParameters: [] }));
    h.pass(ENDS);
    const row = at(
      await h.call('SearchProvisionedProducts', { Filters: { SearchQuery: ['name:fresh'] } }),
      'ProvisionedProducts.0',
    );
    expect(row).toMatchObject({ Status: 'ERROR' });
    expect(text(row, 'StatusMessage')).toContain('Parameters: [Cidr] must have values');
    expect(row).not.toHaveProperty('PhysicalId');
  });

  test('repeats a token', async () => {
    const h = await start(smallSeed());
    const input = launch();
    const first = await h.call('ProvisionProduct', input);
    expect(at(await h.call('ProvisionProduct', input), 'RecordDetail.RecordId')).toBe(
      at(first, 'RecordDetail.RecordId'),
    );
    expect(h.admin.names()).toEqual(['fresh', 'net']);
  });

  test.each([
    ['no version', { ProvisioningArtifactId: undefined }, 'InvalidParametersException'],
    ['a deprecated version', { ProvisioningArtifactId: 'pa-old' }, 'InvalidParametersException'],
    ['an inactive version', { ProvisioningArtifactId: 'pa-net0' }, 'InvalidParametersException'],
    ['a name that is none', { ProvisionedProductName: 'My Test' }, 'ValidationException'],
    ['an unknown product', { ProductId: 'prod-x' }, 'ResourceNotFoundException'],
    [
      'six notification ARNs',
      {
        NotificationArns: Array.from(
          { length: 6 },
          (_, n) => `arn:aws:sns:eu-west-1:111122223333:t${n}`,
        ),
      },
      'ValidationException',
    ],
  ])('refuses %s', async (_, over, code) => {
    const h = await start(smallSeed());
    const input = JSON.parse(JSON.stringify(launch(over)));
    expect((await refusal(h.call('ProvisionProduct', input))).code).toBe(code);
    expect(h.admin.names()).toEqual(['net']);
  });
});

describe('TerminateProvisionedProduct', () => {
  test('the product goes, its records stay, the stack can be seen by ARN', async () => {
    const h = await start(smallSeed());
    const stack = h.admin.product('net')?.stack?.id ?? '';
    const input = terminate();
    const answer = await h.call('TerminateProvisionedProduct', input);
    expect(at(await h.call('TerminateProvisionedProduct', input), 'RecordDetail.RecordId')).toBe(
      at(answer, 'RecordDetail.RecordId'),
    );
    h.pass(ENDS);
    expect((await refusal(h.call('DescribeProvisionedProduct', { Id: 'pp-net' }))).code).toBe(
      'ResourceNotFoundException',
    );
    const record = await h.call('DescribeRecord', { Id: text(answer, 'RecordDetail.RecordId') });
    expect(at(record, 'RecordDetail')).toMatchObject({
      Status: 'SUCCEEDED',
      RecordType: 'TERMINATE_PROVISIONED_PRODUCT',
    });
    expect((await refusal(h.call('TerminateProvisionedProduct', input))).code).toBe(
      'ResourceNotFoundException',
    );
    expect(await h.query('cloudformation', 'DescribeStacks', { StackName: stack })).toContain(
      '<StackStatus>DELETE_COMPLETE</StackStatus>',
    );
    expect(await h.query('cloudformation', 'DescribeStacks')).not.toContain(stack);
    const byName = h.query('cloudformation', 'DescribeStacks', {
      StackName: 'SC-111122223333-pp-net',
    });
    expect(await refusal(byName)).toMatchObject({
      code: 'ValidationError',
      message: 'Stack with id SC-111122223333-pp-net does not exist',
    });
  });

  test('the name is free again', async () => {
    const h = await start(smallSeed());
    await h.call('TerminateProvisionedProduct', terminate());
    h.pass(ENDS);
    await h.call('ProvisionProduct', launch({ ProvisionedProductName: 'net' }));
    h.pass(ENDS);
    expect(await status(h, 'net')).toBe('AVAILABLE');
    expect(h.admin.product('net')?.product.id).not.toBe('pp-net');
  });

  test.each([
    [{ RetainPhysicalResources: true }, 'CREATE_COMPLETE'],
    [{}, 'DELETE_COMPLETE'],
  ])('%j leaves the stack in %s', async (over, expected) => {
    const h = await start(smallSeed());
    const stack = h.admin.product('net')?.stack?.id ?? '';
    await h.call('TerminateProvisionedProduct', terminate(over));
    h.pass(ENDS);
    expect(await h.query('cloudformation', 'DescribeStacks', { StackName: stack })).toContain(
      `<StackStatus>${expected}<`,
    );
  });

  test('after a termination that failed, its token starts another', async () => {
    const h = await start(smallSeed());
    const effect = { kind: 'recordFails' } as const;
    h.admin.addFault({ operation: 'TerminateProvisionedProduct', count: 1, effect });
    const input = terminate();
    const first = await h.call('TerminateProvisionedProduct', input);
    h.pass(ENDS);
    const second = await h.call('TerminateProvisionedProduct', input);
    expect(at(second, 'RecordDetail.RecordId')).not.toBe(at(first, 'RecordDetail.RecordId'));
    h.pass(ENDS);
    expect(h.admin.names()).toEqual([]);
  });

  test.each([
    [false, 'TAINTED'],
    [true, null],
  ])('a failing deletion with IgnoreErrors %s', async (IgnoreErrors, left) => {
    const h = await start(smallSeed());
    h.admin.addFault({
      operation: 'TerminateProvisionedProduct',
      effect: { kind: 'recordFails', message: 'bucket not empty' },
    });
    await h.call('TerminateProvisionedProduct', terminate({ IgnoreErrors }));
    h.pass(ENDS);
    expect(h.admin.product('net')?.product.status ?? null).toBe(left);
  });

  test.each([
    ['while busy', updateNet(), {}, 'InvalidParametersException'],
    ['both id and name', null, { ProvisionedProductName: 'net' }, 'InvalidParametersException'],
    ['an unknown id', null, { ProvisionedProductId: 'pp-x' }, 'ResourceNotFoundException'],
  ])('refuses %s', async (_, first, over, code) => {
    const h = await start(smallSeed());
    if (first !== null) await h.call('UpdateProvisionedProduct', first);
    expect((await refusal(h.call('TerminateProvisionedProduct', terminate(over)))).code).toBe(code);
  });
});

describe('ImportAsProvisionedProduct', () => {
  const withStack = (state?: string) =>
    start(
      smallSeed({
        stacks: [
          {
            name: 'loose',
            product: 'network',
            version: 'v1',
            parameters: { Cidr: '10.8.0.0/16' },
            ...(state === undefined ? {} : { status: state }),
          },
        ],
      }),
    );
  const arnOf = async (h: Harness) =>
    /<StackId>([^<]*loose[^<]*)</.exec(
      await h.query('cloudformation', 'DescribeStacks', { StackName: 'loose' }),
    )?.[1] ?? '';
  const input = (PhysicalId: string, over = {}) => ({
    ProductId: 'prod-net',
    ProvisioningArtifactId: 'pa-net1',
    ProvisionedProductName: 'adopted',
    PhysicalId,
    IdempotencyToken: freshToken(),
    ...over,
  });

  test('takes a stack over as it is, and it can then be updated', async () => {
    const h = await withStack();
    const arn = await arnOf(h);
    const answer = await h.call('ImportAsProvisionedProduct', input(arn));
    h.pass(ENDS);
    expect(await status(h, 'adopted')).toBe('AVAILABLE');
    expect(h.admin.product('adopted')).toMatchObject({
      product: { physicalId: arn },
      parameters: { Cidr: '10.8.0.0/16' },
    });
    expect(at(answer, 'RecordDetail')).not.toHaveProperty('PathId');
    await h.call(
      'UpdateProvisionedProduct',
      updateNet({ ProvisionedProductId: text(answer, 'RecordDetail.ProvisionedProductId') }),
    );
    h.pass(ENDS);
    expect(h.admin.product('adopted')).toMatchObject({
      parameters: { Size: 'large' },
      product: { pathId: 'lpv3-net' },
    });
  });

  test.each([
    ['a name that is taken', { ProvisionedProductName: 'net' }, 'DuplicateResourceException'],
    [
      'another version than the stack has',
      { ProvisioningArtifactId: 'pa-net2' },
      'InvalidParametersException',
    ],
    [
      'no such stack',
      { PhysicalId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/none/1' },
      'ResourceNotFoundException',
    ],
    ['no such product', { ProductId: 'prod-x' }, 'ResourceNotFoundException'],
  ])('refuses %s', async (_, over, code) => {
    const h = await withStack();
    expect(
      (await refusal(h.call('ImportAsProvisionedProduct', input(await arnOf(h), over)))).code,
    ).toBe(code);
  });

  test('refuses a stack in a bad state, one that belongs to a product, and a second import', async () => {
    const bad = await withStack('ROLLBACK_COMPLETE');
    expect(
      (await refusal(bad.call('ImportAsProvisionedProduct', input(await arnOf(bad))))).code,
    ).toBe('InvalidStateException');
    const h = await withStack();
    const taken = h.admin.product('net')?.stack?.id ?? '';
    expect((await refusal(h.call('ImportAsProvisionedProduct', input(taken)))).code).toBe(
      'InvalidStateException',
    );
    await h.call('ImportAsProvisionedProduct', input(await arnOf(h)));
    const second = input(taken, { ProvisionedProductName: 'other' });
    expect((await refusal(h.call('ImportAsProvisionedProduct', second))).message).toContain(
      'Another import',
    );
  });
});

describe('plans', () => {
  const plan = (over = {}) => ({
    PlanName: 'p',
    PlanType: 'CLOUDFORMATION',
    ProductId: 'prod-net',
    ProvisioningArtifactId: 'pa-net1',
    ProvisionedProductName: 'net',
    ProvisioningParameters: [
      { Key: 'Cidr', UsePreviousValue: true },
      { Key: 'Size', Value: 'large' },
      { Key: 'Secret', UsePreviousValue: true },
    ],
    IdempotencyToken: freshToken(),
    ...over,
  });
  const described = async (h: Harness, PlanId: string) =>
    h.call('DescribeProvisionedProductPlan', { PlanId });
  const create = async (h: Harness, over = {}) =>
    text(await h.call('CreateProvisionedProductPlan', plan(over)), 'PlanId');

  test('for an existing product: created, shown, executed', async () => {
    const h = await start(smallSeed());
    const id = await create(h);
    expect(at(await described(h, id), 'ProvisionedProductPlanDetails.Status')).toBe(
      'CREATE_IN_PROGRESS',
    );
    h.pass(300);
    const ready = await described(h, id);
    expect(at(ready, 'ProvisionedProductPlanDetails')).toMatchObject({
      Status: 'CREATE_SUCCESS',
      PlanName: 'p',
      ProvisionProductId: 'pp-net',
      PathId: 'lpv3-net',
    });
    expect(list(ready, 'ResourceChanges').map((change) => at(change, 'Action'))).toEqual([
      'MODIFY',
    ]);
    expect(await status(h, 'net')).toBe('AVAILABLE');
    const listed = await h.call('ListProvisionedProductPlans', {
      AccessLevelFilter: { Key: 'Account', Value: 'self' },
      ProvisionProductId: 'pp-net',
    });
    expect(list(listed, 'ProvisionedProductPlans')).toHaveLength(1);
    const run = { PlanId: id, IdempotencyToken: freshToken() };
    const record = await h.call('ExecuteProvisionedProductPlan', run);
    expect(at(await h.call('ExecuteProvisionedProductPlan', run), 'RecordDetail.RecordId')).toBe(
      at(record, 'RecordDetail.RecordId'),
    );
    expect(at(await described(h, id), 'ProvisionedProductPlanDetails.Status')).toBe(
      'EXECUTE_IN_PROGRESS',
    );
    h.pass(ENDS);
    expect(at(await described(h, id), 'ProvisionedProductPlanDetails.Status')).toBe(
      'EXECUTE_SUCCESS',
    );
    expect(h.admin.product('net')?.parameters).toMatchObject({
      Size: 'large',
      Secret: 'hunter2-live',
    });
    await h.call('DeleteProvisionedProductPlan', { PlanId: id });
    expect((await refusal(described(h, id))).code).toBe('ResourceNotFoundException');
  });

  test('for a new one: PLAN_IN_PROGRESS until executed or deleted', async () => {
    const h = await start(smallSeed());
    const over = {
      ProvisionedProductName: 'fresh',
      ProvisioningParameters: [{ Key: 'Cidr', Value: '1' }],
    };
    const dropped = await create(h, over);
    expect(await status(h, 'fresh')).toBe('PLAN_IN_PROGRESS');
    await h.call('DeleteProvisionedProductPlan', { PlanId: dropped });
    expect(h.admin.names()).toEqual(['net']);
    const id = await create(h, over);
    h.pass(300);
    expect(
      list(await described(h, id), 'ResourceChanges').map((change) => at(change, 'Action')),
    ).toEqual(['ADD']);
    await h.call('ExecuteProvisionedProductPlan', { PlanId: id, IdempotencyToken: freshToken() });
    h.pass(ENDS);
    expect(await status(h, 'fresh')).toBe('AVAILABLE');
  });

  test.each([
    [
      'nothing changes',
      {
        ProvisioningParameters: [
          { Key: 'Cidr', UsePreviousValue: true },
          { Key: 'Secret', UsePreviousValue: true },
        ],
      },
      "The submitted information didn't contain changes.",
    ],
    [
      'an unknown key',
      { ProvisioningParameters: [{ Key: 'X', Value: 'y' }] },
      'Error calling API cloudformation:CreateChangeSet. ErrorCode: ValidationError, Message: Parameters: [X] do not exist in the template',
    ],
  ])('%s: CREATE_FAILED, and it cannot be executed', async (_, over, message) => {
    const h = await start(smallSeed());
    const id = await create(h, over);
    h.pass(300);
    const details = at(await described(h, id), 'ProvisionedProductPlanDetails');
    expect(at(details, 'Status')).toBe('CREATE_FAILED');
    expect(text(details, 'StatusMessage')).toContain(message);
    expect(
      (
        await refusal(
          h.call('ExecuteProvisionedProductPlan', { PlanId: id, IdempotencyToken: freshToken() }),
        )
      ).code,
    ).toBe('InvalidStateException');
  });

  test('a failed execution blocks deletion unless errors are ignored', async () => {
    const h = await start(smallSeed());
    const id = await create(h, {
      ProvisioningParameters: [
        { Key: 'Cidr', UsePreviousValue: true },
        { Key: 'Size', Value: 'broken' },
      ],
    });
    h.pass(300);
    await h.call('ExecuteProvisionedProductPlan', { PlanId: id, IdempotencyToken: freshToken() });
    h.pass(ROLLED_BACK);
    expect(at(await described(h, id), 'ProvisionedProductPlanDetails.Status')).toBe(
      'EXECUTE_FAILED',
    );
    const refused = await refusal(h.call('DeleteProvisionedProductPlan', { PlanId: id }));
    expect(refused).toMatchObject({ code: 'ValidationException' });
    expect(refused.message).toMatch(
      /^Cannot delete ChangeSet in execution status EXECUTE_FAILED \(Service: AmazonCloudFormation;/,
    );
    await h.call('DeleteProvisionedProductPlan', { PlanId: id, IgnoreErrors: true });
  });

  test.each([
    ['another type', { PlanType: 'TERRAFORM' }, 'ValidationException'],
    ['an unknown product', { ProductId: 'prod-x' }, 'ResourceNotFoundException'],
    ['a stale path', { PathId: 'lp-x' }, 'InvalidParametersException'],
  ])('CreateProvisionedProductPlan refuses %s', async (_, over, code) => {
    const h = await start(smallSeed());
    expect((await refusal(h.call('CreateProvisionedProductPlan', plan(over)))).code).toBe(code);
  });

  test('one plan per product, none while it is under change', async () => {
    const h = await start(smallSeed());
    await create(h);
    expect((await refusal(h.call('CreateProvisionedProductPlan', plan()))).code).toBe(
      'InvalidStateException',
    );
    const busy = await start(smallSeed());
    await busy.call('UpdateProvisionedProduct', updateNet());
    expect((await refusal(busy.call('CreateProvisionedProductPlan', plan()))).code).toBe(
      'InvalidStateException',
    );
  });

  test('planOnExisting PLAN_IN_PROGRESS blocks updates until the plan is gone', async () => {
    const h = await start(smallSeed({ behaviour: { planOnExisting: 'PLAN_IN_PROGRESS' } }));
    const id = await create(h);
    expect(await status(h, 'net')).toBe('PLAN_IN_PROGRESS');
    expect((await refusal(h.call('UpdateProvisionedProduct', updateNet()))).code).toBe(
      'InvalidParametersException',
    );
    await h.call('DeleteProvisionedProductPlan', { PlanId: id });
    expect(await status(h, 'net')).toBe('AVAILABLE');
  });

  test('the changes of a plan and the plans are paged', async () => {
    const resources = Array.from({ length: 25 }, (_, n) => ({
      logicalId: `R${n}`,
      type: 'AWS::SNS::Topic',
      references: [],
    }));
    const versions = [{ name: 'v', id: 'pa-big', resources }];
    const h = await start({ products: [{ name: 'big', id: 'prod-big', versions }] });
    const over = { ProductId: 'prod-big', ProvisioningArtifactId: 'pa-big' };
    const ids: string[] = [];
    for (let n = 0; n < 25; n += 1)
      ids.push(
        await create(h, { ...over, ProvisionedProductName: `n${n}`, ProvisioningParameters: [] }),
      );
    h.pass(60_000);
    const paged = async (operation: string, input: object, member: string) => {
      const first = await h.call(operation, { ...input });
      const rest = { ...input, PageToken: text(first, 'NextPageToken') };
      const second = await h.call(operation, rest);
      expect(second).not.toHaveProperty('NextPageToken');
      return [list(first, member), list(second, member)] as const;
    };
    const changes = await paged(
      'DescribeProvisionedProductPlan',
      { PlanId: ids[0] },
      'ResourceChanges',
    );
    expect(changes.map((page) => page.length)).toEqual([20, 5]);
    expect(new Set(changes.flat().map((change) => at(change, 'LogicalResourceId'))).size).toBe(25);
    const self = { AccessLevelFilter: { Key: 'Account', Value: 'self' } };
    const plans = await paged('ListProvisionedProductPlans', self, 'ProvisionedProductPlans');
    expect(plans.flat().map((item) => at(item, 'PlanId'))).toEqual(ids);
    const bad = h.call('ListProvisionedProductPlans', { PageToken: 'nonsense' });
    expect((await refusal(bad)).code).toBe('InvalidParametersException');
  });

  test('an unknown plan is not found', async () => {
    const h = await start(smallSeed());
    for (const operation of ['DescribeProvisionedProductPlan', 'DeleteProvisionedProductPlan'])
      expect((await refusal(h.call(operation, { PlanId: 'plan-x' }))).code).toBe(
        'ResourceNotFoundException',
      );
  });
});
