import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { fault, killedAfter } from './networks.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const A = '111122223333';
const B = '444455556666';
const C = '777788889999';
const EU = 'eu-west-1';
const US = 'us-east-1';

const seed: SeedInput = {
  timing: { accepted: '1s', running: '20s' },
  products: [
    {
      name: 'guard',
      kind: 'CFN_STACKSET',
      paths: [{ portfolio: 'platform', stackSet: { accounts: [A, B, C], regions: [EU, US] } }],
      versions: [
        { name: 'one', parameters: { Level: {}, Secret: { noEcho: true, default: 'none' } } },
        {
          name: 'two',
          parameters: {
            Level: {},
            Extra: { default: 'e' },
            Secret: { noEcho: true, default: 'none' },
          },
          failsWhen: [
            { parameter: 'Level', value: 'broken', message: 'it broke' },
            { parameter: 'Secret', value: 'broken-secret', message: 'it broke' },
          ],
        },
      ],
    },
  ],
  provisionedProducts: [
    {
      name: 'set',
      product: 'guard',
      version: 'one',
      parameters: { Level: 'low', Secret: 'hush-hush' },
    },
  ],
};

const wish = (spec: Readonly<Record<string, unknown>>): Wish[] => [
  { name: 'set', spec: { productName: 'guard', ...spec } },
];

interface Sent {
  readonly ProvisioningParameters: readonly object[];
  readonly ProvisioningArtifactId: string;
  readonly ProvisioningPreferences?: Readonly<Record<string, unknown>>;
  readonly Tags?: readonly object[];
  readonly UpdateToken: string;
}
const sent = (world: World) => world.writes().map((call) => call.input as unknown as Sent);
const preferences = (world: World) => sent(world).map((input) => input.ProvisioningPreferences);

/** The live instances as `account/region status`. */
async function instances(world: World): Promise<readonly string[]> {
  const id = world.service.admin.product('set')?.product.id ?? '';
  const answer = await world.service.admin.callAs('ListStackInstancesForProvisionedProduct', {
    ProvisionedProductId: id,
  });
  const found = answer.StackInstances as unknown as readonly {
    readonly Account: string;
    readonly Region: string;
    readonly StackInstanceStatus: string;
  }[];
  return found.map((one) => `${one.Account}/${one.Region} ${one.StackInstanceStatus}`).sort();
}

/** Somebody else's operation, past trueup. */
async function past(world: World, operation: string, accounts: string[], regions: string[]) {
  await world.service.admin.callAs('UpdateProvisionedProduct', {
    ProvisionedProductName: 'set',
    ProvisioningParameters: [
      { Key: 'Level', UsePreviousValue: true },
      { Key: 'Secret', UsePreviousValue: true },
    ],
    ProvisioningPreferences: {
      StackSetOperationType: operation,
      StackSetAccounts: accounts,
      StackSetRegions: regions,
    },
    UpdateToken: `past-${operation}-${accounts.join('-')}-${regions.join('-')}`,
  });
  await world.clock.pass(60_000);
}

async function looks(world: World, trueup: Incarnation, times = 3) {
  for (let look = 0; look < times; look++) {
    await trueup.reconcile();
    await world.clock.pass(10 * 60_000);
  }
}

const ours = (world: World) =>
  sent(world).filter((input) => !input.UpdateToken.startsWith('past-'));

