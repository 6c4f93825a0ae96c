import { expect, it } from 'vitest';
import { PRIORITY } from '../../src/reconciler/queue.ts';
import { networks } from '../support/network.ts';
import { fault, invalidDocument, keyOf, MINUTE, networkDoc, truth } from './networks.ts';
import { World } from './world.ts';

const doc = (name: string) => networkDoc(name, { Cidr: 'x' }, { provisioningArtifactName: 'v2' });
const rollouts = [
  {
    ...{ product: 'network', maxFailures: 1, pauseOnFailure: true },
    canary: { kind: 'count', count: 1 },
  } as const,
];

// After a failed update the listing may show the version that was attempted (an open point).
it.each(['TAINTED', 'AVAILABLE'] as const)(
  'what failed as %s pauses its rollout although its document is invalid now',
  async (statusAfterFailedUpdate) => {
    const seed = networks({
      timing: { accepted: '1s', running: '10s' },
      behaviour: { statusAfterFailedUpdate, versionAfterFailedUpdate: 'attempted' },
      ...{ names: ['p1', 'p2'], live: { Cidr: 'x' } },
      versions: ['v1', 'v2'].map((name) => ({ name, parameters: { Cidr: {} } })),
    });
    const world = await World.create({ seed, rollouts }, [doc('p1'), doc('p2')]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'broken' });
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(5 * MINUTE);
    await trueup.reconcile();
    expect(truth(world, 'p1')?.product.status).toBe(statusAfterFailedUpdate);
    expect(world.writes()).toHaveLength(1);
    trueup.reconciler.setDesired({
      ...world.desired,
      revision: 'r2',
      specs: new Map([...world.desired.specs].filter(([key]) => key !== keyOf('p1'))),
      invalid: new Map([[keyOf('p1'), invalidDocument('p1')]]),
    });
    for (let look = 0; look < 2; look++) {
      const review = await world.clock.until(trueup.reconciler.review());
      trueup.reconciler.release(review, PRIORITY.commit);
      await world.clock.pass(MINUTE);
    }
    expect(world.statusOf(trueup, 'p2')?.message).toMatch(/^its rollout is paused: p1 failed/);
    expect(world.writes()).toHaveLength(1);
  },
);
