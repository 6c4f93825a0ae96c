import { expect, it } from 'vitest';
import { derivedUuid } from '../../src/local-catalog/ids.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { terminations } from './life.ts';
import { type Fields, fault, HOUR, MINUTE, operations, truth } from './networks.ts';
import { ACCOUNT, type Incarnation, REGION, type Wish, World } from './world.ts';

const failsWhen = [{ parameter: 'Cidr', value: 'bad', message: 'no such cidr' }];
const seed: SeedInput = {
  timing: { accepted: '1s', running: '5s' },
  products: [
    {
      ...{ name: 'network', paths: [{ portfolio: 'platform' }] },
      versions: [{ name: 'v1', parameters: { Cidr: {} }, failsWhen }],
    },
  ],
  stacks: [{ name: 'loose', product: 'network', version: 'v1', parameters: { Cidr: 'old' } }],
};
/** As the local catalog names the stacks of its seed. */
const stackArn = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/loose/${derivedUuid(`${ACCOUNT}/${REGION}`, 'loose', 'seed')}`;

const doc = (name: string, cidr: string, reconcile: Fields, more: Fields = {}): Wish => ({
  name,
  spec: {
    ...{ productName: 'network', provisioningArtifactName: 'v1' },
    ...{ provisioningParameters: { Cidr: cidr }, reconcile, ...more },
  },
});
const keeper = doc('keeper', 'old', { onMissing: 'provision' });
const noResource = { kind: 'recordFails', message: 'No such resource.' } as const;

async function looks(world: World, trueup: Incarnation, wishes: readonly Wish[], revision: string) {
  world.wish(wishes, revision);
  for (let look = 0; look < 4; look++) {
    await trueup.converge();
    await world.clock.pass(11 * MINUTE);
  }
}

/** The import failed, a person ended it with its stack kept, and a new one was asked for, which failed too. */
async function replaced(reconcile: Fields) {
  const wish = doc('net-loose', 'old', { adopt: { stackArn } });
  const world = await World.create({ seed }, [wish, keeper]);
  fault(world, 'ImportAsProvisionedProduct', noResource);
  const trueup = await world.start();
  await looks(world, trueup, [wish, keeper], 'r1');
  const id = truth(world, 'net-loose')?.product.id ?? '';
  await world.service.admin.callAs('TerminateProvisionedProduct', {
    ...{ ProvisionedProductId: id, RetainPhysicalResources: true, TerminateToken: 'by-hand' },
  });
  await world.clock.pass(2 * MINUTE);
  expect(truth(world, 'net-loose') ?? null).toBeNull();
  world.service.admin.clearCalls();
  const anew = doc('net-loose', 'bad', { onMissing: 'provision', ...reconcile });
  await looks(world, trueup, [anew, keeper], 'r2');
  expect(operations(world)[0]).toBe('ProvisionProduct');
  expect(truth(world, 'net-loose')?.product.id).not.toBe(id);
  return { world, trueup };
}

it('what replaced a failed import is recreated as any other', async () => {
  const { world, trueup } = await replaced({ onError: 'recreate' });
  expect(terminations(world)).toBe(1);
  expect(world.statusOf(trueup, 'net-loose')?.next).toContain('recreated once for this content');
});

it('and is pruned as any other', async () => {
  const { world, trueup } = await replaced({ prune: 'terminate' });
  await looks(world, trueup, [keeper], 'r3');
  expect(operations(world)).toEqual(['ProvisionProduct', 'TerminateProvisionedProduct']);
});

it("somebody's failed import that the journal does not know is never recreated", async () => {
  const world = await World.create({ seed }, [keeper]);
  const trueup = await world.start();
  await looks(world, trueup, [keeper], 'r1');
  fault(world, 'ImportAsProvisionedProduct', noResource);
  const { productId, artifactId } = truth(world, 'keeper')?.product ?? {};
  await world.service.admin.callAs('ImportAsProvisionedProduct', {
    ...{ ProvisionedProductName: 'net-loose', ProductId: productId },
    ...{ ProvisioningArtifactId: artifactId, PhysicalId: stackArn, IdempotencyToken: 'by-hand' },
  });
  await world.clock.pass(2 * MINUTE);
  expect(truth(world, 'net-loose')?.product).toMatchObject({
    status: 'ERROR',
    physicalId: stackArn,
  });
  world.service.admin.clearCalls();
  const wished = doc('net-loose', 'old', { onMissing: 'provision', onError: 'recreate' });
  await looks(world, trueup, [wished, keeper], 'r2');
  await world.clock.pass(25 * HOUR);
  await looks(world, trueup, [{ ...wished, annotations: { 'trueup/retry': '1' } }, keeper], 'r3');
  expect(operations(world)).toEqual([]);
  expect(world.statusOf(trueup, 'net-loose')).toMatchObject({
    condition: 'Stalled',
    message: expect.stringContaining('may have been an import'),
    next: expect.stringContaining('RetainPhysicalResources'),
  });
});

it('no stack is imported for a document that wants a stack set', async () => {
  const stackInstances = { accounts: ['111122223333'], regions: ['eu-west-1'] };
  const wish = doc('net-loose', 'old', { adopt: { stackArn } }, { stackInstances });
  const world = await World.create({ seed }, [wish, keeper]);
  const trueup = await world.start();
  await looks(world, trueup, [wish, keeper], 'r1');
  expect(operations(world)).toEqual(['ProvisionProduct']);
  expect(world.statusOf(trueup, 'net-loose')?.message).toContain(
    'what adopts a stack never is one',
  );
});
