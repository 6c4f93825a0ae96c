import { describe, expect, it } from 'vitest';
import { asDigest } from '../../src/domain/ids.ts';
import type { ProductKind } from '../../src/local-catalog/model.ts';
import type { ParameterInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { acceptProduct } from '../../src/reconciler/accept.ts';
import { ENGINES } from '../support/engines.ts';
import { MemoryJournal } from './memory-journal.ts';
import { fault, keyOf, killedAfter } from './networks.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const HOUR = 3_600_000;

const parameters: Record<string, ParameterInput> = {
  AccountEmail: {},
  OrgUnit: { default: 'root' },
  Secret: { noEcho: true },
};

const version = (name: string, more: Record<string, ParameterInput> = {}) => ({
  name,
  parameters: { ...parameters, ...more },
  failsWhen: [{ parameter: 'OrgUnit', value: 'broken', message: 'it broke' }],
});

/** One product of a kind in two versions, and `count` provisioned products of the first. */
function estate(kind: ProductKind, count = 1, more: Partial<SeedInput> = {}): SeedInput {
  return {
    timing: { accepted: '1s', running: '60s' },
    products: [
      {
        name: 'thing',
        kind,
        paths: [{ portfolio: 'platform', launchRole: 'arn:aws:iam::111122223333:role/launch' }],
        versions: [version('one'), version('two', { Region: { default: 'here' } })],
      },
    ],
    provisionedProducts: Array.from({ length: count }, (_, index) => ({
      name: `thing-${index}`,
      product: 'thing',
      version: 'one',
      parameters: { AccountEmail: 'a@example.com', Secret: 'hush-hush' },
    })),
    ...more,
  };
}

const values = { AccountEmail: 'a@example.com', OrgUnit: 'root', Secret: 'hush-hush' };

const wish = (
  provisioningParameters: Readonly<Record<string, unknown>>,
  provisioningArtifactName = 'one',
  name = 'thing-0',
): Wish => ({
  name,
  spec: { productName: 'thing', provisioningArtifactName, provisioningParameters },
});

type Sent = {
  readonly ProvisioningParameters: readonly {
    readonly Key: string;
    readonly Value?: string;
    readonly UsePreviousValue?: boolean;
  }[];
  readonly UpdateToken: string;
};
const sent = (world: World) => world.writes().map((call) => call.input as unknown as Sent);

/** Looks again a few times, as the daemon does. */
async function looks(world: World, trueup: Incarnation, times = 3) {
  for (let look = 0; look < times; look++) {
    await trueup.reconcile();
    await world.clock.pass(2 * HOUR);
  }
}

describe.each(ENGINES)('%s', (kind) => {
  it('counts values that nothing tells and sends nothing for them', async () => {
    const world = await World.create({ seed: estate(kind) }, [wish({ ...values, OrgUnit: 'x' })]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready', unverified: 3 });
    expect(world.service.admin.counts()).not.toHaveProperty('DescribeStacks');
  });

  it('sends every value with a new version, and tells later changes by fingerprints', async () => {
    const two = { ...values, Region: 'there' };
    const world = await World.create({ seed: estate(kind) }, [wish(two, 'two')]);
    const trueup = await world.start();
    await looks(world, trueup);
    expect(sent(world).map((input) => input.ProvisioningParameters)).toEqual([
      [
        { Key: 'AccountEmail', Value: 'a@example.com' },
        { Key: 'OrgUnit', Value: 'root' },
        { Key: 'Region', Value: 'there' },
        { Key: 'Secret', Value: 'hush-hush' },
      ],
    ]);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready', unverified: 0 });
    for (const [changed, writes] of [
      [{ ...two, OrgUnit: 'prod' }, 2],
      [{ ...two, OrgUnit: 'prod', Secret: 'new-secret' }, 3],
      [{ ...two, OrgUnit: 'prod', Secret: 'new-secret' }, 3],
      [two, 4],
    ] as const) {
      world.wish([wish(changed, 'two')], `r${writes}`);
      await trueup.converge();
      expect(world.writes()).toHaveLength(writes);
      expect(world.service.admin.product('thing-0')?.parameters).toMatchObject(changed);
    }
    expect(world.service.admin.counts()).not.toHaveProperty('DescribeStacks');
    expect(JSON.stringify(world.lines)).not.toMatch(/hush-hush|new-secret/);
    expect(world.journal.dump()).not.toMatch(/hush-hush|new-secret/);
  });

  it('refuses an update that does not give every value, naming the missing ones', async () => {
    const world = await World.create({ seed: estate(kind) }, [wish({ OrgUnit: 'x' }, 'two')]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    const status = world.statusOf(trueup, 'thing-0');
    expect(status).toMatchObject({ condition: 'Stalled', reason: 'Refused' });
    expect(status?.message).toContain('AccountEmail, Region, Secret');
  });

  it('asks for every value before anything is sent, whatever the reason, and not before', async () => {
    const tagged = { tags: { team: 'b' } };
    const incomplete = wish({ OrgUnit: 'root' });
    const seed = estate(kind);
    const paths = [{ portfolio: 'platform', tagUpdate: 'allowed' as const }];
    const world = await World.create(
      { seed: { ...seed, products: (seed.products ?? []).map((one) => ({ ...one, paths })) } },
      [incomplete],
    );
    const trueup = await world.start();
    await trueup.converge();
    // Nothing differs, so nothing is to be sent, and nothing is asked about the version.
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready' });
    expect(world.service.admin.counts()).not.toHaveProperty('DescribeProvisioningParameters');
    // A tag alone carries all values as well.
    world.wish([{ ...incomplete, spec: { ...incomplete.spec, ...tagged } }]);
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({
      condition: 'Stalled',
      reason: 'Refused',
      message: expect.stringContaining('AccountEmail, Secret'),
    });
    world.wish([{ ...wish(values), spec: { ...wish(values).spec, ...tagged } }]);
    await trueup.converge();
    expect(sent(world).map((one) => one.ProvisioningParameters.length)).toEqual([3]);
  });

  it('is not healed with a document that does not give every value', async () => {
    const seed = estate(kind);
    const world = await World.create(
      {
        seed: {
          ...seed,
          provisionedProducts: (seed.provisionedProducts ?? []).map((one) => ({
            ...one,
            status: 'TAINTED' as const,
            statusMessage: 'somebody broke it',
            createdAgo: '3d',
          })),
        },
      },
      [wish({ OrgUnit: 'root' })],
    );
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('AccountEmail, Secret'),
    });
    world.wish([wish(values)]);
    await looks(world, trueup);
    expect(world.writes()).toHaveLength(1);
    expect(world.service.admin.product('thing-0')?.product.status).toBe('AVAILABLE');
  });

  it('refuses usePreviousValue, which it does not know', async () => {
    const keep = { ...values, OrgUnit: { usePreviousValue: true }, Region: 'x' };
    const world = await World.create({ seed: estate(kind) }, [wish(keep, 'two')]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'thing-0')?.message).toContain('usePreviousValue');
  });

  it('takes values for unverified after the journal is lost, and after somebody else changed it', async () => {
    const world = await World.create({ seed: estate(kind) }, [
      wish({ ...values, Region: 'x' }, 'two'),
    ]);
    const first = await world.start();
    await looks(world, first);
    const without = await world.start({ journal: new MemoryJournal() });
    await without.reconcile();
    expect(world.writes()).toHaveLength(1);
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'thing-0',
      ProvisioningParameters: Object.entries({ ...values, OrgUnit: 'else' }).map(
        ([Key, Value]) => ({ Key, Value }),
      ),
      UpdateToken: 'somebody-else',
    });
    await world.clock.pass(HOUR);
    const before = world.writes().length;
    await first.converge();
    expect(world.writes()).toHaveLength(before);
    expect(world.statusOf(first, 'thing-0')).toMatchObject({ condition: 'Ready', unverified: 4 });
  });

  it('stands still after a failed record until the document changes', async () => {
    const world = await World.create({ seed: estate(kind) }, [
      wish({ ...values, Region: 'x' }, 'two'),
    ]);
    const trueup = await world.start();
    await looks(world, trueup);
    world.wish([wish({ ...values, Region: 'x', OrgUnit: 'broken' }, 'two')]);
    await looks(world, trueup);
    expect(world.writes()).toHaveLength(2);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({
      condition: 'Stalled',
      reason: 'RecordFailed',
      sync: 'OutOfSync',
    });
    world.wish([wish({ ...values, Region: 'x' }, 'two')], 'r3');
    await looks(world, trueup);
    expect(world.writes()).toHaveLength(3);
    expect(world.service.admin.product('thing-0')).toMatchObject({
      product: { status: 'AVAILABLE' },
      parameters: { OrgUnit: 'root' },
    });
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready', unverified: 0 });
  });

  it('makes one effective update where the process dies between sending and hearing', async () => {
    const world = await World.create({ seed: estate(kind) }, [
      wish({ ...values, Region: 'x' }, 'two'),
    ]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'slow', ms: 30_000 });
    await killedAfter(world, 5_000);
    const second = await world.start();
    await second.converge();
    expect(new Set(sent(world).map((input) => input.UpdateToken)).size).toBe(1);
    expect(world.service.admin.product('thing-0')).toMatchObject({
      records: 2,
      versionName: 'two',
    });
    await second.converge();
    expect(world.statusOf(second, 'thing-0')).toMatchObject({ condition: 'Ready', unverified: 0 });
  });
});

