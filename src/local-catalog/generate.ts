import { normaliseSeed, type Seed } from './seed.ts';
import type { ProductInput, ProvisionedInput, SeedInput } from './seed-input.ts';

export interface GenerateOptions {
  readonly account?: string;
  readonly region?: string;
  /** How long an update takes, as a duration text. */
  readonly running?: string;
  readonly accepted?: string;
}

/** A seed with `count` CFN_STACK provisioned products, app-0001 and so on, of two products. */
export function generateSeed(count: number, options: GenerateOptions = {}): Seed {
  return normaliseSeed(generateSeedInput(count, options));
}

export function generateSeedInput(count: number, options: GenerateOptions = {}): SeedInput {
  const width = Math.max(4, String(count).length);
  return {
    ...(options.account === undefined ? {} : { account: options.account }),
    ...(options.region === undefined ? {} : { region: options.region }),
    timing: {
      accepted: options.accepted ?? '500ms',
      running: options.running ?? '2s',
      remediation: '1s',
    },
    products: [webService, workerPool],
    provisionedProducts: Array.from({ length: count }, (_, index) => provisioned(index + 1, width)),
  };
}

/** A reference for CloudFormation to fill in, not for JavaScript. */
const ref = (name: string) => `\${${name}}`;

const path = { portfolio: 'platform', tagUpdate: 'allowed' } as const;

const webService: ProductInput = {
  name: 'web-service',
  description: 'A load-balanced web service.',
  paths: [path],
  versions: ['v1.0.0', 'v1.1.0', 'v2.0.0'].map((name) => ({
    name,
    parameters: {
      Environment: { default: 'dev', allowedValues: ['dev', 'test', 'prod'] },
      InstanceType: { default: 't3.micro' },
      Capacity: { type: 'Number', default: '2', minValue: 1, maxValue: 100 },
      ...(name === 'v1.0.0' ? {} : { HealthCheckPath: { default: '/health' } }),
      ...(name === 'v2.0.0' ? {} : { LegacyMode: { default: 'off' } }),
    },
    outputs: { ServiceUrl: { value: `https://${ref('AWS::StackName')}.example.com` } },
  })),
};

const workerPool: ProductInput = {
  name: 'worker-pool',
  description: 'Workers that read from a queue.',
  paths: [path],
  versions: ['v1.0.0', 'v1.1.0'].map((name) => ({
    name,
    parameters: {
      QueueName: {},
      Workers: { type: 'Number', default: '1' },
      ApiToken: { noEcho: true, default: 'unset' },
    },
    outputs: {
      QueueUrl: {
        value: `https://sqs.${ref('AWS::Region')}.amazonaws.com/${ref('AWS::AccountId')}/${ref('QueueName')}`,
      },
    },
  })),
};

/** Every fourth one is a worker pool; values differ from one to the next. */
function provisioned(number: number, width: number): ProvisionedInput {
  const name = `app-${String(number).padStart(width, '0')}`;
  const tags = { team: `team-${number % 7}`, 'cost-center': String(4_000 + (number % 13)) };
  if (number % 4 === 0)
    return {
      name,
      product: 'worker-pool',
      version: 'v1.0.0',
      parameters: { QueueName: `${name}-jobs`, Workers: String(1 + (number % 5)) },
      tags,
    };
  return {
    name,
    product: 'web-service',
    version: 'v1.0.0',
    parameters: { Environment: 'prod', Capacity: String(2 + (number % 9)) },
    tags,
  };
}
