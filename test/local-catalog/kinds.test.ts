import { describe, expect, test } from 'vitest';
import type { ProductKind } from '../../src/local-catalog/model.ts';
import type { BehaviourInput, ParameterInput } from '../../src/local-catalog/seed-input.ts';
import { ENGINES } from '../support/engines.ts';
import {
  at,
  ENDS,
  freshToken,
  type Harness,
  list,
  ROLLED_BACK,
  refusal,
  smallSeed,
  start,
  text,
} from './harness.ts';

/** A product of a kind in two versions, and one provisioned product `thing` of the first. */
function estate(kind: ProductKind, behaviour: BehaviourInput = {}) {
  const parameters: Record<string, ParameterInput> = {
    AccountEmail: {},
    OrgUnit: { default: 'root' },
    Size: { default: 's' },
  };
  const version = (name: string) => ({
    name,
    id: `pa-${name}`,
    parameters,
    outputs: { Where: { value: 'here' } },
    failsWhen: [{ parameter: 'Size', value: 'broken', message: 'it broke' }],
  });
  return start({
    ...smallSeed({ behaviour }),
    products: [
      {
        name: 'thing-product',
        id: 'prod-thing',
        kind,
        paths: [
          {
            portfolio: 'platform',
            launchRole: 'arn:aws:iam::111122223333:role/launch',
            stackSet: {
              accounts: ['111122223333', '444455556666'],
              regions: ['eu-west-1', 'eu-central-1'],
            },
          },
        ],
        versions: [version('one'), version('two')],
      },
    ],
    provisionedProducts: [
      {
        name: 'thing',
        id: 'pp-thing',
        product: 'thing-product',
        version: 'one',
        parameters: { AccountEmail: 'a@example.com' },
      },
    ],
  });
}

const update = (parameters: readonly object[], over = {}) => ({
  ProvisionedProductId: 'pp-thing',
  ProvisioningArtifactId: 'pa-one',
  ProvisioningParameters: parameters.map((item) => ({ ...item })),
  UpdateToken: freshToken(),
  ...over,
});
const all = [
  { Key: 'AccountEmail', Value: 'a@example.com' },
  { Key: 'OrgUnit', Value: 'prod' },
  { Key: 'Size', Value: 'm' },
];

async function row(h: Harness) {
  return at(await h.call('SearchProvisionedProducts'), 'ProvisionedProducts.0');
}

describe.each(ENGINES)('%s', (kind) => {
  test('updates, and no call shows its values', async () => {
    const h = await estate(kind);
    await h.call('UpdateProvisionedProduct', update(all));
    h.pass(ENDS);
    expect(await row(h)).toMatchObject({ Status: 'AVAILABLE', Type: kind });
    expect(h.admin.product('thing')?.parameters).toMatchObject({ OrgUnit: 'prod', Size: 'm' });
    expect(await h.query('cloudformation', 'DescribeStacks')).toContain('<Stacks></Stacks>');
    const answer = await h.call('DescribeProvisionedProduct', { Id: 'pp-thing' });
    expect(JSON.stringify(answer)).not.toContain('a@example.com');
  });

  test('a failed update leaves the old values in force', async () => {
    const h = await estate(kind);
    await h.call(
      'UpdateProvisionedProduct',
      update([...all.slice(0, 2), { Key: 'Size', Value: 'broken' }]),
    );
    h.pass(ROLLED_BACK);
    expect(await row(h)).toMatchObject({ Status: 'TAINTED', StatusMessage: 'it broke' });
    expect(h.admin.product('thing')?.parameters).toMatchObject({ OrgUnit: 'root', Size: 's' });
  });

  test('cannot be planned', async () => {
    const h = await estate(kind);
    const input = {
      PlanName: 'p',
      PlanType: 'CLOUDFORMATION',
      ProductId: 'prod-thing',
      ProvisioningArtifactId: 'pa-one',
      ProvisionedProductName: 'thing',
      IdempotencyToken: freshToken(),
    };
    expect((await refusal(h.call('CreateProvisionedProductPlan', input))).code).toBe(
      'InvalidParametersException',
    );
  });

  test('has no stack instances', async () => {
    const h = await estate(kind);
    expect(
      (
        await refusal(
          h.call('ListStackInstancesForProvisionedProduct', { ProvisionedProductId: 'pp-thing' }),
        )
      ).code,
    ).toBe('InvalidParametersException');
  });
});

