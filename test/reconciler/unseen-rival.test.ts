import { expect, it } from 'vitest';
import { createDesiredLoader } from '../../src/desired/load.ts';
import { asTargetName, type ProductKey } from '../../src/domain/ids.ts';
import type { DesiredState } from '../../src/reconciler/context.ts';
import { doc, keyOf, look, seed } from './life.ts';
import { cidrOf, invalidDocument, truth } from './networks.ts';
import { World } from './world.ts';

/** Two documents of one provisioned product, of which only one is looked at. */

type Rival = (desired: DesiredState, key: ProductKey) => Partial<DesiredState>;

const isLeftOut: Rival = ({ specs }, key) => ({
  isSelection: true,
  specs: new Map([...specs].filter(([one]) => one !== key)),
  leftOut: new Map([...specs].filter(([one]) => one === key)),
});

const isInvalid: Rival = ({ specs }, key) => ({
  specs: new Map([...specs].filter(([one]) => one !== key)),
  invalid: new Map([[key, invalidDocument('rival')]]),
});

const CASES: readonly (readonly [string, Rival, 'name' | 'id', string])[] = [
  ['the id, invalid now', isInvalid, 'id', 'rival.yaml:1:1 (invalid now)'],
  ['the id, left out by --only', isLeftOut, 'id', '1-label.json:1:74 (not part of this run)'],
  ['the name, invalid now', isInvalid, 'name', 'rival.yaml:1:1 (invalid now)'],
  ['the name, left out by --only', isLeftOut, 'name', '0-net-a.json:1:74 (not part of this run)'],
];

it.each(CASES)('nothing is done where another document means it too, by %s', async (...row) => {
  const [, unseen, by, where] = row;
  const world = await World.create({ seed }, []);
  const id = truth(world, 'net-a')?.product.id ?? '';
  const recreate = { onError: 'recreate' };
  world.wish([
    doc('net-a', recreate),
    doc('label', recreate, { provisionedProductId: id }),
    doc('net-b'),
  ]);
  await world.service.admin.setStatus('net-a', 'ERROR');
  const byId = `id:${id}` as ProductKey;
  const [rival, mine] = by === 'id' ? [byId, keyOf('net-a')] : [keyOf('net-a'), byId];
  const trueup = await world.start();
  for (let i = 0; i < 3; i++) {
    await look(world, trueup, (desired) => unseen(desired, rival));
    await world.clock.pass(11 * 60_000);
  }
  const touched = world.writes().map(({ input }) => input as Record<string, unknown>);
  expect(touched.map((input) => input.ProvisionedProductId)).not.toContain(id);
  expect(touched).toHaveLength(1);
  expect(trueup.board.get(trueup.reconciler.name, mine)).toMatchObject({
    condition: 'Stalled',
    message: expect.stringContaining(
      `another document means the same provisioned product ${id}: ${where}`,
    ),
    next: 'keep one of the two documents',
  });
});

it('a broken document that may be for another target holds up no other of its name', async () => {
  const world = await World.create({ seed }, []);
  const id = truth(world, 'net-a')?.product.id ?? '';
  world.wish([doc('net-a', {}, { provisionedProductId: id })]);
  const trueup = await world.start();
  const broken = { ...invalidDocument('net-a'), isAnywhere: true } as const;
  await look(world, trueup, () => ({ invalid: new Map([[keyOf('net-a'), broken]]) }));
  await world.clock.pass(60_000);
  expect(cidrOf(world, 'net-a')).toBe('net-a');
});

it('a document whose target cannot be told says so to every target', () => {
  const load = createDesiredLoader();
  const text =
    'apiVersion: trueup/v1\nkind: ProvisionedProduct\nmetadata: {name: net-a}\nspec: {target: c}\n';
  const files = [{ path: 'a.yaml', bytes: new TextEncoder().encode(text) }];
  const targets = ['a', 'b'].map((name) => ({ name: asTargetName(name) }));
  const { invalid } = load(files, { targets, defaultTarget: null });
  expect(invalid).toMatchObject([
    { target: 'a', name: 'net-a', isAnywhere: true },
    { target: 'b', name: 'net-a', isAnywhere: true },
  ]);
});
