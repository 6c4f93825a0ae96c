import { describe, expect, it } from 'vitest';
import { fault, MINUTE, networkDoc, operations, seedWith, truth } from './networks.ts';
import { type Wish, World } from './world.ts';

/** Somebody edits a value that AWS never shows, past Service Catalog, while an update is on its way. */

const document = (cidr: string) => networkDoc('net-a', { Cidr: cidr, Secret: 'declared' });

/** trueup's own update set the secret, and knows it by its fingerprint. */
async function knownSecret(next: Wish = document('C')) {
  const world = await World.create({ seed: seedWith({}) }, [document('B')]);
  const trueup = await world.start();
  await trueup.converge();
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ sync: 'Synced', unverified: 0 });
  world.service.admin.clearCalls();
  world.wish([next]);
  return { world, trueup };
}

const editSecret = (world: World) =>
  world.service.admin.editStack({ product: 'net-a', parameters: { Secret: 'edited' } });

/** Before the next call of this operation is answered. */
function editBefore(world: World, operation: string, isUnread = false): void {
  world.onRequest = ({ headers }) => {
    if (!headers['x-amz-target']?.endsWith(`.${operation}`)) return undefined;
    world.onRequest = null;
    void editSecret(world);
    if (isUnread) fault(world, 'DescribeStacks', { kind: 'accessDenied' });
    return undefined;
  };
}

/** The commit is taken back, so that nothing is left to send. */
async function reverted(world: World, trueup: Awaited<ReturnType<World['start']>>) {
  world.wish([document('B')], 'r3');
  await trueup.converge();
  return world.statusOf(trueup, 'net-a');
}

const notThatOne = { kind: 'recordFails', message: 'not that one' } as const;

/** The request is lost, `meanwhile` happens, and it is repeated and fails. */
async function lostAndRepeated(meanwhile: (world: World) => Promise<unknown>) {
  const { world, trueup } = await knownSecret();
  fault(world, 'UpdateProvisionedProduct', { kind: 'lostRequest' });
  await trueup.reconcile();
  await world.clock.pass(10_000);
  expect(operations(world)).toHaveLength(1);
  await meanwhile(world);
  fault(world, 'UpdateProvisionedProduct', notThatOne);
  await world.clock.pass(10 * MINUTE);
  expect(operations(world)).toHaveLength(2);
  return { world, trueup };
}

describe('a hidden value that is edited right before an update that fails', () => {
  it.each([
    ['is not taken for the declared one, because it is what was undone to', false],
    ['nor where the stack could not be read just then', true],
  ])('%s', async (_what, isUnread) => {
    const { world, trueup } = await knownSecret();
    fault(world, 'UpdateProvisionedProduct', notThatOne);
    editBefore(world, 'DescribeProvisionedProduct', isUnread);
    await trueup.reconcile();
    await world.clock.pass(10 * MINUTE);
    expect(operations(world)).toEqual(['UpdateProvisionedProduct']);
    expect(truth(world, 'net-a')?.parameters).toMatchObject({ Cidr: 'B', Secret: 'edited' });
    expect(await reverted(world, trueup)).toMatchObject({ sync: 'Synced', unverified: 1 });
  });

  it('nor where the request is throttled first, and it is edited before the next try', async () => {
    const { world, trueup } = await knownSecret();
    fault(world, 'UpdateProvisionedProduct', { kind: 'throttle' });
    editBefore(world, 'UpdateProvisionedProduct');
    await trueup.reconcile();
    while (world.events('send.failed').length === 0) await world.clock.pass(50);
    fault(world, 'UpdateProvisionedProduct', notThatOne);
    await world.clock.pass(10 * MINUTE);
    expect(truth(world, 'net-a')?.parameters).toMatchObject({ Cidr: 'B', Secret: 'edited' });
    expect(await reverted(world, trueup)).toMatchObject({ sync: 'Synced', unverified: 1 });
  });

  it('nor where the request was lost and is repeated', async () => {
    const { world, trueup } = await lostAndRepeated(editSecret);
    expect(truth(world, 'net-a')?.parameters).toMatchObject({ Cidr: 'B', Secret: 'edited' });
    expect(await reverted(world, trueup)).toMatchObject({ sync: 'Synced', unverified: 1 });
  });
});

/** A lost update that keeps the secret is repeated and succeeds; then the secret is declared again. */
async function keptByLost(meanwhile: (world: World) => Promise<unknown>) {
  const { world, trueup } = await knownSecret(networkDoc('net-a', { Cidr: 'C' }));
  fault(world, 'UpdateProvisionedProduct', { kind: 'lostRequest' });
  await trueup.reconcile();
  await world.clock.pass(10_000);
  await meanwhile(world);
  await world.clock.pass(10 * MINUTE);
  expect(operations(world)).toHaveLength(2);
  expect(truth(world, 'net-a')?.parameters.Cidr).toBe('C');
  world.wish([document('C')], 'r3');
  await trueup.converge();
  expect(operations(world)).toHaveLength(2);
  return world.statusOf(trueup, 'net-a');
}

describe('a hidden value that a lost and repeated update keeps', () => {
  it('is not taken for the declared one where somebody edited it in between', async () => {
    expect(await keptByLost(editSecret)).toMatchObject({ sync: 'Synced', unverified: 1 });
  });

  it('still counts as the declared one where nobody did', async () => {
    expect(await keptByLost(async () => undefined)).toMatchObject({
      sync: 'Synced',
      unverified: 0,
    });
  });
});

describe('a hidden value that nobody edits', () => {
  it('still counts as the declared one after an update that fails', async () => {
    const { world, trueup } = await knownSecret();
    fault(world, 'UpdateProvisionedProduct', notThatOne);
    await trueup.converge();
    expect(await reverted(world, trueup)).toMatchObject({ sync: 'Synced', unverified: 0 });
  });

  it('also where the request was lost and is repeated', async () => {
    const { world, trueup } = await lostAndRepeated(async () => undefined);
    expect(await reverted(world, trueup)).toMatchObject({ sync: 'Synced', unverified: 0 });
  });
});
