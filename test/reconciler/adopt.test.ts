import { describe, expect, it } from 'vitest';
import type { ProductKey } from '../../src/domain/ids.ts';
import type { FaultEffect } from '../../src/local-catalog/faults.ts';
import { derivedUuid } from '../../src/local-catalog/ids.ts';
import type { BehaviourInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { ACCOUNT, REGION, World } from './world.ts';

const NAMES = ['loose', 'other'];

const seed: SeedInput = {
  timing: { accepted: '1s', running: '5s' },
  products: [
    {
      name: 'network',
      paths: [{ portfolio: 'platform' }, { portfolio: 'second' }],
      versions: [
        { name: 'v1', parameters: { Cidr: {} } },
        { name: 'v2', parameters: { Cidr: {}, Size: { default: 's' } } },
      ],
    },
  ],
  stacks: NAMES.map((name) => ({
    name,
    product: 'network',
    version: 'v1',
    parameters: { Cidr: 'old' },
  })),
};

type Spec = Readonly<Record<string, unknown>>;

/** As the local catalog names the stacks of its seed. */
const arnOf = (name: string) =>
  `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${name}/${derivedUuid(`${ACCOUNT}/${REGION}`, name, 'seed')}`;

const doc = (name = 'loose', parts: Spec = {}, reconcile: Spec = {}) => ({
  name: `net-${name}`,
  spec: {
    productName: 'network',
    provisioningArtifactName: 'v1',
    provisioningParameters: { Cidr: 'old' },
    ...parts,
    reconcile: { adopt: { stackArn: arnOf(name) }, ...reconcile },
  },
});

const create = (wishes: readonly ReturnType<typeof doc>[], behaviour: BehaviourInput = {}) =>
  World.create({ seed: { ...seed, behaviour } }, wishes);

const operations = (world: World) => world.writes().map((call) => call.operation);
const fault = (world: World, effect: FaultEffect, count = 1) =>
  world.service.admin.addFault({ operation: 'ImportAsProvisionedProduct', count, effect });

describe('adopt', () => {
  it('imports the stack as it is, and then reconciles it like any other', async () => {
    const world = await create([
      doc('loose', { pathName: 'platform', provisioningParameters: { Cidr: 'new' } }),
    ]);
    const trueup = await world.start();
    const review = await trueup.converge();
    expect(
      review.kind === 'ok' &&
        review.evaluations.get('name:net-loose' as ProductKey)?.change.verdict,
    ).toMatchObject({
      kind: 'import',
      steps: ['import'],
      stackArn: arnOf('loose'),
    });
    await trueup.converge();
    expect(operations(world)).toEqual(['ImportAsProvisionedProduct', 'UpdateProvisionedProduct']);
    expect(world.service.admin.product('net-loose')).toMatchObject({
      product: { status: 'AVAILABLE', physicalId: arnOf('loose') },
      parameters: { Cidr: 'new' },
    });
  });

  it('needs no launch path, and makes no call besides where the stack is as declared', async () => {
    const world = await create([doc()]);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(operations(world)).toEqual(['ImportAsProvisionedProduct']);
    expect(world.statusOf(trueup, 'net-loose')).toMatchObject({
      condition: 'Ready',
      sync: 'Synced',
    });
  });

  it('imports one at a time', async () => {
    const world = await create(NAMES.map((name) => doc(name)));
    await (await world.start()).converge();
    expect(operations(world)).toEqual(['ImportAsProvisionedProduct', 'ImportAsProvisionedProduct']);
    expect(world.writes().every((call) => call.result === 'ok')).toBe(true);
  });

  it("waits while somebody else's import runs", async () => {
    const world = await create([doc()]);
    fault(world, {
      kind: 'error',
      code: 'InvalidStateException',
      message: 'Another import is in progress: record rec-x.',
    });
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(2);
    expect(world.statusOf(trueup, 'net-loose')?.condition).toBe('Ready');
  });

  it('is refused without product and version, and stalls on what AWS refuses', async () => {
    const undeclared = await create([doc('loose', { provisioningArtifactName: undefined })]);
    const first = await undeclared.start();
    await first.converge();
    expect(undeclared.writes()).toEqual([]);
    expect(undeclared.statusOf(first, 'net-loose')?.message).toContain('provisioningArtifactName');

    const wrong = await create([doc('loose', { provisioningArtifactName: 'v2' })]);
    const second = await wrong.start();
    await second.converge();
    await second.converge();
    expect(wrong.writes()).toHaveLength(1);
    expect(wrong.statusOf(second, 'net-loose')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('does not match'),
    });
  });

  describe.each(['0s', '5m', 'forever'])('with token window %s', (tokenWindow) => {
    it('imports once across kill -9 between send and reply', async () => {
      const world = await create([doc()], { tokenWindow });
      fault(world, { kind: 'slow', ms: 20_000 });
      const first = await world.start();
      await first.reconcile();
      await world.clock.pass(2_000);
      first.kill();
      const second = await world.start();
      await second.converge();
      await second.converge();
      expect(world.writes()).toHaveLength(1);
      expect(world.statusOf(second, 'net-loose')?.condition).toBe('Ready');
    });

    it.each([
      ['lostReply', 1],
      ['lostRequest', 2],
    ] as const)('settles a %s by its name', async (kind, calls) => {
      const world = await create([doc()], { tokenWindow });
      fault(world, { kind });
      const trueup = await world.start();
      await trueup.converge();
      const sent = world
        .writes()
        .map((call) => (call.input as { IdempotencyToken: string }).IdempotencyToken);
      expect(sent).toHaveLength(calls);
      expect(new Set(sent).size).toBe(1);
      expect(world.statusOf(trueup, 'net-loose')?.condition).toBe('Ready');
    });
  });
});
