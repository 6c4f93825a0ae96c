import { expect, it } from 'vitest';
import type { SyncWindow } from '../../src/domain/hold.ts';
import { networks } from '../support/network.ts';
import { HOUR, MINUTE } from './networks.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const version = (name: string, day: string) => ({
  ...{ name, createdAt: `2026-01-${day}T00:00:00Z`, parameters: { Cidr: {} } },
});
const seed = networks({
  ...{ tagUpdate: 'allowed', names: ['net-a'], live: { Cidr: 'A' }, tags: { team: 'a' } },
  versions: [
    version('v1.4.0', '01'),
    version('v1.5.0', '02'),
    version('v1.10.0', '03'),
    version('v1.11.0', '04'),
  ],
});
const wish = (reconcile: object, more: object = {}): Wish => ({
  name: 'net-a',
  spec: {
    ...{ productName: 'network', provisioningArtifact: { semver: '^1.4' } },
    ...{ provisioningParameters: { Cidr: 'A' }, reconcile, ...more },
  },
});
const runs = (world: World) => world.service.admin.product('net-a')?.versionName;

/** v1.5.0 is in effect, and nothing newer is published. */
async function begun(wished: Wish, windows: readonly SyncWindow[] = []) {
  const world = await World.create({ seed }, [wished]);
  world.unpublished.add('v1.10.0').add('v1.11.0');
  const trueup = await world.start({ windows });
  await trueup.converge();
  await trueup.converge();
  expect(runs(world)).toBe('v1.5.0');
  return { world, trueup };
}

/** Somebody moves it to v1.10.0, the newest then; once that was seen, v1.11.0 comes out. */
async function movedByHand(world: World, look: () => Promise<unknown>, cidr: string) {
  world.unpublished.delete('v1.10.0');
  await world.service.admin.callAs('UpdateProvisionedProduct', {
    ...{ ProvisionedProductName: 'net-a', ProductName: 'network' },
    ...{ ProvisioningArtifactName: 'v1.10.0', UpdateToken: 'by-hand' },
    ProvisioningParameters: [{ Key: 'Cidr', Value: cidr }],
  });
  await world.clock.pass(2 * MINUTE);
  await look();
  await world.clock.pass(2 * MINUTE);
  expect(runs(world)).toBe('v1.10.0');
  world.unpublished.clear();
  await look();
}

const settled = async (trueup: Incarnation) => {
  await trueup.converge();
  await trueup.converge();
};

it.each([
  ['with nothing else', 'A', 'InSync'],
  ['with drift that is only reported', 'Z', 'Drift'],
])(
  'what the rule finds and somebody brought in %s is not taken back',
  async (_what, cidr, reason) => {
    const { world, trueup } = await begun(wish({ drift: 'report' }));
    await movedByHand(world, () => settled(trueup), cidr);
    expect(world.statusOf(trueup, 'net-a')?.reason).toBe(cidr === 'A' ? 'NewVersion' : reason);
    world.wish([wish({ drift: 'report' }, { tags: { team: 'b' } })]);
    await settled(trueup);
    expect(world.service.admin.product('net-a')?.tags).toMatchObject({ team: 'b' });
    expect(runs(world)).toBe('v1.10.0');
  },
);

it('nor by what waited for a window meanwhile', async () => {
  const deny: SyncWindow = {
    ...{ kind: 'deny', schedule: '0 14 21 11 *', durationMs: HOUR, timeZone: 'UTC' },
    ...{ targets: [], names: [], labels: {}, manual: false, reason: null },
  };
  const { world, trueup } = await begun(wish({}), [deny]);
  await world.clock.pass(Date.UTC(2026, 10, 21, 14, 1) - world.clock.now());
  world.wish([wish({}, { provisioningParameters: { Cidr: 'B' } })]);
  await trueup.reconcile();
  await movedByHand(world, () => trueup.reconcile(), 'A');
  await world.clock.pass(HOUR);
  await trueup.converge();
  expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
  expect(runs(world)).toBe('v1.10.0');
});
