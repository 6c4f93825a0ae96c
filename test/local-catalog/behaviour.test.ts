import { describe, expect, test } from 'vitest';
import type { BehaviourInput } from '../../src/local-catalog/seed-input.ts';
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
  updateNet,
} from './harness.ts';

/** Every switch, each in all its positions, by what a client can see. */
const withSwitch = (behaviour: BehaviourInput) => start(smallSeed({ behaviour }));

async function detail(h: Harness) {
  const answer = await h.call('DescribeProvisionedProduct', { Id: 'pp-net' });
  return at(answer, 'ProvisionedProductDetail');
}

const broken = {
  ProvisioningArtifactId: 'pa-net1',
  ProvisioningParameters: [
    { Key: 'Cidr', UsePreviousValue: true },
    { Key: 'Size', Value: 'broken' },
  ],
};

async function failedUpdate(h: Harness, over = {}) {
  const answer = await h.call('UpdateProvisionedProduct', updateNet({ ...broken, ...over }));
  h.pass(ROLLED_BACK);
  return h.call('DescribeRecord', { Id: text(answer, 'RecordDetail.RecordId') });
}

test.each([
  'InvalidParametersException',
  'ValidationException',
  'InvalidStateException',
  'ResourceInUseException',
] as const)('underChangeCode %s', async (underChangeCode) => {
  const h = await withSwitch({ underChangeCode });
  await h.call('UpdateProvisionedProduct', updateNet());
  expect((await refusal(h.call('UpdateProvisionedProduct', updateNet()))).code).toBe(
    underChangeCode,
  );
});

describe('parameterErrors', () => {
  const wrong = updateNet({ ProvisioningParameters: [{ Key: 'Nonsense', Value: 'x' }] });

  test('record: the call is accepted', async () => {
    const h = await withSwitch({ parameterErrors: 'record' });
    await h.call('UpdateProvisionedProduct', wrong);
    h.pass(ENDS);
    expect(at(await detail(h), 'Status')).toBe('TAINTED');
  });

  test('atOnce: the call is refused and nothing happens', async () => {
    const h = await withSwitch({ parameterErrors: 'atOnce' });
    const refused = await refusal(h.call('UpdateProvisionedProduct', wrong));
    expect(refused).toMatchObject({
      code: 'InvalidParametersException',
      message: 'Parameters: [Nonsense] do not exist in the template',
    });
    expect(at(await detail(h), 'Status')).toBe('AVAILABLE');
  });
});

test.each([
  ['listed', [{ Code: '400', Description: 'Vpc: it did not stabilize.' }]],
  ['empty', []],
] as const)('recordErrors %s', async (recordErrors, errors) => {
  const h = await withSwitch({ recordErrors });
  const record = await failedUpdate(h);
  expect(at(record, 'RecordDetail.RecordErrors')).toEqual(errors);
  expect(at(await detail(h), 'StatusMessage')).toBe('Vpc: it did not stabilize.');
});

const owner = 'arn:aws:iam::111122223333:role/new-owner';
const changeOwner = (over = {}) => ({
  ProvisionedProductId: 'pp-net',
  ProvisionedProductProperties: { OWNER: owner },
  IdempotencyToken: freshToken(),
  ...over,
});

test.each([true, false])('propertiesMoveLastRecordId %s', async (moves) => {
  const h = await withSwitch({ propertiesMoveLastRecordId: moves });
  const before = await detail(h);
  const answer = await h.call('UpdateProvisionedProductProperties', changeOwner());
  h.pass(ENDS);
  const after = await detail(h);
  expect(at(after, 'LastRecordId') === at(answer, 'RecordId')).toBe(moves);
  expect(at(after, 'LastProvisioningRecordId')).toBe(at(before, 'LastProvisioningRecordId'));
});

test.each([
  ['atOnce', 'SUCCEEDED', 'AVAILABLE'],
  ['later', 'CREATED', 'UNDER_CHANGE'],
] as const)('properties %s', async (properties, status, productStatus) => {
  const h = await withSwitch({ properties });
  const answer = await h.call('UpdateProvisionedProductProperties', changeOwner());
  expect(at(answer, 'Status')).toBe(status);
  expect(at(await detail(h), 'Status')).toBe(productStatus);
  h.pass(ENDS);
  expect(at(await detail(h), 'Status')).toBe('AVAILABLE');
  expect(h.admin.product('net')?.product.userArn).toBe(owner);
});

