import { expect, it } from 'vitest';
import { hmac } from '../../src/domain/canonical.ts';
import { doc, inEffect, later } from './life.ts';
import { truth } from './networks.ts';

/** The fingerprint key is another one, and in the first revision after that net-a is gone and net-b has come. */
it("a document of what runs already is nobody's new name, also under another key", async () => {
  const { world, trueup } = await inEffect([doc('net-a'), doc('net-c')]);
  trueup.kill();
  const key = new Uint8Array(32).fill(9);
  const next = await world.start({
    fingerprinter: { keyId: 'another', digest: (scope, value) => hmac(key, scope, value) },
  });
  world.wish([doc('net-c'), doc('net-b', { prune: 'terminate', onMissing: 'provision' })], 'r2');
  await next.converge();
  for (let i = 0; i < 10; i += 1) await later(world, next, 15);
  expect(truth(world, 'net-a')?.product.status ?? 'gone').toBe('gone');
});
