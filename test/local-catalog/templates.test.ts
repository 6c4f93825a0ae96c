import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadSeed, loadSeedFile } from '../../src/local-catalog/load-seed.ts';
import { at, ENDS, freshToken, list, refusal, start, text } from './harness.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url));

/** Products `service`, `network` and `database`, each with a version given as a template. */
const seed = loadSeed(
  `
apiVersion: trueup/v1
kind: LocalCatalog
timing: {accepted: 100ms, running: 1s, remediation: 500ms}
products:
${['service.yaml', 'network.json', 'database.yaml']
  .map(
    (file) =>
      `  - name: ${file.replace(/\..*/, '')}\n    id: prod-${file.replace(/\..*/, '')}\n    versions: [{name: v1, id: pa-${file.replace(/\..*/, '')}, template: templates/${file}}]`,
  )
  .join('\n')}
`,
  'seed.yaml',
  (path) => read(path),
);

const definitions = async (name: string) => {
  const h = await start(seed);
  const answer = await h.call('DescribeProvisioningParameters', {
    ProductId: `prod-${name}`,
    ProvisioningArtifactId: `pa-${name}`,
  });
  return Object.fromEntries(
    list(answer, 'ProvisioningArtifactParameters').map((p) => [text(p, 'ParameterKey'), p]),
  );
};

describe('definitions come from the template', () => {
  test('service.yaml', async () => {
    const shown = await definitions('service');
    expect(Object.keys(shown)).toEqual([
      'ServiceName',
      'Image',
      'DesiredCount',
      'Cpu',
      'BaseImageId',
      'SubnetIds',
      'AlarmEmails',
      'ApiKey',
      'AccountAlias',
    ]);
    expect(shown.ServiceName).toEqual({
      ParameterKey: 'ServiceName',
      ParameterType: 'String',
      IsNoEcho: false,
      ParameterConstraints: {
        AllowedValues: [],
        AllowedPattern: '[a-z][a-z0-9-]*',
        ConstraintDescription:
          'must be 3 to 32 lower-case letters, digits and hyphens, and start with a letter.',
        MinLength: '3',
        MaxLength: '32',
      },
    });
    expect(shown.DesiredCount).toMatchObject({
      DefaultValue: '2',
      ParameterType: 'Number',
      ParameterConstraints: { MinValue: '1', MaxValue: '50' },
    });
    expect(shown.Cpu).toMatchObject({
      DefaultValue: '256',
      ParameterConstraints: { AllowedValues: ['256', '512', '1024'] },
    });
    expect(shown.ApiKey).toMatchObject({ IsNoEcho: true });
    expect(shown.AccountAlias).toMatchObject({ DefaultValue: '012345678901' });
    expect(shown.AlarmEmails).toMatchObject({
      DefaultValue: '',
      ParameterType: 'CommaDelimitedList',
    });
  });

  test('network.json', async () => {
    const shown = await definitions('network');
    expect(shown.NatGateways).toMatchObject({
      DefaultValue: '1',
      ParameterConstraints: { AllowedValues: ['0', '1', '2', '3'] },
    });
    expect(at(shown.VpcCidr, 'DefaultValue')).toBeUndefined();
  });

  test('database.yaml: a quoted NoEcho counts, and "no" stays a text', async () => {
    const shown = await definitions('database');
    expect(shown.MasterPassword).toMatchObject({ IsNoEcho: true });
    expect(shown.MultiAz).toMatchObject({
      DefaultValue: 'no',
      ParameterConstraints: { AllowedValues: ['yes', 'no'] },
    });
    expect(shown.Engine).toMatchObject({ DefaultValue: '16.4' });
  });
});

const good: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  service: { ServiceName: 'shop', SubnetIds: 'subnet-1,subnet-2', ApiKey: '0123456789abcdef' },
  network: { VpcCidr: '10.0.0.0/16', Zones: 'eu-west-1a' },
  database: { MasterPassword: 'correct horse battery', SecurityGroup: 'sg-1' },
};

