import { expect, it } from 'vitest';
import { inEffect, later, look, only, terminations } from './life.ts';
import { type Fields, networkDoc, truth } from './networks.ts';

const byName = (_id: string, reconcile: Fields) =>
  networkDoc('net-a', { Cidr: 'A' }, { reconcile });
const byId = (provisionedProductId: string, reconcile: Fields) =>
  networkDoc('label', { Cidr: 'A' }, { provisionedProductId, reconcile });
const other = networkDoc('net-b', { Cidr: 'net-b' });

const FORMS = { 'its name': byName, 'its id': byId };
type Form = keyof typeof FORMS;

it.each<[first: Form, last: Form, how: 'read' | 'selected']>([
  ['its name', 'its name', 'read'],
  ['its name', 'its id', 'read'],
  ['its name', 'its id', 'selected'],
  ['its id', 'its name', 'read'],
  ['its id', 'its name', 'selected'],
])('a document by %s stays protected by one by %s that was only %s', async (first, last, how) => {
  const { world, trueup } = await inEffect([byName('', { prune: 'terminate' }), other]);
  const id = truth(world, 'net-a')?.product.id ?? '';
  world.wish([FORMS[first](id, { prune: 'terminate' }), other], 'r2');
  for (let i = 0; i < 2; i += 1) await trueup.converge();
  const protecting = FORMS[last](id, { prune: 'terminate', deletionProtection: true });
  world.wish([protecting, other], 'r3');
  if (how === 'read') trueup.reconciler.setDesired(world.desired);
  else await look(world, trueup, only(protecting.name));
  world.wish([other], 'r4');
  await trueup.converge();
  for (let i = 0; i < 4; i += 1) await later(world, trueup);
  expect(terminations(world)).toBe(0);
});
