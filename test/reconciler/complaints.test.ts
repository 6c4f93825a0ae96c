import { describe, expect, it } from 'vitest';
import type { ParameterInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { acceptProduct } from '../../src/reconciler/accept.ts';
import { MemoryJournal } from './memory-journal.ts';
import { fault } from './networks.ts';
import { type Incarnation, type Wish, World } from './world.ts';

/** What people ask of tools for provisioned products, played through: docs/complaints.md. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OWNER = 'arn:aws:iam::111122223333:role/owner';

type Values = Readonly<Record<string, unknown>>;

const network = (parameters: Readonly<Record<string, ParameterInput>> = {}) => ({
  name: 'network',
  paths: [{ portfolio: 'platform', tagUpdate: 'allowed' as const }],
  versions: [
    {
      name: 'v1',
      parameters: { Cidr: {}, Note: { default: 'n' }, Old: { default: 'o' }, ...parameters },
      failsWhen: [{ parameter: 'Cidr', value: 'bad', message: 'No more addresses.' }],
    },
    {
      name: 'v2',
      parameters: { Cidr: {}, Note: { default: 'n2' }, ...parameters },
      failsWhen: [{ parameter: 'Cidr', value: 'bad', message: 'No more addresses.' }],
    },
  ],
});

const live = (name: string, more: Values = {}) => ({
  name,
  product: 'network',
  version: 'v1',
  parameters: { Cidr: 'A', Note: 'mine', Old: 'o' },
  ...more,
});

const seedOf = (more: Partial<SeedInput> = {}): SeedInput => ({
  timing: { accepted: '1s', running: '5s', remediation: '2s', properties: '2s' },
  products: [network()],
  provisionedProducts: [live('net-a')],
  ...more,
});

const doc = (name: string, parameters: Values, more: Values = {}): Wish => ({
  name,
  spec: {
    productName: 'network',
    provisioningArtifactName: 'v1',
    provisioningParameters: parameters,
    ...more,
  },
});

const truth = (world: World, name: string) => world.service.admin.product(name);
const inputs = (world: World) => world.writes().map((call) => call.input as Values);
const operations = (world: World) => world.writes().map((call) => call.operation);

/** Looks again and again, as the daemon does. */
async function looks(world: World, trueup: Incarnation, times = 4, everyMs = 10 * MINUTE) {
  for (let look = 0; look < times; look++) {
    await trueup.reconcile();
    await world.clock.pass(everyMs);
  }
}

/** The codes for which a review refuses the only document. */
async function refusals(trueup: Incarnation): Promise<readonly string[]> {
  const review = await trueup.converge();
  const [evaluation] = review.kind === 'ok' ? [...review.evaluations.values()] : [];
  const verdict = evaluation?.change.verdict;
  return verdict?.kind === 'refused' ? verdict.problems.map(({ code }) => code) : [];
}

describe('TAINTED', () => {
  const tainted = { failedUpdate: { message: 'No more addresses.', ago: '3d' } };

  it('is no dead end: one that differs is updated, one that does not is healed by one send', async () => {
    const world = await World.create(
      {
        seed: seedOf({ provisionedProducts: [live('differs', tainted), live('same', tainted)] }),
      },
      [doc('differs', { Cidr: 'B' }), doc('same', { Cidr: 'A' })],
    );
    expect(truth(world, 'same')?.product.status).toBe('TAINTED');
    const trueup = await world.start();
    await looks(world, trueup);
    for (const name of ['differs', 'same']) {
      expect(truth(world, name)?.product.status, name).toBe('AVAILABLE');
      expect(world.statusOf(trueup, name), name).toMatchObject({ condition: 'Ready' });
    }
    expect(truth(world, 'differs')?.parameters).toMatchObject({ Cidr: 'B', Note: 'mine' });
    expect(world.writes()).toHaveLength(2);
  });

  it('can be terminated', async () => {
    const prune = { reconcile: { prune: 'terminate' } };
    const other = doc('net-b', { Cidr: 'A' });
    const world = await World.create(
      { seed: seedOf({ provisionedProducts: [live('net-a'), live('net-b')] }) },
      [doc('net-a', { Cidr: 'A' }, prune), other],
    );
    const trueup = await world.start();
    await trueup.converge();
    world.wish([doc('net-a', { Cidr: 'bad' }, prune), other]);
    await trueup.converge();
    await trueup.converge();
    expect(truth(world, 'net-a')?.product.status).toBe('TAINTED');
    world.wish([other], 'r3');
    await looks(world, trueup, 3, 11 * MINUTE);
    expect(operations(world)).toEqual(['UpdateProvisionedProduct', 'TerminateProvisionedProduct']);
    expect(world.service.admin.names()).toEqual(['net-b']);
  });
});

describe('a failed update', () => {
  it('is never taken for done: it stays a difference, also for a process that knows nothing of it', async () => {
    const world = await World.create({ seed: seedOf() }, [doc('net-a', { Cidr: 'B' })]);
    fault(world, 'UpdateProvisionedProduct', {
      kind: 'recordFails',
      message: 'No more addresses.',
    });
    const first = await world.start();
    await looks(world, first);
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(first, 'net-a')).toMatchObject({
      condition: 'Stalled',
      sync: 'OutOfSync',
      reason: 'RecordFailed',
      message: expect.stringContaining('No more addresses.'),
    });
    first.kill();
    const second = await world.start({ journal: new MemoryJournal() });
    await world.clock.pass(25 * HOUR);
    await looks(world, second);
    expect(truth(world, 'net-a')).toMatchObject({
      parameters: { Cidr: 'B', Note: 'mine' },
      product: { status: 'AVAILABLE' },
    });
    expect(world.writes()).toHaveLength(2);
  });

  it.each(['attempted', 'previous'] as const)(
    'does not lose its tags: they go with the next one (tags after a failure: %s)',
    async (tagsAfterFailedUpdate) => {
      const tags = { tags: { team: 'y', cost: '1' } };
      const world = await World.create({ seed: seedOf({ behaviour: { tagsAfterFailedUpdate } }) }, [
        doc('net-a', { Cidr: 'bad' }, tags),
      ]);
      const trueup = await world.start();
      await looks(world, trueup);
      world.wish([doc('net-a', { Cidr: 'B' }, tags)]);
      await looks(world, trueup);
      expect(inputs(world)).toHaveLength(2);
      expect(inputs(world)[1]?.Tags).toEqual(
        expect.arrayContaining([
          { Key: 'team', Value: 'y' },
          { Key: 'cost', Value: '1' },
        ]),
      );
      const stack = truth(world, 'net-a')?.stack?.tags;
      expect(stack).toEqual(expect.arrayContaining([{ Key: 'team', Value: 'y' }]));
      expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
    },
  );
});

