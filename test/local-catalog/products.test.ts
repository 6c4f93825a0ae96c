import { describe, expect, test } from 'vitest';
import { at, list, refusal, smallSeed, start, text } from './harness.ts';

const chosen = { ProductId: 'prod-net', ProvisioningArtifactId: 'pa-net1' };

describe('DescribeProvisioningParameters', () => {
  test('shows definitions, constraints, usage and output keys', async () => {
    const h = await start(smallSeed());
    const answer = await h.call('DescribeProvisioningParameters', chosen);
    const parameters = list(answer, 'ProvisioningArtifactParameters');
    expect(parameters[0]).toEqual({
      ParameterKey: 'Cidr',
      ParameterType: 'String',
      IsNoEcho: false,
      ParameterConstraints: { AllowedValues: [], AllowedPattern: '[0-9./]+', MaxLength: '18' },
    });
    expect(parameters[1]).toMatchObject({
      DefaultValue: 'small',
      ParameterConstraints: { AllowedValues: ['small', 'large', 'broken'] },
    });
    expect(parameters[3]).toMatchObject({ ParameterKey: 'Secret', IsNoEcho: true });
    expect(list(answer, 'UsageInstructions')).toEqual([
      { Type: 'tagUpdateOnProvisionedProduct', Value: 'ALLOWED' },
      { Type: 'launchAsRole', Value: 'arn:aws:iam::111122223333:role/launch' },
      { Type: 'version', Value: 'v1' },
    ]);
    expect(list(answer, 'ConstraintSummaries').map((c) => text(c, 'Type'))).toEqual([
      'LAUNCH',
      'RESOURCE_UPDATE',
    ]);
    expect(list(answer, 'ProvisioningArtifactOutputKeys')).toEqual([
      { Key: 'VpcId', Description: 'The VPC' },
      { Key: 'Range' },
    ]);
    expect(answer).not.toHaveProperty('ProvisioningArtifactPreferences');
  });

  test('by names it is the same', async () => {
    const h = await start(smallSeed());
    const byNames = {
      ProductName: 'network',
      ProvisioningArtifactName: 'v1',
      PathName: 'platform',
    };
    expect(await h.call('DescribeProvisioningParameters', byNames)).toEqual(
      await h.call('DescribeProvisioningParameters', chosen),
    );
  });

  test.each([
    [
      'no product',
      { ProvisioningArtifactId: 'pa-net1' },
      'InvalidParametersException',
      /ProductId or ProductName/,
    ],
    [
      'no version',
      { ProductId: 'prod-net' },
      'InvalidParametersException',
      /ProvisioningArtifactId or/,
    ],
    [
      'both of a pair',
      { ...chosen, ProductName: 'network' },
      'InvalidParametersException',
      /Only one/,
    ],
    [
      'an unknown product',
      { ...chosen, ProductId: 'prod-x' },
      'ResourceNotFoundException',
      /prod-x/,
    ],
    [
      'an unknown version',
      { ...chosen, ProvisioningArtifactId: 'pa-x' },
      'ResourceNotFoundException',
      /pa-x/,
    ],
    [
      'a stale path',
      { ...chosen, PathId: 'lpv3-old' },
      'InvalidParametersException',
      /Invalid PathId: lpv3-old/,
    ],
  ])('refuses %s', async (_, input, code, message) => {
    const h = await start(smallSeed());
    const refused = await refusal(h.call('DescribeProvisioningParameters', input));
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
  });
});

/** Three portfolios: one for everybody named `a`, two for `two` that share their name. */
function manyPaths() {
  const seed = smallSeed();
  const products = (seed.products ?? []).map((product) => ({
    ...product,
    paths: [
      { portfolio: 'x', id: 'lp-1', callers: ['one', 'two'] },
      { portfolio: 'x', id: 'lp-2', callers: ['two'] },
      { portfolio: 'y', id: 'lp-3', callers: ['arn:aws:iam::111122223333:role/three'] },
    ],
  }));
  const caller = (name: string) => ({
    name,
    accessKeyId: `KEY${name}`,
    arn: `arn:aws:iam::111122223333:role/${name}`,
  });
  return start({
    ...seed,
    products,
    provisionedProducts: [],
    callers: ['one', 'two', 'three', 'none'].map(caller),
  });
}