async function provision(name: string, values: Readonly<Record<string, string>>) {
  const h = await start(seed);
  await h.call('ProvisionProduct', {
    ProductId: `prod-${name}`,
    ProvisioningArtifactId: `pa-${name}`,
    ProvisionedProductName: 'it',
    ProvisioningParameters: Object.entries({ ...good[name], ...values }).map(([Key, Value]) => ({
      Key,
      Value,
    })),
    ProvisionToken: freshToken(),
  });
  h.pass(ENDS);
  return { h, message: h.admin.product('it')?.product.statusMessage ?? null };
}

describe('values are held to the template', () => {
  test.each([
    ['service', {}, null],
    [
      'service',
      { ServiceName: 'Shop' },
      "Parameter 'ServiceName' failed to satisfy constraint: must be 3 to 32",
    ],
    [
      'service',
      { DesiredCount: '51' },
      "Parameter 'DesiredCount' must be a number not greater than 50",
    ],
    ['service', { Cpu: '2048' }, "Parameter 'Cpu' must be one of AllowedValues"],
    ['service', { ApiKey: 'short' }, "Parameter 'ApiKey' must contain at least 16 characters"],
    ['network', {}, null],
    [
      'network',
      { VpcCidr: '10.0.0.0/8' },
      "Parameter 'VpcCidr' failed to satisfy constraint: must be a CIDR",
    ],
    ['network', { NatGateways: '4' }, "Parameter 'NatGateways' must be one of AllowedValues"],
    ['database', {}, null],
    [
      'database',
      { MasterPassword: 'täglich-neu-und-gut' },
      "Parameter 'MasterPassword' failed to satisfy constraint: must have 12",
    ],
    ['database', { Ports: '5432,80' }, "Parameter 'Ports' must be a number not less than 1024"],
    ['database', { Window: 'someday' }, "Parameter 'Window' must match pattern"],
  ])('%s with %j: %s', async (name, values, message) => {
    const made = await provision(name, values);
    if (message === null) expect(made.message).toBeNull();
    else expect(made.message).toContain(message);
  });
});

describe('outputs come from the template', () => {
  test('references to parameters, resources and pseudo parameters', async () => {
    const { h } = await provision('service', {});
    const outputs = list(
      await h.call('GetProvisionedProductOutputs', { ProvisionedProductName: 'it' }),
      'Outputs',
    );
    const values = Object.fromEntries(
      outputs.map((o) => [text(o, 'OutputKey'), text(o, 'OutputValue')]),
    );
    expect(values.Joined).toBe('shop/2');
    expect(values.Endpoint).toBe(`https://shop.eu-west-1.example.com/\${!Literal}`);
    expect(values.ServiceArn).toMatch(/^service\.arn-[a-z2-7]{13}$/);
    const xml = await h.query('cloudformation', 'DescribeStacks');
    expect(xml).toMatch(/<ExportName>SC-111122223333-pp-\w+-service<\/ExportName>/);
    expect(xml).toContain('<ResolvedValue>');
    expect(xml).toContain(
      '<Description>A container service behind a load balancer, with alarms.</Description>',
    );
  });

  test('a NoEcho parameter in an output stays hidden', async () => {
    const { h } = await provision('database', {});
    expect(
      JSON.stringify(
        await h.call('GetProvisionedProductOutputs', { ProvisionedProductName: 'it' }),
      ),
    ).not.toContain('correct horse');
  });
});

test('a plan names the resources that a parameter reaches', async () => {
  const { h } = await provision('database', {});
  const parameters = [
    { Key: 'StorageGiB', Value: '200' },
    { Key: 'MasterPassword', UsePreviousValue: true },
    { Key: 'SecurityGroup', UsePreviousValue: true },
  ];
  const plan = await h.call('CreateProvisionedProductPlan', {
    PlanName: 'p',
    PlanType: 'CLOUDFORMATION',
    ProductId: 'prod-database',
    ProvisioningArtifactId: 'pa-database',
    ProvisionedProductName: 'it',
    ProvisioningParameters: parameters,
    IdempotencyToken: freshToken(),
  });
  h.pass(10_000);
  const changes = list(
    await h.call('DescribeProvisionedProductPlan', { PlanId: text(plan, 'PlanId') }),
    'ResourceChanges',
  );
  expect(changes.map((change) => at(change, 'LogicalResourceId'))).toEqual(['Database']);
  expect(at(changes[0], 'Details.0')).toMatchObject({
    Target: { Name: 'AllocatedStorage' },
    CausingEntity: 'StorageGiB',
  });
});

