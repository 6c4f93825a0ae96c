import { describe, expect, test } from 'vitest';
import { generateSeed } from '../../src/local-catalog/generate.ts';
import { at, type Harness, list, refusal, smallSeed, start, text } from './harness.ts';

const names = (answer: unknown) =>
  list(answer, 'ProvisionedProducts').map((row) => text(row, 'Name'));

async function allPages(h: Harness, operation: string, input: object) {
  const pages: string[][] = [];
  let token: string | undefined;
  do {
    const answer = await h.call(operation, {
      ...input,
      ...(token === undefined ? {} : { PageToken: token }),
    });
    pages.push(names(answer));
    const next = at(answer, 'NextPageToken');
    token = typeof next === 'string' ? next : undefined;
  } while (token !== undefined);
  return pages;
}

describe('SearchProvisionedProducts', () => {
  test('a row carries names, tags and the physical id, and leaves out what does not apply', async () => {
    const h = await start(smallSeed());
    const answer = await h.call('SearchProvisionedProducts');
    expect(at(answer, 'TotalResultsCount')).toBe(1);
    const row = at(answer, 'ProvisionedProducts.0');
    expect(row).toMatchObject({
      Name: 'net',
      Id: 'pp-net',
      Type: 'CFN_STACK',
      Status: 'AVAILABLE',
      Arn: 'arn:aws:servicecatalog:eu-west-1:111122223333:stack/net/pp-net',
      ProductId: 'prod-net',
      ProductName: 'network',
      ProvisioningArtifactName: 'v1',
      UserArn: 'arn:aws:iam::111122223333:role/LocalAdmin',
      UserArnSession: 'arn:aws:sts::111122223333:assumed-role/LocalAdmin/local',
    });
    expect(text(row, 'PhysicalId')).toMatch(
      /^arn:aws:cloudformation:eu-west-1:111122223333:stack\/SC-111122223333-pp-net\//,
    );
    expect(list(row, 'Tags')).toContainEqual({ Key: 'team', Value: 'a' });
    expect(row).not.toHaveProperty('StatusMessage');
    expect(row).not.toHaveProperty('LaunchRoleArn');
    expect(answer).not.toHaveProperty('NextPageToken');
  });

  test('pages of 100 cover everything once, in the same order as pages of 7', async () => {
    const h = await start(generateSeed(250));
    const hundreds = await allPages(h, 'SearchProvisionedProducts', {});
    expect(hundreds.map((page) => page.length)).toEqual([100, 100, 50]);
    expect(new Set(hundreds.flat()).size).toBe(250);
    const sevens = await allPages(h, 'SearchProvisionedProducts', { PageSize: 7 });
    expect(sevens.flat()).toEqual(hundreds.flat());
    expect(await allPages(h, 'SearchProvisionedProducts', { PageSize: 0 })).toEqual(hundreds);
  });

  test.each([99, 100, 200])('%i rows: a token only where more follows', async (count) => {
    const h = await start(generateSeed(count));
    const pages = await allPages(h, 'SearchProvisionedProducts', {});
    expect(pages.map((page) => page.length)).toEqual(count === 200 ? [100, 100] : [count]);
  });

  test('a product that appears between two pages moves no other out of the listing', async () => {
    const h = await start(generateSeed(150));
    const before = h.admin.names();
    const first = await h.call('SearchProvisionedProducts', { PageSize: 60 });
    await h.admin.callAs('ProvisionProduct', {
      ProductName: 'web-service',
      ProvisioningArtifactName: 'v1.0.0',
      ProvisionedProductName: 'newcomer',
      ProvisionToken: 'n1',
    });
    const rest = await h.call('SearchProvisionedProducts', {
      PageSize: 100,
      PageToken: text(first, 'NextPageToken'),
    });
    const seen = new Set([...names(first), ...names(rest)]);
    expect(before.every((name) => seen.has(name))).toBe(true);
  });

  test.each([
    ['name', 'ASCENDING', ['app-0001', 'app-0002', 'app-0003']],
    ['name', 'DESCENDING', ['app-0012', 'app-0011', 'app-0010']],
    ['arn', 'ASCENDING', ['app-0001', 'app-0002', 'app-0003']],
  ])('sorted by %s %s, over pages', async (SortBy, SortOrder, first) => {
    const h = await start(generateSeed(12));
    const pages = await allPages(h, 'SearchProvisionedProducts', {
      SortBy,
      SortOrder,
      PageSize: 3,
    });
    expect(pages[0]).toEqual(first);
    expect(new Set(pages.flat()).size).toBe(12);
  });

  test.each([
    ['name:app-0004', ['app-0004']],
    ['productName:worker-pool', ['app-0004', 'app-0008', 'app-0012']],
    ['status:available', 12],
    ['type:CFN_STACK', 12],
    ['type:EXTERNAL', []],
    ['provisioningArtifactName:v1.0.0', 12],
    ['tags:team-3', ['app-0003', 'app-0010']],
    ['tags:team=team-3', ['app-0003', 'app-0010']],
    ['worker-pool', ['app-0004', 'app-0008', 'app-0012']],
    ['name:none', []],
    ['name:app-000', []],
    ['NAME:APP-0004', ['app-0004']],
  ])('query %s', async (query, expected) => {
    const h = await start(generateSeed(12));
    const answer = await h.call('SearchProvisionedProducts', {
      Filters: { SearchQuery: [query] },
      SortBy: 'name',
    });
    if (typeof expected === 'number') expect(names(answer)).toHaveLength(expected);
    else expect(names(answer)).toEqual(expected);
    expect(at(answer, 'TotalResultsCount')).toBe(names(answer).length);
  });

  test('every field of a row can be searched for, and several entries all count', async () => {
    const h = await start(generateSeed(5));
    const row = at(
      await h.call('SearchProvisionedProducts', { PageSize: 1 }),
      'ProvisionedProducts.0',
    );
    const fields = [
      'arn',
      'id',
      'lastRecordId',
      'idempotencyToken',
      'physicalId',
      'productId',
      'provisioningArtifactId',
      'userArn',
      'userArnSession',
      'lastProvisioningRecordId',
      'lastSuccessfulProvisioningRecordId',
    ];
    for (const field of fields) {
      const value = text(row, field.charAt(0).toUpperCase() + field.slice(1));
      const found = await h.call('SearchProvisionedProducts', {
        Filters: { SearchQuery: [`${field}:${value}`, `name:${text(row, 'Name')}`] },
      });
      expect([field, names(found)]).toEqual([field, [text(row, 'Name')]]);
    }
  });

  test.each([
    ['a broken token', { PageToken: 'nonsense' }, 'InvalidParametersException'],
    ['a sort field that is none', { SortBy: 'status' }, 'InvalidParametersException'],
    ['101 a page', { PageSize: 101 }, 'ValidationException'],
    ['another filter key', { Filters: { Nonsense: ['x'] } }, 'ValidationException'],
  ])('refuses %s', async (_, input, code) => {
    const h = await start(smallSeed());
    expect((await refusal(h.call('SearchProvisionedProducts', input))).code).toBe(code);
  });

  test('refuses the token of another query', async () => {
    const h = await start(generateSeed(12));
    const first = await h.call('SearchProvisionedProducts', { PageSize: 3 });
    const other = { PageToken: text(first, 'NextPageToken'), SortBy: 'name' };
    expect((await refusal(h.call('SearchProvisionedProducts', other))).code).toBe(
      'InvalidParametersException',
    );
  });
});

describe('ScanProvisionedProducts', () => {
  test('pages of 20, everything once, with the launch role and without names', async () => {
    const h = await start(generateSeed(45));
    const input = { AccessLevelFilter: { Key: 'Account', Value: 'self' } };
    const pages = await allPages(h, 'ScanProvisionedProducts', input);
    expect(pages.map((page) => page.length)).toEqual([20, 20, 5]);
    expect([...new Set(pages.flat())].sort()).toEqual(h.admin.names());
    const small = await start(smallSeed());
    const row = at(await small.call('ScanProvisionedProducts', input), 'ProvisionedProducts.0');
    expect(row).toMatchObject({ LaunchRoleArn: 'arn:aws:iam::111122223333:role/launch' });
    for (const member of ['PhysicalId', 'Tags', 'ProductName', 'UserArn'])
      expect(row).not.toHaveProperty(member);
  });

  test('refuses more than 20 a page', async () => {
    const h = await start(smallSeed());
    expect((await refusal(h.call('ScanProvisionedProducts', { PageSize: 21 }))).code).toBe(
      'ValidationException',
    );
  });
});