describe('launch paths hang on the caller', () => {
  test.each([
    ['one', ['lp-1']],
    ['two', ['lp-1', 'lp-2']],
    ['three', ['lp-3']],
  ])('ListLaunchPaths for %s', async (name, ids) => {
    const h = await manyPaths();
    const answer = await h.call(
      'ListLaunchPaths',
      { ProductId: 'prod-net' },
      { key: `KEY${name}` },
    );
    expect(list(answer, 'LaunchPathSummaries').map((path) => at(path, 'Id'))).toEqual(ids);
  });

  test('nobody without a path sees the product', async () => {
    const h = await manyPaths();
    const none = { key: 'KEYnone' };
    const refused = await refusal(h.call('ListLaunchPaths', { ProductId: 'prod-net' }, none));
    expect(refused).toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'No launch paths found for resource: prod-net',
    });
    expect((await refusal(h.call('DescribeProduct', { Id: 'prod-net' }, none))).code).toBe(
      'ResourceNotFoundException',
    );
    expect(list(await h.call('SearchProducts', {}, none), 'ProductViewSummaries')).toEqual([]);
    expect(
      at(
        await h.call('DescribeProductAsAdmin', { Id: 'prod-net' }, none),
        'ProductViewDetail.Status',
      ),
    ).toBe('CREATED');
  });

  test('several paths: one must be named, and the name is not enough', async () => {
    const h = await manyPaths();
    const two = { key: 'KEYtwo' };
    const several = 'More than one launch path ids exist. Please specify the launch path id';
    expect(await refusal(h.call('DescribeProvisioningParameters', chosen, two))).toMatchObject({
      code: 'InvalidParametersException',
      message: several,
    });
    expect(
      (await refusal(h.call('DescribeProvisioningParameters', { ...chosen, PathName: 'x' }, two)))
        .message,
    ).toBe(several);
    await h.call('DescribeProvisioningParameters', { ...chosen, PathId: 'lp-2' }, two);
    expect(
      (await refusal(h.call('DescribeProvisioningParameters', { ...chosen, PathId: 'lp-3' }, two)))
        .message,
    ).toBe('Invalid PathId: lp-3');
    expect(
      (await refusal(h.call('DescribeProvisioningParameters', { ...chosen, PathName: 'z' }, two)))
        .message,
    ).toBe('Invalid PathName: z');
  });

  test('ListLaunchPaths pages and refuses an unknown product', async () => {
    const h = await manyPaths();
    const two = { key: 'KEYtwo' };
    const first = await h.call('ListLaunchPaths', { ProductId: 'prod-net', PageSize: 1 }, two);
    const second = await h.call(
      'ListLaunchPaths',
      { ProductId: 'prod-net', PageSize: 1, PageToken: text(first, 'NextPageToken') },
      two,
    );
    expect([at(first, 'LaunchPathSummaries.0.Id'), at(second, 'LaunchPathSummaries.0.Id')]).toEqual(
      ['lp-1', 'lp-2'],
    );
    expect((await refusal(h.call('ListLaunchPaths', { ProductId: 'prod-x' }))).code).toBe(
      'ResourceNotFoundException',
    );
  });
});