describe('trueup accept', () => {
  it('takes the declared values of an engine for what is live, and tells changes from then on', async () => {
    const world = await World.create({ seed: estate('EXTERNAL') }, [wish(values)]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ unverified: 3 });
    const key = [...world.desired.specs.keys()][0];
    if (key === undefined) throw new Error('no document');
    await world.clock.until(acceptProduct(trueup.reconciler.context, key));
    await trueup.converge();
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready', unverified: 0 });
    expect(world.writes()).toEqual([]);
    world.wish([wish({ ...values, OrgUnit: 'prod' })]);
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.service.admin.product('thing-0')?.parameters.OrgUnit).toBe('prod');
  });
});

describe('trueup accept', () => {
  const key = keyOf('thing-0');

  it('is about the document that was looked at, and not about what becomes of it', async () => {
    const world = await World.create({ seed: estate('EXTERNAL') }, [wish(values)]);
    const trueup = await world.start();
    await trueup.converge();
    const { context } = trueup.reconciler;
    const [seen] = await world.journal.documents(context.target);
    await world.clock.until(acceptProduct(context, key, seen && asDigest(seen.digest)));
    expect(world.events('product.accepted')).toHaveLength(1);
    world.wish([wish({ ...values, OrgUnit: 'prod' })]);
    trueup.reconciler.setDesired(world.desired);
    await world.clock.until(acceptProduct(context, key, seen && asDigest(seen.digest)));
    expect(world.events('product.notAccepted')).toMatchObject([
      { fields: { reason: expect.stringContaining('its document is not the one') } },
    ]);
    await trueup.converge();
    expect(world.service.admin.product('thing-0')?.parameters.OrgUnit).toBe('prod');
  });

  it('leaves what is known to differ a difference', async () => {
    const world = await World.create({ seed: estate('EXTERNAL') }, [wish(values)]);
    const trueup = await world.start();
    await trueup.converge();
    const { context } = trueup.reconciler;
    await world.clock.until(acceptProduct(context, key));
    const reset = { ...values, AccountEmail: 'new@example.com', OrgUnit: { useDefault: true } };
    world.wish([wish(reset)]);
    trueup.reconciler.setDesired(world.desired);
    await world.clock.until(acceptProduct(context, key));
    await trueup.converge();
    const runs = world.service.admin.product('thing-0')?.parameters;
    expect(runs).toMatchObject({ AccountEmail: 'new@example.com', OrgUnit: 'root' });
  });
});