describe('seeds in files', () => {
  const lines = (yaml: string) => {
    try {
      loadSeed(yaml, 'seed.yaml');
    } catch (error) {
      return String((error as Error).message)
        .split('\n')
        .slice(1);
    }
    return [];
  };
  const head = 'apiVersion: trueup/v1\nkind: LocalCatalog\n';

  test('the example estate loads, and its provisioned products are those the documents declare', async () => {
    const path = fileURLToPath(new URL('../../examples/local-catalog.yaml', import.meta.url));
    const h = await start(await loadSeedFile(path));
    expect(h.admin.names()).toHaveLength(8);
    const documents = ['networks', 'data', 'logs']
      .map((name) =>
        readFileSync(new URL(`../../examples/desired-state/${name}.yaml`, import.meta.url), 'utf8'),
      )
      .join('\n');
    const declared = [...documents.matchAll(/^ {2}name: (\S+)/gm)].map(([, name]) => name).sort();
    expect(declared).toEqual(h.admin.names());
  });

  test.each([
    ['a misspelled key', `${head}products: []\nregoin: x\n`, /^seed\.yaml:4:1 {2}error .*regoin/],
    [
      'a bad pattern',
      `${head}products: [{name: p, versions: [{name: v, parameters: {A: {allowedPattern: "("}}}]}]\n`,
      /^seed\.yaml:3:\d+ {2}error .*not a regular expression/,
    ],
    [
      'an unknown product',
      `${head}products: []\nprovisionedProducts:\n  - {name: a, product: p, version: v}\n`,
      /^seed\.yaml:5:\d+ {2}error .*no product "p"/,
    ],
    [
      'a name twice',
      `${head}products: [{name: p, versions: [{name: v}]}]\nprovisionedProducts:\n  - {name: a, product: p, version: v}\n  - {name: a, product: p, version: v}\n`,
      /^seed\.yaml:6:\d+ {2}error .*there twice/,
    ],
    [
      'a bad duration',
      `${head}timing: {running: soon}\nproducts: []\n`,
      /^seed\.yaml:3:\d+ {2}error .*duration/,
    ],
    ['no YAML', `${head}products: [\n`, /^seed\.yaml:\d+:\d+ {2}error/],
    [
      'a template that cannot be read',
      `${head}products: [{name: p, versions: [{name: v, template: x.yaml}]}]\n`,
      /template/,
    ],
  ])('%s is told with its line', (_, yaml, expected) => {
    expect(lines(yaml)[0]).toMatch(expected);
  });

  test('a template without resources, or that is none, is told', () => {
    const yaml = `${head}products: [{name: p, versions: [{name: v, template: t.yaml}]}]\n`;
    const load = (template: string) => () =>
      loadSeed(yaml, 'seed.yaml', () => new TextEncoder().encode(template));
    expect(load('Parameters: {}\n')).toThrow('needs Resources');
    expect(load('- a\n- b\n')).toThrow('t.yaml');
    expect(load('Resources: {A: {Type: !Nonsense x}}\n')).toThrow('t.yaml:1');
  });

  test('values that the version refuses are told when the catalog starts', async () => {
    const small = {
      products: [{ name: 'p', versions: [{ name: 'v', parameters: { A: {} } }] }],
      provisionedProducts: [{ name: 'x', product: 'p', version: 'v' }],
    };
    await expect(start(small)).rejects.toThrow('Parameters: [A] must have values');
  });

  test('texts are taken as written', () => {
    const loaded = loadSeed(
      `${head}products: [{name: p, versions: [{name: 1.10, parameters: {A: {default: 010}}}]}]\n`,
      'seed.yaml',
    );
    expect(loaded.products[0]?.versions[0]).toMatchObject({
      name: '1.10',
      parameters: [{ defaultValue: '010' }],
    });
  });
});

test('an unknown version of a template address is refused', async () => {
  const h = await start(seed);
  expect(
    (
      await refusal(
        h.query('cloudformation', 'GetTemplateSummary', {
          TemplateURL: 'https://x/prod-service/pa-none.template',
        }),
      )
    ).code,
  ).toBe('ValidationError');
});
