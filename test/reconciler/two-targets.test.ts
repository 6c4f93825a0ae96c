import { expect, it } from 'vitest';
import { loadDesired } from '../../src/desired/load.ts';
import {
  asAccountId,
  asTargetName,
  type ProductKey,
  type TargetName,
} from '../../src/domain/ids.ts';
import type { DesiredState } from '../../src/reconciler/context.ts';
import { createRateGate } from '../../src/reconciler/limiter.ts';
import { OneShot } from '../../src/reconciler/one-shot.ts';
import { TargetReconciler } from '../../src/reconciler/target.ts';
import { targetLayers } from '../../src/reconciler/target-layers.ts';
import { networks } from '../support/network.ts';
import { ACCOUNT, REGION, TARGET, World } from './world.ts';

const FAR = asTargetName('far');

/** By target: net-a here waits for net-b there, of which the version does not exist. */
function desiredOf(): ReadonlyMap<TargetName, DesiredState> {
  const file = (name: string, target: TargetName, more: object) => ({
    path: `${name}.json`,
    bytes: new TextEncoder().encode(
      JSON.stringify({
        ...{ apiVersion: 'trueup/v1', kind: 'ProvisionedProduct', metadata: { name } },
        spec: { target, productName: 'network', provisioningParameters: { Cidr: 'B' }, ...more },
      }),
    ),
  });
  const here = { provisioningArtifactName: 'v1', reconcile: { dependsOn: ['far/net-b'] } };
  const { specs, problems } = loadDesired(
    [
      file('net-a', TARGET, here),
      file('net-b', FAR, { provisioningArtifactName: 'no-such-version' }),
    ],
    {
      targets: [{ name: TARGET }, { name: FAR }],
      defaultTarget: TARGET,
      values: { env: [], files: [], secretsManager: [], ssmParameters: [] },
    },
  );
  expect(problems).toEqual([]);
  const targets = new Map<TargetName, DesiredState>();
  for (const target of [TARGET, FAR]) {
    const own = specs.filter((one) => one.target === target).map((one) => [one.key, one] as const);
    targets.set(target, {
      ...{ revision: 'r1', specs: new Map(own), invalid: new Map(), unknownIdentity: false },
      ...{ declared: new Set<ProductKey>(own.map(([key]) => key)), elsewhere: targets },
    });
  }
  return targets;
}

/** The plan of both, where one of them answers slowly. */
async function planned(slow: TargetName) {
  const seed = networks({ names: ['net-a', 'net-b'], live: { Cidr: 'A' } });
  const world = await World.create({ seed }, []);
  const { shared, catalog } = await world.start({ oneShot: true });
  const at = { accountId: asAccountId(ACCOUNT), region: REGION };
  const handles = [TARGET, FAR].map((name) => ({
    ...{ name, ...at },
    open: async () => {
      const search: typeof catalog.search = async (...of) => {
        if (name === slow) await world.clock.sleep(2_000);
        return catalog.search(...of);
      };
      const writes = createRateGate({ perSecond: 1, burst: 1 }, world.clock);
      const limits = { maxInFlight: 5, maxInFlightByType: new Map<string, number>() };
      const parts = { name, ...at, catalog: { ...catalog, search }, writes, ...limits };
      const reconciler = await TargetReconciler.open(parts, shared);
      return { kind: 'ok', reconciler } as const;
    },
  }));
  const targets = desiredOf();
  const oneShot = new OneShot({
    ...{ shared, programVersion: '0', directory: 'desired' },
    revision: { revision: 'r1', digest: '', targets, documents: 2, invalid: 0, problems: [] },
  });
  await oneShot.open(handles);
  const { body, digest } = await world.clock.until(oneShot.plan());
  const changes = body.targets.flatMap((one) => one.changes);
  return { digest, verdicts: changes.map(({ name, verdict }) => `${name} ${verdict.kind}`) };
}

it('the plan of two targets is the same whichever answers first', async () => {
  const plans = [await planned(TARGET), await planned(FAR)];
  expect(plans[0]?.verdicts).toEqual(['net-a waits', 'net-b refused']);
  expect(plans[1]).toEqual(plans[0]);
});

it('targets that others depend on are looked at first, and those of a circle together', () => {
  const on = (name: string, ...needs: readonly string[]) => {
    const dependsOn = needs.map((need) => ({ target: asTargetName(need) }));
    const desired = { specs: new Map([['key', { dependsOn }]]) } as unknown as DesiredState;
    return { handle: { name: asTargetName(name) }, desired };
  };
  const names = (...targets: readonly ReturnType<typeof on>[]) =>
    targetLayers(targets).map((layer) => layer.map(({ handle }) => handle.name));
  expect(names(on('a', 'b'), on('b', 'b', 'c'), on('c'), on('d'))).toEqual([
    ['c', 'd'],
    ['b'],
    ['a'],
  ]);
  expect(names(on('a', 'b'), on('b', 'a'), on('c', 'a', 'gone'))).toEqual([['a', 'b', 'c']]);
  expect(names()).toEqual([]);
});
