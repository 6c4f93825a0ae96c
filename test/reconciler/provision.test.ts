import { describe, expect, it } from 'vitest';
import type { BehaviourInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { networks } from '../support/network.ts';
import { guardSets } from './guard-sets.ts';
import { endByHand } from './life.ts';
import { MemoryJournal } from './memory-journal.ts';
import {
  afterLostRequest,
  type Fields,
  fault,
  keyOf,
  networkDoc,
  operations,
  settledAfterKill,
} from './networks.ts';
import { World } from './world.ts';

const seed = networks({
  names: [],
  versions: [
    {
      name: 'v1',
      parameters: { Cidr: {}, Secret: { noEcho: true, default: 'none' }, Size: { default: 's' } },
    },
    { name: 'v0', guidance: 'DEPRECATED', parameters: { Cidr: {} } },
  ],
});

const wish = (parts: Fields = {}, reconcile: Fields = {}) => [
  networkDoc(
    'net-a',
    { Cidr: 'A', Secret: 'hush-hush' },
    { tags: { team: 'a' }, ...parts, reconcile: { onMissing: 'provision', ...reconcile } },
  ),
];

const create = (wishes = wish(), behaviour: BehaviourInput = {}) =>
  World.create({ seed: { ...seed, behaviour } }, wishes);

const PROVISION = 'ProvisionProduct';
/** What `onError: recreate` makes of a provisioning that failed. */
const RECREATED = [PROVISION, 'TerminateProvisionedProduct', PROVISION];
const WINDOWS = ['0s', '5m', 'forever'];

/** The first look after the request may not be made. */
function failsToLook(world: World): void {
  world.onRequest = ({ headers }) => {
    if (!headers['x-amz-target']?.endsWith(`.${PROVISION}`)) return undefined;
    world.onRequest = null;
    fault(world, 'DescribeProvisionedProduct', { kind: 'accessDenied' });
    return undefined;
  };
}

const STACK = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/gone/1';

/** Of each ProvisionProduct the number of its token, in order of first use. */
function sentTokens(world: World): readonly number[] {
  const sent = world
    .writes()
    .filter(({ operation }) => operation === PROVISION)
    .map(({ input }) => (input as { readonly ProvisionToken: string }).ProvisionToken);
  return sent.map((token) => [...new Set(sent)].indexOf(token));
}

describe('onMissing: provision', () => {
  it('provisions what does not exist, with all that is declared, and is then in sync', async () => {
    const arn = 'arn:aws:sns:eu-west-1:111122223333:events';
    const world = await create(wish({ notificationArns: [arn] }));
    const trueup = await world.start();
    const review = await trueup.converge();
    expect(review.kind === 'ok' && [...review.evaluations.values()][0]?.change).toMatchObject({
      verdict: { kind: 'provision', steps: ['provision'] },
      provisionedProductId: null,
      base: null,
    });
    expect(world.writes()).toHaveLength(1);
    expect(world.writes()[0]).toMatchObject({
      operation: 'ProvisionProduct',
      input: {
        ProvisionedProductName: 'net-a',
        NotificationArns: [arn],
        Tags: [{ Key: 'team', Value: 'a' }],
        ProvisioningParameters: [
          { Key: 'Cidr', Value: 'A' },
          { Key: 'Secret', Value: 'hush-hush' },
        ],
      },
    });
    expect(world.service.admin.product('net-a')).toMatchObject({
      product: { status: 'AVAILABLE' },
      parameters: { Cidr: 'A', Secret: 'hush-hush', Size: 's' },
    });
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Ready',
      sync: 'Synced',
      unverified: 0,
    });
    expect(world.journal.dump()).not.toContain('hush-hush');
  });

  it('is refused without the opt-in, for an id, and where another one is expected', async () => {
    const cases: readonly [Fields, Fields, string][] = [
      [{}, { onMissing: 'fail' }, 'plan/absent'],
      [{ provisionedProductId: 'pp-gone' }, {}, 'plan/absent'],
      [{ expect: { provisionedProductId: 'pp-gone' } }, {}, 'plan/expect-mismatch'],
      [{ expect: { physicalId: STACK } }, {}, 'plan/expect-mismatch'],
      [
        { expect: { physicalId: STACK } },
        { adopt: { stackArn: `${STACK}-other` } },
        'plan/expect-mismatch',
      ],
      [{ provisioningArtifactName: undefined }, {}, 'plan/creation-undeclared'],
      [
        { provisioningArtifactName: 'v0', provisioningParameters: { Cidr: 'A' } },
        {},
        'plan/deprecated-version',
      ],
      [{ provisioningParameters: {} }, {}, 'plan/missing-parameter'],
      [
        { provisioningParameters: { Cidr: { usePreviousValue: true } } },
        {},
        'plan/no-previous-value',
      ],
    ];
    for (const [parts, reconcile, code] of cases) {
      const world = await create(wish(parts, reconcile));
      const trueup = await world.start();
      const review = await trueup.converge();
      const change = review.kind === 'ok' ? [...review.evaluations.values()][0]?.change : null;
      expect([code, change?.verdict]).toMatchObject([
        code,
        { kind: 'refused', problems: [{ code }] },
      ]);
      expect(world.writes()).toEqual([]);
    }
  });

  it('provisions nothing on suspend, on observe, and before the listing was complete', async () => {
    for (const reconcile of [{ suspend: true }, { mode: 'observe' }]) {
      const world = await create(wish({}, reconcile));
      await (await world.start()).converge();
      expect(world.writes()).toEqual([]);
    }
    const world = await create();
    fault(world, 'SearchProvisionedProducts', { kind: 'internalError' }, 20);
    const trueup = await world.start();
    expect((await trueup.reconcile()).kind).toBe('failed');
    expect(world.writes()).toEqual([]);
  });

  it.each(WINDOWS)(
    'provisions once after kill -9 between send and reply (token window %s)',
    async (tokenWindow) => {
      const world = await create(wish(), { tokenWindow });
      const second = await settledAfterKill(world, PROVISION);
      expect(world.writes()).toHaveLength(1);
      expect(world.statusOf(second, 'net-a')?.condition).toBe('Ready');
      expect(world.service.admin.names()).toEqual(['net-a']);
    },
  );

  it.each(WINDOWS)(
    'settles a lost reply by its name, without a second call (token window %s)',
    async (tokenWindow) => {
      const world = await create(wish(), { tokenWindow, describeLag: '10s', searchLag: '20s' });
      fault(world, PROVISION, { kind: 'lostReply' });
      const trueup = await world.start();
      await trueup.converge();
      expect(world.writes()).toHaveLength(1);
      expect(world.service.admin.product('net-a')?.records).toBe(1);
      expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
    },
  );

  it.each(WINDOWS)(
    'repeats a lost request with its token, after a minute without a trace (token window %s)',
    async (tokenWindow) => {
      const world = await create(wish(), { tokenWindow });
      const lost = await afterLostRequest(world, PROVISION, 'ProvisionToken');
      expect(lost.tokens).toHaveLength(2);
      expect(new Set(lost.tokens).size).toBe(1);
      expect(lost.tookMs).toBeGreaterThanOrEqual(60_000);
      expect(world.statusOf(lost.trueup, 'net-a')?.condition).toBe('Ready');
    },
  );

  it('does not provision again what AWS does not show yet', async () => {
    const world = await create(wish(), { tokenWindow: '0s', describeLag: '40s', searchLag: '40s' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(10_000);
    expect(world.events('record.succeeded')).toHaveLength(1);
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
  });

  it('nor what arrived late, is over when its request is repeated, and is not shown yet', async () => {
    const world = await create(wish(), { tokenWindow: 'forever', describeLag: '20s' });
    fault(world, PROVISION, { kind: 'lostRequest' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(52_000);
    const [late] = world.writes();
    await world.service.admin.callAs(PROVISION, { ...Object(late?.input) });
    await world.clock.pass(10 * 60_000);
    const tokens = world.writes().map(({ input }) => (input as Fields).ProvisionToken);
    // Lost, arriving late, repeated: all of them one request.
    expect(tokens).toHaveLength(3);
    expect(new Set(tokens).size).toBe(1);
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
  });

  it.each<[string, (world: World) => void, readonly number[]]>([
    ['', () => undefined, [0, 0, 1]],
    [
      ', and when it was repeated',
      (world) => fault(world, PROVISION, { kind: 'lostRequest' }),
      [0, 0, 0, 1],
    ],
    [', and when the look for it fails', failsToLook, [0, 0, 0, 1]],
  ])(
    'tells an answer that is about an earlier product of this name, also with a lost journal%s',
    async (_when, happens, generations) => {
      const world = await create(wish(), { tokenWindow: 'forever' });
      const first = await world.start();
      await first.converge();
      first.kill();
      await endByHand(world, 'net-a');
      happens(world);
      const second = await world.start({ journal: new MemoryJournal() });
      await second.converge();
      expect(sentTokens(world)).toEqual(generations);
      expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
      expect(world.statusOf(second, 'net-a')?.condition).toBe('Ready');
    },
  );

  it('leaves it to the next process whose answer that is, when it is stopped while it looks', async () => {
    const world = await create(wish(), { tokenWindow: 'forever' });
    const first = await world.start();
    await first.converge();
    first.kill();
    await endByHand(world, 'net-a');
    const journal = new MemoryJournal();
    const second = await world.start({ journal });
    await second.reconcile();
    await world.clock.pass(10_000);
    second.stop();
    await world.clock.pass(5 * 60_000);
    expect(sentTokens(world)).toEqual([0, 0]);
    const left = second.reconciler.context.entries.get(keyOf('net-a'));
    expect(left.intent).toMatchObject({ generation: 0, recordId: null });
    const third = await world.start({ journal });
    // No plan of this process allows a token that was never sent, so it is computed afresh first.
    await third.converge();
    expect(sentTokens(world)).toEqual([0, 0, 0]);
    await third.converge();
    expect(sentTokens(world)).toEqual([0, 0, 0, 0, 1]);
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
    await third.converge();
    expect(world.statusOf(third, 'net-a')?.condition).toBe('Ready');
  });

  it('provisions the eighth of a name where AWS forgets no token', async () => {
    const world = await create(wish(), { tokenWindow: 'forever' });
    const trueup = await world.start();
    for (let life = 1; life <= 8; life++) {
      await trueup.converge();
      expect(world.service.admin.names()).toEqual(['net-a']);
      await world.service.admin.callAs('TerminateProvisionedProduct', {
        ProvisionedProductName: 'net-a',
        TerminateToken: `somebody-else-${life}`,
      });
      await world.clock.pass(20_000);
    }
    expect(world.events('provision.accepted')).toHaveLength(8);
  });

  it('stalls with the remedy where the name is taken by something it cannot see', async () => {
    const world = await create();
    fault(
      world,
      PROVISION,
      {
        kind: 'error',
        code: 'InvalidParametersException',
        message: 'A stack named net-a already exists.',
      },
      9,
    );
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('already exists'),
      next: expect.stringContaining('reconcile.adopt'),
    });
  });

  it('stalls after a first provisioning that failed, with the remedy, and sends nothing more', async () => {
    const world = await create();
    fault(world, PROVISION, { kind: 'recordFails', message: 'No more addresses.' }, 9);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    await world.clock.pass(3_600_000);
    await trueup.converge();
    expect(operations(world)).toEqual(['ProvisionProduct']);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('No more addresses.'),
      next: expect.stringContaining('terminate it'),
    });
  });

  it('is tried again as the remedy says: its rest is terminated by hand, and a person asks', async () => {
    const world = await create();
    fault(world, PROVISION, { kind: 'recordFails', message: 'No more addresses.' });
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    const next = expect.stringMatching(/terminate it by hand, and ask again with trueup retry/);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled', next });
    await endByHand(world, 'net-a');
    await world.clock.pass(3_600_000);
    await trueup.converge();
    expect(operations(world)).not.toContain('UpdateProvisionedProduct');
    expect(world.service.admin.names()).not.toContain('net-a');
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled', next });
    await trueup.reconciler.retry(keyOf('net-a'));
    await trueup.converge();
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
  });

  it('is held back by its cap, and then nothing of the target is changed', async () => {
    const many = Array.from({ length: 3 }, (_, i) => ({
      ...wish()[0],
      name: `net-${i}`,
    })) as ReturnType<typeof wish>;
    const world = await World.create({ seed, maxProvisions: 2 }, many);
    const trueup = await world.start();
    const review = await trueup.converge();
    expect(review.kind === 'ok' && review.guards).toMatchObject([
      { guard: 'provisions', target: 'default', planned: 3, allowed: 2 },
    ]);
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'net-0')?.next).toContain('apply --approve');
  });
});

