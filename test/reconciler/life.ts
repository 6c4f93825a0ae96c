import type { DesiredState } from '../../src/reconciler/context.ts';
import { networks } from '../support/network.ts';
import { type Fields, keyOf, MINUTE, networkDoc, operations } from './networks.ts';
import { type Incarnation, type Wish, World, type WorldOptions } from './world.ts';

export { keyOf, MINUTE, operations };

/** Four networks, none as a document here wants it: what is in effect was put so by us. */
export const seed = networks({
  tagUpdate: 'allowed',
  names: ['net-a', 'net-b', 'net-c', 'net-d'],
  live: { Cidr: 'as it came' },
});

export const doc = (
  name: string,
  reconcile: Fields = { prune: 'terminate' },
  more: Fields = {},
): Wish => networkDoc(name, { Cidr: name }, { reconcile, ...more });

export const terminations = (world: World) =>
  operations(world).filter((one) => one === 'TerminateProvisionedProduct').length;

/** A world in which the documents are in effect because trueup made it so. */
export async function inEffect(before: readonly Wish[], options: Partial<WorldOptions> = {}) {
  const world = await World.create({ seed, ...options }, before);
  const trueup = await world.start();
  await trueup.converge();
  await trueup.converge();
  world.service.admin.clearCalls();
  return { world, trueup };
}

/** The same, and then all documents but those of `left` are gone, and that was seen once. */
export async function removed(
  before: readonly Wish[],
  left: readonly Wish[],
  options: Partial<WorldOptions> = {},
) {
  const { world, trueup } = await inEffect(before, options);
  world.wish(left);
  await trueup.converge();
  return { world, trueup };
}

/** One more complete read, some minutes on. */
export async function later(world: World, trueup: Incarnation, minutes = 11) {
  await world.clock.pass(minutes * MINUTE);
  return trueup.converge();
}

/** One look at the documents as `change` makes them, for instance under a selection. */
export async function look(
  world: World,
  trueup: Incarnation,
  change: (desired: DesiredState) => Partial<DesiredState> = () => ({}),
) {
  trueup.reconciler.setDesired({ ...world.desired, ...change(world.desired) });
  const review = await world.clock.until(trueup.reconciler.review());
  trueup.reconciler.release(review, 0);
  await world.clock.until(trueup.reconciler.quiet());
  return review;
}

/** As `--only NAME` leaves it. */
export const only =
  (...names: readonly string[]) =>
  (desired: DesiredState): Partial<DesiredState> => ({
    isSelection: true,
    specs: new Map([...desired.specs].filter(([, spec]) => names.includes(spec.name))),
  });

/** A person ends a provisioned product past trueup. */
export async function endByHand(world: World, name: string): Promise<void> {
  await world.service.admin.callAs('TerminateProvisionedProduct', {
    ProvisionedProductName: name,
    TerminateToken: `by-hand-${world.clock.monotonic()}`,
  });
  await world.clock.pass(MINUTE);
}

/** A person makes a provisioned product past trueup; returns its id. */
export async function makeByHand(world: World, name: string, cidr = name): Promise<string> {
  await world.service.admin.callAs('ProvisionProduct', {
    ProductName: 'network',
    ProvisioningArtifactName: 'v1',
    ProvisionedProductName: name,
    ProvisioningParameters: [{ Key: 'Cidr', Value: cidr }],
    ProvisionToken: `by-hand-${world.clock.monotonic()}`,
  });
  await world.clock.pass(MINUTE);
  return world.service.admin.product(name)?.product.id ?? '';
}