describe('a stack set', () => {
  it('is compared by DescribeStackSet, one call each look, and no instances are asked for in vain', async () => {
    const world = await World.create({ seed }, wish({ provisioningParameters: { Level: 'low' } }));
    const trueup = await world.start();
    await trueup.converge();
    expect(world.service.admin.counts()).toEqual({
      SearchProvisionedProducts: 1,
      DescribeStackSet: 1,
    });
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready', unverified: 0 });
  });

  it('gets version and parameters with every preference, and keeps what is left out', async () => {
    const world = await World.create(
      { seed },
      wish({
        provisioningArtifactName: 'two',
        provisioningParameters: { Level: 'high' },
        provisioningPreferences: {
          stackSetAccounts: [B, A],
          stackSetRegions: [EU],
          stackSetFailureToleranceCount: 1,
          stackSetMaxConcurrencyPercentage: 50,
        },
      }),
    );
    const trueup = await world.start();
    await looks(world, trueup);
    expect(sent(world)).toHaveLength(1);
    expect(sent(world)[0]).toMatchObject({
      ProvisioningParameters: [
        { Key: 'Level', Value: 'high' },
        { Key: 'Secret', UsePreviousValue: true },
      ],
      ProvisioningPreferences: {
        StackSetOperationType: 'UPDATE',
        StackSetAccounts: [A, B],
        StackSetRegions: [EU],
        StackSetFailureToleranceCount: 1,
        StackSetMaxConcurrencyPercentage: 50,
      },
    });
    expect(world.service.admin.product('set')?.parameters).toEqual({
      Level: 'high',
      Extra: 'e',
      Secret: 'hush-hush',
    });
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready' });
  });

  it('changes nothing for tolerance and concurrency alone', async () => {
    const tolerance = { stackSetFailureTolerancePercentage: 10, stackSetMaxConcurrencyCount: 2 };
    const provisioningPreferences = tolerance;
    const world = await World.create({ seed }, wish({ provisioningPreferences }));
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.writes()).toEqual([]);
    // They were read all the same: the next update has them.
    world.wish(wish({ provisioningPreferences, provisioningParameters: { Level: 'high' } }));
    await looks(world, trueup);
    expect(preferences(world)).toEqual([
      {
        StackSetOperationType: 'UPDATE',
        StackSetFailureTolerancePercentage: 10,
        StackSetMaxConcurrencyCount: 2,
      },
    ]);
  });

  it('brings declared instances that lag behind up to date', async () => {
    const world = await World.create(
      { seed },
      wish({ provisioningPreferences: { stackSetAccounts: [A, B], stackSetRegions: [EU] } }),
    );
    await past(world, 'UPDATE', [C], [US]);
    const trueup = await world.start();
    await looks(world, trueup);
    expect(ours(world)).toHaveLength(1);
    expect(await instances(world)).toContain(`${A}/${EU} CURRENT`);
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready' });
  });

  it('lists instances once for each record', async () => {
    const world = await World.create(
      { seed },
      wish({ provisioningPreferences: { stackSetAccounts: [A] } }),
    );
    const trueup = await world.start();
    await looks(world, trueup, 4);
    expect(world.service.admin.counts()).toMatchObject({
      ListStackInstancesForProvisionedProduct: 1,
      DescribeStackSet: 4,
    });
  });

  it('lists instances again while they are not as declared: what was listed may have lagged', async () => {
    const world = await World.create({ seed }, []);
    await past(world, 'DELETE', [B, C], [EU, US]);
    world.wish(wish({ stackInstances: { accounts: [A, B], regions: [EU, US] } }));
    const trueup = await world.start();
    // So long the listing lacks what was created.
    const untilMs = world.clock.monotonic() + 8 * 60_000;
    const { handle } = world.service;
    Object.assign(world.service, {
      handle: async (request: Parameters<typeof handle>[0]) => {
        const answer = await handle(request);
        const operation = String(request.headers['x-amz-target']);
        const isOld = world.clock.monotonic() < untilMs && answer.body.includes(B);
        if (!operation.endsWith('.ListStackInstancesForProvisionedProduct') || !isOld)
          return answer;
        const listed = JSON.parse(answer.body) as { StackInstances: { Account: string }[] };
        const StackInstances = listed.StackInstances.filter(({ Account }) => Account !== B);
        return { ...answer, body: JSON.stringify({ ...listed, StackInstances }) };
      },
    });
    await trueup.converge();
    await trueup.converge();
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Stalled' });
    await world.clock.pass(10 * 60_000);
    await trueup.converge();
    expect(ours(world)).toHaveLength(1);
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
  });

  it('refuses accounts without an instance under UPDATE, and what is outside the constraint', async () => {
    const world = await World.create(
      { seed },
      wish({ provisioningPreferences: { stackSetAccounts: [A, '999900001111'] } }),
    );
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.writes()).toEqual([]);
    const review = await trueup.reconcile();
    const [evaluation] = review.kind === 'ok' ? [...review.evaluations.values()] : [];
    const verdict = evaluation?.change.verdict;
    expect(
      verdict?.kind === 'refused' && verdict.problems.map(({ code, field }) => [code, field]),
    ).toEqual([
      ['plan/instances-missing', 'provisioningPreferences.stackSetAccounts'],
      ['plan/outside-stack-set', 'provisioningPreferences.stackSetAccounts'],
    ]);
  });

  it('keeps fingerprints of NoEcho values over operations on instances', async () => {
    const world = await World.create(
      { seed },
      wish({ provisioningParameters: { Secret: 'new-secret', Level: 'x' } }),
    );
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.statusOf(trueup, 'set')).toMatchObject({ unverified: 0 });
    const instancesWish = { stackInstances: { accounts: [A, B], regions: [EU, US] } };
    const reconcile = { removeInstances: true };
    world.wish(
      wish({
        ...instancesWish,
        reconcile,
        provisioningParameters: { Secret: 'new-secret', Level: 'x' },
      }),
    );
    await looks(world, trueup);
    expect(await instances(world)).toHaveLength(4);
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready', unverified: 0 });
    expect(world.journal.dump() + JSON.stringify(world.lines)).not.toMatch(/new-secret|hush-hush/);
  });

  it.each([
    ['a value that is shown', { Level: 'broken' }],
    ['a NoEcho value', { Secret: 'broken-secret' }],
  ])('stands still after a failure by %s, and goes on with another one', async (_what, bad) => {
    const good = { Level: 'low', Secret: 'good-secret' };
    const two = (provisioningParameters: object) =>
      wish({ provisioningArtifactName: 'two', provisioningParameters });
    const world = await World.create({ seed }, two(good));
    const trueup = await world.start();
    await looks(world, trueup);
    world.wish(two({ ...good, ...bad }));
    await looks(world, trueup);
    expect(world.writes()).toHaveLength(2);
    expect(world.statusOf(trueup, 'set')).toMatchObject({
      condition: 'Stalled',
      reason: 'RecordFailed',
    });
    world.wish(two(good), 'r3');
    await looks(world, trueup);
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready', unverified: 0 });
    expect(world.service.admin.product('set')).toMatchObject({
      product: { status: 'AVAILABLE' },
      parameters: good,
    });
  });

  it('is told by fingerprints where CloudFormation denies it', async () => {
    const denied = [
      {
        name: 'trueup',
        accessKeyId: 'AKIALOCAL',
        arn: 'arn:aws:iam::111122223333:role/trueup',
        deny: ['cloudformation:*'],
      },
    ];
    const world = await World.create(
      { seed: { ...seed, callers: denied } },
      wish({ provisioningArtifactName: 'two', provisioningParameters: { Level: 'high' } }),
    );
    const trueup = await world.start();
    await looks(world, trueup);
    expect(sent(world)).toHaveLength(1);
    expect(world.service.admin.product('set')?.parameters).toMatchObject({
      Level: 'high',
      Secret: 'hush-hush',
    });
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready', unverified: 0 });
  });
});

