import { describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../src/local-catalog/faults.ts';
import { networks } from '../support/network.ts';
import { type Fields, fault, networkDoc } from './networks.ts';
import { World } from './world.ts';

const PASSWORD = 'first-of-all-passwords';
const ROTATED = 'second-of-all-passwords';
const ENDPOINT = 'db.internal.example';

const seed = networks({
  tagUpdate: 'allowed',
  parameters: {
    Cidr: {},
    Endpoint: { default: 'none' },
    Password: { noEcho: true, default: 'none', minLength: 4 },
  },
  live: { Cidr: 'A', Endpoint: 'old', Password: 'old-password' },
  secrets: [
    { name: 'prod/db', value: JSON.stringify({ password: PASSWORD, port: 5432 }) },
    { name: 'prod/other', value: 'plain-secret-value' },
  ],
  parameterStore: [{ name: '/prod/endpoint', value: ENDPOINT, type: 'SecureString' }],
});

const SECRET = { valueFrom: { secretsManager: { secretId: 'prod/db', key: 'password' } } };
const PARAMETER = { valueFrom: { ssmParameter: '/prod/endpoint' } };

const wish = (name: string, parameters: Fields, reconcile: Fields = {}) =>
  networkDoc(name, parameters, { reconcile });

const valuesOf = (world: World, name = 'net-a') => world.service.admin.product(name)?.parameters;
const reads = (world: World, operation: string) => world.service.admin.calls(operation).length;
const rotate = (world: World, password: string) =>
  world.service.admin.setSecret('prod/db', JSON.stringify({ password, port: 5432 }));

/** Everything that outlives a call or is shown, as text. */
function everything(world: World, trueup: { readonly board: { all(): unknown } }): string {
  return JSON.stringify(world.lines) + world.journal.dump() + JSON.stringify(trueup.board.all());
}

/** Applied once, with everything known from then on. */
async function settled(reconcile: Readonly<Record<string, unknown>> = {}) {
  const parameters = { Cidr: 'B', Endpoint: PARAMETER, Password: SECRET };
  const world = await World.create({ seed }, [wish('net-a', parameters, reconcile)]);
  const trueup = await world.start();
  await trueup.converge();
  await trueup.converge();
  return { world, trueup, parameters };
}

describe('values that stand elsewhere', () => {
  it('are sent, are in sync from then on, and stand nowhere', async () => {
    const { world, trueup } = await settled();
    expect(valuesOf(world)).toMatchObject({ Endpoint: ENDPOINT, Password: PASSWORD });
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'InSync', unverified: 0 });
    const all = everything(world, trueup);
    for (const secret of [PASSWORD, ENDPOINT]) expect(all).not.toContain(secret);
  });

  it('are fetched only for a request, and in batches', async () => {
    const parameters = { Cidr: 'A', Password: SECRET };
    const world = await World.create({ seed }, [
      wish('net-a', parameters),
      wish('net-b', parameters),
    ]);
    const trueup = await world.start();
    await trueup.converge();
    // First contact: AWS does not return the value and the journal does not know it.
    expect(world.writes()).toHaveLength(0);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', unverified: 1 });
    expect(reads(world, 'BatchGetSecretValue')).toBe(0);
    expect(reads(world, 'DescribeSecret')).toBe(1);
    world.wish([wish('net-a', { ...parameters, Cidr: 'B' })]);
    await trueup.converge();
    expect(valuesOf(world)).toMatchObject({ Cidr: 'B', Password: PASSWORD });
    expect(reads(world, 'BatchGetSecretValue')).toBe(1);
  });

  it('are compared by value with what the stack shows, where the journal knows nothing', async () => {
    const world = await World.create({ seed }, [
      wish('net-a', { Endpoint: PARAMETER }),
      wish('net-b', { Endpoint: { valueFrom: { env: 'APP_ENDPOINT' } } }),
    ]);
    world.env.APP_ENDPOINT = 'old';
    const trueup = await world.start();
    await trueup.converge();
    expect(valuesOf(world)).toMatchObject({ Endpoint: ENDPOINT });
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-b')).toMatchObject({ reason: 'InSync', unverified: 0 });
  });

  it('are not looked at in a plan: it reads versions, and nothing of this machine', async () => {
    const world = await World.create({ seed }, [
      wish('net-a', { Endpoint: PARAMETER, Password: { valueFrom: { env: 'APP_PASSWORD' } } }),
      wish('net-b', { Cidr: 'B', Password: { valueFrom: { env: 'APP_PASSWORD' } } }),
    ]);
    const trueup = await world.start({}, { purpose: 'plan' });
    const review = await trueup.reconcile();
    if (review.kind !== 'ok') throw new Error(review.why);
    const changes = [...review.evaluations.values()].map(({ change }) => change);
    expect(changes.map(({ verdict }) => verdict.kind)).toEqual(['inSync', 'update']);
    expect(changes.map(({ unverified }) => unverified.map(({ label }) => label))).toEqual([
      ['Endpoint', 'Password'],
      ['Password'],
    ]);
    expect(reads(world, 'BatchGetSecretValue') + reads(world, 'GetSecretValue')).toBe(0);
    const [asked] = world.service.admin.calls('GetParameters');
    expect(asked).toBeDefined();
  });

  it('hold back only the product that needs a missing one', async () => {
    const missing = { valueFrom: { secretsManager: { secretId: 'prod/db', key: 'nothing' } } };
    const gone = { valueFrom: { secretsManager: { secretId: 'prod/gone' } } };
    const world = await World.create({ seed }, [
      wish('net-a', { Cidr: 'B', Password: gone }),
      wish('net-b', { Cidr: 'B', Password: SECRET }),
    ]);
    const trueup = await world.start();
    await trueup.converge();
    expect(valuesOf(world, 'net-a')).toMatchObject({ Cidr: 'A' });
    expect(valuesOf(world, 'net-b')).toMatchObject({ Cidr: 'B', Password: PASSWORD });
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      reason: 'Refused',
      message: expect.stringContaining('prod/gone'),
      next: expect.stringMatching(/\S/),
    });
    world.wish([wish('net-a', { Cidr: 'B', Password: missing })]);
    await trueup.converge();
    expect(valuesOf(world, 'net-a')).toMatchObject({ Cidr: 'A' });
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('no key "nothing"'),
    });
  });

  it('are asked for again in smaller batches where AWS refuses one', async () => {
    const stored = ['/prod/a', '/prod/b'];
    const parameterStore = stored.map((name) => ({
      name,
      value: `at-${name}`,
      type: 'String' as const,
    }));
    const world = await World.create({ seed: { ...seed, parameterStore } }, [
      wish('net-a', { Cidr: 'B', Endpoint: { valueFrom: { ssmParameter: '/prod/a' } } }),
      wish('net-b', { Cidr: 'B', Endpoint: { valueFrom: { ssmParameter: '/prod/b' } } }),
    ]);
    // As a policy does that denies one of two names: the two together, and then that one alone.
    fault(world, 'GetParameters', { kind: 'accessDenied' }, 2);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(2_000);
    const statuses = ['net-a', 'net-b'].map((name) => world.statusOf(trueup, name)?.reason);
    expect(statuses.toSorted()).toEqual(['InFlight', 'Unreadable']);
    expect(world.writes()).toHaveLength(1);
  });

  it('hold back, and try again, where a store cannot be read', async () => {
    const world = await World.create({ seed }, [wish('net-a', { Cidr: 'B', Password: SECRET })]);
    world.service.admin.addFault({
      effect: { kind: 'accessDenied' },
      operation: 'DescribeSecret',
    });
    const trueup = await world.start();
    await trueup.reconcile();
    expect(world.writes()).toHaveLength(0);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      reason: 'Unreadable',
      message: expect.stringContaining('allow DescribeSecret'),
    });
    world.service.admin.clearFaults();
    await trueup.converge();
    expect(valuesOf(world)).toMatchObject({ Cidr: 'B', Password: PASSWORD });
  });

  it('are checked against the version right before they are sent, and never quoted', async () => {
    const world = await World.create({ seed }, [wish('net-a', { Cidr: 'B', Password: SECRET })]);
    await rotate(world, 'xyz');
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(0);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('length at least 4'),
    });
    expect(everything(world, trueup)).not.toContain('xyz');
  });

  it('are looked at again where they changed between the comparison and the request', async () => {
    const parameters = { Cidr: 'B', Password: { valueFrom: { env: 'APP_PASSWORD' } } };
    const world = await World.create({ seed }, [wish('net-a', parameters)]);
    let reads = 0;
    Object.defineProperty(world.env, 'APP_PASSWORD', {
      get: () => (++reads === 1 ? PASSWORD : ROTATED),
    });
    const trueup = await world.start();
    await trueup.converge();
    expect(valuesOf(world)).toMatchObject({ Cidr: 'B', Password: ROTATED });
    expect(world.writes()).toHaveLength(1);
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'InSync', unverified: 0 });
  });

  it("stand not even in AWS's own error text", async () => {
    const world = await World.create({ seed }, [wish('net-a', { Cidr: 'B', Password: SECRET })]);
    fault(world, 'UpdateProvisionedProduct', {
      kind: 'recordFails',
      message: `Value ${PASSWORD} is weak`,
    });
    const trueup = await world.start();
    await trueup.converge();
    const all = everything(world, trueup);
    expect(all).toContain('(hidden) is weak');
    expect(all).not.toContain(PASSWORD);
  });
});