describe('a record of an engine', () => {
  it.each([
    ['EXTERNAL', 11, 'Reconciling'],
    ['TERRAFORM_CLOUD', 13, 'Stalled'],
    ['CONTROL_TOWER_ACCOUNT', 3, 'Stalled'],
  ] as const)('%s after %d hours: %s', async (kind, hours, condition) => {
    const seed = estate(kind, 1, { timing: { running: '20h' } });
    const world = await World.create({ seed }, [wish({ ...values, Region: 'x' }, 'two')]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(hours * HOUR);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition });
    await world.clock.pass(20 * HOUR);
    expect(world.service.admin.product('thing-0')?.product.status).toBe('AVAILABLE');
    await trueup.reconcile();
    await world.clock.pass(HOUR);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready' });
    expect(world.writes()).toHaveLength(1);
  });
});

describe('TERRAFORM_OPEN_SOURCE in ERROR', () => {
  const broken = (kind: ProductKind) =>
    estate(kind, 0, {
      provisionedProducts: [
        {
          name: 'thing-0',
          product: 'thing',
          version: 'one',
          parameters: { AccountEmail: 'a@example.com', Secret: 'hush-hush' },
          status: 'ERROR',
          statusMessage: 'the engine gave up',
          createdAgo: '3d',
        },
      ],
    });

  it('gets one update, which ends it', async () => {
    const world = await World.create({ seed: broken('TERRAFORM_OPEN_SOURCE') }, [wish(values)]);
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.writes()).toHaveLength(1);
    expect(world.service.admin.product('thing-0')?.product.status).toBe('AVAILABLE');
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready' });
  });

  it('gets no second one where the first does not end it', async () => {
    const world = await World.create({ seed: broken('TERRAFORM_OPEN_SOURCE') }, [
      wish({ ...values, OrgUnit: 'broken' }),
    ]);
    world.service.admin.setBehaviour({ statusAfterFailedUpdate: 'ERROR' });
    const trueup = await world.start();
    await looks(world, trueup, 5);
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Stalled' });
  });

  it.each(['TERRAFORM_OPEN_SOURCE', 'EXTERNAL', 'CFN_STACK'] as const)(
    'is recreated with onError: recreate as %s, where no update ends it',
    async (kind) => {
      const first = wish({ ...values, OrgUnit: 'broken' });
      const life = { onError: 'recreate', prune: 'terminate' };
      const document = { ...first, spec: { ...first.spec, reconcile: life } };
      const world = await World.create({ seed: broken(kind) }, [document]);
      world.service.admin.setBehaviour({ statusAfterFailedUpdate: 'ERROR' });
      const trueup = await world.start();
      await looks(world, trueup, 4);
      const tried = kind === 'TERRAFORM_OPEN_SOURCE' ? ['UpdateProvisionedProduct'] : [];
      expect(world.writes().map((call) => call.operation)).toEqual([
        ...tried,
        'TerminateProvisionedProduct',
        'ProvisionProduct',
      ]);
    },
  );

  it.each(['EXTERNAL', 'CONTROL_TOWER_ACCOUNT'] as const)('gets none as %s', async (kind) => {
    const world = await World.create({ seed: broken(kind) }, [wish(values)]);
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({
      condition: 'Stalled',
      reason: 'Refused',
    });
  });
});

