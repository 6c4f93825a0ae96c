import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { fault, HOUR, keyOf, MINUTE, ROLE, start, wish } from './networks.ts';
import { TARGET, type Wish, World } from './world.ts';

describe('operations in flight of one product type', () => {
  const TYPE = 'CONTROL_TOWER_ACCOUNT';
  const names = ['one', 'two', 'three', 'four'];
  const seed: SeedInput = {
    timing: { accepted: '1s', running: '10m' },
    products: [
      {
        name: 'account',
        kind: TYPE,
        paths: [{ portfolio: 'platform' }],
        versions: ['v1', 'v2'].map((name) => ({ name, parameters: { Email: {} } })),
      },
    ],
    provisionedProducts: names.map((name) => ({
      ...{ name, product: 'account', version: 'v1', parameters: { Email: 'a@example.com' } },
    })),
  };
  const doc = (name: string, more: Readonly<Record<string, unknown>> = {}): Wish => ({
    name,
    spec: {
      productName: 'account',
      provisioningArtifactName: 'v2',
      provisioningParameters: { Email: 'a@example.com' },
      ...more,
    },
  });
  const made = names.map((name) => doc(`new-${name}`, { reconcile: { onMissing: 'provision' } }));
  const create = (wishes: readonly Wish[]) =>
    World.create({ seed, maxInFlightByType: new Map([[TYPE, 2]]), writesPerSecond: 5 }, wishes);

  /** Two are sent, and no more for so many minutes after a restart; when they are over, two more. */
  async function staysAfterRestart(world: World, minutes: number): Promise<void> {
    const first = await world.start();
    await first.reconcile();
    await world.clock.pass(MINUTE);
    expect(world.writes()).toHaveLength(2);
    first.kill();
    const second = await world.start();
    await second.reconcile();
    await world.clock.pass(minutes * MINUTE);
    expect(world.writes()).toHaveLength(2);
    await world.clock.pass((11 - minutes) * MINUTE);
    expect(world.writes()).toHaveLength(4);
  }

  it.each([
    ['of what is there', names.map((name) => doc(name))],
    ['of what is to be new', made],
    ['of both', [...names.map((name) => doc(name)), ...made]],
  ])('stay within its limit, %s, also after a restart', async (_of, wishes) => {
    await staysAfterRestart(await create(wishes), 1);
  });

  it.each([
    ['at once', '0'],
    ['late', '5m'],
  ] as const)(
    'stay within it from the very first on, where the listing shows those %s',
    async (_when, searchLag) => {
      const limits = { maxInFlightByType: new Map([[TYPE, 2]]), maxInFlight: 9, maxProvisions: 9 };
      const empty = { ...seed, provisionedProducts: [], behaviour: { searchLag } };
      const world = await World.create({ seed: empty, writesPerSecond: 5, ...limits }, made);
      await staysAfterRestart(world, 8);
    },
  );

  it('stay within it where products are terminated because their documents are gone', async () => {
    const prune = names.map((name) => doc(name, { reconcile: { prune: 'terminate' } }));
    const limits = { maxInFlightByType: new Map([[TYPE, 2]]), maxInFlight: 9, maxTerminations: 9 };
    const world = await World.create({ seed, writesPerSecond: 5, ...limits }, prune);
    const trueup = await world.start();
    await trueup.converge();
    world.wish([]);
    await trueup.converge();
    world.service.admin.clearCalls();
    await world.clock.pass(11 * MINUTE);
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    expect(world.writes().map(({ operation }) => operation)).toEqual([
      'TerminateProvisionedProduct',
      'TerminateProvisionedProduct',
    ]);
    await world.clock.pass(30 * MINUTE);
    expect(world.writes()).toHaveLength(4);
    expect(world.service.admin.names()).toEqual([]);
  });

  it('stay within it where documents name the product by its id', async () => {
    const world = await create([]);
    const productId = world.service.admin.product('one')?.product.productId;
    const byId = { productName: undefined, productId, reconcile: { onMissing: 'provision' } };
    world.wish(names.map((name) => doc(`new-${name}`, byId)));
    await (await world.start()).reconcile();
    await world.clock.pass(MINUTE);
    expect(world.writes()).toHaveLength(2);
  });
});

