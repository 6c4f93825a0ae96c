import { describe, expect, it } from 'vitest';
import { hmac } from '../../src/domain/canonical.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { keyOf, terminations } from './life.ts';
import { keepsAnother, operations } from './networks.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const parameters = { Cidr: {}, Password: { noEcho: true, default: 'none' } };

const seed: SeedInput = {
  timing: { accepted: '1s', running: '5s' },
  products: [
    {
      name: 'network',
      paths: [{ portfolio: 'platform', tagUpdate: 'allowed' }],
      versions: ['v1.0.0', 'v1.1.0'].map((name) => ({ name, parameters })),
    },
  ],
  provisionedProducts: [
    { name: 'net-a', product: 'network', version: 'v1.0.0', parameters: { Cidr: 'A' } },
  ],
};

type Fields = Readonly<Record<string, unknown>>;

const wish = (cidr: string, reconcile: Fields = {}, more: Fields = {}): Wish => ({
  name: 'net-a',
  spec: {
    productName: 'network',
    provisioningArtifactName: 'v1.0.0',
    provisioningParameters: { Cidr: cidr },
    ...more,
    reconcile,
  },
});

/** The next process, on the same journal: its key is lost, and it made another one. */
function withNewKey(world: World, before: Incarnation): Promise<Incarnation> {
  before.kill();
  const key = new Uint8Array(32).fill(7);
  return world.start({
    fingerprinter: { keyId: 'another', digest: (scope, value) => hmac(key, scope, value) },
  });
}

const cidrOf = (world: World) => world.service.admin.product('net-a')?.parameters.Cidr;
const editStack = (world: World, Cidr: string) =>
  world.service.admin.editStack({ product: 'net-a', parameters: { Cidr } });

describe('a new key makes no document a changed one', () => {
  it('drift that is only to be reported is still only reported', async () => {
    const world = await World.create({ seed }, [wish('A', { drift: 'report' })]);
    const trueup = await world.start();
    await trueup.converge();
    await editStack(world, 'edited');
    await trueup.converge();
    const next = await withNewKey(world, trueup);
    await next.converge();
    expect(world.writes()).toHaveLength(0);
    expect(world.statusOf(next, 'net-a')).toMatchObject({ reason: 'Drift' });
  });

  it('and once it was seen in effect, a change of the document is one', async () => {
    const world = await World.create({ seed }, [wish('A', { drift: 'report' })]);
    const trueup = await world.start();
    await trueup.converge();
    const next = await withNewKey(world, trueup);
    await next.converge();
    world.wish([wish('B', { drift: 'report' })]);
    await next.converge();
    expect(cidrOf(world)).toBe('B');
  });

  it('a version that was published since is still only reported', async () => {
    const rule = { provisioningArtifactName: undefined, provisioningArtifact: { semver: '^1' } };
    const world = await World.create({ seed }, [wish('A', {}, rule)]);
    world.unpublished.add('v1.1.0');
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    world.unpublished.clear();
    const next = await withNewKey(world, trueup);
    await next.converge();
    expect(world.writes()).toHaveLength(0);
    expect(world.statusOf(next, 'net-a')).toMatchObject({ reason: 'NewVersion' });
  });

  it('nothing is recreated that may have had its recreation, until somebody asks', async () => {
    const recreate = wish('A', { onMissing: 'provision', onError: 'recreate' });
    const world = await World.create({ seed: { ...seed, provisionedProducts: [] } }, [recreate]);
    world.service.admin.addFault({
      operation: 'ProvisionProduct',
      effect: { kind: 'recordFails', message: 'No more addresses.' },
    });
    const trueup = await world.start();
    for (let i = 0; i < 4; i++) await trueup.converge();
    expect(terminations(world)).toBe(1);
    const next = await withNewKey(world, trueup);
    for (let i = 0; i < 4; i++) await next.converge();
    expect(terminations(world)).toBe(1);
    expect(world.statusOf(next, 'net-a')).toMatchObject({
      condition: 'Stalled',
      next: expect.stringContaining('cannot be told'),
    });
    await next.reconciler.retry(keyOf('net-a'));
    for (let i = 0; i < 4; i++) await next.converge();
    expect(terminations(world)).toBe(2);
  });
});

describe('a new key lets nothing go again that was stopped', () => {
  const withPassword = (Cidr: string, Password: unknown = 'hidden') =>
    wish('A', {}, { provisioningParameters: { Cidr, Password } });

  async function afterFailure(first: Wish) {
    const world = await World.create({ seed }, [first]);
    world.env.APP_PASSWORD = 'hidden';
    const recordFails = { kind: 'recordFails', message: 'No such thing.' } as const;
    const operation = 'UpdateProvisionedProduct';
    world.service.admin.addFault({ operation, effect: recordFails });
    const trueup = await world.start();
    await trueup.converge();
    expect(operations(world)).toEqual([operation]);
    return { world, next: await withNewKey(world, trueup) };
  }

  it.each([
    ['in the document', 'hidden'],
    ['in a variable', { valueFrom: { env: 'APP_PASSWORD' } }],
  ])('an update that failed for good is not sent again: a value %s', async (_where, password) => {
    const { world, next } = await afterFailure(withPassword('B', password));
    for (let i = 0; i < 3; i++) await next.converge();
    expect(operations(world)).toHaveLength(1);
    expect(world.statusOf(next, 'net-a')).toMatchObject({ condition: 'Stalled' });
    await next.reconciler.retry(keyOf('net-a'));
    await next.converge();
    expect(operations(world)).toHaveLength(2);
  });

  it('a request that carries nothing hidden is told apart as before', async () => {
    const { world, next } = await afterFailure(withPassword('B'));
    world.wish([wish('C')]);
    await next.converge();
    expect(operations(world)).toHaveLength(2);
  });

  it('an update without effect is not sent again', async () => {
    const world = await World.create({ seed }, [withPassword('BIG')]);
    keepsAnother(world, '<ParameterValue>BIG<', '<ParameterValue>big<');
    const trueup = await world.start();
    for (let i = 0; i < 3; i++) await trueup.converge();
    const before = operations(world).length;
    const next = await withNewKey(world, trueup);
    for (let i = 0; i < 3; i++) await next.converge();
    expect(operations(world)).toHaveLength(before);
    expect(before).toBe(1);
  });
});
