import { describe, expect, it } from 'vitest';
import type { ProductKey } from '../../src/domain/ids.ts';
import type { FaultEffect } from '../../src/local-catalog/faults.ts';
import { derivedUuid } from '../../src/local-catalog/ids.ts';
import type { BehaviourInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { killedAfter } from './networks.ts';
import { ACCOUNT, type Incarnation, REGION, World } from './world.ts';

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

  it('begins none while the answer to that of an earlier process is not known', async () => {
    const world = await create(NAMES.map((name) => doc(name)));
    fault(world, { kind: 'lostRequest' });
    await killedAfter(world, 2_000);
    expect(world.writes()).toHaveLength(1);
    const second = await world.start();
    await second.converge();
    await second.converge();
    const named = world.writes().map(({ input }) => (input as Spec).ProvisionedProductName);
    const [lost] = named;
    expect(named).toEqual([lost, lost, lost === 'net-loose' ? 'net-other' : 'net-loose']);
    for (const name of ['net-loose', 'net-other'])
      expect(world.statusOf(second, name)?.condition).toBe('Ready');
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

  it.each([
    ['is nowhere', arnOf('nobody'), 'CloudFormation has no stack of this ARN'],
    [
      'is in another Region',
      arnOf('loose').replace(REGION, 'us-west-2'),
      `it is in account ${ACCOUNT}, us-west-2, and the target is account ${ACCOUNT}, ${REGION}`,
    ],
    [
      'is in another account',
      arnOf('loose').replace(ACCOUNT, '999988887777'),
      `it is in account 999988887777, ${REGION}, and the target is account ${ACCOUNT}, ${REGION}`,
    ],
  ])('is refused before any call where the stack %s', async (_where, stackArn, why) => {
    const world = await create([doc('loose', {}, { adopt: { stackArn } })]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'net-loose')).toMatchObject({
      reason: 'Refused',
      message: expect.stringContaining(why),
    });
  });

  it('is refused before any call where the stack is deleted', async () => {
    const world = await create([doc()]);
    const trueup = await world.start();
    await trueup.converge();
    await world.service.admin.callAs('TerminateProvisionedProduct', {
      ProvisionedProductName: 'net-loose',
      TerminateToken: 'by-hand',
    });
    await world.clock.pass(60_000);
    world.service.admin.clearCalls();
    world.wish([{ ...doc(), name: 'net-again' }], 'r2');
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'net-again')?.message).toContain('it is deleted');
  });

  it('is left to AWS where the stack cannot be read', async () => {
    const world = await create([doc()]);
    world.service.admin.addFault({
      operation: 'DescribeStacks',
      count: 2,
      effect: { kind: 'accessDenied' },
    });
    await (await world.start()).converge();
    expect(operations(world)).toEqual(['ImportAsProvisionedProduct']);
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

  describe('that AWS refuses', () => {
    const refusal = (message: string): FaultEffect => ({
      kind: 'error',
      code: 'InvalidStateException',
      message,
    });
    const hours = async (world: World, trueup: Incarnation, count = 4) => {
      for (let i = 0; i < count; i++) {
        await world.clock.pass(3_600_000);
        await trueup.converge();
      }
    };

    it.each([
      ['its state', refusal('Stack loose already belongs to pp-theirs.'), 'already belongs to'],
      ['its record', { kind: 'recordFails', message: 'No such resource.' }, 'No such resource.'],
      [
        'its values',
        { kind: 'error', code: 'InvalidParametersException', message: 'Not this one.' },
        'Not this one.',
      ],
    ] as const)(
      "for %s is stalled with AWS's words, and not sent again",
      async (_what, effect, says) => {
        const world = await create([doc()]);
        fault(world, effect, 99);
        const trueup = await world.start();
        await trueup.converge();
        await hours(world, trueup);
        expect(world.writes()).toHaveLength(1);
        expect(world.statusOf(trueup, 'net-loose')).toMatchObject({
          condition: 'Stalled',
          message: expect.stringContaining(says),
          next: expect.stringContaining('trueup retry'),
        });
        trueup.kill();
        const second = await world.start();
        await hours(world, second);
        expect(world.writes()).toHaveLength(1);
        expect(world.statusOf(second, 'net-loose')?.message).toContain(says);
      },
    );

    it('is sent again once the document asks for something else, or a person asks', async () => {
      const world = await create([doc()]);
      fault(world, refusal('Stack loose already belongs to pp-theirs.'), 2);
      const trueup = await world.start();
      await trueup.converge();
      await trueup.reconciler.retry('name:net-loose' as ProductKey);
      await trueup.converge();
      await hours(world, trueup);
      expect(world.writes()).toHaveLength(2);
      // What an import does not carry is no other request.
      world.wish([doc('loose', { tags: { team: 'a' } })]);
      await hours(world, trueup);
      expect(world.writes()).toHaveLength(2);
      world.wish([doc('loose', {}, { adopt: { stackArn: arnOf('other') } })]);
      await trueup.converge();
      expect(world.writes()).toHaveLength(3);
      expect(world.statusOf(trueup, 'net-loose')?.condition).toBe('Ready');
    });

    it('because its stack is being changed is tried until that is over', async () => {
      const world = await create([doc()]);
      fault(
        world,
        refusal('Stack loose is in UPDATE_IN_PROGRESS state and cannot be imported.'),
        3,
      );
      const trueup = await world.start();
      await trueup.converge();
      expect(world.writes()).toHaveLength(4);
      expect(world.statusOf(trueup, 'net-loose')?.condition).toBe('Ready');
    });
  });

  it.each(['report', 'correct'])(
    'is followed by the update that it needs, with drift: %s',
    async (drift) => {
      const world = await create([
        doc('loose', { pathName: 'platform', provisioningParameters: { Cidr: 'new' } }, { drift }),
      ]);
      const trueup = await world.start();
      await trueup.converge();
      // Nothing is known of it but that it is there: it is neither in sync nor drift.
      expect(world.statusOf(trueup, 'net-loose')).toMatchObject({
        sync: 'OutOfSync',
        drift: false,
      });
      const review = await trueup.converge();
      expect(
        review.kind === 'ok' &&
          review.evaluations.get('name:net-loose' as ProductKey)?.change.verdict,
      ).toMatchObject({ kind: 'update', cause: { kind: 'document' } });
      await trueup.converge();
      expect(operations(world)).toEqual(['ImportAsProvisionedProduct', 'UpdateProvisionedProduct']);
      expect(world.statusOf(trueup, 'net-loose')).toMatchObject({
        condition: 'Ready',
        sync: 'Synced',
      });
    },
  );

  it('is followed by its update also where the process dies between', async () => {
    const world = await create([
      doc(
        'loose',
        { pathName: 'platform', provisioningParameters: { Cidr: 'new' } },
        { drift: 'report' },
      ),
    ]);
    await killedAfter(world, 3_000);
    const second = await world.start();
    await second.converge();
    await second.converge();
    expect(operations(world)).toEqual(['ImportAsProvisionedProduct', 'UpdateProvisionedProduct']);
  });

  it('that failed is never recreated: a termination would take the stack with it', async () => {
    const world = await create([doc('loose', {}, { onError: 'recreate', onMissing: 'provision' })]);
    fault(world, { kind: 'recordFails', message: 'No such resource.' }, 99);
    const trueup = await world.start();
    for (let i = 0; i < 4; i++) await trueup.converge();
    expect(operations(world)).toEqual(['ImportAsProvisionedProduct']);
  });

  it('makes a later difference drift, once it was as declared', async () => {
    const world = await create([doc('loose', { pathName: 'platform' }, { drift: 'report' })]);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-loose',
      PathName: 'platform',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'theirs' }],
      UpdateToken: 'somebody-else',
    });
    await world.clock.pass(20_000);
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-loose')).toMatchObject({ drift: true });
    expect(operations(world)).toHaveLength(2);
  });

  describe.each(['0s', '5m', 'forever'])('with token window %s', (tokenWindow) => {
    it('imports once across kill -9 between send and reply', async () => {
      const world = await create([doc()], { tokenWindow });
      fault(world, { kind: 'slow', ms: 20_000 });
      await killedAfter(world, 2_000);
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