describe('tokenWindow', () => {
  const twice = async (tokenWindow: string, apart: number) => {
    const h = await withSwitch({ tokenWindow });
    const input = updateNet();
    const first = await h.call('UpdateProvisionedProduct', input);
    h.pass(apart);
    const second = await h.call('UpdateProvisionedProduct', input);
    return at(first, 'RecordDetail.RecordId') === at(second, 'RecordDetail.RecordId');
  };
  test.each([
    ['forever', 365 * 86_400_000, true],
    ['5m', 5 * 60_000 - 1, true],
    ['5m', 5 * 60_000, false],
    ['0', ENDS, false],
  ])('%s, %i ms apart: the same record? %s', async (tokenWindow, apart, same) => {
    expect(await twice(tokenWindow, apart)).toBe(same);
  });
});

describe('tokenReuse', () => {
  const reuse = async (tokenReuse: 'oldRecord' | 'error') => {
    const h = await withSwitch({ tokenReuse });
    const UpdateToken = freshToken();
    const first = await h.call('UpdateProvisionedProduct', updateNet({ UpdateToken }));
    h.pass(ENDS);
    const other = h.call(
      'UpdateProvisionedProduct',
      updateNet({ UpdateToken, ProvisioningParameters: [{ Key: 'Cidr', Value: '10.9.0.0/16' }] }),
    );
    return { h, first, other };
  };

  test('oldRecord: the first record again, and nothing happens', async () => {
    const { h, first, other } = await reuse('oldRecord');
    expect(at(await other, 'RecordDetail.RecordId')).toBe(at(first, 'RecordDetail.RecordId'));
    expect(at(await other, 'RecordDetail.Status')).toBe('SUCCEEDED');
    expect(h.admin.product('net')?.records).toBe(2);
  });

  test('error: refused', async () => {
    const { other } = await reuse('error');
    expect((await refusal(other)).code).toBe('InvalidParametersException');
  });

  test('the same request with its members in another order is the same request', async () => {
    const h = await withSwitch({ tokenReuse: 'error' });
    const input = updateNet();
    const first = await h.call('UpdateProvisionedProduct', input);
    const turned = Object.fromEntries(Object.entries(input).reverse());
    const second = await h.call('UpdateProvisionedProduct', turned);
    expect(at(second, 'RecordDetail.RecordId')).toBe(at(first, 'RecordDetail.RecordId'));
  });
});

test.each([
  ['default', 'small'],
  ['previous', 'large'],
] as const)('omittedParameters %s', async (omittedParameters, size) => {
  const h = await withSwitch({ omittedParameters });
  await h.call('UpdateProvisionedProduct', updateNet());
  h.pass(ENDS);
  await h.call(
    'UpdateProvisionedProduct',
    updateNet({ ProvisioningParameters: [{ Key: 'Cidr', Value: '10.9.0.0/16' }] }),
  );
  h.pass(ENDS);
  expect(h.admin.product('net')?.parameters).toMatchObject({ Size: size, Cidr: '10.9.0.0/16' });
});