describe('the record of what is to be new', () => {
  it.each([
    ['EXTERNAL', 'another', 'Reconciling'],
    ['EXTERNAL', 'none', 'Reconciling'],
    ['CONTROL_TOWER_ACCOUNT', 'another', 'Stalled'],
    ['CONTROL_TOWER_ACCOUNT', 'none', 'Stalled'],
  ] as const)(
    'may take as long as its engine does: %s beside %s is %s',
    async (kind, beside, condition) => {
      const seed: SeedInput = {
        products: [
          {
            ...{ name: 'thing', kind, versions: [{ name: 'v1', parameters: {} }] },
            paths: [{ portfolio: 'platform', launchRole: ROLE }],
          },
        ],
        provisionedProducts:
          beside === 'none'
            ? []
            : [{ name: 'old', product: 'thing', version: 'v1', parameters: {} }],
      };
      const spec = { productName: 'thing', provisioningArtifactName: 'v1' };
      const world = await World.create({ seed }, [
        { name: 'new', spec: { ...spec, reconcile: { onMissing: 'provision' } } },
      ]);
      fault(world, 'ProvisionProduct', { kind: 'straggle', ms: 5 * HOUR });
      const trueup = await world.start();
      await trueup.reconcile();
      await world.clock.pass(3 * HOUR);
      expect(world.statusOf(trueup, 'new')).toMatchObject({ condition });
      await world.clock.pass(4 * HOUR);
      expect(world.service.admin.product('new')?.product.status).toBe('AVAILABLE');
      expect(world.writes()).toHaveLength(1);
    },
  );

  it('may do so where it was found because the reply was lost', async () => {
    const seed: SeedInput = {
      timing: { accepted: '1s', running: '5h' },
      products: [
        {
          ...{ name: 'thing', kind: 'EXTERNAL', versions: [{ name: 'v1', parameters: {} }] },
          paths: [{ portfolio: 'platform', launchRole: ROLE }],
        },
      ],
    };
    const spec = { productName: 'thing', provisioningArtifactName: 'v1' };
    const world = await World.create({ seed }, [
      { name: 'new', spec: { ...spec, reconcile: { onMissing: 'provision' } } },
    ]);
    fault(world, 'ProvisionProduct', { kind: 'lostReply' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(3 * HOUR);
    expect(world.statusOf(trueup, 'new')).toMatchObject({ condition: 'Reconciling' });
    await world.clock.pass(4 * HOUR);
    expect(world.statusOf(trueup, 'new')).toMatchObject({ condition: 'Ready' });
    expect(world.writes()).toHaveLength(1);
  });
});

describe('a pass that goes wrong', () => {
  const waits = (world: World) =>
    world.events('product.retrying').map(({ fields }) => Number(fields.afterMs));

  /** Describe does not answer; the look before it was good. */
  async function failing() {
    const world = await start([wish('net-a', 'B')]);
    const trueup = await world.start();
    const describe = 'DescribeProvisionedProduct';
    world.service.admin.addFault({ operation: describe, effect: { kind: 'accessDenied' } });
    await trueup.reconcile();
    await world.clock.pass(20 * MINUTE);
    return { world, trueup };
  }

  it('is tried again after longer and longer, and says so each time', async () => {
    const { world, trueup } = await failing();
    const seen = waits(world);
    expect(seen.length).toBeGreaterThan(5);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen.slice(0, 5)).size).toBe(5);
    const [line] = world.events('product.retrying');
    expect(line?.fields.reason).toContain('DescribeProvisioned');
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'Retrying' });
    expect(world.writes()).toEqual([]);
  });

  it('begins with a short wait again once it went well, or a person asked', async () => {
    const { world, trueup } = await failing();
    const [first] = waits(world);
    const [key] = [...world.desired.specs.keys()];
    if (key === undefined) throw new Error('no document');
    world.lines.length = 0;
    await trueup.reconciler.retry(key);
    await trueup.reconcile();
    await world.clock.pass(1_000);
    expect(waits(world)).toEqual([first]);
    world.service.admin.clearFaults();
    await world.clock.pass(HOUR);
    expect(world.writes()).toHaveLength(1);
    world.wish([wish('net-a', 'C')], 'r3');
    world.lines.length = 0;
    const describe = 'DescribeProvisionedProduct';
    world.service.admin.addFault({ operation: describe, effect: { kind: 'accessDenied' } });
    await trueup.reconcile();
    await world.clock.pass(1_000);
    expect(waits(world)).toEqual([first]);
  });

  it('that threw is told without a secret, and tried again', async () => {
    const secret = 'hush-hush-hush';
    const more = { provisioningParameters: { Cidr: 'B', Secret: secret } };
    const world = await start([wish('net-a', 'B', more)]);
    const trueup = await world.start();
    const { catalog } = trueup.reconciler.context;
    const { describe: real } = catalog;
    const broken = { describe: () => Promise.reject(new Error(`no ${secret} today`)) };
    Object.assign(catalog, broken);
    await trueup.reconcile();
    await world.clock.pass(1_000);
    expect(world.events('pass.failed')).toMatchObject([
      { fields: { provisionedProduct: 'net-a', reason: 'no (hidden) today' } },
    ]);
    Object.assign(catalog, { describe: real });
    await world.clock.pass(MINUTE);
    expect(world.writes()).toHaveLength(1);
  });

  it('is not begun again while the process shuts down, however long that takes', async () => {
    const world = await start([wish('net-a', 'B')]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(3_000);
    expect(world.events('update.accepted')).toHaveLength(1);
    const sleep = world.clock.sleep.bind(world.clock);
    let rests = 0;
    world.clock.sleep = (ms, signal) => {
      rests += 1;
      // Without this a pass that began at once again and again would never let the test end.
      return rests > 20 ? new Promise(() => undefined) : sleep(ms, signal);
    };
    trueup.stop();
    await world.clock.pass(MINUTE);
    expect(rests).toBe(0);
    expect(world.events('record.resumed')).toEqual([]);
    expect((await world.journal.get(TARGET, keyOf('net-a'))).value.intent).not.toBeNull();
  });
});
