import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { keyOf, MINUTE, operations, terminations } from './life.ts';
import { type Fields, fault, freezeOf, networkDoc } from './networks.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const seed = networks({ names: [], parameters: { Cidr: {} } });
const wish = (cidr = 'A', reconcile: Fields = {}): Wish =>
  networkDoc(
    'net-a',
    { Cidr: cidr },
    { reconcile: { onMissing: 'provision', onError: 'recreate', ...reconcile } },
  );

/** Content A had its one recreation, which failed. */
async function hadItsOwn() {
  const world = await World.create({ seed }, [wish()]);
  fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'No more addresses.' }, 100);
  const trueup = await world.start();
  for (let i = 0; i < 4; i++) await trueup.converge();
  expect(terminations(world)).toBe(1);
  world.service.admin.clearCalls();
  return { world, trueup };
}

/** Another content has its own, once; what comes back after it has had its. */
async function toAndBack(world: World, trueup: Incarnation): Promise<void> {
  for (const [content, revision] of [
    ['B', 'r2'],
    ['A', 'r3'],
  ] as const) {
    world.wish([wish(content)], revision);
    for (let look = 0; look < 3; look++) await trueup.converge();
    expect(terminations(world)).toBe(1);
  }
}

describe('a recreation that was asked for once more and never carried out', () => {
  it('control: a content that comes back has had its own', async () => {
    const { world, trueup } = await hadItsOwn();
    await toAndBack(world, trueup);
  });

  it('refused by AWS', async () => {
    const { world, trueup } = await hadItsOwn();
    world.service.admin.addFault({
      operation: 'TerminateProvisionedProduct',
      count: 1,
      effect: {
        kind: 'error',
        code: 'InvalidParametersException',
        message: 'It cannot be terminated.',
      },
    });
    await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
    await trueup.converge();
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
    world.service.admin.clearCalls();
    await toAndBack(world, trueup);
  });

  it('throttled, then frozen, then the process is killed: nobody asks any more', async () => {
    const { world, trueup } = await hadItsOwn();
    fault(world, 'TerminateProvisionedProduct', { kind: 'throttle' } as never, 1);
    await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
    world.onRequest = (request) => {
      if (!(request.headers['x-amz-target'] ?? '').endsWith('.TerminateProvisionedProduct'))
        return undefined;
      return () => void world.journal.freeze(freezeOf());
    };
    await trueup.reconcile();
    await world.clock.pass(2 * MINUTE);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
    expect(world.service.admin.product('net-a')?.product.status).toBe('ERROR');
    world.onRequest = null;
    trueup.kill();
    world.service.admin.clearCalls();
    world.journal.lift();
    const second = await world.start();
    for (let i = 0; i < 3; i++) await second.converge();
    expect(operations(world)).toEqual([]);
  });
});

it.each([[false], [true]])(
  'a retry that waits for a freeze does not hold for another document (orderly restart in between: %s)',
  async (restarted) => {
    const world = await World.create({ seed }, [wish('A')]);
    fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'No more addresses.' }, 100);
    let trueup = await world.start();
    for (let i = 0; i < 4; i++) await trueup.converge();
    world.wish([wish('B')], 'r2');
    for (let i = 0; i < 4; i++) await trueup.converge();
    expect(terminations(world)).toBe(2);
    world.service.admin.clearCalls();
    // Both had their one recreation. A person asks for another one of B, and it is frozen.
    world.journal.freeze(freezeOf());
    await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
    await trueup.reconcile();
    await world.clock.pass(MINUTE);
    expect(operations(world)).toEqual([]);
    if (restarted) {
      await world.clock.until(trueup.reconciler.keepAsked());
      trueup.kill();
      world.wish([wish('A')], 'r3');
      trueup = await world.start();
      trueup.reconciler.setDesired(world.desired);
      for (const one of await world.journal.takeRequests())
        if (one.kind === 'retry')
          await world.clock.until(trueup.reconciler.retry(one.key, one.document));
    }
    // Somebody reverts the document to A, which had its own too; nobody asked for that one.
    world.wish([wish('A')], 'r3');
    await trueup.reconcile();
    world.journal.lift();
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(operations(world)).toEqual([]);
  },
);