describe('parameters', () => {
  it('with an empty value are sent, and are then in sync', async () => {
    const world = await World.create({ seed: seedOf() }, [doc('net-a', { Note: '' })]);
    const trueup = await world.start();
    await looks(world, trueup);
    expect(truth(world, 'net-a')?.parameters.Note).toBe('');
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
  });

  it('that differ from a default of the template are no difference while nobody declares them', async () => {
    const world = await World.create({ seed: seedOf() }, [doc('net-a', { Cidr: 'A' })]);
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(truth(world, 'net-a')?.parameters.Note).toBe('mine');
  });

  it('that the new version dropped are not sent, and refused in the plan where they are declared', async () => {
    const v2 = { provisioningArtifactName: 'v2' };
    const world = await World.create({ seed: seedOf() }, [doc('net-a', { Old: 'x' }, v2)]);
    const trueup = await world.start();
    expect(await refusals(trueup)).toEqual(['plan/unknown-parameter']);
    expect(world.writes()).toEqual([]);
    world.wish([doc('net-a', { Cidr: 'B' }, v2)]);
    await looks(world, trueup);
    expect(inputs(world)[0]?.ProvisioningParameters).toEqual([
      { Key: 'Cidr', Value: 'B' },
      { Key: 'Note', UsePreviousValue: true },
    ]);
    expect(truth(world, 'net-a')).toMatchObject({
      versionName: 'v2',
      parameters: { Cidr: 'B', Note: 'mine' },
    });
  });
});

