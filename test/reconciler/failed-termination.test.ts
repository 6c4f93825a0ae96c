import { describe, expect, it } from 'vitest';
import { ENGINES } from '../support/engines.ts';
import { networks } from '../support/network.ts';
import { later } from './life.ts';
import { type Fields, fault, MINUTE, networkDoc, operations, ROLE, truth } from './networks.ts';
import { World } from './world.ts';

const OWNER = 'arn:aws:iam::111122223333:role/owner';
const paths = [{ portfolio: 'platform', launchRole: ROLE, tagUpdate: 'allowed' as const }];
const broken = { kind: 'recordFails', message: 'half of it is gone' } as const;

const doc = (more: Fields = {}, reconcile: Fields = {}) =>
  networkDoc(
    'net-a',
    { Cidr: 'A' },
    { reconcile: { prune: 'terminate', ...reconcile }, tags: { team: 'a' }, ...more },
  );

/** Its document went, and the termination that followed failed; then the document came back. */
async function halfTerminated(kind: (typeof ENGINES)[number]) {
  const seed = networks({ names: ['net-a', 'net-b'], live: { Cidr: '0' } });
  const products = (seed.products ?? []).map((one) => ({ ...one, kind, paths }));
  const other = networkDoc('net-b', { Cidr: '0' });
  const world = await World.create({ seed: { ...seed, products } }, [doc(), other]);
  const trueup = await world.start();
  for (let i = 0; i < 2; i++) await trueup.converge();
  fault(world, 'TerminateProvisionedProduct', broken);
  world.wish([other], 'r2');
  await trueup.converge();
  await later(world, trueup);
  expect(operations(world).at(-1)).toBe('TerminateProvisionedProduct');
  world.service.admin.clearCalls();
  world.wish([doc(), other], 'r3');
  await trueup.converge();
  expect(truth(world, 'net-a')?.product.status).toBe('TAINTED');
  return { world, trueup };
}

describe('a termination of ours that failed half-way', () => {
  it.each(ENGINES)('of %s is not taken for what is declared', async (kind) => {
    const { world, trueup } = await halfTerminated(kind);
    for (let i = 0; i < 2; i++) {
      await world.clock.pass(10 * MINUTE);
      await trueup.converge();
    }
    expect(operations(world)).toEqual([]);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('half of it is gone'),
      next: expect.stringContaining('trueup retry'),
    });
  });

  it('is not forgotten once another step succeeded, nor under drift: report', async () => {
    const { world, trueup } = await halfTerminated('EXTERNAL');
    world.wish([doc({ properties: { owner: OWNER } })], 'r2');
    for (let i = 0; i < 2; i++) await trueup.converge();
    expect(operations(world)).toEqual(['UpdateProvisionedProductProperties']);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled' });
    world.wish([doc({ properties: { owner: OWNER } }, { drift: 'report' })], 'r3');
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled' });
  });

  it('is mended by one update when a person asks', async () => {
    const { world, trueup } = await halfTerminated('EXTERNAL');
    const [key] = [...world.desired.specs.keys()];
    if (key === undefined) throw new Error('no document');
    await world.clock.until(trueup.reconciler.retry(key));
    for (let i = 0; i < 2; i++) await trueup.converge();
    expect(operations(world)).toEqual(['UpdateProvisionedProduct']);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
  });
});
