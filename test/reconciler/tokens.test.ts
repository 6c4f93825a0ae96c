import { describe, expect, it } from 'vitest';
import type { BehaviourInput } from '../../src/local-catalog/seed-input.ts';
import { networks } from '../support/network.ts';
import { afterLostRequest, fault, keyOf, networkDoc, settledAfterKill } from './networks.ts';
import { TARGET, World } from './world.ts';

const seed = networks({
  tagUpdate: 'allowed',
  parameters: { Cidr: {}, Secret: { noEcho: true, default: 'none' } },
  live: { Cidr: 'A', Secret: 'hush-hush' },
});

const wish = (cidr: string) => [networkDoc('net-a', { Cidr: cidr })];

const tokens = (world: World) =>
  world.writes().map((call) => (call.input as { readonly UpdateToken: string }).UpdateToken);

const UPDATE = 'UpdateProvisionedProduct';

describe('tokens and intents', () => {
  it('gives A to B to A three updates with three tokens', async () => {
    const world = await World.create({ seed }, wish('B'));
    const trueup = await world.start();
    await trueup.converge();
    world.wish(wish('A'));
    await trueup.converge();
    world.wish(wish('B'));
    await trueup.converge();
    expect(new Set(tokens(world)).size).toBe(3);
    expect(tokens(world)).toHaveLength(3);
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
    expect(world.service.admin.product('net-a')?.parameters.Secret).toBe('hush-hush');
  });

  it('follows the record of a request whose reply was lost, without sending again', async () => {
    const world = await World.create({ seed }, wish('B'));
    fault(world, UPDATE, { kind: 'lostReply' });
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
  });

  it('repeats a request that was lost with the same token, after live state stayed at the base', async () => {
    const world = await World.create({ seed }, wish('B'));
    const lost = await afterLostRequest(world, UPDATE, 'UpdateToken');
    expect(lost.tokens).toHaveLength(2);
    expect(new Set(lost.tokens).size).toBe(1);
    expect(lost.tookMs).toBeGreaterThanOrEqual(60_000);
    expect(world.service.admin.product('net-a')?.records).toBe(2);
  });

  it.each(['none', '5m', 'forever'])(
    'makes one effective update after kill -9 between send and reply (token window %s)',
    async (window) => {
      const tokenWindow = window === 'none' ? '0s' : window;
      const world = await World.create(
        { seed: { ...seed, behaviour: { tokenWindow } } },
        wish('B'),
      );
      const second = await settledAfterKill(world, UPDATE);
      expect(world.writes()).toHaveLength(1);
      expect(world.service.admin.product('net-a')?.records).toBe(2);
      expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
      expect(world.statusOf(second, 'net-a')?.condition).toBe('Ready');
    },
  );

  it('does not send again after a restart if the record had FAILED meanwhile', async () => {
    const world = await World.create({ seed }, wish('B'));
    fault(world, UPDATE, {
      kind: 'recordFails',
      message: 'The maximum number of addresses has been reached.',
    });
    const first = await world.start();
    await first.reconcile();
    await world.clock.pass(1_500);
    expect(world.writes()).toHaveLength(1);
    first.kill();
    await world.clock.pass(600_000);
    const second = await world.start();
    await second.converge();
    await second.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(second, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('maximum number of addresses'),
    });
  });

  it('remembers after a restart that a request was refused for good', async () => {
    const world = await World.create({ seed }, wish('B'));
    fault(world, UPDATE, { kind: 'recordFails', listErrors: false });
    const first = await world.start();
    await first.converge();
    first.kill();
    const second = await world.start();
    await second.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(second, 'net-a')?.condition).toBe('Stalled');
  });

  it('tries again with a new token when a person asks, and when the document changes', async () => {
    const world = await World.create({ seed }, wish('B'));
    fault(world, UPDATE, { kind: 'recordFails' }, 2);
    const trueup = await world.start();
    await trueup.converge();
    const [key] = [...world.desired.specs.keys()];
    if (key === undefined) throw new Error('no document');
    await trueup.reconciler.retry(key);
    await trueup.converge();
    expect(tokens(world)).toHaveLength(2);
    world.wish(wish('C'));
    await trueup.converge();
    expect(new Set(tokens(world)).size).toBe(3);
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('C');
  });

  it("waits out somebody else's operation and never sends into it", async () => {
    const world = await World.create({ seed }, wish('B'));
    const trueup = await world.start();
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [
        { Key: 'Cidr', Value: 'X' },
        { Key: 'Secret', UsePreviousValue: true },
      ],
      UpdateToken: 'somebody-else',
    });
    await trueup.reconcile();
    await world.clock.pass(120_000);
    await trueup.converge();
    const ours = tokens(world).filter((token) => token.startsWith('tu1-'));
    expect(ours).toHaveLength(1);
    expect(world.writes().every((call) => call.result === 'ok')).toBe(true);
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
  });
});