describe('a rotation', () => {
  it('is only reported by default, and costs nothing', async () => {
    const { world, trueup } = await settled();
    await rotate(world, ROTATED);
    const review = await trueup.converge();
    if (review.kind !== 'ok') throw new Error(review.why);
    const [evaluation] = [...review.evaluations.values()];
    expect(evaluation?.change).toMatchObject({
      verdict: { kind: 'reported', reason: 'onRotate: report', cause: { kind: 'rotated' } },
      differences: [
        {
          label: 'Password',
          live: { kind: 'text', text: expect.stringMatching(/^secret [0-9a-f]{8}$/) },
          desired: { kind: 'text', text: expect.stringMatching(/^secret [0-9a-f]{8}$/) },
        },
      ],
    });
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Ready',
      sync: 'OutOfSync',
      reason: 'Rotated',
    });
    expect(everything(world, trueup)).not.toContain(ROTATED);
  });

  it('stays out of a change of the document that is not about it', async () => {
    const { world, trueup, parameters } = await settled();
    await rotate(world, ROTATED);
    world.wish([wish('net-a', { ...parameters, Cidr: 'C' })]);
    await trueup.converge();
    await trueup.converge();
    expect(valuesOf(world)).toMatchObject({ Cidr: 'C', Password: PASSWORD });
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'Rotated' });
    expect(world.writes()).toHaveLength(2);
  });

  it('is carried out where the document says so, once', async () => {
    const { world, trueup } = await settled({ onRotate: 'update' });
    await rotate(world, ROTATED);
    await trueup.converge();
    await trueup.converge();
    expect(valuesOf(world)).toMatchObject({ Password: ROTATED });
    expect(world.writes()).toHaveLength(2);
    expect(world.events('update.accepted').at(-1)?.fields.cause).toBe('rotated');
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'InSync' });
  });

  it('of a variable is told by a keyed digest', async () => {
    const parameters = { Cidr: 'B', Password: { valueFrom: { env: 'APP_PASSWORD' } } };
    const world = await World.create({ seed }, [wish('net-a', parameters, { onRotate: 'update' })]);
    world.env.APP_PASSWORD = PASSWORD;
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    world.env.APP_PASSWORD = ROTATED;
    await trueup.converge();
    expect(valuesOf(world)).toMatchObject({ Password: ROTATED });
    expect(everything(world, trueup)).not.toMatch(/of-all-passwords/);
  });
});

