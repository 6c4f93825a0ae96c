import { describe, expect, it } from 'vitest';
import type { BehaviourInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { World } from './world.ts';

const OWNER = 'arn:aws:iam::111122223333:role/data';
const ROLE = 'arn:aws:iam::111122223333:role/launch-two';

const seed: SeedInput = {
  timing: { accepted: '1s', running: '8s', remediation: '3s', properties: '2s' },
  products: [
    {
      name: 'network',
      paths: [{ portfolio: 'platform', tagUpdate: 'allowed' }],
      versions: [
        {
          name: 'v1',
          parameters: {
            Cidr: {},
            Old: { default: 'o' },
            Secret: { noEcho: true, default: 'none' },
          },
        },
        {
          name: 'v2',
          parameters: {
            Cidr: { allowedPattern: '[a-z]+' },
            New: { default: 'n' },
            Secret: { noEcho: true, default: 'none' },
          },
          failsWhen: [{ parameter: 'Cidr', value: 'bad', message: 'No more addresses.' }],
        },
      ],
    },
  ],
  provisionedProducts: ['chain', 'bump', 'fails', 'same'].map((name) => ({
    name,
    product: 'network',
    version: 'v1',
    parameters: { Cidr: 'a', Old: 'old', Secret: 'hush-hush' },
    tags: { team: 'x', 'cost-center': '1' },
  })),
};

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