describe('names', () => {
  it('of a version become the id of that version', async () => {
    const v2 = { provisioningArtifactName: 'v2' };
    const world = await World.create({ seed: seedOf() }, [doc('net-a', {}, v2)]);
    const before = truth(world, 'net-a')?.product.artifactId;
    const trueup = await world.start();
    await looks(world, trueup);
    expect(inputs(world)).toHaveLength(1);
    expect(inputs(world)[0]).not.toHaveProperty('ProvisioningArtifactName');
    expect(inputs(world)[0]?.ProvisioningArtifactId).not.toBe(before);
    expect(inputs(world)[0]?.ProvisioningArtifactId).toBe(
      truth(world, 'net-a')?.product.artifactId,
    );
    expect(truth(world, 'net-a')?.versionName).toBe('v2');
  });

  it('that two versions bear are refused in the plan, with both ids; the id is taken', async () => {
    const [one] = network().versions;
    const twins = ['pa-twin-one', 'pa-twin-two'].map((id) => ({
      parameters: one?.parameters ?? {},
      id,
      name: 'twin',
    }));
    const product = { ...network(), versions: [...network().versions, ...twins] };
    const world = await World.create({ seed: seedOf({ products: [product] }) }, [
      doc('net-a', {}, { provisioningArtifactName: 'twin' }),
    ]);
    const trueup = await world.start();
    expect(await refusals(trueup)).toEqual(['plan/ambiguous-version']);
    const status = world.statusOf(trueup, 'net-a');
    expect(status?.message).toMatch(/pa-twin-one.*pa-twin-two|pa-twin-two.*pa-twin-one/);
    const byId = { provisioningArtifactName: undefined, provisioningArtifactId: 'pa-twin-two' };
    world.wish([doc('net-a', {}, byId)]);
    await looks(world, trueup);
    expect(truth(world, 'net-a')?.product.artifactId).toBe('pa-twin-two');
  });
});

describe('launch paths', () => {
  const paths = (callers: readonly string[]) => ({
    products: [
      {
        ...network(),
        paths: [
          { portfolio: 'old', id: 'lpv2-old', callers },
          { portfolio: 'new', id: 'lpv2-new' },
        ],
      },
    ],
    callers: [
      {
        name: 'trueup',
        accessKeyId: 'AKIALOCAL',
        arn: 'arn:aws:iam::111122223333:role/trueup',
      },
      { name: 'other', accessKeyId: 'AKIAOTHER', arn: OWNER },
    ],
    provisionedProducts: [live('net-a', { path: 'old' })],
  });

  it('that are gone are replaced by the one there is', async () => {
    const world = await World.create({ seed: seedOf(paths(['other'])) }, [
      doc('net-a', { Cidr: 'B' }),
    ]);
    const trueup = await world.start();
    await looks(world, trueup);
    expect(inputs(world)).toMatchObject([{ PathId: 'lpv2-new' }]);
    expect(truth(world, 'net-a')?.parameters.Cidr).toBe('B');
  });

  it('of which there are several: the recorded one, or the declared one', async () => {
    const world = await World.create({ seed: seedOf(paths(['trueup'])) }, [
      doc('net-a', { Cidr: 'B' }),
    ]);
    const trueup = await world.start();
    await looks(world, trueup);
    world.wish([doc('net-a', { Cidr: 'B' }, { pathName: 'new' })]);
    await looks(world, trueup);
    expect(inputs(world)).toMatchObject([{ PathId: 'lpv2-old' }, { PathId: 'lpv2-new' }]);
  });
});

