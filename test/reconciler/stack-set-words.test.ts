import { expect, it } from 'vitest';
import { countChanges } from '../../src/diff/plan.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { TARGET, type Wish, World } from './world.ts';

const A = '111122223333';
const B = '444455556666';
const [EU, US] = ['eu-west-1', 'us-east-1'];

const seed: SeedInput = {
  timing: { accepted: '1s', running: '20s' },
  products: [
    {
      name: 'guard',
      kind: 'CFN_STACKSET',
      paths: [{ portfolio: 'platform', stackSet: { accounts: [A, B], regions: [EU, US] } }],
      versions: ['one', 'two'].map((name) => ({ name, parameters: { Level: {} } })),
    },
  ],
  provisionedProducts: [
    { name: 'set', product: 'guard', version: 'one', parameters: { Level: 'low' } },
  ],
};

const wish: Wish = {
  name: 'set',
  spec: {
    productName: 'guard',
    provisioningArtifactName: 'two',
    stackInstances: { accounts: [A], regions: [EU] },
    reconcile: { removeInstances: true },
  },
};

it('the plan counts every request, and each line of the log names what its own request removes', async () => {
  const world = await World.create({ seed }, [wish]);
  const trueup = await world.start();
  const review = await trueup.converge();
  if (review.kind !== 'ok') throw new Error(review.why);
  const changes = [...review.evaluations.values()].map(({ change }) => change);
  const target = { name: TARGET, accountId: A, region: EU, unreadable: null, changes };
  const { writes } = countChanges({ body: { targets: [target], problems: [] } } as never);
  expect(world.writes()).toHaveLength(3);
  expect(writes).toMatchObject({ updates: 3, total: 3 });
  expect(world.events('update.accepted').map(({ fields }) => fields.changes)).toEqual([
    'version',
    `instance ${A}/${US}`,
    `instance ${B}/${EU}, instance ${B}/${US}`,
  ]);
});
