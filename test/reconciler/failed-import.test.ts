import { expect, it } from 'vitest';
import { derivedUuid } from '../../src/local-catalog/ids.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { type Fields, fault, MINUTE, operations, truth } from './networks.ts';
import { ACCOUNT, REGION, type Wish, World } from './world.ts';

const seed: SeedInput = {
  timing: { accepted: '1s', running: '5s' },
  products: [
    {
      ...{ name: 'network', paths: [{ portfolio: 'platform' }] },
      versions: [{ name: 'v1', parameters: { Cidr: {} } }],
    },
  ],
  stacks: [{ name: 'loose', product: 'network', version: 'v1', parameters: { Cidr: 'old' } }],
};

/** As the local catalog names the stacks of its seed. */
const stackArn = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/loose/${derivedUuid(`${ACCOUNT}/${REGION}`, 'loose', 'seed')}`;

const doc = (name: string, reconcile: Fields): Wish => ({
  name,
  spec: {
    ...{ productName: 'network', provisioningArtifactName: 'v1' },
    ...{ provisioningParameters: { Cidr: 'old' }, reconcile },
  },
});
const keeper = doc('keeper', { onMissing: 'provision' });

/** What was made for the import is in ERROR, and holds the stack that was there before. */
async function failedImport(reconcile: Fields) {
  const wish = doc('net-loose', { adopt: { stackArn }, ...reconcile });
  const world = await World.create({ seed }, [wish, keeper]);
  const effect = { kind: 'recordFails', message: 'No such resource.' } as const;
  fault(world, 'ImportAsProvisionedProduct', effect, 99);
  const trueup = await world.start();
  for (let look = 0; look < 4; look++) await trueup.converge();
  const { product } = truth(world, 'net-loose') ?? {};
  expect(product).toMatchObject({ status: 'ERROR', physicalId: stackArn });
  world.service.admin.clearCalls();
  return { world, trueup };
}

it('what failed to be imported is not recreated, also once its document says no adopt any more', async () => {
  const reconcile = { onError: 'recreate', onMissing: 'provision' };
  const { world, trueup } = await failedImport(reconcile);
  world.wish([doc('net-loose', reconcile), keeper], 'r2');
  for (let look = 0; look < 4; look++) await trueup.converge();
  expect(operations(world)).toEqual([]);
  expect(world.statusOf(trueup, 'net-loose')?.next).toContain('RetainPhysicalResources');
});

it.each([
  ['terminate', []],
  ['retain', ['TerminateProvisionedProduct']],
])(
  'nor terminated with its stack once its document is gone, with prune: %s',
  async (prune, sent) => {
    const { world, trueup } = await failedImport({ prune });
    world.wish([keeper], 'r2');
    for (let look = 0; look < 3; look++) {
      await trueup.converge();
      await world.clock.pass(11 * MINUTE);
    }
    expect(operations(world)).toEqual(sent);
    for (const { input } of world.writes())
      expect(input).toMatchObject({ RetainPhysicalResources: true });
  },
);

it('nor when its end with the stack kept has failed before, and the document says otherwise since', async () => {
  const { world, trueup } = await failedImport({ prune: 'retain' });
  fault(world, 'TerminateProvisionedProduct', { kind: 'recordFails', message: 'Not allowed.' });
  const pass = async (wishes: readonly Wish[], revision: string) => {
    world.wish(wishes, revision);
    for (let look = 0; look < 3; look++) {
      await trueup.converge();
      await world.clock.pass(11 * MINUTE);
    }
  };
  await pass([keeper], 'r2');
  expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  world.service.admin.clearCalls();
  await pass([doc('net-loose', { adopt: { stackArn }, prune: 'terminate' }), keeper], 'r3');
  await pass([keeper], 'r4');
  expect(operations(world)).toEqual([]);
});