describe('lags', () => {
  const seen = async (h: Harness) => {
    const row = await h.call('SearchProvisionedProducts', {});
    return [at(await detail(h), 'Status'), at(row, 'ProvisionedProducts.0.Status')];
  };

  test('describeLag and searchLag, each on its own', async () => {
    const h = await withSwitch({ describeLag: '10s', searchLag: '30s' });
    await h.call('UpdateProvisionedProduct', updateNet());
    expect(await seen(h)).toEqual(['AVAILABLE', 'AVAILABLE']);
    h.pass(10_000);
    expect(await seen(h)).toEqual(['UNDER_CHANGE', 'AVAILABLE']);
    h.pass(ENDS);
    expect(await seen(h)).toEqual(['AVAILABLE', 'AVAILABLE']);
    h.pass(20_000 - ENDS);
    expect(await seen(h)).toEqual(['AVAILABLE', 'UNDER_CHANGE']);
    h.pass(ENDS);
    expect(await seen(h)).toEqual(['AVAILABLE', 'AVAILABLE']);
  });

  test('a terminated product stays in the listing for the lag, and the total agrees', async () => {
    const h = await withSwitch({ searchLag: '30s' });
    await h.call('TerminateProvisionedProduct', {
      ProvisionedProductId: 'pp-net',
      TerminateToken: freshToken(),
    });
    h.pass(ENDS);
    const during = await h.call('SearchProvisionedProducts', {});
    expect([list(during, 'ProvisionedProducts').length, at(during, 'TotalResultsCount')]).toEqual([
      1, 1,
    ]);
    expect((await refusal(detail(h))).code).toBe('ResourceNotFoundException');
    h.pass(30_000);
    const after = await h.call('SearchProvisionedProducts', {});
    expect([list(after, 'ProvisionedProducts').length, at(after, 'TotalResultsCount')]).toEqual([
      0, 0,
    ]);
  });

  test('when the lag ends, so does what only it showed', async () => {
    const h = await withSwitch({ searchLag: '30s' });
    await h.call('TerminateProvisionedProduct', {
      ProvisionedProductId: 'pp-net',
      TerminateToken: freshToken(),
    });
    h.pass(ENDS);
    h.admin.setBehaviour({ searchLag: '0' });
    const after = await h.call('SearchProvisionedProducts', {});
    expect([list(after, 'ProvisionedProducts').length, at(after, 'TotalResultsCount')]).toEqual([
      0, 0,
    ]);
  });

  test('writes see the truth', async () => {
    const h = await withSwitch({ describeLag: '10s' });
    await h.call('UpdateProvisionedProduct', updateNet());
    expect(at(await detail(h), 'Status')).toBe('AVAILABLE');
    await refusal(h.call('UpdateProvisionedProduct', updateNet()));
  });
});

test.each(['TAINTED', 'ERROR', 'AVAILABLE'] as const)(
  'statusAfterFailedUpdate %s',
  async (status) => {
    const h = await withSwitch({ statusAfterFailedUpdate: status });
    await failedUpdate(h);
    expect(at(await detail(h), 'Status')).toBe(status);
  },
);

describe('errorUpdatable', () => {
  const inError = async (errorUpdatable: 'refused' | 'fails' | 'allowed') => {
    const h = await withSwitch({ errorUpdatable });
    await h.admin.setStatus('net', 'ERROR', 'it broke');
    return h;
  };

  test('refused', async () => {
    const h = await inError('refused');
    expect((await refusal(h.call('UpdateProvisionedProduct', updateNet()))).code).toBe(
      'InvalidStateException',
    );
  });
  test.each([
    ['fails', 'TAINTED'],
    ['allowed', 'AVAILABLE'],
  ] as const)('%s', async (errorUpdatable, status) => {
    const h = await inError(errorUpdatable);
    await h.call('UpdateProvisionedProduct', updateNet());
    h.pass(ROLLED_BACK);
    expect(at(await detail(h), 'Status')).toBe(status);
  });
});

test.each([
  ['previous', 'pa-net1'],
  ['attempted', 'pa-net2'],
] as const)('versionAfterFailedUpdate %s', async (versionAfterFailedUpdate, shown) => {
  const h = await withSwitch({ versionAfterFailedUpdate });
  const record = await failedUpdate(h, { ProvisioningArtifactId: 'pa-net2' });
  expect(at(record, 'RecordDetail.ProvisioningArtifactId')).toBe('pa-net2');
  expect(at(await detail(h), 'ProvisioningArtifactId')).toBe(shown);
});

test.each([
  ['attempted', 'b'],
  ['previous', 'a'],
] as const)(
  'tagsAfterFailedUpdate %s: the stack has the old ones',
  async (tagsAfterFailedUpdate, team) => {
    const h = await withSwitch({ tagsAfterFailedUpdate });
    await failedUpdate(h, { Tags: [{ Key: 'team', Value: 'b' }] });
    expect(h.admin.product('net')?.tags.team).toBe(team);
    expect(h.admin.product('net')?.stack?.tags).toContainEqual({ Key: 'team', Value: 'a' });
  },
);