describe('previous values of what has no stack', () => {
  const previous = [{ Key: 'AccountEmail', UsePreviousValue: true }, ...all.slice(1)];

  test.each(['TERRAFORM_OPEN_SOURCE', 'TERRAFORM_CLOUD', 'EXTERNAL'] as const)(
    '%s gets an empty text',
    async (kind) => {
      const h = await estate(kind);
      await h.call('UpdateProvisionedProduct', update(previous));
      h.pass(ENDS);
      expect(h.admin.product('thing')?.parameters.AccountEmail).toBe('');
    },
  );

  test('a Control Tower account refuses at once', async () => {
    const h = await estate('CONTROL_TOWER_ACCOUNT');
    expect((await refusal(h.call('UpdateProvisionedProduct', update(previous)))).code).toBe(
      'InvalidParametersException',
    );
  });

  test('or in the record, if the catalog is told so', async () => {
    const h = await estate('CONTROL_TOWER_ACCOUNT', { controlTowerPreviousValue: 'record' });
    await h.call('UpdateProvisionedProduct', update(previous));
    h.pass(ROLLED_BACK);
    expect(await row(h)).toMatchObject({ Status: 'TAINTED' });
  });
});

test('a Control Tower account stands for a 12-digit account and hands out four outputs', async () => {
  const h = await estate('CONTROL_TOWER_ACCOUNT');
  const account = text(await row(h), 'PhysicalId');
  expect(account).toMatch(/^\d{12}$/);
  const outputs = list(
    await h.call('GetProvisionedProductOutputs', { ProvisionedProductId: 'pp-thing' }),
    'Outputs',
  );
  expect(
    Object.fromEntries(outputs.map((o) => [text(o, 'OutputKey'), text(o, 'OutputValue')])),
  ).toMatchObject({ AccountEmail: 'a@example.com', AccountId: account });
  expect(outputs.map((o) => at(o, 'OutputKey'))).toEqual([
    'AccountEmail',
    'AccountId',
    'SSOUserEmail',
    'SSOUserPortal',
  ]);
});

test.each(['TAINTED', 'ERROR'] as const)(
  'terraformFailedCreate %s',
  async (terraformFailedCreate) => {
    const h = await estate('TERRAFORM_OPEN_SOURCE', { terraformFailedCreate });
    await h.call('ProvisionProduct', {
      ProductId: 'prod-thing',
      ProvisioningArtifactId: 'pa-one',
      ProvisionedProductName: 'new',
      ProvisioningParameters: [
        { Key: 'AccountEmail', Value: 'x' },
        { Key: 'Size', Value: 'broken' },
      ],
      ProvisionToken: freshToken(),
    });
    h.pass(ROLLED_BACK);
    expect(h.admin.product('new')?.product.status).toBe(terraformFailedCreate);
  },
);

test('Terraform open source in ERROR can be updated back, whatever the switch says', async () => {
  const h = await estate('TERRAFORM_OPEN_SOURCE', { errorUpdatable: 'refused' });
  await h.admin.setStatus('thing', 'ERROR');
  await h.call('UpdateProvisionedProduct', update(all));
  h.pass(ENDS);
  expect(await row(h)).toMatchObject({ Status: 'AVAILABLE' });
});

test('an external product without a launch role fails in its words', async () => {
  const seed = smallSeed();
  const h = await start({
    ...seed,
    products: [
      { name: 'e', id: 'prod-e', kind: 'EXTERNAL', versions: [{ name: 'v', id: 'pa-e' }] },
    ],
    provisionedProducts: [],
  });
  await h.call('ProvisionProduct', {
    ProductId: 'prod-e',
    ProvisioningArtifactId: 'pa-e',
    ProvisionedProductName: 'x',
    ProvisionToken: freshToken(),
  });
  h.pass(ENDS);
  expect(h.admin.product('x')?.product).toMatchObject({
    status: 'ERROR',
    statusMessage: 'LaunchRoleArn is required and must be non empty',
  });
});