describe('a request that is repeated after it was lost', () => {
  /** The request was lost, and what comes next is refused. */
  async function refusedWith(code: string, behaviour: BehaviourInput = {}) {
    const world = await World.create({ seed: { ...seed, behaviour } }, wish('B'));
    fault(world, UPDATE, { kind: 'lostRequest' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(10_000);
    expect(world.writes()).toHaveLength(1);
    fault(world, UPDATE, { kind: 'error', code, message: 'Not this one.' });
    return { world, trueup };
  }

  it.each(['InvalidParametersException', 'ResourceNotFoundException'])(
    'and refused for good (%s) is given up: it left no trace in all that time',
    async (code) => {
      const { world, trueup } = await refusedWith(code);
      await world.clock.pass(120_000);
      await trueup.converge();
      await world.clock.pass(3_600_000);
      await trueup.converge();
      expect(tokens(world)).toHaveLength(2);
      expect(new Set(tokens(world)).size).toBe(1);
      expect(world.statusOf(trueup, 'net-a')).toMatchObject({
        condition: 'Stalled',
        message: expect.stringContaining('Not this one.'),
      });
      const { value } = await world.journal.get(TARGET, keyOf('net-a'));
      expect(value.intent).toBeNull();
      world.wish(wish('C'));
      await trueup.converge();
      expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('C');
    },
  );

  it.each(['InvalidStateException', 'AccessDeniedException'])(
    'and refused for now (%s) is repeated once more, a minute later',
    async (code) => {
      const { world, trueup } = await refusedWith(code);
      await world.clock.pass(180_000);
      await trueup.converge();
      const at = world.writes().map((call) => call.at);
      expect(tokens(world)).toHaveLength(3);
      expect(new Set(tokens(world)).size).toBe(1);
      expect((at[2] ?? 0) - (at[1] ?? 0)).toBeGreaterThanOrEqual(60_000);
      expect(world.service.admin.product('net-a')?.records).toBe(2);
      expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
    },
  );

  it.each([
    ['while it is asked for', false],
    ['while no process ran', true],
  ])('is dropped where its provisioned product went, %s', async (_when, restarts) => {
    const world = await World.create({ seed }, wish('B'));
    fault(world, UPDATE, { kind: 'lostRequest' });
    const first = await world.start();
    await first.reconcile();
    await world.clock.pass(10_000);
    if (restarts) first.kill();
    await world.service.admin.callAs('TerminateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      TerminateToken: 'somebody-else',
    });
    await world.clock.pass(180_000);
    const trueup = restarts ? await world.start() : first;
    await trueup.converge();
    const { value } = await world.journal.get(TARGET, keyOf('net-a'));
    expect(value.intent).toBeNull();
    expect(world.writes().filter((call) => call.operation === UPDATE)).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')?.health).toBe('Missing');
  });

  it.each<[string, BehaviourInput]>([
    ['Describe shows that', {}],
    ['only the history shows that yet', { describeLag: '20s' }],
  ])('is followed where it is refused because it arrived after all, and %s', async (_, lag) => {
    const { world, trueup } = await refusedWith('InvalidParametersException', lag);
    let arrived: Promise<unknown> | null = null;
    world.onRequest = ({ body }) => {
      if (!body.includes('UpdateToken') || arrived !== null) return undefined;
      const late = JSON.parse(body);
      return () => {
        arrived = world.service.admin.callAs(UPDATE, late);
      };
    };
    await world.clock.pass(180_000);
    await trueup.converge();
    expect(arrived).not.toBeNull();
    expect(world.service.admin.product('net-a')?.records).toBe(2);
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
    // The lost one, the refused one, and the lost one as it arrived.
    expect(tokens(world)).toHaveLength(3);
    const { value } = await world.journal.get(TARGET, keyOf('net-a'));
    expect(value.lastResult).toMatchObject({ kind: 'succeeded', step: 'update' });
    expect(world.events('product.stalled')).toEqual([]);
  });
});

describe('a document that changes while its request waits for its turn', () => {
  it.each([
    ['is suspended', { reconcile: { suspend: true } }, 'A'],
    ['goes away', null, 'A'],
    ['asks for something else', {}, 'C'],
  ] as const)('that %s', async (_what, more, expected) => {
    const world = await World.create({ seed, writesPerSecond: 0.1 }, [...wish('B'), second('B')]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(2_000);
    expect(world.writes()).toHaveLength(1);
    const late = world.writes()[0]?.input as { readonly ProvisionedProductId: string };
    const first = world.service.admin.product(late.ProvisionedProductId)?.product.name;
    const waiting = first === 'net-a' ? 'net-b' : 'net-a';
    const others = [...wish('B'), second('B')].filter((one) => one.name === first);
    const changed =
      more === null ? [] : [{ name: waiting, spec: { ...second('C').spec, ...more } }];
    world.wish([...others, ...changed]);
    trueup.reconciler.setDesired(world.desired);
    await world.clock.pass(30_000);
    expect(world.writes()).toHaveLength(1);
    await trueup.converge();
    expect(world.service.admin.product(waiting)?.parameters.Cidr).toBe(
      expected === 'C' ? 'C' : 'A',
    );
  });
});

const second = (cidr: string) => networkDoc('net-b', { Cidr: cidr });
