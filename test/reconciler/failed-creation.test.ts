import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { fault, wish } from './networks.ts';
import { World } from './world.ts';

const effect = { kind: 'recordFails', message: 'No more addresses.' } as const;

/** What the status says next of net-a once each of these documents was carried out in vain. */
async function nextOf(...reconciles: readonly Record<string, unknown>[]) {
  const wishes = reconciles.map((reconcile) => [
    wish('net-a', 'A', { reconcile: { onMissing: 'provision', ...reconcile } }),
  ]);
  const world = await World.create({ seed: networks({ names: [] }) }, wishes[0] ?? []);
  fault(world, 'ProvisionProduct', effect, 10);
  const trueup = await world.start();
  for (const wished of wishes) {
    world.wish(wished);
    await trueup.converge();
  }
  expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Stalled');
  return world.statusOf(trueup, 'net-a')?.next;
}

describe('a first provisioning that failed says what comes next', () => {
  it('a person has to, or the document may ask for it', async () => {
    expect(await nextOf({})).toMatch(/terminate it by hand.*or set reconcile\.onError to recreate/);
  });

  it('it is made anew by itself where the document asks for that', async () => {
    const next = await nextOf({ onError: 'recreate' });
    expect(next).toMatch(/terminates it and provisions it again, once for this content/);
    expect(next).not.toContain('or set');
  });

  it('once: after that a person has to', async () => {
    const recreate = { onError: 'recreate' };
    expect(await nextOf(recreate, recreate)).toContain('recreated once for this content');
  });

  it('a protected one is not terminated', async () => {
    const next = await nextOf({ onError: 'recreate', deletionProtection: true });
    expect(next).toContain('reconcile.deletionProtection forbids the termination');
  });

  it('a document that no longer asks for it says how to ask', async () => {
    expect(await nextOf({ onError: 'recreate' }, { onError: 'report' })).toMatch(
      /or set reconcile\.onError to recreate/,
    );
  });
});
