import { describe, expect, it } from 'vitest';
import type { DesiredState } from '../../src/reconciler/context.ts';
import { doc, inEffect, later, look, seed, terminations } from './life.ts';
import { hideOnce, invalidDocument, keyOf, MINUTE, networkDoc } from './networks.ts';
import { World } from './world.ts';

const other = doc('net-b');

/** net-a by its id, in effect by us. */
async function byId() {
  const { world, trueup } = await inEffect([doc('net-a'), other]);
  const id = world.service.admin.product('net-a')?.product.id ?? '';
  world.wish([doc('net-a', undefined, { provisionedProductId: id }), other], 'r2');
  await trueup.converge();
  await trueup.converge();
  expect(terminations(world)).toBe(0);
  return { world, trueup, id };
}

const invalid =
  (name: string) =>
  (desired: DesiredState): Partial<DesiredState> => ({
    specs: new Map([...desired.specs].filter(([, spec]) => spec.name !== name)),
    invalid: new Map([[keyOf(name), invalidDocument(name)]]),
  });

describe('a document by id that goes and comes back by its name', () => {
  it('and is valid: it is handed over', async () => {
    const { world, trueup } = await byId();
    world.wish([other], 'r3');
    await later(world, trueup, 1);
    world.wish([doc('net-a'), other], 'r4');
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(terminations(world)).toBe(0);
  });

  it('and is invalid: nothing is terminated while it is there', async () => {
    const { world, trueup } = await byId();
    world.wish([other], 'r3');
    await later(world, trueup, 1);
    world.wish([doc('net-a'), other], 'r4');
    for (let i = 0; i < 3; i++) {
      await look(world, trueup, invalid('net-a'));
      await world.clock.pass(11 * MINUTE);
    }
    expect(terminations(world)).toBe(0);
  });

  it.each([false, true])(
    'and is not found at the first look: nothing is terminated (one Describe fails: %s)',
    async (fails) => {
      const id =
        (await World.create({ seed }, [])).service.admin.product('net-a')?.product.id ?? '';
      // Its document named it by its id from the beginning: the journal knows nothing by its name.
      const { world, trueup } = await inEffect([
        doc('net-a', undefined, { provisionedProductId: id }),
        other,
      ]);
      world.wish([other], 'r2');
      await later(world, trueup, 1);
      trueup.kill();
      // The process was down for a while, and the document is back when it starts again, by its name.
      await world.clock.pass(11 * MINUTE);
      world.wish([doc('net-a'), other], 'r3');
      const second = await world.start();
      hideOnce(world, 'net-a');
      if (fails)
        world.service.admin.addFault({
          operation: 'DescribeProvisionedProduct',
          count: 1,
          effect: { kind: 'accessDenied' },
        });
      await second.reconcile();
      await world.clock.pass(2 * MINUTE);
      expect(world.service.admin.counts().DescribeProvisionedProduct).toBeGreaterThan(0);
      expect(terminations(world)).toBe(0);
    },
  );
});

describe('a document that names another provisioned product by its id, and changes besides', () => {
  const named = (id: string) =>
    networkDoc(
      'net-a',
      { Cidr: 'B' },
      { provisionedProductId: id, reconcile: { prune: 'terminate' } },
    );

  /** Both in effect, and then net-a by this id. */
  async function renamedTo(wrong: (idOf: (name: string) => string) => string) {
    const { world, trueup } = await inEffect([doc('net-a'), other, doc('net-c')]);
    const idOf = (name: string) => world.service.admin.product(name)?.product.id ?? '';
    const others = wrong(idOf) === idOf('net-c') ? [other] : [other, doc('net-c')];
    world.wish([named(wrong(idOf)), ...others], 'r2');
    for (let i = 0; i < 4; i++) await later(world, trueup);
    return terminations(world);
  }

  it.each<[string, (idOf: (name: string) => string) => string]>([
    ["that is nobody's", () => 'pp-zzzzzzzzzzzzz'],
    ['of another document', (idOf) => idOf('net-b')],
  ])('%s: nothing is gone before that is in order', async (_, wrong) => {
    expect(await renamedTo(wrong)).toBe(0);
  });

  it('of what no other document is for: the one that it was for is gone', async () => {
    expect(await renamedTo((idOf) => idOf('net-d'))).toBe(1);
  });
});