test('another kind of product is refused', async () => {
  const seed = smallSeed();
  const h = await start({
    ...seed,
    products: [
      ...(seed.products ?? []),
      { name: 'e', id: 'prod-e', kind: 'EXTERNAL', versions: [{ name: 'v', id: 'pa-e' }] },
    ],
  });
  const input = {
    ProvisionedProductId: 'pp-net',
    ProductId: 'prod-e',
    ProvisioningArtifactId: 'pa-e',
    UpdateToken: freshToken(),
  };
  expect((await refusal(h.call('UpdateProvisionedProduct', input))).code).toBe(
    'InvalidParametersException',
  );
});

describe('CFN_STACKSET', () => {
  const preferences = (over: object) => ({ ProvisioningPreferences: { ...over } });
  const instances = async (h: Harness) => {
    const answer = await h.call('ListStackInstancesForProvisionedProduct', {
      ProvisionedProductId: 'pp-thing',
    });
    return list(answer, 'StackInstances')
      .map((i) => `${text(i, 'Account')}/${text(i, 'Region')} ${text(i, 'StackInstanceStatus')}`)
      .sort();
  };
  const [home, other] = ['111122223333', '444455556666'];

  test('stands in all accounts and regions of the constraint', async () => {
    const h = await estate('CFN_STACKSET');
    expect(await instances(h)).toEqual([
      `${home}/eu-central-1 CURRENT`,
      `${home}/eu-west-1 CURRENT`,
      `${other}/eu-central-1 CURRENT`,
      `${other}/eu-west-1 CURRENT`,
    ]);
    const arn = text(await row(h), 'PhysicalId');
    expect(arn).toContain(':stackset/SC-111122223333-pp-thing:');
    const xml = await h.query('cloudformation', 'DescribeStackSet', {
      StackSetName: 'SC-111122223333-pp-thing',
    });
    expect(xml).toContain(
      '<ParameterKey>AccountEmail</ParameterKey><ParameterValue>a@example.com</ParameterValue>',
    );
    const body = (answer: string) => answer.replace(/<RequestId>.*/, '');
    const byArn = await h.query('cloudformation', 'DescribeStackSet', { StackSetName: arn });
    expect(body(byArn)).toBe(body(xml));
  });

  test('UPDATE of a part puts values in force and leaves the rest OUTDATED', async () => {
    const h = await estate('CFN_STACKSET');
    await h.call(
      'UpdateProvisionedProduct',
      update(
        [
          { Key: 'AccountEmail', UsePreviousValue: true },
          { Key: 'Size', Value: 'm' },
        ],
        preferences({ StackSetAccounts: [home] }),
      ),
    );
    h.pass(ENDS);
    expect(await instances(h)).toEqual([
      `${home}/eu-central-1 CURRENT`,
      `${home}/eu-west-1 CURRENT`,
      `${other}/eu-central-1 OUTDATED`,
      `${other}/eu-west-1 OUTDATED`,
    ]);
    expect(h.admin.product('thing')?.parameters).toMatchObject({
      Size: 'm',
      AccountEmail: 'a@example.com',
    });
  });

  test('DELETE and CREATE change instances only; a new version with CREATE is ignored', async () => {
    const h = await estate('CFN_STACKSET');
    const part = { StackSetAccounts: [other], StackSetRegions: ['eu-west-1'] };
    await h.call(
      'UpdateProvisionedProduct',
      update(all, preferences({ ...part, StackSetOperationType: 'DELETE' })),
    );
    h.pass(ENDS);
    expect(await instances(h)).toHaveLength(3);
    await h.call(
      'UpdateProvisionedProduct',
      update(all, {
        ...preferences({ ...part, StackSetOperationType: 'CREATE' }),
        ProvisioningArtifactId: 'pa-two',
      }),
    );
    h.pass(ENDS);
    expect(await instances(h)).toHaveLength(4);
    expect(await row(h)).toMatchObject({ ProvisioningArtifactName: 'one' });
    expect(h.admin.product('thing')?.parameters.Size).toBe('s');
  });

  test.each([
    [
      'both tolerances',
      { StackSetFailureToleranceCount: 1, StackSetFailureTolerancePercentage: 10 },
      'InvalidParametersException',
    ],
    [
      'both concurrencies',
      { StackSetMaxConcurrencyCount: 1, StackSetMaxConcurrencyPercentage: 10 },
      'InvalidParametersException',
    ],
    [
      'an account outside the constraint',
      { StackSetAccounts: ['999999999999'] },
      'InvalidParametersException',
    ],
    [
      'a region outside the constraint',
      { StackSetRegions: ['us-east-1'] },
      'InvalidParametersException',
    ],
    ['a concurrency of 0', { StackSetMaxConcurrencyCount: 0 }, 'ValidationException'],
    ['an account that is none', { StackSetAccounts: ['12'] }, 'ValidationException'],
    ['another operation', { StackSetOperationType: 'REPLACE' }, 'ValidationException'],
  ])('refuses %s', async (_, over, code) => {
    const h = await estate('CFN_STACKSET');
    expect(
      (await refusal(h.call('UpdateProvisionedProduct', update(all, preferences(over))))).code,
    ).toBe(code);
  });

  test('provisioned anew, only where the preferences say; then terminated', async () => {
    const h = await estate('CFN_STACKSET');
    const answer = await h.call('ProvisionProduct', {
      ProductId: 'prod-thing',
      ProvisioningArtifactId: 'pa-one',
      ProvisionedProductName: 'new',
      ProvisioningParameters: [{ Key: 'AccountEmail', Value: 'x' }],
      ProvisioningPreferences: { StackSetAccounts: [other] },
      ProvisionToken: freshToken(),
    });
    const ProvisionedProductId = text(answer, 'RecordDetail.ProvisionedProductId');
    h.pass(ENDS);
    expect(
      list(
        await h.call('ListStackInstancesForProvisionedProduct', {
          ProvisionedProductId,
          PageSize: 1,
        }),
        'StackInstances',
      ),
    ).toEqual([{ Account: other, Region: 'eu-west-1', StackInstanceStatus: 'CURRENT' }]);
    await h.call('TerminateProvisionedProduct', {
      ProvisionedProductId,
      TerminateToken: freshToken(),
    });
    h.pass(ENDS);
    const gone = h.query('cloudformation', 'DescribeStackSet', {
      StackSetName: `SC-111122223333-${ProvisionedProductId}`,
    });
    expect(await refusal(gone)).toMatchObject({ code: 'StackSetNotFoundException', status: 404 });
  });

  test('instances are paged, and an unknown product is not found', async () => {
    const h = await estate('CFN_STACKSET');
    const operation = 'ListStackInstancesForProvisionedProduct';
    const input = { ProvisionedProductId: 'pp-thing', PageSize: 3 };
    const first = await h.call(operation, input);
    const second = await h.call(operation, { ...input, PageToken: text(first, 'NextPageToken') });
    const pages = [list(first, 'StackInstances'), list(second, 'StackInstances')];
    expect(pages.map((page) => page.length)).toEqual([3, 1]);
    expect(new Set(pages.flat().map((item) => JSON.stringify(item))).size).toBe(4);
    const unknown = h.call(operation, { ProvisionedProductId: 'pp-none' });
    expect((await refusal(unknown)).code).toBe('ResourceNotFoundException');
  });

  test('usage shows the accounts and regions of the constraint', async () => {
    const h = await estate('CFN_STACKSET');
    const answer = await h.call('DescribeProvisioningParameters', {
      ProductId: 'prod-thing',
      ProvisioningArtifactId: 'pa-one',
    });
    expect(at(answer, 'ProvisioningArtifactPreferences')).toEqual({
      StackSetAccounts: [home, other],
      StackSetRegions: ['eu-west-1', 'eu-central-1'],
    });
  });
});
