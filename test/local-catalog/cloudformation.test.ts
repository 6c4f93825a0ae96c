import { describe, expect, test } from 'vitest';
import { generateSeed } from '../../src/local-catalog/generate.ts';
import { at, ENDS, refusal, smallSeed, start, updateNet } from './harness.ts';

const ids = (xml: string) => [...xml.matchAll(/<StackId>([^<]+)</g)].map(([, id]) => id);
const nextToken = (xml: string) => /<NextToken>([^<]+)</.exec(xml)?.[1];

describe('DescribeStacks', () => {
  test('shows all parameters of the live template, NoEcho as four asterisks', async () => {
    const h = await start(smallSeed());
    const xml = await h.query('cloudformation', 'DescribeStacks', {
      StackName: 'SC-111122223333-pp-net',
    });
    const shown = [
      ...xml.matchAll(/<ParameterKey>(\w+)<\/ParameterKey><ParameterValue>([^<]*)</g),
    ].map(([, k, v]) => [k, v]);
    expect(shown).toEqual([
      ['Cidr', '10.0.0.0/16'],
      ['Size', 'small'],
      ['Old', 'o'],
      ['Secret', '****'],
    ]);
    expect(xml).not.toContain('hunter2');
    expect(xml).toContain('<StackStatus>CREATE_COMPLETE</StackStatus>');
    expect(xml).toContain('<OutputKey>Range</OutputKey><OutputValue>10.0.0.0/16</OutputValue>');
    expect(xml).toMatch(/<CreationTime>\d{4}-\d\d-\d\dT[\d:.]+Z<\/CreationTime>/);
    expect(xml).not.toContain('LastUpdatedTime');
    expect(xml).toMatch(
      /^<DescribeStacksResponse xmlns="http:\/\/cloudformation.amazonaws.com\/doc\/2010-05-15\/"><DescribeStacksResult>/,
    );
    expect(xml).toMatch(
      /<ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata><\/DescribeStacksResponse>$/,
    );
  });

  test('LastUpdatedTime moves with an update', async () => {
    const h = await start(smallSeed());
    await h.call('UpdateProvisionedProduct', updateNet());
    h.pass(ENDS);
    const xml = await h.query('cloudformation', 'DescribeStacks');
    expect(xml).toContain(
      `<LastUpdatedTime>${new Date(h.now() - ENDS + 100).toISOString()}</LastUpdatedTime>`,
    );
  });

  test('all, a hundred a page, each once', async () => {
    const h = await start(generateSeed(250));
    const pages: string[] = [];
    let token: string | undefined;
    do {
      const xml = await h.query(
        'cloudformation',
        'DescribeStacks',
        token === undefined ? {} : { NextToken: token },
      );
      pages.push(xml);
      token = nextToken(xml);
    } while (token !== undefined);
    expect(pages.map((xml) => ids(xml).length)).toEqual([100, 100, 50]);
    expect(new Set(pages.flatMap(ids)).size).toBe(250);
  });

  test.each([
    [{ StackName: 'nope' }, 'Stack with id nope does not exist'],
    [{ NextToken: 'nonsense' }, 'NextToken is invalid.'],
    [{ NextToken: 'x'.repeat(1025) }, /have length less than or equal to 1024/],
  ])('refuses %j', async (input, message) => {
    const h = await start(smallSeed());
    const refused = await refusal(
      h.query('cloudformation', 'DescribeStacks', input as Record<string, string>),
    );
    expect(refused).toMatchObject({ code: 'ValidationError', status: 400 });
    expect(refused.message).toMatch(message);
  });

  test('values are escaped', async () => {
    const seed = smallSeed();
    const [net] = seed.provisionedProducts ?? [];
    const h = await start({
      ...seed,
      products: [{ name: 'p', versions: [{ name: 'v', parameters: { A: {} } }] }],
      provisionedProducts:
        net === undefined
          ? []
          : [{ name: 'x', product: 'p', version: 'v', parameters: { A: '<a&"b">' } }],
    });
    expect(await h.query('cloudformation', 'DescribeStacks')).toContain(
      '<ParameterValue>&lt;a&amp;&quot;b&quot;&gt;</ParameterValue>',
    );
  });
});

