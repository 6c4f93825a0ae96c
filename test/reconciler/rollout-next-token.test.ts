import { expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { type Fields, MINUTE, ROLE, ROLE_BY_HAND, story, truth } from './networks.ts';
import { breaking, RULE } from './rolling.ts';
import { type Wish, World } from './world.ts';

const seedOf = (names: readonly string[], behaviour: SeedInput['behaviour'] = {}): SeedInput => ({
  ...{ timing: { accepted: '1s', running: '5s', properties: '1s' }, behaviour },
  products: [breaking('network')],
  provisionedProducts: names.map((name) => ({
    ...{ name, product: 'network', version: 'v1', parameters: { Cidr: 'bad' } },
  })),
});
const doc = (name: string, Cidr: string, version = 'v2', more: Fields = {}): Wish => ({
  name,
  spec: {
    ...{ productName: 'network', provisioningArtifactName: version },
    ...{ provisioningParameters: { Cidr }, ...more },
  },
});

/** Tokens of this operation in the order in which they arrive, each with whether p2 had failed by then. */
function tokensOf(world: World, operation: string, field: string) {
  const seen: { readonly token: string; readonly isPaused: boolean }[] = [];
  world.onRequest = ({ headers, body }) => {
    if (headers['x-amz-target']?.endsWith(`.${operation}`) === true) {
      const token = (JSON.parse(body) as Record<string, string>)[field] ?? '';
      seen.push({ token, isPaused: story(world).includes('p2 failed') });
    }
    return undefined;
  };
  return seen;
}

// A request that was lost is repeated under its token; an echo proves that nothing is in force under it.
it('a lost provisioning is not sent under its next token once its rollout is paused', async () => {
  const fresh = doc('p3', 'good', 'v2', { reconcile: { onMissing: 'provision' } });
  const seed = seedOf(['p1', 'p2']);
  const world = await World.create({ seed, rollouts: [RULE], writesPerSecond: 20 }, [fresh]);
  const first = await world.start();
  await first.converge();
  const call = { ProvisionedProductId: truth(world, 'p3')?.product.id, TerminateToken: 'by-hand' };
  await world.service.admin.callAs('TerminateProvisionedProduct', call);
  await world.clock.pass(30 * MINUTE);
  first.kill();
  const tokens = tokensOf(world, 'ProvisionProduct', 'ProvisionToken');
  const { admin } = world.service;
  admin.addFault({ operation: 'ProvisionProduct', count: 1, effect: { kind: 'lostRequest' } });
  const onRequest = world.onRequest;
  world.onRequest = (request) => {
    onRequest?.(request);
    const isEcho = tokens.length === 2;
    const throttled = { operation: 'ProvisionProduct', count: 7, effect: { kind: 'throttle' } };
    return isEcho ? () => admin.addFault(throttled as never) : undefined;
  };
  const straggle = { kind: 'straggle', ms: 105_000 } as const;
  admin.addFault({
    ...{ operation: 'UpdateProvisionedProduct', product: 'p2', count: 1 },
    effect: straggle,
  });
  world.wish([doc('p1', 'good'), doc('p2', 'bad'), fresh], 'r2');
  const trueup = await world.start();
  await trueup.converge();
  const [lost] = tokens;
  expect(tokens.some(({ token }) => token !== lost?.token)).toBe(true);
  expect(tokens.filter(({ token, isPaused }) => isPaused && token !== lost?.token)).toEqual([]);
  expect(story(world)).not.toContain('p3 succeeded, p3 succeeded');
  expect(truth(world, 'p3')).toBeNull();
});

it('a lost launch role is not sent under its next token once its rollout is paused', async () => {
  const behaviour = { propertiesMoveLastRecordId: false, tokenWindow: 'forever' } as never;
  const role = (one: string) => ({ properties: { launchRole: one } });
  const seed = seedOf(['p1', 'p2', 'p3'], behaviour);
  const world = await World.create({ seed, rollouts: [RULE], writesPerSecond: 20 }, [
    doc('p3', 'bad', 'v1', role(ROLE)),
  ]);
  const first = await world.start();
  await first.converge();
  world.wish([doc('p3', 'bad', 'v1', role(ROLE_BY_HAND))], 'r1b');
  await first.converge();
  await world.clock.pass(30 * MINUTE);
  first.kill();
  const operation = 'UpdateProvisionedProductProperties';
  const tokens = tokensOf(world, operation, 'IdempotencyToken');
  const { admin } = world.service;
  admin.addFault({ operation, product: 'p3', count: 1, effect: { kind: 'lostRequest' } });
  admin.addFault({
    ...{ operation: 'UpdateProvisionedProduct', product: 'p2', count: 1 },
    effect: { kind: 'straggle', ms: 40_000 },
  });
  world.wish([doc('p1', 'good'), doc('p2', 'bad'), doc('p3', 'good', 'v2', role(ROLE))], 'r2');
  const trueup = await world.start();
  await trueup.converge();
  const [lost] = tokens;
  expect(tokens.length).toBeGreaterThan(1);
  expect(tokens.filter(({ token, isPaused }) => isPaused && token !== lost?.token)).toEqual([]);
  expect(truth(world, 'p3')?.product.launchRole).toBe(ROLE_BY_HAND);
});