describe('stackInstances', () => {
  const declared = (accounts: string[], regions: string[], more = {}) =>
    wish({ stackInstances: { accounts, regions }, ...more });

  it('carries the tags with each request where these may change', async () => {
    const products = (seed.products ?? []).map((one) => ({
      ...one,
      paths: (one.paths ?? []).map((each) => ({ ...each, tagUpdate: 'allowed' as const })),
    }));
    const provisionedProducts = (seed.provisionedProducts ?? []).map((one) => ({
      ...one,
      tags: { team: 'a', cost: '1' },
    }));
    const world = await World.create({ seed: { ...seed, products, provisionedProducts } }, []);
    await past(world, 'DELETE', [B], [EU, US]);
    const reconcile = { removeInstances: true };
    world.wish(declared([A, B], [EU, US], { tags: { cost: '2' }, reconcile }));
    const trueup = await world.start();
    await trueup.converge();
    const tags = [
      { Key: 'cost', Value: '2' },
      { Key: 'team', Value: 'a' },
    ];
    const told = ours(world).map((one) => [
      one.ProvisioningPreferences?.StackSetOperationType,
      one.Tags,
    ]);
    expect(told).toEqual([
      ['UPDATE', tags],
      ['CREATE', tags],
      ['DELETE', tags],
    ]);
    expect(world.service.admin.product('set')?.tags).toMatchObject({ team: 'a', cost: '2' });
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready' });
    // A tag of ours that is no longer declared goes with the next request that changes one.
    world.wish(declared([A, B, C], [EU, US], { tags: {} }));
    await trueup.converge();
    expect(sent(world).at(-1)?.Tags).toEqual([{ Key: 'team', Value: 'a' }]);
    world.wish(declared([A, B, C], [EU, US], { tags: { team: 'b' } }));
    await trueup.converge();
    expect(world.service.admin.product('set')?.tags).toMatchObject({ team: 'b' });
    expect(world.service.admin.product('set')?.tags).not.toHaveProperty('cost');
  });

  it('updates, then creates what is missing, then deletes what is allowed to go, each its own record', async () => {
    const world = await World.create({ seed }, []);
    await past(world, 'DELETE', [B], [EU, US]);
    world.wish(
      declared([A, B], [EU], {
        provisioningArtifactName: 'two',
        provisioningParameters: { Level: 'high' },
        reconcile: { removeInstances: true },
      }),
    );
    const trueup = await world.start();
    await trueup.converge();
    expect(ours(world).map((input) => input.ProvisioningPreferences)).toEqual([
      { StackSetOperationType: 'UPDATE' },
      { StackSetOperationType: 'CREATE', StackSetAccounts: [B], StackSetRegions: [EU] },
      { StackSetOperationType: 'DELETE', StackSetAccounts: [A], StackSetRegions: [US] },
      { StackSetOperationType: 'DELETE', StackSetAccounts: [C], StackSetRegions: [EU, US] },
    ]);
    expect(await instances(world)).toEqual([`${A}/${EU} CURRENT`, `${B}/${EU} CURRENT`]);
    expect(world.service.admin.product('set')).toMatchObject({
      versionName: 'two',
      parameters: { Level: 'high', Secret: 'hush-hush' },
    });
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
  });

  it('leaves surplus instances alone without the opt-in, and says so', async () => {
    const world = await World.create({ seed }, declared([A], [EU]));
    const trueup = await world.start();
    const review = await trueup.converge();
    expect(world.writes()).toEqual([]);
    const [evaluation] = review.kind === 'ok' ? [...review.evaluations.values()] : [];
    expect(evaluation?.change.warnings.map(({ code }) => code)).toContain('plan/surplus-instances');
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready' });
  });

  it('counts each removal as a termination, which the guard limits', async () => {
    const reconcile = { removeInstances: true };
    const world = await World.create({ seed }, declared([A], [EU], { reconcile }));
    const trueup = await world.start();
    const review = await trueup.converge();
    expect(review.kind === 'ok' && review.guards).toMatchObject([
      { guard: 'terminations', planned: 5, allowed: 3 },
    ]);
    expect(world.writes()).toEqual([]);
    const bold = await world.start({ caps: { ...trueup.shared.caps, maxTerminations: 5 } });
    await bold.converge();
    expect(await instances(world)).toEqual([`${A}/${EU} CURRENT`]);
  });

  it('removes no instance that came after the plan was judged', async () => {
    const world = await World.create({ seed }, []);
    await past(world, 'DELETE', [B, C], [EU, US]);
    world.wish(declared([A], [EU], { reconcile: { removeInstances: true } }));
    let held = true;
    const trueup = await world.start({ heldBack: () => (held ? 'not yet' : null) });
    await trueup.reconcile();
    await past(world, 'CREATE', [C], [US]);
    held = false;
    await world.clock.pass(30_000);
    expect(ours(world)).toEqual([]);
    await looks(world, trueup);
    expect(await instances(world)).toEqual([`${A}/${EU} CURRENT`]);
  });

  it('removes nothing under deletionProtection', async () => {
    const reconcile = { removeInstances: true, deletionProtection: true };
    const world = await World.create({ seed }, declared([A], [EU], { reconcile }));
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'set')).toMatchObject({
      condition: 'Stalled',
      reason: 'Refused',
    });
  });

  it.each([
    ['createInstances', [A, B, C], [EU, US]],
    ['deleteInstances', [A], [EU, US]],
  ] as const)(
    '%s: one effective operation where the process dies between sending and hearing',
    async (_step, accounts, regions) => {
      const world = await World.create({ seed }, []);
      await past(world, 'DELETE', [C], [EU, US]);
      world.wish(declared([...accounts], [...regions], { reconcile: { removeInstances: true } }));
      fault(world, 'UpdateProvisionedProduct', { kind: 'slow', ms: 30_000 });
      await killedAfter(world, 5_000);
      const second = await world.start();
      await second.converge();
      await second.converge();
      expect(new Set(ours(world).map((input) => input.UpdateToken)).size).toBe(1);
      expect(world.service.admin.product('set')?.records).toBe(3);
      expect(await instances(world)).toEqual(
        accounts.flatMap((account) => regions.map((region) => `${account}/${region} CURRENT`)),
      );
      expect(world.statusOf(second, 'set')).toMatchObject({ condition: 'Ready' });
    },
  );

  it('repeats a lost request with its token', async () => {
    const world = await World.create({ seed }, []);
    await past(world, 'DELETE', [C], [EU, US]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'lostRequest' });
    world.wish(declared([A, B, C], [EU, US]));
    const trueup = await world.start();
    await trueup.converge();
    expect(ours(world)).toHaveLength(2);
    expect(new Set(ours(world).map((input) => input.UpdateToken)).size).toBe(1);
    expect(await instances(world)).toHaveLength(6);
  });

  it('is refused on what is no stack set, with the line', async () => {
    const plain: SeedInput = {
      products: [
        {
          name: 'guard',
          paths: [{ portfolio: 'platform' }],
          versions: [{ name: 'one', parameters: { Level: {} } }],
        },
      ],
      provisionedProducts: [
        { name: 'set', product: 'guard', version: 'one', parameters: { Level: 'low' } },
      ],
    };
    const world = await World.create({ seed: plain }, declared([A], [EU]));
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'set')?.message).toContain('CFN_STACK');
  });
});