describe('existing ones', () => {
  it('that the listing does not show yet are not provisioned a second time', async () => {
    const provision = { reconcile: { onMissing: 'provision' } };
    const world = await World.create({ seed: seedOf({ behaviour: { searchLag: '30s' } }) }, [
      doc('net-new', { Cidr: 'A' }, provision),
    ]);
    await world.service.admin.callAs('ProvisionProduct', {
      ProvisionedProductName: 'net-new',
      ProductName: 'network',
      ProvisioningArtifactName: 'v1',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'A' }],
      ProvisionToken: 'somebody',
    });
    const trueup = await world.start();
    await looks(world, trueup, 3, MINUTE);
    expect(operations(world).filter((one) => one === 'ProvisionProduct')).toHaveLength(1);
    expect(inputs(world)).toMatchObject([{ ProvisionToken: 'somebody' }]);
    expect(world.statusOf(trueup, 'net-new')).toMatchObject({ condition: 'Ready' });
  });

  it('whose owner is no longer the declared one get it back', async () => {
    const world = await World.create(
      { seed: seedOf({ provisionedProducts: [live('net-a', { owner: OWNER })] }) },
      [doc('net-a', {}, { properties: { owner: OWNER } })],
    );
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    await world.service.admin.callAs('UpdateProvisionedProductProperties', {
      ProvisionedProductId: truth(world, 'net-a')?.product.id ?? '',
      ProvisionedProductProperties: { OWNER: 'arn:aws:iam::111122223333:role/else' },
      IdempotencyToken: 'somebody',
    });
    await world.clock.pass(MINUTE);
    await looks(world, trueup);
    expect(inputs(world).at(-1)).toMatchObject({ ProvisionedProductProperties: { OWNER } });
    expect(world.writes()).toHaveLength(2);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
  });

  it('that never end what they do hold up nobody else, and are not sent into', async () => {
    const world = await World.create(
      { seed: seedOf({ provisionedProducts: [live('net-a'), live('net-b')] }), maxInFlight: 1 },
      [doc('net-a', { Cidr: 'B' }), doc('net-b', { Cidr: 'B' })],
    );
    await world.service.admin.setStatus('net-a', 'UNDER_CHANGE');
    const trueup = await world.start();
    await looks(world, trueup, 10, HOUR);
    expect(world.writes()).toHaveLength(1);
    expect(truth(world, 'net-b')?.parameters.Cidr).toBe('B');
    expect(world.statusOf(trueup, 'net-b')).toMatchObject({ condition: 'Ready' });
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Reconciling',
      reason: 'Busy',
    });
  });
});

describe('nothing happens in silence', () => {
  it('there is a status with a reason for each document', async () => {
    const names = ['same', 'bad', 'held', 'drift', 'gone', 'error'];
    const world = await World.create(
      {
        seed: seedOf({
          provisionedProducts: names
            .filter((name) => name !== 'gone')
            .map((name) => live(name, name === 'error' ? { status: 'ERROR' } : {})),
        }),
      },
      [
        doc('same', { Cidr: 'A' }),
        doc('bad', { Cidr: 'bad' }),
        doc('held', { Cidr: 'B' }, { reconcile: { suspend: true } }),
        doc('drift', { Cidr: 'B' }, { reconcile: { mode: 'observe' } }),
        doc('gone', { Cidr: 'A' }),
        doc('error', { Cidr: 'A' }),
      ],
    );
    const trueup = await world.start();
    await looks(world, trueup);
    const told = names.map((name) => {
      const status = world.statusOf(trueup, name);
      return [name, status?.condition, status?.reason, status?.message !== ''];
    });
    expect(told).toEqual([
      ['same', 'Ready', 'InSync', true],
      ['bad', 'Stalled', 'RecordFailed', true],
      ['held', 'Ready', 'Suspended', true],
      ['drift', 'Ready', 'Observed', true],
      ['gone', 'Stalled', 'Refused', true],
      ['error', 'Stalled', 'Refused', true],
    ]);
  });
});

describe('many', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `net-${index}`);

  it('are brought up although AWS throttles every operation, each by one effective update', async () => {
    const names = many(20);
    const world = await World.create(
      {
        seed: seedOf({
          provisionedProducts: names.map((name) => live(name)),
          limits: { default: { perSecond: 0.5, burst: 2 } },
        }),
      },
      names.map((name) => doc(name, { Cidr: 'B' })),
    );
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.service.admin.calls().some((call) => call.result !== 'ok')).toBe(true);
    for (const name of names) {
      expect(truth(world, name), name).toMatchObject({ records: 2, parameters: { Cidr: 'B' } });
      expect(world.statusOf(trueup, name), name).toMatchObject({ condition: 'Ready' });
    }
  });

  it('are read in pages of 100, however many strangers there are', async () => {
    const world = await World.create(
      { seed: seedOf({ provisionedProducts: many(2_900).map((name) => live(name)) }) },
      [doc('net-7', { Cidr: 'A' })],
    );
    const trueup = await world.start();
    await trueup.converge();
    expect(world.service.admin.counts().SearchProvisionedProducts).toBe(29);
    expect(world.service.admin.totalCalls()).toBeLessThanOrEqual(35);
    expect(world.statusOf(trueup, 'net-7')).toMatchObject({ condition: 'Ready' });
  });
});

