import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { type Fields, fault, HOUR, networkDoc, OWNER } from './networks.ts';
import { type Wish, World } from './world.ts';

/** A network that is reached over two portfolios and was made over the first. */
const seed: SeedInput = {
  timing: { accepted: '1s', running: '5s', properties: '1s' },
  products: [
    {
      name: 'network',
      paths: [
        { id: 'lpv2-old', portfolio: 'old' },
        { id: 'lpv2-new', portfolio: 'platform' },
      ],
      versions: [{ name: 'v1', parameters: { Cidr: {} } }],
    },
  ],
  provisionedProducts: [
    { name: 'net-a', product: 'network', version: 'v1', path: 'old', parameters: { Cidr: 'A' } },
  ],
};

const doc = (more: Fields = {}) => [networkDoc('net-a', { Cidr: 'B' }, more)];
const OVER = { pathName: 'platform' };
const OWNED = { properties: { owner: OWNER } };
const paths = (world: World) => world.writes().map(({ input }) => (input as Fields).PathId);

/** One that came to be as declared without a path, by a request of ours. */
async function without(wish: readonly Wish[]) {
  const world = await World.create({ seed }, wish);
  const trueup = await world.start();
  await trueup.converge();
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
  world.service.admin.clearCalls();
  return { world, trueup };
}

describe('a path that is declared for the first time', () => {
  it('is not in sync where the update that carried it failed', async () => {
    const { world, trueup } = await without(doc());
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'no rights' });
    world.wish(doc(OVER));
    for (let look = 0; look < 3; look++) {
      await trueup.converge();
      await world.clock.pass(HOUR);
    }
    expect(paths(world)).toEqual(['lpv2-new']);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled' });
  });

  it('is sent after an owner was', async () => {
    const { world, trueup } = await without(doc(OWNED));
    world.wish(doc({ ...OWNED, ...OVER }));
    await trueup.converge();
    await trueup.converge();
    expect(paths(world)).toEqual(['lpv2-new']);
  });
});
