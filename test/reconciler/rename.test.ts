import { describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../src/local-catalog/faults.ts';
import type { DesiredState } from '../../src/reconciler/context.ts';
import { doc, inEffect, keyOf, later, look, only, operations, terminations } from './life.ts';
import { fault, invalidDocument } from './networks.ts';
import type { Incarnation, Wish, World } from './world.ts';

const content = { provisioningParameters: { Cidr: 'same' } };
const old = (reconcile = {}) => doc('net-a', { prune: 'terminate', ...reconcile }, content);
const fresh = (reconcile = {}) =>
  doc('net-new', { prune: 'terminate', onMissing: 'provision', ...reconcile }, content);
const other = doc('net-b');

const unreadable = () => ({ unknownIdentity: true });

function invalid(name: string) {
  return (desired: DesiredState): Partial<DesiredState> => ({
    specs: new Map([...desired.specs].filter(([, spec]) => spec.name !== name)),
    invalid: new Map([[keyOf(name), invalidDocument(name)]]),
  });
}

function expectTold(world: World, trueup: Incarnation) {
  expect(world.statusOf(trueup, 'net-new')).toMatchObject({
    condition: 'Stalled',
    message: expect.stringContaining('cannot be renamed'),
    next: expect.stringMatching(/provisionedProductId: pp-.*put the document "net-a" back/s),
  });
}

async function renamed(left: readonly Wish[] = [fresh(), other], before = [old(), other]) {
  const made = await inEffect(before);
  made.world.wish(left);
  return made;
}

describe('a rename is refused, however it is first seen', () => {
  it('under --only', async () => {
    const { world, trueup } = await renamed();
    await look(world, trueup, only('net-new'));
    expectTold(world, trueup);
    expect(world.statusOf(trueup, 'net-new')?.message).toContain(
      'the document "net-a" with the same content is not there any more',
    );
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expectTold(world, trueup);
    expect(world.writes()).toEqual([]);
  });

  it('together with a file that cannot be read', async () => {
    const { world, trueup } = await renamed();
    await look(world, trueup, unreadable);
    expectTold(world, trueup);
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expectTold(world, trueup);
    expect(world.writes()).toEqual([]);
  });

  it('under --only, by a process that is over before the next one sees all of it', async () => {
    const { world, trueup } = await renamed();
    await look(world, trueup, only('net-new'));
    trueup.kill();
    const second = await world.start();
    for (let i = 0; i < 3; i++) await later(world, second);
    expectTold(world, second);
    expect(world.writes()).toEqual([]);
  });

  it('where the new name is invalid at first', async () => {
    const { world, trueup } = await renamed();
    for (let i = 0; i < 3; i++) {
      await look(world, trueup, invalid('net-new'));
      await world.clock.pass(11 * 60_000);
    }
    expect(world.statusOf(trueup, 'net-a')?.message).toContain('may be the new name of net-a');
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expectTold(world, trueup);
    expect(world.writes()).toEqual([]);
  });

  it('where nothing asked for the end of the old one: two of them would be there', async () => {
    const { world, trueup } = await renamed(
      [fresh({ prune: 'never' }), other],
      [old({ prune: 'never' }), other],
    );
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expectTold(world, trueup);
    expect(world.writes()).toEqual([]);
    // Once the old one is gone for good, nothing is there twice.
    await world.service.admin.callAs('TerminateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      TerminateToken: 'by-hand',
    });
    await later(world, trueup);
    await later(world, trueup);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct', 'ProvisionProduct']);
  });

  it('is not told of one that somebody has terminated, under --only neither', async () => {
    const { world, trueup } = await inEffect([old(), other]);
    await world.service.admin.callAs('TerminateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      TerminateToken: 'by-hand',
    });
    await later(world, trueup);
    world.wish([fresh(), other], 'r2');
    await look(world, trueup, only('net-new'));
    expect(operations(world)).toEqual(['TerminateProvisionedProduct', 'ProvisionProduct']);
  });

  it('and both ways out work after it was first seen under --only', async () => {
    const both = await renamed();
    await look(both.world, both.trueup, only('net-new'));
    both.world.wish([old(), fresh(), other], 'r3');
    await later(both.world, both.trueup);
    both.world.wish([fresh(), other], 'r4');
    await later(both.world, both.trueup);
    await later(both.world, both.trueup);
    expect(operations(both.world)).toEqual(['ProvisionProduct', 'TerminateProvisionedProduct']);

    const byId = await renamed();
    await look(byId.world, byId.trueup, only('net-new'));
    const id = byId.world.service.admin.product('net-a')?.product.id ?? '';
    const kept = doc('net-new', { prune: 'terminate' }, { ...content, provisionedProductId: id });
    byId.world.wish([kept, other], 'r3');
    for (let i = 0; i < 3; i++) await later(byId.world, byId.trueup);
    expect(byId.world.writes()).toEqual([]);
    expect(byId.trueup.board.all().map((view) => view.condition)).toEqual(['Ready', 'Ready']);
  });

  it('is not told of a newcomer that is there beside it, nor of one that wants something else', async () => {
    const beside = await inEffect([old(), other]);
    beside.world.wish([old(), fresh(), other]);
    await look(beside.world, beside.trueup, only('net-new'));
    expect(operations(beside.world)).toEqual(['ProvisionProduct']);

    const different = await inEffect([old(), other]);
    different.world.wish([
      doc('net-new', { onMissing: 'provision' }, { provisioningParameters: { Cidr: 'else' } }),
      other,
    ]);
    await look(different.world, different.trueup, only('net-new'));
    expect(operations(different.world)).toEqual(['ProvisionProduct']);
  });
});

