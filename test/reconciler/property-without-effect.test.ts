import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { MemoryJournal } from './memory-journal.ts';
import { type Fields, fault, MINUTE, networkDoc, operations } from './networks.ts';
import { type Incarnation, World } from './world.ts';

const OWNER = 'arn:aws:iam::111122223333:role/team';

const owned = (owner: string) =>
  networkDoc('net-a', { Cidr: 'A' }, { properties: { owner }, reconcile: { drift: 'correct' } });

const create = (propertiesMoveLastRecordId: boolean, more: Fields = {}, timing: Fields = {}) => {
  const behaviour = { propertiesMoveLastRecordId, ...more };
  const seed = networks({ names: ['net-a'], live: { Cidr: 'A' }, behaviour, timing });
  return World.create({ seed }, [owned(OWNER)]);
};

/** AWS takes the owner, and shows it in another form. */
function showsAnother(world: World): void {
  const { handle } = world.service;
  Object.assign(world.service, {
    handle: async (request: Parameters<typeof handle>[0]) => {
      const answer = await handle(request);
      return { ...answer, body: answer.body.replaceAll(`"${OWNER}"`, '"AROAEXAMPLE"') };
    },
  });
}

async function looks(world: World, trueup: Incarnation, times = 4): Promise<void> {
  for (let look = 0; look < times; look++) {
    await trueup.converge();
    await world.clock.pass(10 * MINUTE);
  }
}

async function pastUs(world: World, owner: string, token: string): Promise<void> {
  await world.service.admin.callAs('UpdateProvisionedProductProperties', {
    ProvisionedProductId: world.service.admin.product('net-a')?.product.id ?? '',
    ProvisionedProductProperties: { OWNER: owner },
    IdempotencyToken: token,
  });
  await world.clock.pass(10 * MINUTE);
}

describe.each([true, false])('an owner, where its change moves LastRecordId: %s', (moves) => {
  it('is set once where AWS shows it in another form, and again where a person asks', async () => {
    const world = await create(moves);
    showsAnother(world);
    const trueup = await world.start();
    await looks(world, trueup);
    expect(operations(world)).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('live state still differs: owner'),
    });
    world.service.admin.clearCalls();
    await trueup.reconciler.retry('name:net-a' as Parameters<typeof trueup.reconciler.retry>[0]);
    await looks(world, trueup);
    expect(operations(world)).not.toEqual([]);
    expect(world.service.admin.product('net-a')?.records).toBe(3);
  });

  it('is set again where somebody has changed it since', async () => {
    const world = await create(moves);
    const trueup = await world.start();
    await looks(world, trueup, 2);
    for (const round of ['one', 'two']) {
      await pastUs(world, `arn:aws:iam::111122223333:role/${round}`, round);
      await looks(world, trueup, 2);
      expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
      expect(world.service.admin.product('net-a')?.product.userArn).toBe(OWNER);
    }
  });
});

it('is not set again while nobody can tell whether somebody has changed it', async () => {
  const world = await create(false);
  const trueup = await world.start();
  await looks(world, trueup, 2);
  await pastUs(world, 'arn:aws:iam::111122223333:role/other', 'by-hand');
  world.service.admin.clearCalls();
  const denied = { kind: 'error', code: 'AccessDeniedException', message: 'no' } as const;
  fault(world, 'ListRecordHistory', denied, 100);
  await looks(world, trueup, 2);
  expect(operations(world)).toEqual([]);
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'Unreadable' });
});

it('is set again where what was taken for the answer to it is older than it', async () => {
  const world = await create(false, { properties: 'later' }, { properties: '1m' });
  const first = await world.start();
  world.wish([owned('arn:aws:iam::111122223333:role/former')]);
  await first.reconcile();
  await world.clock.pass(5_000);
  expect(operations(world)).toHaveLength(1);
  first.kill();
  world.wish([owned(OWNER)], 'r2');
  fault(world, 'UpdateProvisionedProductProperties', { kind: 'lostRequest' });
  const second = await world.start({ journal: new MemoryJournal() });
  await looks(world, second);
  expect(world.service.admin.product('net-a')?.product.userArn).toBe(OWNER);
  expect(world.statusOf(second, 'net-a')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
});
