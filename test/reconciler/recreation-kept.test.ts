import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { keyOf, MINUTE, operations, terminations } from './life.ts';
import { type Fields, fault, freezeOf, networkDoc } from './networks.ts';
import { type Wish, World } from './world.ts';

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

describe('a recreation that was asked for once more and never carried out', () => {
  it('control: a content that comes back has had its own', async () => {
    const { world, trueup } = await hadItsOwn();
    world.wish([wish('B')]);
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(terminations(world)).toBe(1);
    world.wish([wish('A')], 'r3');
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(terminations(world)).toBe(1);
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
    world.wish([wish('B')]);
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(terminations(world)).toBe(1);
    world.wish([wish('A')], 'r3');
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(terminations(world)).toBe(1);
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
