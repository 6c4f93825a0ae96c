import { describe, expect, it } from 'vitest';
import { generateSeedInput } from '../../src/local-catalog/generate.ts';
import { type Wish, World } from './world.ts';

const seedOf = (count: number) => generateSeedInput(count);

/** Documents that declare exactly what is live, NoEcho parameters left out. */
async function mirror(world: World): Promise<Wish[]> {
  return world.service.admin.names().map((name) => {
    const truth = world.service.admin.product(name);
    if (truth === null) throw new Error(`no ${name}`);
    return {
      name,
      spec: {
        productId: truth.product.productId,
        provisioningArtifactName: truth.versionName,
        tags: userTags(truth.tags),
      },
    };
  });
}

function userTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:')));
}

const changed = (wishes: readonly Wish[], count: number): readonly Wish[] =>
  wishes.map((wish, index) =>
    index < count ? { ...wish, spec: { ...wish.spec, tags: { owner: `team-${index}` } } } : wish,
  );

describe('what a pass costs', () => {
  it('looks at 300 provisioned products in sync with 3 Search calls and at most 12 calls in all', async () => {
    const world = await World.create({ seed: seedOf(300) }, []);
    world.wish(await mirror(world));
    const trueup = await world.start();
    await trueup.converge();
    expect(world.service.admin.counts()).toMatchObject({ SearchProvisionedProducts: 3 });
    expect(world.service.admin.totalCalls()).toBeLessThanOrEqual(12);
    expect(trueup.catalog.calls().total).toBe(world.service.admin.totalCalls());
    expect(world.writes()).toHaveLength(0);
  });

  it.each([
    { estate: 100, most: 250 },
    // Of 300, three listings of three pages and what tells about two versions are on top.
    { estate: 300, most: 262 },
  ])(
    'updates 100 of $estate provisioned products with at most $most calls, waiting for each record',
    async ({ estate, most }) => {
      const world = await World.create(
        {
          seed: { ...seedOf(estate), timing: { accepted: '500ms', running: '1500ms' } },
          maxChanges: 100,
        },
        [],
      );
      world.wish(changed(await mirror(world), 100));
      const trueup = await world.start();
      await trueup.converge();
      expect(world.writes()).toHaveLength(100);
      expect(world.service.admin.totalCalls()).toBeLessThanOrEqual(most);
      expect(
        world.service.admin
          .names()
          .every((name) => world.service.admin.product(name)?.product.status === 'AVAILABLE'),
      ).toBe(true);
    },
  );

  it('changes nothing in a target where the plan exceeds the cap', async () => {
    const world = await World.create({ seed: seedOf(20), maxChanges: 5 }, []);
    world.wish(changed(await mirror(world), 6));
    const trueup = await world.start();
    const review = await trueup.converge();
    expect(review).toMatchObject({ kind: 'ok', guards: [{ planned: 6, allowed: 5, excess: 1 }] });
    expect(world.writes()).toHaveLength(0);
    world.wish(changed(await mirror(world), 5), 'r3');
    await trueup.converge();
    expect(world.writes()).toHaveLength(5);
  });

  it('lets nothing of a new revision run before the whole of it was reviewed', async () => {
    const world = await World.create({ seed: seedOf(20), maxChanges: 5, writesPerSecond: 0.1 }, []);
    const before = await mirror(world);
    world.wish(changed(before, 3));
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(1_000);
    const sent = world.writes().length;
    world.wish(
      before.map((wish) => ({ ...wish, spec: { ...wish.spec, tags: { owner: 'everybody' } } })),
      'r3',
    );
    trueup.reconciler.setDesired(world.desired);
    await world.clock.pass(600_000);
    const review = await trueup.converge();
    expect(review).toMatchObject({ guards: [{ planned: 20, allowed: 5 }] });
    expect(world.writes()).toHaveLength(sent);
  });
});