describe('products and versions', () => {
  test('DescribeProduct leaves inactive versions out, the other listings show them', async () => {
    const h = await start(smallSeed());
    const product = await h.call('DescribeProduct', { Name: 'network' });
    expect(at(product, 'ProductViewSummary')).toMatchObject({
      ProductId: 'prod-net',
      Name: 'network',
      Type: 'CLOUD_FORMATION_TEMPLATE',
      HasDefaultPath: true,
    });
    expect(list(product, 'ProvisioningArtifacts').map((v) => at(v, 'Name'))).toEqual([
      'v1',
      'v2',
      'twice',
      'twice',
      'old',
    ]);
    expect(list(product, 'LaunchPaths')).toEqual([{ Id: 'lpv3-net', Name: 'platform' }]);
    const all = list(
      await h.call('ListProvisioningArtifacts', { ProductId: 'prod-net' }),
      'ProvisioningArtifactDetails',
    );
    expect(all.map((v) => [at(v, 'Name'), at(v, 'Active'), at(v, 'Guidance')])).toEqual([
      ['v1', true, 'DEFAULT'],
      ['v2', true, 'DEFAULT'],
      ['v0', false, 'DEFAULT'],
      ['twice', true, 'DEFAULT'],
      ['twice', true, 'DEFAULT'],
      ['old', true, 'DEPRECATED'],
    ]);
  });

  test.each([
    ['DescribeProduct', {}, 'InvalidParametersException', /Either/],
    [
      'DescribeProduct',
      { Id: 'prod-net', Name: 'network' },
      'InvalidParametersException',
      /Only one/,
    ],
    ['DescribeProduct', { Name: 'none' }, 'ResourceNotFoundException', /none/],
    [
      'DescribeProductAsAdmin',
      { Name: 'none' },
      'ResourceNotFoundException',
      /^Product with name none not found$/,
    ],
    ['DescribeProductAsAdmin', {}, 'InvalidParametersException', /Either/],
    ['ListProvisioningArtifacts', { ProductId: 'prod-x' }, 'ResourceNotFoundException', /prod-x/],
    ['DescribeProvisioningArtifact', {}, 'InvalidParametersException', /Either/],
    [
      'DescribeProvisioningArtifact',
      { ProvisioningArtifactName: 'v1' },
      'InvalidParametersException',
      /ProductId or/,
    ],
    [
      'DescribeProvisioningArtifact',
      { ProductId: 'prod-net', ProvisioningArtifactId: 'pa-x' },
      'ResourceNotFoundException',
      /pa-x/,
    ],
    ['SearchProductsAsAdmin', { PortfolioId: 'port-x' }, 'ResourceNotFoundException', /port-x/],
    ['SearchProducts', { PageToken: 'x' }, 'InvalidParametersException', /token/],
    ['SearchProductsAsAdmin', { PageSize: 21 }, 'ValidationException', /pageSize/],
    ['SearchProducts', { SortBy: 'Colour' }, 'ValidationException', /sortBy/],
  ])('%s refuses %j', async (operation, input, code, message) => {
    const h = await start(smallSeed());
    const refused = await refusal(h.call(operation, input));
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
  });

  test('DescribeProvisioningArtifact, with the parameters if asked', async () => {
    const h = await start(smallSeed());
    const plain = await h.call('DescribeProvisioningArtifact', {
      ProvisioningArtifactId: 'pa-net1',
    });
    expect(at(plain, 'ProvisioningArtifactDetail')).toMatchObject({ Name: 'v1', Active: true });
    expect(plain).not.toHaveProperty('ProvisioningArtifactParameters');
    const verbose = await h.call('DescribeProvisioningArtifact', {
      ProductName: 'network',
      ProvisioningArtifactName: 'v1',
      IncludeProvisioningArtifactParameters: true,
    });
    expect(list(verbose, 'ProvisioningArtifactParameters')).toHaveLength(4);
  });

  test('SearchProducts filters, sorts and pages; so does SearchProductsAsAdmin', async () => {
    const version = { name: 'v', parameters: {} };
    const products = ['b', 'a', 'c'].map((name, index) => ({
      name,
      owner: name === 'c' ? 'data' : 'platform',
      versions: [version, ...(index === 1 ? [{ ...version, name: 'w' }] : [])],
    }));
    const h = await start({ products });
    const found = async (operation: string, input: object) => {
      const answer = await h.call(operation, { ...input });
      const rows =
        operation === 'SearchProducts'
          ? list(answer, 'ProductViewSummaries')
          : list(answer, 'ProductViewDetails').map((row) => at(row, 'ProductViewSummary'));
      return {
        names: rows.map((row) => text(row, 'Name')).join(''),
        next: at(answer, 'NextPageToken'),
      };
    };
    for (const operation of ['SearchProducts', 'SearchProductsAsAdmin']) {
      expect((await found(operation, {})).names).toBe('abc');
      expect((await found(operation, { SortBy: 'Title', SortOrder: 'DESCENDING' })).names).toBe(
        'cba',
      );
      expect(
        (await found(operation, { SortBy: 'VersionCount', SortOrder: 'DESCENDING' })).names.charAt(
          0,
        ),
      ).toBe('a');
      expect((await found(operation, { Filters: { Owner: ['data'] } })).names).toBe('c');
      expect((await found(operation, { Filters: { FullTextSearch: ['B'] } })).names).toBe('b');
      expect((await found(operation, { Filters: { ProductType: ['EXTERNAL'] } })).names).toBe('');
      const first = await found(operation, { PageSize: 2 });
      expect(first.names).toBe('ab');
      expect((await found(operation, { PageSize: 2, PageToken: first.next })).names).toBe('c');
    }
  });
});