const BUSY =
  'Account Factory cannot complete an operation on this account, because another AWS Control Tower operation is in progress. Try again later.';

describe('Control Tower', () => {
  it('works on four accounts at most, and other products do not wait for them', async () => {
    const seed = estate('CONTROL_TOWER_ACCOUNT', 7);
    const stacks = ['s-0', 's-1', 's-2'];
    const world = await World.create(
      {
        maxInFlight: 8,
        seed: {
          ...seed,
          products: [
            ...(seed.products ?? []),
            {
              name: 'net',
              paths: [{ portfolio: 'platform' }],
              versions: [{ name: 'one', parameters: { Size: {} } }],
            },
          ],
          provisionedProducts: [
            ...(seed.provisionedProducts ?? []),
            ...stacks.map((name) => ({
              name,
              product: 'net',
              version: 'one',
              parameters: { Size: 's' },
            })),
          ],
        },
      },
      [
        ...Array.from({ length: 7 }, (_, index) =>
          wish({ ...values, Region: 'x' }, 'two', `thing-${index}`),
        ),
        ...stacks.map((name) => ({
          name,
          spec: {
            productName: 'net',
            provisioningArtifactName: 'one',
            provisioningParameters: { Size: 'm' },
          },
        })),
      ],
    );
    const trueup = await world.start();
    await trueup.reconcile();
    const busy = (prefix: string) =>
      world.service.admin
        .names()
        .filter((name) => name.startsWith(prefix))
        .filter((name) => world.service.admin.product(name)?.product.status === 'UNDER_CHANGE')
        .length;
    let most = 0;
    let others = 0;
    for (let second = 0; second < 30; second++) {
      await world.clock.pass(1_000);
      most = Math.max(most, busy('thing-'));
      others = Math.max(others, busy('s-'));
    }
    expect(most).toBe(4);
    expect(others).toBeGreaterThanOrEqual(2);
    for (let second = 0; second < 300; second++) {
      await world.clock.pass(1_000);
      most = Math.max(most, busy('thing-'));
    }
    expect(most).toBe(4);
    for (const name of world.service.admin.names())
      expect(world.statusOf(trueup, name), name).toMatchObject({ condition: 'Ready' });
    expect(world.writes()).toHaveLength(10);
  });

  it('is busy, not failed, while another operation of it runs', async () => {
    const world = await World.create({ seed: estate('CONTROL_TOWER_ACCOUNT') }, [
      wish({ ...values, Region: 'x' }, 'two'),
    ]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: BUSY }, 2);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(90_000);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({
      condition: 'Reconciling',
      reason: 'Busy',
      message: BUSY,
    });
    await trueup.reconcile();
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ reason: 'Busy' });
    await looks(world, trueup);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready' });
    expect(world.service.admin.product('thing-0')?.versionName).toBe('two');
    expect(new Set(sent(world).map((input) => input.UpdateToken)).size).toBe(3);
  });

  it('is busy too where the call itself is refused for that reason', async () => {
    const world = await World.create({ seed: estate('CONTROL_TOWER_ACCOUNT') }, [
      wish({ ...values, Region: 'x' }, 'two'),
    ]);
    fault(
      world,
      'UpdateProvisionedProduct',
      { kind: 'error', code: 'InvalidParametersException', message: BUSY },
      2,
    );
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(60_000);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ reason: 'Busy' });
    await looks(world, trueup);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready' });
  });
});