describe('tagsNotAllowed', () => {
  const notAllowed = (tagsNotAllowed: 'ignored' | 'refused') => {
    const seed = smallSeed({ behaviour: { tagsNotAllowed } });
    const products = (seed.products ?? []).map((product) => ({
      ...product,
      paths: [{ portfolio: 'platform' }],
    }));
    return start({ ...seed, products });
  };
  const tagged = () => updateNet({ Tags: [{ Key: 'team', Value: 'b' }] });

  test('ignored: the update goes on, the tags stay', async () => {
    const h = await notAllowed('ignored');
    await h.call('UpdateProvisionedProduct', tagged());
    h.pass(ENDS);
    expect(h.admin.product('net')).toMatchObject({
      tags: { team: 'a' },
      parameters: { Size: 'large' },
    });
  });

  test('refused', async () => {
    const h = await notAllowed('refused');
    expect((await refusal(h.call('UpdateProvisionedProduct', tagged()))).code).toBe(
      'InvalidParametersException',
    );
  });
});

test.each(['CREATED', 'IN_PROGRESS'] as const)(
  'firstRecordStatus %s',
  async (firstRecordStatus) => {
    const h = await withSwitch({ firstRecordStatus });
    const answer = await h.call('UpdateProvisionedProduct', updateNet());
    expect(at(answer, 'RecordDetail.Status')).toBe(firstRecordStatus);
  },
);

test.each([true, false])('updateReplacesToken %s', async (updateReplacesToken) => {
  const h = await withSwitch({ updateReplacesToken });
  const UpdateToken = freshToken();
  await h.call('UpdateProvisionedProduct', updateNet({ UpdateToken }));
  expect(at(await detail(h), 'IdempotencyToken') === UpdateToken).toBe(updateReplacesToken);
});

test('the admin interface turns switches while the catalog runs', async () => {
  const h = await start(smallSeed());
  h.admin.setBehaviour({ underChangeCode: 'ValidationException', searchLag: '5s' });
  await h.call('UpdateProvisionedProduct', updateNet());
  expect((await refusal(h.call('UpdateProvisionedProduct', updateNet()))).code).toBe(
    'ValidationException',
  );
  expect(() => h.admin.setBehaviour({ searchLag: 'soon' })).toThrow('not a duration');
});

test.each([
  ['keeps', 'accepted'],
  ['refused', 'InvalidParametersException'],
] as const)('omittedVersion %s', async (omittedVersion, outcome) => {
  const h = await withSwitch({ omittedVersion });
  const { ProvisioningArtifactId: _, ...input } = updateNet();
  const answer = h.call('UpdateProvisionedProduct', input).then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  );
  expect(await answer).toBe(outcome);
});

test.each([
  ['all', []],
  ['any', ['net']],
] as const)('searchEntries %s', async (searchEntries, names) => {
  const h = await withSwitch({ searchEntries });
  const SearchQuery = ['name:net', 'status:TAINTED'];
  const answer = await h.call('SearchProvisionedProducts', { Filters: { SearchQuery } });
  expect(list(answer, 'ProvisionedProducts').map((row) => at(row, 'Name'))).toEqual(names);
});

test('propertiesRecordType', async () => {
  const h = await withSwitch({ propertiesRecordType: 'CHANGE_OWNER' });
  const answer = await h.call('UpdateProvisionedProductProperties', changeOwner());
  const record = await h.call('DescribeRecord', { Id: text(answer, 'RecordId') });
  expect(at(record, 'RecordDetail.RecordType')).toBe('CHANGE_OWNER');
});

test('recordErrorCode', async () => {
  const h = await withSwitch({ recordErrorCode: '17' });
  const record = await failedUpdate(h);
  expect(at(record, 'RecordDetail.RecordErrors.0.Code')).toBe('17');
});

test.each([
  ['everything', 'b'],
  ['provisionedSince', 'a'],
] as const)('tagUpdateReach %s, for what was provisioned before', async (tagUpdateReach, team) => {
  const seed = smallSeed({ behaviour: { tagUpdateReach } });
  const paths = [
    { portfolio: 'platform', tagUpdate: 'allowed', tagUpdateSince: '2026-11-20' },
  ] as const;
  const products = (seed.products ?? []).map((product) => ({ ...product, paths }));
  const h = await start({ ...seed, products });
  await h.call('UpdateProvisionedProduct', updateNet({ Tags: [{ Key: 'team', Value: 'b' }] }));
  h.pass(ENDS);
  expect(h.admin.product('net')?.tags.team).toBe(team);
});
