import { expect, it } from 'vitest';
import { hmac } from '../../src/domain/canonical.ts';
import { doc, inEffect, later } from './life.ts';
import { truth } from './networks.ts';

const young = (name: string) => doc(name, { prune: 'terminate', onMissing: 'provision' });

/** The fingerprint key is another one, and in the first revision after that net-a is gone and this has come. */
async function replacedUnderAnotherKey(name: string) {
  const { world, trueup } = await inEffect([doc('net-a'), doc('net-c')]);
  trueup.kill();
  const key = new Uint8Array(32).fill(9);
  const next = await world.start({
    fingerprinter: { keyId: 'another', digest: (scope, value) => hmac(key, scope, value) },
  });
  world.wish([doc('net-c'), young(name)], 'r2');
  await next.converge();
  for (let i = 0; i < 10; i += 1) await later(world, next, 15);
  return { world, next };
}

it("a document of what runs already is nobody's new name, also under another key", async () => {
  const { world } = await replacedUnderAnotherKey('net-b');
  expect(truth(world, 'net-a')?.product.status ?? 'gone').toBe('gone');
});

it('what may be a new name is told that another key leaves it open', async () => {
  const { world, next } = await replacedUnderAnotherKey('net-new');
  expect(world.writes().map(({ operation }) => operation)).toEqual([]);
  expect(world.statusOf(next, 'net-new')?.message).toContain(
    'the document "net-a" which may have had the same content (the journal was written with another key)',
  );
});
