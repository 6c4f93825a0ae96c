import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RolloutRule } from '../../src/domain/rollout.ts';
import type { FaultEffect } from '../../src/local-catalog/faults.ts';
import { networks } from '../support/network.ts';
import { keyOf, MINUTE, networkDoc, ROLE } from './networks.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const NAMES = ['p1', 'p2', 'p3', 'p4'];

const RULE: RolloutRule = {
  product: 'network',
  canary: { kind: 'count', count: 1 },
  maxFailures: 1,
  pauseOnFailure: true,
};

const seed = networks({
  names: NAMES,
  live: { Cidr: 'x' },
  versions: ['v1', 'v2'].map((name) => ({ name, parameters: { Cidr: {} } })),
});

const EFFECTS: Readonly<Record<string, FaultEffect>> = {
  breaks: { kind: 'recordFails', message: 'no more room' },
  lasts: { kind: 'straggle', ms: 3 * MINUTE },
  lost: { kind: 'lostRequest' },
  slow: { kind: 'slow', ms: 20_000 },
  refused: { kind: 'error', code: 'InvalidParametersException', message: 'no' },
};

const moves = ['look', 'wait', 'kill', 'retry', 'value', 'role', ...Object.keys(EFFECTS)] as const;

const LIKELY = ['look', 'look', 'breaks', 'breaks', 'lasts', 'retry', 'retry'] as const;

const step = fc.record({
  what: fc.constantFrom(...moves, ...LIKELY),
  who: fc.constantFrom(...NAMES),
  ms: fc.constantFrom(500, 3_000, 30_000, 5 * MINUTE),
});

const runsIt = (world: World, name: string) =>
  world.service.admin.product(name)?.versionName === 'v2';

/** What began although a failure stood, or before the canary ran the version; each request once. */
function rulesBroken(world: World): readonly string[] {
  const broken: string[] = [];
  const failed = new Set<string>();
  const moving = new Set<string>();
  const tokens = new Set<string>();
  const ids = NAMES.map((name) => [name, world.service.admin.product(name)?.product.id] as const);
  let told = 0;
  world.onRequest = ({ body }) => {
    for (const { event, fields } of world.lines.slice(told)) {
      const name = String(fields.provisionedProduct);
      if (event === 'record.failed' && moving.has(name)) failed.add(name);
    }
    told = world.lines.length;
    for (const name of NAMES) if (runsIt(world, name)) failed.delete(name);
    if (!body.includes('UpdateToken')) return undefined;
    const { UpdateToken: token, ProvisionedProductId: id } = JSON.parse(body);
    const name = ids.find((one) => one[1] === id)?.[0];
    if (name === undefined || tokens.has(token)) return undefined;
    tokens.add(token);
    if (runsIt(world, name)) return undefined;
    moving.add(name);
    if (failed.size > 0 && !failed.has(name)) broken.push(`${name} while ${[...failed]} failed`);
    const isFirst = name === NAMES[0] || NAMES.some((one) => runsIt(world, one));
    if (!isFirst) broken.push(`${name} before the canary`);
    return undefined;
  };
  return broken;
}

it('nothing of a rollout begins before its canary, nor while a failed one has not succeeded', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 12, maxLength: 25 }),
      fc.constantFrom(0.05, 0.2, 5),
      async (steps, writesPerSecond) => {
        const values = new Map(NAMES.map((name) => [name, 'x']));
        const roles = new Set<string>();
        const docs = (): Wish[] =>
          NAMES.map((name) => {
            const properties = roles.has(name) ? { launchRole: ROLE } : {};
            const more = { provisioningArtifactName: 'v2', properties };
            return networkDoc(name, { Cidr: values.get(name) ?? 'x' }, more);
          });
        const world = await World.create({ seed, rollouts: [RULE], writesPerSecond }, docs());
        const broken = rulesBroken(world);
        let trueup: Incarnation = await world.start();
        let revision = 1;
        for (const { what, who, ms } of steps) {
          const effect = EFFECTS[what];
          const parts = { operation: 'UpdateProvisionedProduct', product: who, count: 1 };
          if (effect !== undefined) world.service.admin.addFault({ ...parts, effect });
          if (what === 'retry') await trueup.reconciler.retry(keyOf(who));
          if (what === 'value') values.set(who, `${revision}`);
          if (what === 'role') roles.add(who);
          if (what === 'value' || what === 'role') world.wish(docs(), `r${++revision}`);
          if (what === 'kill') {
            trueup.kill();
            trueup = await world.start();
          }
          if (effect === undefined && what !== 'wait') await trueup.reconcile();
          await world.clock.pass(ms);
        }
        // Whatever it came to: people ask until all run it.
        world.service.admin.clearFaults();
        for (let look = 0; look < 8; look++) {
          for (const name of NAMES)
            if (world.statusOf(trueup, name)?.condition === 'Stalled')
              await trueup.reconciler.retry(keyOf(name));
          await trueup.reconcile();
          await world.clock.pass(15 * MINUTE);
        }
        expect(broken).toEqual([]);
        for (const name of NAMES)
          expect(world.statusOf(trueup, name)).toMatchObject({ condition: 'Ready' });
      },
    ),
    { numRuns: 60 },
  );
});
