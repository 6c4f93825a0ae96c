import { describe, expect, it } from 'vitest';
import { fault, networkDoc, story } from './networks.ts';
import { World } from './world.ts';

describe('a rollout', () => {
  it('is paused by a first provisioning that failed, also where an update may end the ERROR', async () => {
    const world = await World.create(
      {
        seed: {
          timing: { accepted: '1s', running: '5s' },
          products: [
            {
              name: 'network',
              kind: 'TERRAFORM_OPEN_SOURCE',
              paths: [{ portfolio: 'platform' }],
              versions: [{ name: 'v1', parameters: { Cidr: {} } }],
            },
          ],
        },
        rollouts: [
          {
            product: 'network',
            canary: { kind: 'count', count: 1 },
            maxFailures: 1,
            pauseOnFailure: true,
          },
        ],
      },
      ['q1', 'q2', 'q3'].map((name) =>
        networkDoc(name, { Cidr: 'A' }, { reconcile: { onMissing: 'provision' } }),
      ),
    );
    const effect = { kind: 'recordFails', message: 'the template is broken' } as const;
    fault(world, 'ProvisionProduct', effect, 100);
    fault(world, 'UpdateProvisionedProduct', effect, 100);
    const trueup = await world.start();
    for (let i = 0; i < 4; i++) await trueup.converge();
    const begun = story(world).filter((line) => line.endsWith(' accepted'));
    expect(new Set(begun.map((line) => line.split(' ')[0]))).toEqual(new Set(['q1']));
    expect(world.statusOf(trueup, 'q3')).toMatchObject({ reason: 'RolloutPaused' });
  });
});
