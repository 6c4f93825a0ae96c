import { describe, expect, it } from 'vitest';
import {
  doc,
  endByHand,
  inEffect,
  keyOf,
  later,
  look,
  makeByHand,
  only,
  operations,
  removed,
  seed,
  terminations,
} from './life.ts';
import { MemoryJournal } from './memory-journal.ts';
import { fault } from './networks.ts';
import { World } from './world.ts';

const IS_THERE = expect.arrayContaining(['net-a']);
const notOurs = (world: World) =>
  world.events('removal.notOurs').map(({ fields }) => fields.provisionedProduct);
const names = (world: World) => world.service.admin.names();

/** Somebody ends ours, and makes another one of its name. */
async function remadeByHand(world: World, tags: Readonly<Record<string, string>>): Promise<void> {
  await endByHand(world, 'net-a');
  await world.service.admin.callAs('ProvisionProduct', {
    ProductName: 'network',
    ProvisioningArtifactName: 'v1',
    ProvisionedProductName: 'net-a',
    ProvisioningParameters: [{ Key: 'Cidr', Value: 'net-a' }],
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    ProvisionToken: 'by-hand',
  });
  await world.clock.pass(60_000);
}

describe('prune takes only what a record of ours is about', () => {
  it('terminates what trueup changed', async () => {
    const { world, trueup } = await removed([doc('net-a')], []);
    await later(world, trueup);
    expect(terminations(world)).toBe(1);
  });

  it('leaves alone what was as declared from the beginning, and says why', async () => {
    const world = await World.create({ seed }, [
      doc('net-a', { prune: 'terminate' }, { provisioningParameters: { Cidr: 'as it came' } }),
    ]);
    const trueup = await world.start();
    await trueup.converge();
    world.wish([]);
    await trueup.converge();
    await later(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(names(world)).toEqual(IS_THERE);
    expect(world.events('removal.notOurs')).toMatchObject([
      { fields: { provisionedProduct: 'net-a', reason: expect.stringContaining('never changed') } },
    ]);
  });

  it('leaves alone another one of the same name, made while the document was there', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), doc('net-b')]);
    await endByHand(world, 'net-a');
    await makeByHand(world, 'net-a');
    world.service.admin.clearCalls();
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
    world.wish([doc('net-b')]);
    await trueup.converge();
    await later(world, trueup);
    await later(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(names(world)).toEqual(IS_THERE);
  });

  it('leaves it alone too where its name was seen empty in between', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), doc('net-b')]);
    await endByHand(world, 'net-a');
    await trueup.converge();
    await makeByHand(world, 'net-a');
    world.service.admin.clearCalls();
    await trueup.converge();
    world.wish([doc('net-b')]);
    await trueup.converge();
    await later(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(notOurs(world)).toEqual(['net-a']);
  });

  it.each([0, 4])(
    'leaves it alone where it was made after the document went (%i minutes after)',
    async (minutes) => {
      const { world, trueup } = await removed([doc('net-a'), doc('net-b')], [doc('net-b')]);
      await later(world, trueup, minutes);
      await endByHand(world, 'net-a');
      await makeByHand(world, 'net-a');
      world.service.admin.clearCalls();
      await later(world, trueup, 5);
      await later(world, trueup);
      await later(world, trueup);
      expect(world.writes()).toEqual([]);
      expect(names(world)).toEqual(IS_THERE);
    },
  );

  it('leaves it alone where it was first seen under --only, and after a restart', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), doc('net-b')]);
    await endByHand(world, 'net-a');
    await makeByHand(world, 'net-a');
    world.service.admin.clearCalls();
    await look(world, trueup, only('net-a'));
    trueup.kill();
    const second = await world.start();
    await second.converge();
    world.wish([doc('net-b')]);
    await second.converge();
    second.kill();
    const third = await world.start();
    await later(world, third);
    await later(world, third);
    expect(world.writes()).toEqual([]);
    expect(notOurs(world)).toEqual(['net-a']);
  });

  it('owns it from its first record on, and not by a request that was refused', async () => {
    for (const refused of [false, true]) {
      const { world, trueup } = await inEffect([doc('net-a'), doc('net-b')]);
      await endByHand(world, 'net-a');
      await makeByHand(world, 'net-a');
      fault(
        world,
        'UpdateProvisionedProduct',
        refused
          ? { kind: 'error', code: 'InvalidParametersException', message: 'no' }
          : { kind: 'recordFails', message: 'no' },
        9,
      );
      const changed = doc('net-a', undefined, { provisioningParameters: { Cidr: 'other' } });
      world.wish([changed, doc('net-b')]);
      await trueup.converge();
      await trueup.converge();
      world.wish([doc('net-b')], 'r3');
      await trueup.converge();
      await later(world, trueup);
      expect([refused, terminations(world) - 1]).toEqual([refused, refused ? 0 : 1]);
    }
  });

  it('owns what it provisioned, also where that failed, and what was still on its way', async () => {
    const fresh = doc('net-new', { prune: 'terminate', onMissing: 'provision' });
    for (const fails of [false, true]) {
      const world = await World.create({ seed }, [fresh]);
      const trueup = await world.start();
      if (fails) fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'no' });
      await trueup.reconcile();
      await world.clock.pass(2_000);
      // The document goes while its provisioned product comes.
      world.wish([]);
      await trueup.converge();
      await later(world, trueup);
      await later(world, trueup);
      expect(operations(world)).toEqual(['ProvisionProduct', 'TerminateProvisionedProduct']);
      expect(names(world)).not.toContain('net-new');
    }
  });

  it('follows the id when the document goes over to it, and back to the name', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), doc('net-b')]);
    const id = world.service.admin.product('net-a')?.product.id ?? '';
    const byId = doc('label', undefined, {
      provisionedProductId: id,
      provisioningParameters: { Cidr: 'net-a' },
    });
    world.wish([byId, doc('net-b')], 'r2');
    await trueup.converge();
    await later(world, trueup);
    expect(world.writes()).toEqual([]);
    // Its former document is forgotten: nothing is left to be refused or waited for.
    expect(world.statusOf(trueup, 'net-a')).toBeUndefined();
    world.wish([doc('net-a'), doc('net-b')], 'r3');
    await trueup.converge();
    await later(world, trueup);
    expect(world.writes()).toEqual([]);
    world.wish([byId, doc('net-b')], 'r4');
    await trueup.converge();
    world.wish([doc('net-b')], 'r5');
    await trueup.converge();
    await later(world, trueup);
    expect(terminations(world)).toBe(1);
    expect(names(world)).not.toContain('net-a');
  });

  it('prunes nothing with a journal that does not say whose it is', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), doc('net-b')]);
    trueup.kill();
    // As written before there was a word about the owner.
    const target = trueup.reconciler.name;
    const older = new MemoryJournal();
    for (const [key, { value }] of await world.journal.list(target))
      await older.put(target, key, { ...value, ownedId: null }, 0);
    await older.putDocuments(target, await world.journal.documents(target));
    const second = await world.start({ journal: older });
    await second.converge();
    world.wish([doc('net-b')]);
    await second.converge();
    await later(world, second);
    expect(world.writes()).toEqual([]);
    expect(notOurs(world)).toEqual(['net-a']);
    expect((await older.get(target, keyOf('net-b'))).value.inEffect).not.toBeNull();
  });

  it("drops no tag of another one's because it once set that tag on the one before", async () => {
    const tagged = (tags: Readonly<Record<string, string>>) => [
      doc('net-a', { drift: 'correct' }, { tags }),
    ];
    const { world, trueup } = await inEffect(tagged({ team: 'a', cost: '1' }));
    await remadeByHand(world, { cost: 'theirs' });
    world.wish(tagged({ team: 'a' }), 'r3');
    await trueup.converge();
    await trueup.converge();
    const tags = world.service.admin.product('net-a')?.product.tags ?? [];
    expect(tags).toEqual(
      expect.arrayContaining([
        { Key: 'team', Value: 'a' },
        { Key: 'cost', Value: 'theirs' },
      ]),
    );
  });

  it("drops no tag of another one's that was seen as declared before, either", async () => {
    const tagged = (tags: Readonly<Record<string, string>>) => [doc('net-a', {}, { tags })];
    const { world, trueup } = await inEffect(tagged({ team: 'a', cost: '1' }));
    world.wish(tagged({ team: 'a' }), 'r3');
    await trueup.converge();
    await remadeByHand(world, { team: 'a', cost: 'theirs' });
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
    world.wish(tagged({ team: 'b' }), 'r4');
    await trueup.converge();
    const tags = world.service.admin.product('net-a')?.product.tags ?? [];
    expect(tags).toEqual(
      expect.arrayContaining([
        { Key: 'team', Value: 'b' },
        { Key: 'cost', Value: 'theirs' },
      ]),
    );
  });
});