describe('onError: recreate', () => {
  const recreating = () => wish({}, { onError: 'recreate' });

  it.each(WINDOWS)(
    'terminates what is in ERROR and provisions it again, once for each content (token window %s)',
    async (tokenWindow) => {
      const world = await create(recreating(), { tokenWindow });
      fault(world, PROVISION, { kind: 'recordFails', message: 'No more addresses.' });
      const trueup = await world.start();
      await trueup.converge();
      await trueup.converge();
      expect(operations(world).slice(0, 3)).toEqual(RECREATED);
      expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
      await trueup.converge();
      expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
    },
  );

  it('does it once: the same content that fails again stays as it is', async () => {
    const world = await create(recreating(), { tokenWindow: '0s' });
    fault(world, PROVISION, { kind: 'recordFails' }, 9);
    const trueup = await world.start();
    for (let i = 0; i < 4; i++) await trueup.converge();
    expect(operations(world)).toEqual(RECREATED);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled' });
  });

  it('goes on with the provisioning after a crash behind the termination, also without onMissing', async () => {
    const world = await create(recreating(), { tokenWindow: '0s' });
    fault(world, PROVISION, { kind: 'recordFails' });
    const first = await world.start();
    await first.converge();
    world.wish(wish({}, { onError: 'recreate', onMissing: 'fail' }));
    fault(world, 'TerminateProvisionedProduct', { kind: 'slow', ms: 20_000 });
    await first.reconcile();
    await world.clock.pass(2_000);
    first.kill();
    const second = await world.start();
    await second.reconcile();
    await world.clock.pass(30_000);
    await second.converge();
    expect(operations(world)).toEqual(RECREATED);
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
  });

  it('is finished although a guard has come to refuse the plan meanwhile', async () => {
    const world = await create(recreating(), { tokenWindow: '0s' });
    fault(world, PROVISION, { kind: 'recordFails' });
    const first = await world.start();
    await first.converge();
    await first.reconcile();
    while (operations(world).length < 2) await world.clock.pass(250);
    first.kill();
    const caps = { maxChanges: 0, maxProvisions: 0, maxTerminations: 0 };
    const [again] = recreating();
    if (again === undefined) throw new Error('no wish');
    world.wish([again, { ...again, name: 'net-b' }], 'r1');
    const second = await world.start({ caps });
    for (let look = 0; look < 2; look++) {
      const review = await second.converge();
      expect(review).toMatchObject({ guards: [{ guard: 'provisions', planned: 1 }] });
    }
    expect(operations(world)).toEqual(RECREATED);
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
  });

  it('counts as a termination, and is forbidden by deletionProtection', async () => {
    const world = await World.create({ seed, maxTerminations: 0 }, recreating());
    fault(world, PROVISION, { kind: 'recordFails' });
    const trueup = await world.start();
    await trueup.converge();
    const review = await trueup.converge();
    expect(review.kind === 'ok' && review.guards).toMatchObject([
      { guard: 'terminations', planned: 1 },
    ]);
    world.wish(wish({}, { onError: 'recreate', deletionProtection: true }));
    await trueup.converge();
    expect(operations(world)).toEqual(['ProvisionProduct']);
    expect(world.statusOf(trueup, 'net-a')?.next).toContain('deletionProtection');
  });
});

