import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { invalidDocument, keyOf, MINUTE, networkDoc } from './networks.ts';
import { type Wish, World } from './world.ts';

const seed = networks({ live: { Cidr: 'as it came' } });

const doc = (name: string, deletionProtection = false) =>
  networkDoc(name, { Cidr: 'A' }, { reconcile: { prune: 'terminate', deletionProtection } });

/** Both were in effect; the document of net-a is gone; the directory was read twice, 11 minutes apart. */
async function gone(
  change: (world: World) => Partial<World['desired']>,
  between: readonly Wish[] = [],
) {
  const world = await World.create({ seed }, [doc('net-a'), doc('net-b')]);
  const trueup = await world.start();
  await trueup.converge();
  if (between.length > 0) {
    world.wish(between);
    trueup.reconciler.setDesired(world.desired);
  }
  world.wish([doc('net-b')]);
  const desired = { ...world.desired, ...change(world) };
  for (let i = 0; i < 3; i++) {
    trueup.reconciler.setDesired(desired);
    trueup.reconciler.release(await world.clock.until(trueup.reconciler.review()), 0);
    await world.clock.pass(11 * MINUTE);
  }
  return world.service.admin.counts().TerminateProvisionedProduct ?? 0;
}

describe('a product whose document is gone', () => {
  it('is terminated where nothing speaks against it', async () => {
    expect(await gone(() => ({}))).toBe(1);
  });

  it('stays protected by a revision that was read and never reviewed', async () => {
    expect(await gone(() => ({}), [doc('net-a', true), doc('net-b')])).toBe(0);
  });

  it('was not missing while a revision had it, even one that was never reviewed', async () => {
    const world = await World.create({ seed }, [doc('net-a'), doc('net-b')]);
    const trueup = await world.start();
    await trueup.converge();
    const both = world.desired;
    world.wish([doc('net-b')]);
    const less = world.desired;
    const review = async () => {
      trueup.reconciler.setDesired(less);
      trueup.reconciler.release(await world.clock.until(trueup.reconciler.review()), 0);
      await world.clock.pass(6 * MINUTE);
    };
    await review();
    trueup.reconciler.setDesired(both);
    await review();
    await review();
    expect(world.service.admin.counts().TerminateProvisionedProduct ?? 0).toBe(0);
    await review();
    expect(world.service.admin.counts().TerminateProvisionedProduct ?? 0).toBe(1);
  });

  it('is left alone under --only or -l, even if they select every document that is left', async () => {
    expect(await gone(() => ({ isSelection: true }))).toBe(0);
  });

  it('is left alone while a document is invalid that came when it went: that may be its new name', async () => {
    const invalid = new Map([[keyOf('net-x'), invalidDocument('net-x')]]);
    expect(await gone(() => ({ invalid }))).toBe(0);
  });
});