describe('ListStacks', () => {
  test('lists deleted stacks too, and filters by status', async () => {
    const h = await start(generateSeed(3));
    await h.call('TerminateProvisionedProduct', {
      ProvisionedProductName: 'app-0001',
      TerminateToken: 't',
    });
    h.pass(10_000);
    const all = await h.query('cloudformation', 'ListStacks');
    expect(ids(all)).toHaveLength(3);
    const deleted = await h.query('cloudformation', 'ListStacks', {
      'StackStatusFilter.member.1': 'DELETE_COMPLETE',
      'StackStatusFilter.member.2': 'ROLLBACK_COMPLETE',
    });
    expect(ids(deleted)).toHaveLength(1);
    expect(deleted).toContain('<DeletionTime>');
  });

  test('pages', async () => {
    const h = await start(generateSeed(120));
    const filter = { 'StackStatusFilter.member.1': 'CREATE_COMPLETE' };
    for (const input of [{}, filter]) {
      const first = await h.query('cloudformation', 'ListStacks', input);
      const second = await h.query('cloudformation', 'ListStacks', {
        ...input,
        NextToken: nextToken(first) ?? '',
      });
      expect([ids(first).length, ids(second).length]).toEqual([100, 20]);
      expect(nextToken(second)).toBeUndefined();
    }
  });

  test('refuses a status that is none', async () => {
    const h = await start(smallSeed());
    const refused = await refusal(
      h.query('cloudformation', 'ListStacks', { 'StackStatusFilter.member.1': 'FINE' }),
    );
    expect(refused.message).toContain(
      "Value 'FINE' at 'stackStatusFilter.1.member' failed to satisfy constraint: Member must satisfy enum value set",
    );
  });
});

describe('GetTemplateSummary', () => {
  test.each([
    ['a stack', { StackName: 'SC-111122223333-pp-net' }, 'Cidr'],
    [
      'a template',
      {
        TemplateBody:
          '{"Parameters": {"A": {"Type": "String", "NoEcho": true}}, "Resources": {"B": {"Type": "AWS::S3::Bucket"}}}',
      },
      'A',
    ],
    [
      'YAML',
      {
        TemplateBody:
          'Parameters:\n  A: {Type: Number, Default: 1}\nResources:\n  B: {Type: "AWS::S3::Bucket"}\n',
      },
      'A',
    ],
  ])('of %s', async (_, input, key) => {
    const h = await start(smallSeed());
    expect(
      await h.query('cloudformation', 'GetTemplateSummary', input as Record<string, string>),
    ).toContain(`<ParameterKey>${key}</ParameterKey>`);
  });

  test('of the address that DescribeProvisioningArtifact gives', async () => {
    const h = await start(smallSeed());
    const artifact = await h.call('DescribeProvisioningArtifact', {
      ProvisioningArtifactId: 'pa-net1',
    });
    const TemplateURL = String(at(artifact, 'Info.TemplateUrl'));
    expect(await h.query('cloudformation', 'GetTemplateSummary', { TemplateURL })).toContain(
      '<ParameterKey>Cidr<',
    );
  });

  test.each([
    [{}, 'Exactly one of'],
    [{ StackName: 'a', TemplateBody: '{}' }, 'Exactly one of'],
    [{ StackName: 'none' }, 'does not exist'],
    [{ TemplateBody: '{' }, 'Template format error'],
    [{ TemplateBody: '{}' }, 'Template format error'],
    [{ TemplateURL: 'https://elsewhere.invalid/x.json' }, 'S3 error'],
  ])('refuses %j', async (input, message) => {
    const h = await start(smallSeed());
    const refused = await refusal(
      h.query('cloudformation', 'GetTemplateSummary', input as Record<string, string>),
    );
    expect(refused.code).toBe('ValidationError');
    expect(refused.message).toContain(message);
  });
});

test('DescribeStackSet refuses what is not there or not given', async () => {
  const h = await start(smallSeed());
  expect(
    await refusal(h.query('cloudformation', 'DescribeStackSet', { StackSetName: 'x' })),
  ).toMatchObject({ code: 'StackSetNotFoundException', status: 404 });
  expect((await refusal(h.query('cloudformation', 'DescribeStackSet'))).message).toContain(
    "Value null at 'stackSetName' failed to satisfy constraint: Member must not be null",
  );
});
