import { describe, expect, it } from 'vitest';
import type { BehaviourInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { ENGINES } from '../support/engines.ts';
import { networks } from '../support/network.ts';
import { OWNER, ROLE } from './networks.ts';
import { World } from './world.ts';

const secret = { noEcho: true, default: 'none' };
const seed = networks({
  timing: { accepted: '1s', running: '8s', remediation: '3s', properties: '2s' },
  tagUpdate: 'allowed',
  versions: [
    { name: 'v1', parameters: { Cidr: {}, Old: { default: 'o' }, Secret: secret } },
    {
      name: 'v2',
      parameters: { Cidr: { allowedPattern: '[a-z]+' }, New: { default: 'n' }, Secret: secret },
      failsWhen: [{ parameter: 'Cidr', value: 'bad', message: 'No more addresses.' }],
    },
  ],
  names: ['chain', 'bump', 'fails', 'same'],
  live: { Cidr: 'a', Old: 'old', Secret: 'hush-hush' },
  tags: { team: 'x', 'cost-center': '1' },
});

const product = { productName: 'network' };
const wishes = [
  {
    name: 'chain',
    spec: {
      ...product,
      provisioningArtifactName: 'v2',
      provisioningParameters: { Cidr: 'b' },
      properties: { owner: OWNER, launchRole: ROLE },
    },
  },
  { name: 'bump', spec: { ...product, provisioningArtifactName: 'v2', tags: { team: 'y' } } },
  {
    name: 'fails',
    spec: { ...product, provisioningArtifactName: 'v2', provisioningParameters: { Cidr: 'bad' } },
  },
  {
    name: 'same',
    spec: {
      ...product,
      provisioningArtifactName: 'v1',
      provisioningParameters: { Cidr: 'a', Secret: 'unknown' },
    },
  },
];

const variants: readonly BehaviourInput[] = [
  {},
  { underChangeCode: 'ValidationException' },
  { underChangeCode: 'InvalidStateException' },
  { underChangeCode: 'ResourceInUseException' },
  { parameterErrors: 'atOnce' },
  { recordErrors: 'empty' },
  { propertiesMoveLastRecordId: false },
  { properties: 'atOnce' },
  { properties: 'atOnce', propertiesMoveLastRecordId: false },
  { tokenWindow: '0s' },
  { tokenWindow: '5m' },
  { tokenReuse: 'error' },
  { omittedParameters: 'previous' },
  { describeLag: '20s' },
  { searchLag: '30s' },
  { describeLag: '10s', searchLag: '30s' },
  { statusAfterFailedUpdate: 'ERROR' },
  { statusAfterFailedUpdate: 'AVAILABLE' },
  { versionAfterFailedUpdate: 'attempted' },
  { tagsAfterFailedUpdate: 'previous' },
  { tagsNotAllowed: 'refused' },
  { firstRecordStatus: 'IN_PROGRESS' },
  { updateReplacesToken: true },
];

describe('under every variant of what AWS leaves open', () => {
  it.each(variants.map((behaviour) => [JSON.stringify(behaviour), behaviour] as const))(
    '%s',
    async (_name, behaviour) => {
      const world = await World.create({ seed: { ...seed, behaviour } }, wishes);
      const trueup = await world.start();
      await trueup.reconcile();
      await world.clock.pass(10 * 60_000);
      for (let look = 0; look < 3; look++) {
        await trueup.reconcile();
        await world.clock.pass(10 * 60_000);
      }
      const truth = (name: string) => world.service.admin.product(name);
      expect(truth('chain')).toMatchObject({
        versionName: 'v2',
        parameters: { Cidr: 'b', New: 'n', Secret: 'hush-hush' },
      });
      expect(truth('chain')?.product).toMatchObject({ launchRole: ROLE, status: 'AVAILABLE' });
      expect(truth('bump')).toMatchObject({
        versionName: 'v2',
        parameters: { Cidr: 'a', New: 'n', Secret: 'hush-hush' },
        tags: { team: 'y', 'cost-center': '1' },
      });
      expect(truth('fails')?.parameters).toMatchObject({ Cidr: 'a', Secret: 'hush-hush' });
      expect(truth('same')?.records).toBe(1);
      const sent = world
        .writes()
        .map(
          (call) =>
            `${call.operation} ${JSON.stringify(call.input).replace(/"(UpdateToken|IdempotencyToken)":"[^"]*"/, '')}`,
        );
      expect(new Set(sent).size, 'no request was sent twice').toBe(sent.length);
      expect(sent).toHaveLength(5);
      const tokens = world
        .writes()
        .map((call) => JSON.stringify(call.input).match(/tu1-[0-9a-f]+/)?.[0]);
      expect(new Set(tokens).size).toBe(5);
      expect(world.statusOf(trueup, 'chain')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
      expect(world.statusOf(trueup, 'fails')).toMatchObject({ condition: 'Stalled' });
      expect(world.statusOf(trueup, 'same')).toMatchObject({ condition: 'Ready', unverified: 1 });
      expect(JSON.stringify(world.lines) + world.journal.dump()).not.toContain('unknown');
    },
  );
});

const engineVariants: readonly BehaviourInput[] = [
  {},
  { controlTowerPreviousValue: 'record' },
  { errorUpdatable: 'refused' },
  { errorUpdatable: 'fails' },
  { errorUpdatable: 'allowed' },
  { terraformFailedCreate: 'TAINTED' },
  { statusAfterFailedUpdate: 'ERROR' },
  { statusAfterFailedUpdate: 'ERROR', errorUpdatable: 'refused' },
  { statusAfterFailedUpdate: 'AVAILABLE' },
  { versionAfterFailedUpdate: 'attempted' },
  { recordErrors: 'empty' },
  { tokenWindow: '0s' },
  { tokenReuse: 'error' },
  { omittedParameters: 'previous' },
  { parameterErrors: 'atOnce' },
  { describeLag: '20s' },
  { describeLag: '10s', searchLag: '30s' },
  { firstRecordStatus: 'IN_PROGRESS' },
  { underChangeCode: 'ValidationException' },
];

const LAUNCH = 'arn:aws:iam::111122223333:role/launch';
const whole = { Email: 'a@example.com', Unit: 'root', Secret: 'hush-hush' };

const engineSeed = (kind: (typeof ENGINES)[number], behaviour: BehaviourInput): SeedInput => ({
  timing: { accepted: '1s', running: '8s', remediation: '3s', properties: '2s' },
  behaviour,
  products: [
    {
      name: 'thing',
      kind,
      paths: [{ portfolio: 'platform', launchRole: LAUNCH }],
      versions: ['one', 'two'].map((name) => ({
        name,
        parameters: { Email: {}, Unit: { default: 'root' }, Secret: { noEcho: true } },
        failsWhen: [{ parameter: 'Unit', value: 'bad', message: 'It does not exist.' }],
      })),
    },
  ],
  provisionedProducts: ['bump', 'fails', 'same'].map((name) => ({
    name,
    product: 'thing',
    version: 'one',
    parameters: { Email: 'a@example.com', Secret: 'hush-hush' },
  })),
});

const engineWish = (
  name: string,
  version: string,
  more: Readonly<Record<string, string>> = {},
) => ({
  name,
  spec: {
    productName: 'thing',
    provisioningArtifactName: version,
    provisioningParameters: { ...whole, ...more },
  },
});

describe.each(ENGINES)('%s under every variant', (kind) => {
  it.each(engineVariants.map((behaviour) => [JSON.stringify(behaviour), behaviour] as const))(
    '%s',
    async (_name, behaviour) => {
      const world = await World.create({ seed: engineSeed(kind, behaviour) }, [
        engineWish('bump', 'two'),
        engineWish('fails', 'two', { Unit: 'bad' }),
        engineWish('same', 'one', { Unit: 'never told' }),
        engineWish('stillborn', 'one'),
      ]);
      world.service.admin.addFault({
        operation: 'ProvisionProduct',
        effect: { kind: 'recordFails', message: 'No more accounts.' },
      });
      await world.service.admin.callAs('ProvisionProduct', {
        ProvisionedProductName: 'stillborn',
        ProductName: 'thing',
        ProvisioningArtifactName: 'one',
        ProvisioningParameters: Object.entries(whole).map(([Key, Value]) => ({ Key, Value })),
        ProvisionToken: 'somebody',
      });
      await world.clock.pass(25 * 3_600_000);
      const trueup = await world.start();
      for (let look = 0; look < 4; look++) {
        await trueup.reconcile();
        await world.clock.pass(10 * 60_000);
      }
      const truth = (name: string) => world.service.admin.product(name);
      expect(truth('bump')).toMatchObject({ versionName: 'two', records: 2 });
      expect(truth('fails')?.records, 'a failed update is not repeated').toBe(2);
      expect(truth('same')?.records, 'a value that nothing tells is not sent').toBe(1);
      const repaired = kind === 'TERRAFORM_OPEN_SOURCE';
      expect(truth('stillborn')?.records).toBe(repaired ? 2 : 1);
      expect(truth('stillborn')?.product.status).toBe(repaired ? 'AVAILABLE' : 'ERROR');
      const tokens = world
        .writes()
        .map((call) => JSON.stringify(call.input).match(/tu1-[0-9a-f]+/)?.[0]);
      expect(new Set(tokens).size).toBe(tokens.length);
      expect(JSON.stringify(world.writes())).not.toContain('UsePreviousValue');
      expect(world.statusOf(trueup, 'bump')).toMatchObject({ condition: 'Ready', unverified: 0 });
      expect(world.statusOf(trueup, 'fails')).toMatchObject({ condition: 'Stalled' });
      expect(world.statusOf(trueup, 'same')).toMatchObject({ condition: 'Ready', unverified: 3 });
      expect(world.statusOf(trueup, 'stillborn')).toMatchObject({
        condition: repaired ? 'Ready' : 'Stalled',
      });
      expect(world.service.admin.counts()).not.toHaveProperty('DescribeStacks');
      expect(JSON.stringify(world.lines) + world.journal.dump()).not.toMatch(/hush-hush/);
    },
  );
});

const stackSetVariants: readonly BehaviourInput[] = [
  {},
  { omittedParameters: 'previous' },
  { statusAfterFailedUpdate: 'ERROR' },
  { statusAfterFailedUpdate: 'AVAILABLE' },
  { versionAfterFailedUpdate: 'attempted' },
  { recordErrors: 'empty' },
  { tokenWindow: '0s' },
  { describeLag: '20s' },
  { describeLag: '10s', searchLag: '30s' },
  { firstRecordStatus: 'IN_PROGRESS' },
];

describe('CFN_STACKSET under every variant', () => {
  const [A, B] = ['111122223333', '444455556666'];
  const EU = 'eu-west-1';

  it.each(stackSetVariants.map((behaviour) => [JSON.stringify(behaviour), behaviour] as const))(
    '%s',
    async (_name, behaviour) => {
      const set = (name: string, level: string) => ({
        name,
        spec: {
          productName: 'guard',
          provisioningArtifactName: 'two',
          provisioningParameters: { Level: level },
          stackInstances: { accounts: [A], regions: [EU] },
          reconcile: { removeInstances: true },
        },
      });
      const world = await World.create(
        {
          seed: {
            timing: { accepted: '1s', running: '8s' },
            behaviour,
            products: [
              {
                name: 'guard',
                kind: 'CFN_STACKSET',
                paths: [
                  {
                    portfolio: 'platform',
                    stackSet: { accounts: [A ?? '', B ?? ''], regions: [EU] },
                  },
                ],
                versions: ['one', 'two'].map((name) => ({
                  name,
                  parameters: { Level: {}, Secret: { noEcho: true, default: 'none' } },
                  failsWhen: [{ parameter: 'Level', value: 'bad', message: 'It does not exist.' }],
                })),
              },
            ],
            provisionedProducts: ['works', 'fails'].map((name) => ({
              name,
              product: 'guard',
              version: 'one',
              parameters: { Level: 'low', Secret: 'hush-hush' },
            })),
          },
        },
        [set('works', 'high'), set('fails', 'bad')],
      );
      const trueup = await world.start();
      for (let look = 0; look < 4; look++) {
        await trueup.reconcile();
        await world.clock.pass(10 * 60_000);
      }
      expect(world.service.admin.product('works')).toMatchObject({
        versionName: 'two',
        records: 3,
        parameters: { Level: 'high', Secret: 'hush-hush' },
      });
      expect(world.service.admin.product('fails')?.records, 'the chain ends with a failure').toBe(
        2,
      );
      expect(world.statusOf(trueup, 'works')).toMatchObject({ condition: 'Ready' });
      expect(world.statusOf(trueup, 'fails')).toMatchObject({ condition: 'Stalled' });
    },
  );
});
