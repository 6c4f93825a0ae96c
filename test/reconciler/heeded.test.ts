import { describe, expect, it } from 'vitest';
import { hmac } from '../../src/domain/canonical.ts';
import { doc, inEffect, later, operations, removed, terminations } from './life.ts';
import { MINUTE } from './networks.ts';
import type { World } from './world.ts';

const other = doc('net-b');

/** AWS cannot be read for a while, for instance because the credentials have expired. */
const outage = (world: World) =>
  world.service.admin.addFault({
    operation: 'SearchProvisionedProducts',
    effect: { kind: 'accessDenied' },
  });

describe('what a revision said that was read and could not be reviewed, and a restart after it', () => {
  it.each([
    [{ prune: 'terminate', deletionProtection: true }],
    [{ prune: 'never' }],
    [{ prune: 'terminate', suspend: true }],
  ])('%j holds', async (policy) => {
    const { world, trueup } = await inEffect([doc('net-a'), other]);
    const fault = outage(world);
    world.wish([doc('net-a', policy), other], 'r2');
    const review = await trueup.converge();
    expect(review.kind).toBe('failed');
    await world.clock.pass(30 * MINUTE);
    trueup.kill();
    // Credentials are renewed and the process is started again; the document has gone meanwhile.
    world.service.admin.removeFault(fault);
    world.wish([other], 'r3');
    const second = await world.start();
    await second.converge();
    await later(world, second);
    await later(world, second);
    expect(terminations(world)).toBe(0);
  });

  it('a document that was there starts the ten minutes anew', async () => {
    const { world, trueup } = await removed([doc('net-a'), other], [other]);
    await world.clock.pass(1 * MINUTE);
    const fault = outage(world);
    world.wish([doc('net-a'), other], 'r3');
    expect((await trueup.converge()).kind).toBe('failed');
    await world.clock.pass(30 * MINUTE);
    trueup.kill();
    world.service.admin.removeFault(fault);
    world.wish([other], 'r4');
    const second = await world.start();
    // The first complete read without it since it was there.
    await second.converge();
    expect(terminations(world)).toBe(0);
  });
});

describe('a rename with another fingerprint key', () => {
  it('is no removal and no creation', async () => {
    const content = { provisioningParameters: { Cidr: 'same' } };
    const old = doc('net-a', { prune: 'terminate' }, content);
    const fresh = doc('net-new', { prune: 'terminate', onMissing: 'provision' }, content);
    const { world, trueup } = await inEffect([old, other]);
    trueup.kill();
    const key = new Uint8Array(32).fill(7);
    world.wish([fresh, other], 'r2');
    const second = await world.start({
      fingerprinter: { keyId: 'another', digest: (scope, value) => hmac(key, scope, value) },
    });
    for (let i = 0; i < 3; i++) await later(world, second);
    expect(operations(world)).toEqual([]);
  });
});