describe('a request whose answer is not known', () => {
  const parameters = { Cidr: 'B', Endpoint: PARAMETER, Password: SECRET };
  const tokens = (world: World) =>
    world.writes().map((call) => (call.input as { readonly UpdateToken: string }).UpdateToken);

  async function lost(effect: FaultEffect) {
    const world = await World.create({ seed }, [wish('net-a', parameters)]);
    fault(world, 'UpdateProvisionedProduct', effect);
    const first = await world.start();
    await first.reconcile();
    while (world.writes().length === 0) await world.clock.pass(500);
    first.kill();
    return world;
  }

  it.each(['lostRequest', 'lostReply'] as const)(
    'is settled after a crash with one token and one effect (%s)',
    async (kind) => {
      const world = await lost({ kind });
      const second = await world.start();
      await second.converge();
      expect(valuesOf(world)).toMatchObject({ Cidr: 'B', Endpoint: ENDPOINT, Password: PASSWORD });
      expect(new Set(tokens(world)).size).toBe(1);
      expect(world.service.admin.product('net-a')?.records).toBe(2);
      expect(world.statusOf(second, 'net-a')).toMatchObject({ condition: 'Ready' });
      expect(everything(world, second)).not.toContain(PASSWORD);
    },
  );

  it('is repeated with the version that it named, though the secret was rotated meanwhile', async () => {
    const world = await lost({ kind: 'lostRequest' });
    await rotate(world, ROTATED);
    const second = await world.start();
    await second.converge();
    expect(new Set(tokens(world)).size).toBe(1);
    expect(valuesOf(world)).toMatchObject({ Cidr: 'B', Password: PASSWORD });
  });

  it('is given up and computed afresh where its value is no longer to be had', async () => {
    const world = await World.create({ seed }, [
      wish('net-a', { Cidr: 'B', Password: { valueFrom: { env: 'APP_PASSWORD' } } }),
    ]);
    world.env.APP_PASSWORD = PASSWORD;
    const effect = { kind: 'lostRequest' } as const;
    fault(world, 'UpdateProvisionedProduct', effect);
    const first = await world.start();
    await first.reconcile();
    while (world.writes().length === 0) await world.clock.pass(500);
    first.kill();
    world.env.APP_PASSWORD = ROTATED;
    const second = await world.start();
    await second.reconcile();
    await world.clock.pass(540_000);
    // Ten minutes at the base: until then the first request may still turn up.
    expect(world.writes()).toHaveLength(1);
    await world.clock.pass(120_000);
    await second.converge();
    expect(valuesOf(world)).toMatchObject({ Cidr: 'B', Password: ROTATED });
    expect(new Set(tokens(world)).size).toBe(2);
  });
});