describe('accounts of Control Tower', () => {
  const account = {
    name: 'account-factory',
    kind: 'CONTROL_TOWER_ACCOUNT' as const,
    paths: [{ portfolio: 'landing-zone' }],
    versions: ['lz-3.2', 'lz-3.3'].map((name, index) => ({
      name,
      createdAt: `2026-0${index + 1}-01T00:00:00Z`,
      parameters: { AccountEmail: {}, AccountName: {}, ManagedOrganizationalUnit: {} },
    })),
  };
  const values = (name: string, more: Values = {}) => ({
    AccountEmail: `${name}@example.com`,
    AccountName: name,
    ManagedOrganizationalUnit: 'Sandbox',
    ...more,
  });
  const wish = (name: string, version: Values, more: Values = {}, reconcile: Values = {}) => ({
    name,
    spec: {
      productName: 'account-factory',
      ...version,
      provisioningParameters: values(name, more),
      reconcile,
    },
  });
  const seed = (names: readonly string[]): SeedInput => ({
    timing: { accepted: '1s', running: '20m' },
    products: [account],
    provisionedProducts: names.map((name) => ({
      name,
      product: 'account-factory',
      version: 'lz-3.2',
      parameters: values(name) as Record<string, string>,
    })),
  });
  const fixed = { provisioningArtifactName: 'lz-3.2' };

  it('are vended from documents, a few at a time', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `team-${index}`);
    const world = await World.create(
      { seed: seed([]), maxInFlight: 3 },
      names.map((name) => wish(name, fixed, {}, { onMissing: 'provision' })),
    );
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(5 * MINUTE);
    expect(world.writes()).toHaveLength(3);
    await looks(world, trueup, 6);
    expect(operations(world)).toEqual(names.map(() => 'ProvisionProduct'));
    for (const name of names)
      expect(world.statusOf(trueup, name), name).toMatchObject({ condition: 'Ready' });
  });

  it.each([
    ['of others', ['team-0']],
    ['of none', []],
  ])('are vended within the limit of Control Tower, in the presence %s', async (_of, there) => {
    const names = Array.from({ length: 7 }, (_, index) => `team-${index}`);
    const world = await World.create(
      { seed: seed(there), maxInFlight: 8, maxProvisions: 8 },
      names.map((name) => wish(name, fixed, {}, { onMissing: 'provision' })),
    );
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(5 * MINUTE);
    expect(world.writes()).toHaveLength(4);
    await looks(world, trueup, 6);
    expect(operations(world)).toEqual(names.slice(there.length).map(() => 'ProvisionProduct'));
  });

  it('follow a new version all together where the documents ask for the latest', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `team-${index}`);
    const latest = { provisioningArtifact: { latest: true } };
    const world = await World.create(
      { seed: seed(names), maxInFlight: 8 },
      names.map((name) => wish(name, latest, {}, { onNewVersion: 'update' })),
    );
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(5 * MINUTE);
    expect(world.writes()).toHaveLength(4);
    await looks(world, trueup, 12);
    expect(names.map((name) => truth(world, name)?.versionName)).toEqual(names.map(() => 'lz-3.3'));
    expect(world.writes()).toHaveLength(6);
  });

  it('that were taken over get a changed email or unit once a person has said what is live', async () => {
    const world = await World.create({ seed: seed(['team-0']) }, [wish('team-0', fixed)]);
    const trueup = await world.start();
    await trueup.converge();
    const [key] = [...world.desired.specs.keys()];
    if (key === undefined) throw new Error('no document');
    await world.clock.until(acceptProduct(trueup.reconciler.context, key));
    for (const [change, writes] of [
      [{ AccountEmail: 'new@example.com' }, 1],
      [{ AccountEmail: 'new@example.com', ManagedOrganizationalUnit: 'Prod' }, 2],
    ] as const) {
      world.wish([wish('team-0', fixed, change)], `r${writes}`);
      await looks(world, trueup, 3, HOUR);
      expect(truth(world, 'team-0')?.parameters).toMatchObject(change);
      expect(world.writes()).toHaveLength(writes);
    }
  });
});