describe('an invalid document', () => {
  const both = [doc('net-a'), doc('net-b'), doc('net-c')];

  it('that is known is left alone itself, and holds up no removal of another one', async () => {
    const { world, trueup } = await inEffect(both);
    world.wish([doc('net-b'), doc('net-c')]);
    for (let i = 0; i < 3; i++) {
      await look(world, trueup, invalid('net-b'));
      await world.clock.pass(11 * 60_000);
    }
    expect(terminations(world)).toBe(1);
    expect(world.service.admin.names()).toEqual(['net-b', 'net-c', 'net-d']);
  });

  it('that is new holds up only what is first missed beside it, and only while it is invalid', async () => {
    const { world, trueup } = await inEffect(both);
    world.wish([doc('net-b'), doc('net-c')]);
    await trueup.converge();
    world.wish([doc('net-c'), doc('net-x')], 'r3');
    const looks = async () => {
      await look(world, trueup, invalid('net-x'));
      await world.clock.pass(11 * 60_000);
    };
    await looks();
    await looks();
    await looks();
    // net-a had been missed before it came, net-b was first missed beside it.
    expect(world.service.admin.names()).toEqual(['net-b', 'net-c', 'net-d']);
    world.wish([doc('net-c')], 'r4');
    for (let i = 0; i < 2; i++) await later(world, trueup);
    expect(world.service.admin.names()).toEqual(['net-c', 'net-d']);
  });
});

describe('a document that is renamed while the request for it has no answer', () => {
  const young = (name: string) => doc(name, { prune: 'never', onMissing: 'provision' }, content);

  async function renamedUnderWay(effect: FaultEffect) {
    const { world, trueup } = await inEffect([other]);
    fault(world, 'ProvisionProduct', effect);
    world.wish([young('net-x'), other]);
    await trueup.reconcile();
    await world.clock.pass(5_000);
    world.wish([young('net-new'), other], 'r3');
    await trueup.reconcile();
    return { world, trueup };
  }

  it('is not provisioned a second time', async () => {
    const { world, trueup } = await renamedUnderWay({ kind: 'slow', ms: 20_000 });
    expect(world.statusOf(trueup, 'net-new')).toMatchObject({
      condition: 'Stalled',
      next: expect.stringContaining('give its provisionedProductId, once its request has ended'),
    });
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(operations(world)).toEqual(['ProvisionProduct']);
    const id = world.service.admin.product('net-x')?.product.id;
    expect(world.statusOf(trueup, 'net-new')).toMatchObject({
      condition: 'Stalled',
      next: expect.stringContaining(`provisionedProductId: ${id}`),
    });
  });

  it('is provisioned once it is known that nothing came of the request', async () => {
    const { world, trueup } = await renamedUnderWay({ kind: 'lostRequest' });
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(world.service.admin.names()).toEqual(['net-a', 'net-b', 'net-c', 'net-d', 'net-new']);
    expect(world.statusOf(trueup, 'net-new')).toMatchObject({ condition: 'Ready' });
  });
});

describe('a rename that was first seen when not all could be read', () => {
  const bumped = doc(
    'net-new',
    { prune: 'terminate', onMissing: 'provision' },
    { provisioningParameters: { Cidr: 'else' } },
  );

  describe.each([
    ['under --only', only('net-new')],
    ['together with a file that cannot be read', unreadable],
  ])('%s', (_, how) => {
    it('is not forgotten when the document asks for something else', async () => {
      const { world, trueup } = await renamed();
      await look(world, trueup, how);
      trueup.kill();
      world.wish([bumped, other], 'r3');
      const second = await world.start();
      for (let i = 0; i < 3; i++) await later(world, second);
      expectTold(world, second);
      expect(world.writes()).toEqual([]);
    });

    it('is over once the new name is gone as well', async () => {
      const { world, trueup } = await renamed();
      await look(world, trueup, how);
      world.wish([other], 'r3');
      for (let i = 0; i < 3; i++) await later(world, trueup);
      expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
      world.wish([bumped, other], 'r4');
      await later(world, trueup);
      expect(operations(world)).toEqual(['TerminateProvisionedProduct', 'ProvisionProduct']);
    });

    it('is over once the old name was back', async () => {
      const { world, trueup } = await renamed();
      await look(world, trueup, how);
      world.wish([old(), other], 'r3');
      await look(world, trueup, how);
      await later(world, trueup);
      world.wish([bumped, other], 'r4');
      for (let i = 0; i < 3; i++) await later(world, trueup);
      expect(operations(world)).toEqual(['ProvisionProduct', 'TerminateProvisionedProduct']);
    });
  });

  it.each([
    ['under --only', only('net-x', 'net-new')],
    ['together with a file that cannot be read', unreadable],
  ])('is not forgotten of two of the same content either: %s', async (_, how) => {
    const newcomer = (name: string, Cidr: string) =>
      doc(
        name,
        { prune: 'terminate', onMissing: 'provision' },
        { provisioningParameters: { Cidr } },
      );
    const { world, trueup } = await inEffect([old(), { ...old(), name: 'net-b' }, doc('net-c')]);
    world.wish([newcomer('net-x', 'same'), newcomer('net-new', 'same'), doc('net-c')]);
    await look(world, trueup, how);
    world.wish([newcomer('net-x', 'one'), newcomer('net-new', 'two'), doc('net-c')], 'r3');
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(world.writes()).toEqual([]);
    const said = ['net-x', 'net-new'].map((name) => world.statusOf(trueup, name)?.message);
    const told = (name: string) =>
      expect.stringContaining(`"${name}", in whose place this one came with the same content`);
    expect(said).toEqual([told('net-b'), told('net-a')]);
  });
});
