import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { doc, look, only, removed, terminations } from './life.ts';
import {
  cidrOf,
  type Fields,
  fault,
  MINUTE,
  networkDoc,
  operations,
  start,
  truth,
  wish,
} from './networks.ts';
import { type Wish, World } from './world.ts';

/** Long enough for a repeat, and too short for a new request in the place of what is given up. */
const MEANWHILE = 9 * MINUTE;

/** The next request of this operation is lost; returns once it was. */
async function lose(world: World, operation: string, documents?: readonly Wish[]) {
  world.service.admin.clearCalls();
  if (documents !== undefined) world.wish(documents, 'lost');
  fault(world, operation, { kind: 'lostRequest' });
  const trueup = await world.start();
  await trueup.reconcile();
  await world.clock.pass(5_000);
  expect(operations(world)).toEqual([operation]);
  return trueup;
}

async function changeByHand(world: World, cidr: string) {
  await world.service.admin.callAs('UpdateProvisionedProduct', {
    ProvisionedProductName: 'net-a',
    ProductName: 'network',
    ProvisioningArtifactName: 'v1',
    ProvisioningParameters: [
      { Key: 'Cidr', Value: cidr },
      { Key: 'Secret', UsePreviousValue: true },
    ],
    UpdateToken: `by-hand-${cidr}`,
  });
  await world.clock.pass(MINUTE);
}

describe('a request that was lost is not repeated by a later process', () => {
  it('that only observes; one that does not repeats it', async () => {
    const world = await start([wish('net-a', 'B')]);
    (await lose(world, 'UpdateProvisionedProduct')).kill();
    const watching = await world.start({ observeOnly: true });
    await watching.reconcile();
    await world.clock.pass(30 * MINUTE);
    watching.kill();
    expect(world.writes()).toHaveLength(1);
    await (await world.start()).converge();
    const tokens = world.writes().map(({ input }) => (input as Fields).UpdateToken);
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
    expect(cidrOf(world, 'net-a')).toBe('B');
  });

  it('that looks at a part of the documents, where it would end something', async () => {
    const { world, trueup } = await removed([doc('net-a'), doc('net-c')], [doc('net-c')]);
    await world.clock.pass(11 * MINUTE);
    fault(world, 'TerminateProvisionedProduct', { kind: 'lostRequest' });
    await trueup.reconcile();
    await world.clock.pass(5_000);
    trueup.kill();
    expect(terminations(world)).toBe(1);
    const other = await world.start();
    other.reconciler.resume();
    const looked = look(world, other, only('net-c'));
    await world.clock.pass(MEANWHILE);
    await looked;
    expect(terminations(world)).toBe(1);
  });
});

describe('a request that was lost is not repeated once its document asks for no more of it, because it', () => {
  it('only reports drift', async () => {
    const world = await start([wish('net-a', 'A')]);
    await (await world.start()).converge();
    await changeByHand(world, 'Z');
    const trueup = await lose(world, 'UpdateProvisionedProduct');
    world.wish([wish('net-a', 'A', { reconcile: { drift: 'report' } })]);
    await trueup.reconcile();
    await world.clock.pass(60 * MINUTE);
    expect(world.writes()).toHaveLength(1);
    expect(cidrOf(world, 'net-a')).toBe('Z');
    expect(world.statusOf(trueup, 'net-a')?.message).toContain('drift: report');
  });

  it('ignores what the request changes', async () => {
    const world = await start([wish('net-a', 'B')]);
    const trueup = await lose(world, 'UpdateProvisionedProduct');
    world.wish([wish('net-a', 'B', { reconcile: { ignore: ['/provisioningParameters/Cidr'] } })]);
    await trueup.reconcile();
    await world.clock.pass(60 * MINUTE);
    expect(world.writes()).toHaveLength(1);
    expect(cidrOf(world, 'net-a')).toBe('A');
  });

  it('is one of two for the same provisioned product', async () => {
    const world = await start([wish('net-a', 'B')]);
    const trueup = await lose(world, 'UpdateProvisionedProduct');
    const provisionedProductId = truth(world, 'net-a')?.product.id ?? '';
    world.wish([wish('net-a', 'B'), wish('label', 'C', { provisionedProductId })]);
    await trueup.reconcile();
    await world.clock.pass(60 * MINUTE);
    expect(world.writes()).toHaveLength(1);
    expect(cidrOf(world, 'net-a')).toBe('A');
  });

  it('got another name, although it stays open long enough to be a removal', async () => {
    const reconcile = { onMissing: 'provision', onError: 'recreate', prune: 'terminate' };
    const world = await start([wish('net-a', 'B', { reconcile }), wish('net-b', 'A')]);
    const first = await world.start();
    await first.converge();
    first.kill();
    await world.service.admin.setStatus('net-a', 'ERROR');
    const trueup = await lose(world, 'TerminateProvisionedProduct');
    world.wish([wish('net-z', 'B', { reconcile }), wish('net-b', 'A')], 'renamed');
    await trueup.reconcile();
    // That nothing came of it cannot be written, so it stays open.
    const put = world.journal.put.bind(world.journal);
    world.journal.put = () => Promise.reject(new Error('database or disk is full'));
    await world.clock.pass(15 * MINUTE);
    world.journal.put = put;
    for (let i = 0; i < 3; i++) {
      await trueup.reconcile();
      await world.clock.pass(11 * MINUTE);
    }
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  const stackArn = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/loose/1';
  const made = (reconcile: Fields, more: Fields = {}) =>
    networkDoc('net-new', { Cidr: 'A' }, { reconcile, ...more });
  const provisioned = { onMissing: 'provision' };

  it.each([
    ['adopts a stack', made({ ...provisioned, adopt: { stackArn } })],
    [
      'tells somebody else of its stack',
      made(provisioned, { notificationArns: ['arn:aws:sns:eu-west-1:111122223333:other'] }),
    ],
  ])('%s, which was to be provisioned', async (_, document) => {
    const seed = networks({ names: [] });
    const world = await World.create({ seed }, [made(provisioned)]);
    const trueup = await lose(world, 'ProvisionProduct');
    world.wish([document]);
    await trueup.reconcile();
    await world.clock.pass(MEANWHILE);
    expect(operations(world)).toEqual(['ProvisionProduct']);
  });

  it('adopts a stack, and was to be terminated for another one', async () => {
    const world = await World.create({ seed: networks({ names: [] }) }, [made(provisioned)]);
    fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'No more addresses.' });
    const first = await world.start();
    await first.converge();
    first.kill();
    const recreated = { ...provisioned, onError: 'recreate' };
    const trueup = await lose(world, 'TerminateProvisionedProduct', [made(recreated)]);
    world.wish([made({ ...recreated, adopt: { stackArn } })]);
    await trueup.reconcile();
    await world.clock.pass(60 * MINUTE);
    expect(terminations(world)).toBe(1);
  });
});

describe('a request that waits for its turn', () => {
  it('is not sent with what its document has come to ignore', async () => {
    const seed = networks({ parameters: { Cidr: {}, Size: {} }, live: { Cidr: 'A', Size: 's' } });
    const wanted = { Cidr: 'B', Size: 'm' };
    const other = networkDoc('net-a', wanted);
    const options = { seed, writesPerSecond: 0.1 };
    const world = await World.create(options, [other, networkDoc('net-b', wanted)]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(2_000);
    const reconcile = { ignore: ['/provisioningParameters/Cidr'] };
    world.wish([other, networkDoc('net-b', wanted, { reconcile })]);
    await trueup.converge();
    expect(truth(world, 'net-b')?.parameters).toEqual({ Cidr: 'A', Size: 'm' });
  });
});