describe('stackSetOperationType', () => {
  const verb = (operation: string, accounts: string[], more = {}) =>
    wish({
      provisioningPreferences: {
        stackSetOperationType: operation,
        stackSetAccounts: accounts,
        stackSetRegions: [EU],
      },
      ...more,
    });

  it('carries CREATE out once for its content, also after somebody undid it', async () => {
    const world = await World.create({ seed }, []);
    await past(world, 'DELETE', [B, C], [EU, US]);
    world.wish(verb('CREATE', [B]));
    const trueup = await world.start();
    await looks(world, trueup);
    expect(ours(world)).toHaveLength(1);
    expect(await instances(world)).toContain(`${B}/${EU} CURRENT`);
    await past(world, 'DELETE', [B], [EU]);
    await looks(world, trueup);
    expect(ours(world)).toHaveLength(1);
    world.wish(verb('CREATE', [B, C]), 'r3');
    await looks(world, trueup);
    expect(ours(world)).toHaveLength(2);
  });

  it('does nothing for a CREATE or DELETE that live state shows as done', async () => {
    const world = await World.create({ seed }, verb('CREATE', [A]));
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
  });

  it('refuses CREATE together with a new version', async () => {
    const world = await World.create({ seed }, []);
    await past(world, 'DELETE', [B], [EU, US]);
    world.wish(verb('CREATE', [B], { provisioningArtifactName: 'two' }));
    const trueup = await world.start();
    await looks(world, trueup);
    expect(ours(world)).toEqual([]);
    expect(world.statusOf(trueup, 'set')?.message).toContain('version');
  });

  it('refuses DELETE without the opt-in, and where the journal knows nothing of it', async () => {
    const world = await World.create({ seed }, verb('DELETE', [B]));
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.statusOf(trueup, 'set')?.message).toContain('removeInstances');
    world.wish(verb('DELETE', [B], { reconcile: { removeInstances: true } }), 'r3');
    await looks(world, trueup);
    expect(world.statusOf(trueup, 'set')?.message).toContain('journal');
    expect(world.writes()).toEqual([]);
  });

  it('carries DELETE out also where it names what is not there, which counts for nothing', async () => {
    const world = await World.create({ seed, maxTerminations: 1 }, wish({}));
    await past(world, 'DELETE', [A], [EU, US]);
    const trueup = await world.start();
    await looks(world, trueup);
    world.wish(verb('DELETE', [A, B], { reconcile: { removeInstances: true } }), 'r3');
    await looks(world, trueup);
    expect(ours(world).map((input) => input.ProvisioningPreferences)).toEqual([
      { StackSetOperationType: 'DELETE', StackSetAccounts: [A, B], StackSetRegions: [EU] },
    ]);
    expect(await instances(world)).not.toContain(`${B}/${EU} CURRENT`);
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
  });

  it('carries DELETE out once where it was seen in its desired state before', async () => {
    const world = await World.create({ seed }, wish({ provisioningParameters: { Level: 'low' } }));
    const trueup = await world.start();
    await looks(world, trueup);
    world.wish(verb('DELETE', [B], { reconcile: { removeInstances: true } }), 'r3');
    await looks(world, trueup);
    expect(preferences(world)).toEqual([
      { StackSetOperationType: 'DELETE', StackSetAccounts: [B], StackSetRegions: [EU] },
    ]);
    await past(world, 'CREATE', [B], [EU]);
    await looks(world, trueup);
    expect(ours(world)).toHaveLength(1);
    expect(await instances(world)).toContain(`${B}/${EU} CURRENT`);
  });
});