describe('CFN_STACK without CloudFormation rights', () => {
  const seed = estate('CFN_STACK', 1, {
    callers: [
      {
        name: 'trueup',
        accessKeyId: 'AKIALOCAL',
        arn: 'arn:aws:iam::111122223333:role/trueup',
        deny: ['cloudformation:*'],
      },
    ],
  });

  it('updates with what is declared and keeps the rest', async () => {
    const world = await World.create({ seed }, [wish({ OrgUnit: 'x' })]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready', unverified: 1 });
    world.wish([wish({ OrgUnit: 'x' }, 'two')]);
    await looks(world, trueup);
    expect(sent(world)[0]?.ProvisioningParameters).toEqual([
      { Key: 'AccountEmail', UsePreviousValue: true },
      { Key: 'OrgUnit', Value: 'x' },
      { Key: 'Secret', UsePreviousValue: true },
    ]);
    expect(world.service.admin.product('thing-0')).toMatchObject({
      versionName: 'two',
      parameters: { OrgUnit: 'x', Secret: 'hush-hush', Region: 'here' },
    });
    expect(world.statusOf(trueup, 'thing-0')).toMatchObject({ condition: 'Ready', unverified: 0 });
    world.wish([wish({ OrgUnit: 'y' }, 'two')], 'r3');
    await looks(world, trueup);
    expect(world.writes()).toHaveLength(2);
    expect(world.service.admin.product('thing-0')?.parameters.OrgUnit).toBe('y');
  });
});