describe('a new stack set', () => {
  const A = '111122223333';
  const B = '444455556666';
  const sets = guardSets([A, B], ['eu-west-1', 'us-east-1']);

  it('is provisioned with the instances and preferences that are declared', async () => {
    const world = await World.create({ seed: sets }, [
      {
        name: 'set',
        spec: {
          productName: 'guard',
          provisioningArtifactName: 'one',
          provisioningParameters: { Level: 'low' },
          provisioningPreferences: { stackSetFailureToleranceCount: 1 },
          stackInstances: { accounts: [B, A], regions: ['eu-west-1'] },
          reconcile: { onMissing: 'provision' },
        },
      },
    ]);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(world.writes().map((call) => [call.operation, call.input])).toMatchObject([
      [
        'ProvisionProduct',
        {
          ProvisioningPreferences: {
            StackSetAccounts: [A, B],
            StackSetRegions: ['eu-west-1'],
            StackSetFailureToleranceCount: 1,
          },
        },
      ],
    ]);
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
  });
});

describe('instances of what would become a plain stack', () => {
  const plain = (kind: 'CFN_STACK' | 'TERRAFORM_OPEN_SOURCE'): SeedInput => ({
    products: [
      {
        name: 'guard',
        kind,
        paths: [{ portfolio: 'platform' }],
        versions: [{ name: 'one', parameters: { Level: {} } }],
      },
    ],
    provisionedProducts: [],
  });

  it.each([
    ['CFN_STACK', 'stackInstances', { accounts: ['111122223333'], regions: ['eu-west-1'] }],
    ['CFN_STACK', 'provisioningPreferences', { stackSetFailureToleranceCount: 1 }],
    [
      'TERRAFORM_OPEN_SOURCE',
      'stackInstances',
      { accounts: ['111122223333'], regions: ['eu-west-1'] },
    ],
  ] as const)('are refused before anything is provisioned: %s, %s', async (kind, field, value) => {
    const spec = {
      productName: 'guard',
      provisioningArtifactName: 'one',
      provisioningParameters: { Level: 'low' },
      [field]: value,
      reconcile: { onMissing: 'provision' },
    };
    const world = await World.create({ seed: plain(kind) }, [{ name: 'set', spec }]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'set')).toMatchObject({
      condition: 'Stalled',
      reason: 'Refused',
      message: expect.stringContaining(`${field} is declared`),
      next: expect.stringMatching(/\S/),
    });
    const { [field]: _, ...rest } = spec;
    world.wish([{ name: 'set', spec: rest }]);
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
  });
});

describe('a new product whose values nothing tells', () => {
  it('knows them by what it was provisioned with: a changed document is an update', async () => {
    const seeded: SeedInput = {
      timing: { accepted: '1s', running: '5s' },
      products: [
        {
          name: 'vending',
          kind: 'CONTROL_TOWER_ACCOUNT',
          paths: [{ portfolio: 'platform' }],
          versions: [{ name: 'v1', parameters: { AccountName: {}, AccountEmail: {} } }],
        },
      ],
      provisionedProducts: [],
    };
    const account = (email: string) => [
      {
        name: 'acc',
        spec: {
          productName: 'vending',
          provisioningArtifactName: 'v1',
          provisioningParameters: { AccountName: 'acc', AccountEmail: email },
          reconcile: { onMissing: 'provision' },
        },
      },
    ];
    const world = await World.create({ seed: seeded }, account('a@b'));
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(operations(world)).toEqual(['ProvisionProduct']);
    expect(world.statusOf(trueup, 'acc')).toMatchObject({ sync: 'Synced', unverified: 0 });
    world.wish(account('c@d'));
    await trueup.converge();
    expect(operations(world)).toEqual(['ProvisionProduct', 'UpdateProvisionedProduct']);
  });
});
