import { expect, it } from 'vitest';
import { MemoryJournal } from './memory-journal.ts';
import { type Fields, MINUTE, truth } from './networks.ts';
import { guarding } from './one-stack-set.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const A = '111122223333';
const B = '444455556666';
const seed = guarding(A, B);

const ordering = (stackSetOperationType: 'CREATE' | 'DELETE'): Wish => ({
  name: 'set',
  spec: {
    productName: 'guard',
    reconcile: { removeInstances: true },
    provisioningPreferences: {
      ...{ stackSetOperationType, stackSetAccounts: [B], stackSetRegions: ['eu-west-1'] },
    },
  },
});

let calls = 0;
async function byHand(world: World, StackSetOperationType: 'CREATE' | 'DELETE') {
  calls += 1;
  await world.service.admin.callAs('UpdateProvisionedProduct', {
    ProvisionedProductName: 'set',
    ProvisioningParameters: [{ Key: 'Level', UsePreviousValue: true }],
    ProvisioningPreferences: {
      ...{ StackSetOperationType, StackSetAccounts: [B], StackSetRegions: ['eu-west-1'] },
    },
    UpdateToken: `by-hand-${calls}`,
  });
  await world.clock.pass(MINUTE);
}

const ours = (world: World) =>
  world.writes().filter(({ input }) => {
    const token = (input as Fields).UpdateToken;
    return typeof token !== 'string' || !token.startsWith('by-hand-');
  });

async function looks(world: World, trueup: Incarnation) {
  for (let look = 0; look < 3; look++) {
    await trueup.reconcile();
    await world.clock.pass(10 * MINUTE);
  }
}

it('a DELETE of ours that a lost journal forgot is not carried out once more', async () => {
  const world = await World.create({ seed }, []);
  const first = await world.start();
  await looks(world, first);
  world.wish([{ name: 'set', spec: { productName: 'guard' } }], 'r1');
  await looks(world, first);
  world.wish([ordering('DELETE')], 'r2');
  await looks(world, first);
  expect(ours(world)).toHaveLength(1);
  first.kill();
  const second = await world.start({ journal: new MemoryJournal() });
  await looks(world, second);
  await byHand(world, 'CREATE');
  await looks(world, second);
  expect(ours(world)).toHaveLength(1);
  expect(world.statusOf(second, 'set')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
});

it.each([
  ['DELETE', 'CREATE'],
  ['CREATE', 'DELETE'],
] as const)(
  'a %s that somebody else has carried out is done, whatever comes after it',
  async (order, undo) => {
    const world = await World.create({ seed }, []);
    if (order === 'DELETE') await byHand(world, 'DELETE');
    world.wish([ordering(order)], 'r1');
    const trueup = await world.start();
    await looks(world, trueup);
    expect(world.statusOf(trueup, 'set')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
    await byHand(world, undo);
    await looks(world, trueup);
    expect(ours(world)).toEqual([]);
    expect(truth(world, 'set')?.product.status).toBe('AVAILABLE');
  },
);
